"""How the readings of a message are weighed against each other; what judges them is a stand-in."""

from __future__ import annotations

import pytest

from answers import AnswerStore
from nlu.candidates import Candidate, Question
from nlu.context import Conversation
from nlu.names import NameFinder
from nlu.reading import MessageReader, Reading
from nlu.text import fold

WAS, ZIELE, ANZAHL, THGA, STUDENTS = (
    "strategie/was",
    "strategie/ziele",
    "hochschulen/anzahl",
    "hochschulen/thga",
    "profil/studierende",
)
Known = dict[str, dict[str, float]]


def _reader(store: AnswerStore, known: Known) -> tuple[MessageReader, list[str]]:
    """A reader whose judge gives each text the confidences of `known` (the probabilities are the same)."""
    read: list[str] = []

    def judge(groups: list[list[Reading]], message: str) -> list[list[Question]]:
        read.extend(reading.text for group in groups for reading in group)
        return [[_question(reading) for reading in group] for group in groups]

    def _question(reading: Reading) -> Question:
        scores = {"bot/falsch": 0.0, **known.get(fold(reading.text), {})}
        return Question.ranked(reading.asked, [Candidate(key, value, value) for key, value in scores.items()], 0.1)

    return MessageReader(NameFinder(store.names.values()), fold, judge, support_from=0.005), read


def _ids(questions: list[Question]) -> list[str]:
    return [question.best.id for question in questions]


@pytest.fixture
def after_count(store: AnswerStore) -> Conversation:
    """The conversation after the number of Hochschulen, which spoke of the RUB."""
    conversation = Conversation.after(store, ANZAHL, "rub")
    assert conversation is not None
    return conversation


def test_a_message_that_goes_on_is_read_behind_the_last_question(store: AnswerStore, after_count: Conversation) -> None:
    known = {"wie viele hochschulen gibt es in bochum? wer hat die gezaehlt?": {ANZAHL: 0.95, THGA: 0.9}}
    reader, read = _reader(store, known)

    assert _ids(reader.questions("Wer hat die gezählt?", after_count)) == [THGA]
    assert "Wer hat die gezählt? Ruhr-Universität Bochum" in read


def test_an_unrelated_answer_is_not_given_to_a_pronoun_where_a_related_one_fits(
    store: AnswerStore, after_count: Conversation
) -> None:
    known = {
        "wie gross ist die?": {WAS: 0.9},
        "wie viele hochschulen gibt es in bochum? wie gross ist die?": {THGA: 0.85},
    }
    reader, _ = _reader(store, known)

    assert _ids(reader.questions("Wie groß ist die?", after_count)) == [THGA]
    assert _ids(reader.questions("Wie groß ist die?")) == [WAS]


def test_the_last_answer_is_not_given_again_for_its_own_title(store: AnswerStore, after_count: Conversation) -> None:
    title = "wie viele hochschulen gibt es in bochum? "
    known = {title + "und eine imkerei?": {ANZAHL: 0.97}, title + "wozu?": {ANZAHL: 0.97}}
    reader, read = _reader(store, known)

    assert reader.questions("Und eine Imkerei?", after_count)[0].best.confidence == 0
    assert _ids(reader.questions("Wozu?", after_count)) == [ANZAHL]
    reader.questions("Ich suche für meinen Verein einen Ort zum Feiern", after_count)
    assert not any(text.startswith("Wie viele Hochschulen gibt es in Bochum? Ich suche") for text in read)


@pytest.mark.parametrize(
    ("message", "answer"), [("Guten Tag", "bot/begruessung"), ("Kontakt", "bot/kontakt"), ("Quelle?", "kontext/quelle")]
)
def test_what_means_itself_is_never_read_as_going_on(
    store: AnswerStore, after_count: Conversation, message: str, answer: str
) -> None:
    title = "wie viele hochschulen gibt es in bochum? "
    reader, _ = _reader(store, {fold(message): {answer: 0.6}, title + fold(message): {ANZAHL: 1.0}})

    assert _ids(reader.questions(message, after_count)) == [answer]


def test_a_bare_name_is_put_into_the_last_question(store: AnswerStore) -> None:
    conversation = Conversation.after(store, "profil/studierende@rub", "rub")
    reader, read = _reader(store, {"studierende: thga": {STUDENTS: 0.9}})

    assert _ids(reader.questions("Und die THGA?", conversation)) == [STUDENTS]
    assert "studierende: thga" in read


def test_a_part_gives_only_what_the_whole_message_holds_possible(store: AnswerStore) -> None:
    message = "Wann schliesst das? Wo kann ich das melden?"
    parts = {"wann schliesst das? bochum": {WAS: 0.9}, "wo kann ich das melden? bochum": {ZIELE: 0.9}}

    torn, _ = _reader(store, {fold(message): {WAS: 0.3}, **parts})
    asked, _ = _reader(store, {fold(message): {WAS: 0.3, ZIELE: 0.2}, **parts})

    assert _ids(torn.questions(message)) == [WAS, WAS]
    assert _ids(asked.questions(message)) == [WAS, WAS, ZIELE]


def test_what_a_record_says_of_the_hochschule_in_the_message_needs_no_support(store: AnswerStore) -> None:
    message = "Was kostet die THGA und wo ist die?"
    whole = {fold(message): {THGA: 0.5}, "was kostet die thga": {THGA: 0.9}}

    record, _ = _reader(store, {**whole, "wo ist die? thga": {STUDENTS: 0.9}})
    other, _ = _reader(store, {**whole, "wo ist die? thga": {ZIELE: 0.9}})

    assert _ids(record.questions(message)) == [THGA, THGA, STUDENTS]
    assert _ids(other.questions(message)) == [THGA, THGA]


def test_things_side_by_side_count_only_if_both_are_sure(store: AnswerStore) -> None:
    message = "Plan, Ziele"
    whole = {fold(message): {WAS: 0.3, ZIELE: 0.2}}

    both, _ = _reader(store, {**whole, "plan": {WAS: 0.9}, "ziele": {ZIELE: 0.9}})
    one, _ = _reader(store, {**whole, "plan": {WAS: 0.9}, "ziele": {ZIELE: 0.3}})

    assert _ids(both.questions(message)) == [WAS, WAS, ZIELE]
    assert _ids(one.questions(message)) == [WAS]


def test_a_name_at_the_end_asks_the_part_before_of_another_thing(store: AnswerStore) -> None:
    reader, read = _reader(store, {"wie gross ist die thga": {THGA: 0.9}})

    reader.questions("Wie groß ist die RUB, und die THGA?")

    assert "wie gross ist die thga" in read
