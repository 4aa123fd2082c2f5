"""The rules of the conversation, one after the other."""

from __future__ import annotations

from typing import Any

import pytest
from rasa_sdk.executor import CollectingDispatcher

from actions.contract import send
from actions.misses import SUGGEST_FROM
from actions.respond import Responder
from actions.turn import Candidate, Question, Turn
from answers import AnswerStore, Reply

from .content import Project
from .turns import asked, turn

TOPICS = ["topic:strategie", "topic:hochschulen"]


def _only(replies: list[Reply]) -> Reply:
    assert len(replies) == 1
    return replies[0]


# ---------------------------------------------------------------------- answers


def test_a_question_that_is_sure_gets_its_answer(responder: Responder) -> None:
    reply = _only(responder.to_message(turn(asked("strategie/was"), lang="en")))

    assert (reply.kind, reply.answer_id, reply.lang) == ("answer", "strategie/was", "en")


def test_the_wish_for_einfache_sprache_holds(responder: Responder) -> None:
    assert _only(responder.to_message(turn(asked("strategie/was"), easy=True))).text == "Sie ist ein Plan."


def test_an_empty_message_is_met_with_the_topics(responder: Responder) -> None:
    reply = _only(responder.to_message(Turn()))

    assert (reply.kind, reply.follow_ups) == ("clarification", TOPICS)
    assert "Bitte schreiben Sie mir eine Frage" in reply.text


def test_two_questions_in_one_message_get_both_answers(responder: Responder) -> None:
    message = turn(asked("strategie/was"), asked("strategie/was"), asked("profil/studierende", hochschulen=("rub",)))

    replies = responder.to_message(message)

    assert [reply.answer_id for reply in replies] == ["strategie/was", "profil/studierende"]


def test_two_parts_with_the_same_answer_get_it_once(responder: Responder) -> None:
    parts = asked("strategie/was"), asked("strategie/was")

    assert _only(responder.to_message(turn(asked("strategie/was"), *parts))).answer_id == "strategie/was"


def test_a_greeting_before_a_question_does_not_hide_the_answer(responder: Responder) -> None:
    whole = asked("strategie/was", decision="clarify", confidence=0.4)

    replies = responder.to_message(turn(whole, asked("bot/begruessung", confidence=0.6), asked("strategie/was")))

    assert _only(replies).answer_id == "strategie/was"


def test_the_part_that_can_be_answered_is_answered_where_the_whole_cannot(responder: Responder) -> None:
    whole = asked("strategie/was", decision="refuse", confidence=0.1)
    unsure = asked("strategie/was", decision="clarify", confidence=0.5)
    sure = asked("bot/kontakt", confidence=0.4)

    assert _only(responder.to_message(turn(whole, unsure, sure))).answer_id == "bot/kontakt"


# ---------------------------------------------------------------------- one Hochschule


def test_the_hochschule_named_is_the_one_answered_about(responder: Responder) -> None:
    reply = _only(responder.to_message(turn(asked("profil/studierende", hochschulen=("thga",)), last_name="rub")))

    assert (reply.entity, reply.answer_id) == ("thga", "profil/studierende")
    assert reply.follow_ups == ["hochschulen/thga", "profil/gruendung@thga"]


def test_a_hochschule_not_named_is_the_one_the_conversation_is_about(responder: Responder) -> None:
    assert _only(responder.to_message(turn(asked("profil/studierende"), last_name="rub"))).entity == "rub"


def test_two_hochschulen_in_one_question_are_both_answered(responder: Responder) -> None:
    replies = responder.to_message(turn(asked("profil/studierende", hochschulen=("rub", "thga"))))

    assert [reply.entity for reply in replies] == ["rub", "thga"]


def test_without_a_hochschule_the_bot_asks_which_and_offers_those_it_knows(responder: Responder) -> None:
    reply = _only(responder.to_message(turn(asked("profil/website"))))

    assert (reply.kind, reply.follow_ups) == ("clarification", ["profil/website@rub"])


@pytest.mark.parametrize(
    "named", [{"names": ("mark-517",)}, {"names": ("hsbo",), "hochschulen": ("hsbo",)}], ids=["place", "no record"]
)
def test_a_thing_without_a_record_is_not_swapped_for_the_last_hochschule(
    responder: Responder, named: dict[str, Any]
) -> None:
    reply = _only(responder.to_message(turn(asked("profil/studierende"), last_name="rub", **named)))

    assert (reply.kind, reply.entity) == ("clarification", None)


