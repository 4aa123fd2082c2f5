"""A clerk, not a catalogue: the concern is kept, details help, doors open, nothing is said twice."""

from __future__ import annotations

import pytest

from answers import AnswerStore

from .talk import Conversation

STORE = AnswerStore()


def test_a_broad_concern_gets_its_overview_with_the_particulars_as_buttons(stack: str) -> None:
    said = Conversation(stack).say("Ich möchte ein Café eröffnen, wo fange ich an?")

    assert said.ids == ["gruendung/gastronomie"]
    assert len(said.buttons) >= 3


def test_details_cost_an_answer_nothing(stack: str) -> None:
    bare = Conversation(stack).say("Wir suchen eine Lagerhalle.")
    detailed = Conversation(stack).say("Wir suchen eine Lagerhalle mit 2.000 qm in Weitmar ab März 2027.")

    assert bare.ids == detailed.ids == ["flaechen/raum-oder-grundstueck"]


def test_misses_in_a_row_never_say_the_same_and_end_with_a_person(stack: str) -> None:
    conversation = Conversation(stack)
    texts = [
        conversation.say(message).text
        for message in ("Wie backe ich Brot?", "Wer gewinnt die Wahl in Norwegen?", "Und wie alt ist mein Hund?")
    ]

    assert len(set(texts)) == 3
    assert "0234 61063-200" in texts[2]


def test_the_last_answer_is_not_given_again_to_a_message_about_something_else(stack: str) -> None:
    conversation = Conversation(stack)
    first = conversation.say("Gibt es in Bochum noch freie Gewerbeflächen?")
    other = conversation.say("Brauche ich für eine Imkerei eine Erlaubnis?")

    assert not set(first.ids) & set(other.ids)


def test_an_answer_given_before_is_cut_to_the_sentence_that_fits(stack: str) -> None:
    conversation = Conversation(stack)
    first = conversation.say("Wie hoch ist die Gewerbesteuer in Bochum?")
    again = conversation.say("Wie hoch ist der Hebesatz der Gewerbesteuer?")

    assert first.ids == again.ids
    assert again.text.startswith("Wie gesagt:")
    assert conversation.say("Bitte noch einmal").customs[0]["text"] == first.customs[0]["text"]


def test_what_was_told_is_forgotten_on_request(stack: str) -> None:
    conversation = Conversation(stack)
    conversation.say("Wir suchen eine Lagerhalle mit 2.000 qm in Weitmar.")
    forgotten = conversation.say("Vergessen Sie das")
    after = conversation.say("und mit Rampe?")

    assert forgotten.kinds == ["smalltalk"]
    assert "2.000 qm" not in after.text


def test_grief_gets_one_sentence_of_regard_before_the_help(stack: str) -> None:
    said = Conversation(stack).say(
        "Mein Mann ist gestorben, und ich weiß nicht, was aus unserem Laden in Wattenscheid werden soll. "
        "Kann ich ihn vermieten?"
    )

    assert said.text.startswith(("Mein herzliches Beileid.", "Es tut mir leid"))


@pytest.mark.parametrize(
    ("message", "lang"),
    [("Merhaba, iş arıyorum", "tr"), ("أبحث عن عمل", "ar"), ("Szukam pracy w Bochum", "pl"), ("Я шукаю роботу", "uk")],
)
def test_another_language_is_answered_in_it(stack: str, message: str, lang: str) -> None:
    notice, *_ = Conversation(stack).say(message).customs

    assert (notice["lang"], notice["text"]) == (lang, STORE.languages[lang].reply)


def test_a_short_answer_is_one_sentence(stack: str) -> None:
    conversation = Conversation(stack)
    whole = conversation.say("Was ist MARK 51°7?").customs[0]["text"]
    short = conversation.say("kürzer bitte").customs[0]["text"]

    assert whole.startswith(short)
    assert len(short) < len(whole)


def test_what_is_not_ours_gets_the_right_door(stack: str) -> None:
    for message, answer in (
        ("Wo beantrage ich einen neuen Personalausweis?", "wegweiser/buergerbuero"),
        ("Ich habe meinen Schlüssel in der Straßenbahn verloren", "wegweiser/fundbuero"),
        ("Wo kann ich Wohngeld beantragen?", "wegweiser/wohngeld"),
    ):
        said = Conversation(stack).say(message)
        assert answer in said.ids
        assert set(said.kinds) == {"signpost"}