def test_und_die_thga_asks_the_same_of_another(responder: Responder) -> None:
    message = turn(
        asked("hochschulen/thga"),
        names=("thga",),
        hochschulen=("thga",),
        bare_mention=True,
        last_answer="profil/studierende@rub",
    )

    reply = _only(responder.to_message(message))

    assert (reply.answer_id, reply.entity) == ("profil/studierende", "thga")


@pytest.mark.parametrize("last", [None, "strategie/was", "profil/aelteste@thga", "profil/abgeschafft@rub"])
def test_a_bare_name_gets_its_portrait_where_nothing_can_be_asked_again(responder: Responder, last: str | None) -> None:
    message = turn(asked("hochschulen/thga"), hochschulen=("thga",), bare_mention=True, last_answer=last)

    assert _only(responder.to_message(message)).answer_id == "hochschulen/thga"


def test_the_oldest_needs_no_hochschule(responder: Responder) -> None:
    assert _only(responder.to_message(turn(asked("profil/aelteste")))).entity == "thga"


# ---------------------------------------------------------------------- not sure


def test_close_answers_are_offered_as_buttons_with_the_contact(responder: Responder) -> None:
    question = asked(
        *("strategie/was", "kontext/mehr", "profil/studierende", "strategie/ziele", "hochschulen/thga"),
        decision="clarify",
        confidence=0.4,
        nearness=0.4,
    )

    reply = _only(responder.to_message(turn(question)))

    assert reply.kind == "clarification"
    assert reply.follow_ups == ["strategie/was", "strategie/ziele", "hochschulen/thga", "bot/kontakt"]


def test_an_answer_without_rivals_is_given_under_its_own_question(responder: Responder) -> None:
    reply = _only(responder.to_message(turn(asked("strategie/ziele", decision="clarify", confidence=0.4))))

    assert reply.answer_id == "strategie/ziele"
    assert reply.text.startswith("Vermutlich fragen Sie: »Welche Ziele hat die Strategie?« ")


def test_an_emergency_is_never_a_suggestion(real_store: AnswerStore) -> None:
    question = asked(
        *("wegweiser/suizidgedanken", "wegweiser/amtsgericht"), decision="clarify", confidence=0.2, nearness=0.4
    )

    (reply,) = Responder(real_store).to_message(turn(question))

    assert reply.follow_ups == ["wegweiser/amtsgericht", "bot/kontakt"]


def test_an_unsure_question_to_a_named_hochschule_offers_the_questions_about_it(responder: Responder) -> None:
    question = asked(
        *("profil/gruendung", "profil/studierende"),
        decision="refuse",
        confidence=0.1,
        nearness=0.4,
        hochschulen=("rub",),
    )

    reply = _only(responder.to_message(turn(question, names=("rub",), hochschulen=("rub",))))

    assert reply.kind == "clarification"
    assert reply.follow_ups == ["profil/gruendung@rub", "profil/studierende@rub", "bot/kontakt"]


def test_a_refused_question_offers_no_topics_that_have_nothing_to_do_with_it(responder: Responder) -> None:
    reply = _only(responder.to_message(turn(asked("strategie/was", decision="refuse", confidence=0.01))))

    assert (reply.kind, reply.answer_id) == ("fallback", None)
    assert reply.text.startswith("Dazu liegt mir keine Antwort vor.")
    assert reply.follow_ups == ["bot/kontakt"]


def test_a_refused_question_offers_the_questions_nearest_in_meaning(responder: Responder) -> None:
    near = Candidate("strategie/ziele", 0.1, 0.02, SUGGEST_FROM)
    far = Candidate("strategie/was", 0.3, 0.1, SUGGEST_FROM - 0.01)
    question = Question("eine Frage", (far, near), "refuse", (), ())

    assert _only(responder.to_message(turn(question))).follow_ups == ["strategie/ziele", "bot/kontakt"]
    assert _only(responder.to_message(turn(question, shown=("strategie/ziele",)))).follow_ups == ["bot/kontakt"]


def test_an_unknown_aspect_of_a_known_thing_is_named(responder: Responder) -> None:
    reply = responder.refusal(Turn(names=("thga",), asks=frozenset({"kosten", "welche"})))

    assert reply.text == "Zu den Kosten liegt mir nichts vor. Zum Stichwort »TH Georg Agricola« weiß ich:"


def test_a_language_we_do_not_speak_is_answered_in_it_and_below_in_english(responder: Responder) -> None:
    sure = asked("strategie/was")
    unsure = asked("strategie/was", decision="refuse", confidence=0.01)

    notice, answer = responder.to_message(turn(sure, foreign="tr", lang="en"))
    alone = _only(responder.to_message(turn(unsure, foreign="tr", lang="en")))

    assert (notice.kind, notice.lang, answer.lang) == ("smalltalk", "tr", "en")
    assert (alone.kind, alone.text, alone.follow_ups) == ("clarification", notice.text, TOPICS)


def test_the_second_refusal_in_a_row_leads_with_the_contact(responder: Responder) -> None:
    reply = responder.refusal(Turn(misses=1, names=("thga",)))

    assert "kontakt@bochum-wirtschaft.de" in reply.text
    assert reply.follow_ups == ["bot/kontakt"]


@pytest.mark.parametrize(
    ("known", "offers"),
    [
        ({"names": ("thga",)}, ["hochschulen/thga", "profil/studierende@thga", "profil/gruendung@thga"]),
        ({"names": ("plan",)}, ["strategie/was", "strategie/ziele"]),
        (
            {"last_name": "thga", "leans_on_context": True},
            ["hochschulen/thga", "profil/studierende@thga", "profil/gruendung@thga"],
        ),
    ],
    ids=["a Hochschule", "a thing", "the thing spoken of"],
)
def test_a_known_thing_comes_with_the_questions_about_it(
    responder: Responder, known: dict[str, Any], offers: list[str]
) -> None:
    reply = responder.refusal(Turn(**known))

    assert reply.kind == "fallback"
    assert reply.follow_ups == [*offers, "bot/kontakt"]


@pytest.mark.parametrize("known", [{"names": ("mark-517",)}, {"last_name": "thga"}], ids=["untold", "not meant"])
def test_a_thing_without_answers_or_not_meant_is_refused_plainly(responder: Responder, known: dict[str, Any]) -> None:
    assert responder.refusal(Turn(**known)).follow_ups == ["bot/kontakt"]


# ---------------------------------------------------------------------- buttons


def test_a_button_leads_to_its_answer(responder: Responder) -> None:
    assert responder.to_target("strategie/ziele", Turn()).answer_id == "strategie/ziele"
    assert responder.to_target("profil/studierende@thga", Turn()).entity == "thga"


def test_a_topics_button_leads_to_what_can_be_asked(responder: Responder) -> None:
    reply = responder.to_topic("strategie", Turn(lang="en"))

    assert (reply.text, reply.follow_ups) == ("Questions on the strategy.", ["strategie/was", "strategie/ziele"])


@pytest.mark.parametrize("target", ["strategie/nie", "", "@", "topic:strategie", "kontext/mehr", "strategie"])
def test_a_payload_that_leads_nowhere_is_refused(responder: Responder, target: str) -> None:
    assert responder.to_target(target, Turn()).kind == "fallback"
    assert responder.to_topic(f"{target}x", Turn()).kind == "fallback"


def test_a_payload_with_an_unknown_hochschule_asks_which(responder: Responder) -> None:
    assert responder.to_target("profil/studierende@harvard", Turn()).kind == "clarification"


# ---------------------------------------------------------------------- follow-ups


def _after(follow_up: str, last: str = "strategie/was", **more: Any) -> Turn:
    return turn(asked(f"kontext/{follow_up}"), last_answer=last, **more)


@pytest.mark.parametrize("follow_up", ["mehr", "quelle", "stand", "einfacher", "englisch", "deutsch", "wiederholen"])
def test_a_context_word_without_context_asks_what_is_meant(responder: Responder, follow_up: str) -> None:
    reply = _only(responder.to_message(turn(asked(f"kontext/{follow_up}"))))

    assert (reply.kind, reply.follow_ups) == ("clarification", TOPICS)


def test_more_gives_the_next_answer_that_was_not_shown(responder: Responder) -> None:
    first = _only(responder.to_message(_after("mehr", shown=("strategie/was",))))
    second = _only(responder.to_message(_after("mehr", shown=("strategie/was", "strategie/ziele"))))

    assert (first.answer_id, second.answer_id) == ("strategie/ziele", "hochschulen/anzahl")


def test_more_where_all_was_shown_points_to_the_source(responder: Responder) -> None:
    reply = _only(responder.to_message(_after("mehr", last="strategie/ziele")))

    assert reply.text.startswith("Mehr dazu finden Sie in der Quelle.")
    assert reply.sources


def test_more_passes_over_a_button_that_leads_to_a_topic(project: Project) -> None:
    with project.editing("answers/strategie.yml") as answers:
        answers[0]["follow_ups"] = ["topic:hochschulen", "strategie/ziele"]

    reply = _only(Responder(project.store()).to_message(_after("mehr")))

    assert reply.answer_id == "strategie/ziele"


def test_the_source_of_the_last_answer_is_named(responder: Responder) -> None:
    one = _only(responder.to_message(_after("quelle")))
    many = _only(responder.to_message(_after("quelle", last="strategie/ziele")))

    assert (one.text, len(one.sources)) == ("Die letzte Antwort stützt sich auf diese Quelle.", 1)
    assert (many.text, len(many.sources)) == ("Die letzte Antwort stützt sich auf diese Quellen.", 2)


def test_the_date_of_the_last_answer_is_named_or_said_to_be_missing(responder: Responder) -> None:
    dated = _only(responder.to_message(_after("stand", last="profil/studierende@rub")))
    undated = _only(responder.to_message(_after("stand", last="strategie/ziele", lang="en")))

    assert dated.text == "Der Stand der letzten Antwort: Juli 2025."
    assert undated.text == "The source of the last answer gives no date."


@pytest.mark.parametrize(
    ("follow_up", "before", "text"),
    [
        ("einfacher", {"lang": "en"}, "Sie ist ein Plan."),
        ("englisch", {"easy": True}, "The strategy is a plan."),
        ("deutsch", {"lang": "en", "easy": True}, "Die Strategie ist ein Plan."),
        ("wiederholen", {"easy": True}, "Sie ist ein Plan."),
    ],
)
def test_the_last_answer_comes_again_in_the_form_wished_for(
    responder: Responder, follow_up: str, before: dict[str, Any], text: str
) -> None:
    reply = _only(responder.to_message(_after(follow_up, **before)))

    assert (reply.answer_id, reply.text) == ("strategie/was", text)


@pytest.mark.parametrize(("follow_up", "words"), [("ja", "Was möchten Sie wissen?"), ("nein", "In Ordnung.")])
def test_a_bare_yes_or_no_is_taken_kindly(responder: Responder, follow_up: str, words: str) -> None:
    reply = _only(responder.to_message(turn(asked(f"kontext/{follow_up}"))))

    assert reply.kind == "smalltalk"
    assert words in reply.text


@pytest.mark.parametrize("follow_up", ["mehr", "quelle", "stand", "wiederholen"])
def test_a_last_answer_that_an_editor_removed_since_claims_no_source(responder: Responder, follow_up: str) -> None:
    reply = _only(responder.to_message(_after(follow_up, last="strategie/abgeschafft")))

    assert (reply.kind, reply.sources) == ("fallback", [])


# ---------------------------------------------------------------------- all together


def test_every_reply_of_the_real_content_can_be_sent(real_store: AnswerStore) -> None:
    """No button leads to a title that is missing, in both languages."""
    responder = Responder(real_store)
    dispatcher = CollectingDispatcher()
    targets = [*real_store.answers]
    targets += [f"{q}@{h}" for h in real_store.records.hochschulen for q in real_store.records.questions]

    for lang in ("de", "en"):
        now = Turn(lang=lang)
        send([responder.to_target(target, now) for target in targets], dispatcher, real_store)
        send([responder.refusal(Turn(lang=lang, names=(name,))) for name in real_store.names], dispatcher, real_store)
        send([responder.to_topic(topic, now) for topic in real_store.topics], dispatcher, real_store)

    assert all(message["text"] or message["custom"] for message in dispatcher.messages)
