"""Every action of `domain.yml`, run as the action server runs it, on the real content."""

from __future__ import annotations

from typing import Any

import pytest
from rasa_sdk import Action
from rasa_sdk.executor import CollectingDispatcher
from ruamel.yaml import YAML

from actions import actions
from actions.turn import Question
from staff.project import ROOT

from .turns import asked, tracker

RUB = "ruhr-universitaet-bochum"
THGA = "technische-hochschule-georg-agricola"


def _run(
    action: Action, text: str = "eine Nachricht", *questions: Question, **state: Any
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The `custom` objects sent and the slots left."""
    dispatcher = CollectingDispatcher()
    events = action.run(dispatcher, tracker(text, questions, **state), {})
    customs = [message["custom"] for message in dispatcher.messages if message["custom"]]
    return customs, {event["name"]: event["value"] for event in events if event["event"] == "slot"}


def test_every_action_of_the_domain_is_there_and_no_other() -> None:
    domain = YAML(typ="safe").load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    classes = [
        thing
        for thing in vars(actions).values()
        if isinstance(thing, type) and issubclass(thing, actions.CuratedAction) and thing.action_name
    ]

    assert sorted(action().name() for action in classes) == sorted(domain["actions"])


@pytest.mark.parametrize(
    ("action", "answer_id"),
    [
        (actions.StrategieAction(), "strategie/was"),
        (actions.HochschulenAction(), "hochschulen/anzahl"),
        (actions.StandortAction(), "standort/gewerbeflaechen"),
        (actions.HochschulenAction(), "profil/aelteste"),
    ],
)
def test_a_topics_action_gives_the_curated_answer_and_remembers_it(action: Action, answer_id: str) -> None:
    (custom,), slots = _run(action, "eine Frage", asked(answer_id))

    assert (custom["kind"], custom["answer_id"]) == ("answer", answer_id)
    assert custom["sources"] and custom["as_of"]
    assert slots["last_answer"].split("@")[0] == answer_id
    assert slots["misses"] == 0


def test_the_number_of_hochschulen_is_answered_with_nine_and_its_source() -> None:
    dispatcher = CollectingDispatcher()

    actions.HochschulenAction().run(dispatcher, tracker(questions=(asked("hochschulen/anzahl"),)), {})

    text, custom = dispatcher.messages
    assert "9 Hochschulen" in text["text"] and "bochum-wirtschaft.de" in text["text"]
    assert custom["custom"]["kind"] == "answer"
    assert text["buttons"]


def test_a_record_is_answered_for_the_hochschule_of_the_conversation() -> None:
    (custom,), slots = _run(
        actions.HochschulenAction(),
        "Und wie viele Studierende hat die?",
        asked("profil/studierende"),
        slots={"last_name": THGA},
    )

    assert custom["entity"] == THGA
    assert slots["last_answer"] == f"profil/studierende@{THGA}"


def test_an_attribute_that_no_source_gives_is_refused_naming_the_hochschule() -> None:
    (custom,), slots = _run(
        actions.HochschulenAction(), "Website?", asked("profil/website", hochschulen=("hochschule-fuer-gesundheit",))
    )

    assert (custom["kind"], custom["sources"]) == ("fallback", [])
    assert "Hochschule für Gesundheit" in custom["text"]
    assert slots["misses"] == 1


def test_the_fallback_refuses_and_leads_with_the_contact_the_second_time() -> None:
    refused = asked("strategie/was", decision="refuse", confidence=0.01)

    (first,), slots = _run(actions.FallbackAction(), "Wie wird das Wetter?", refused)
    (second,), _ = _run(actions.FallbackAction(), "Und morgen?", refused, slots={"misses": slots["misses"]})

    assert first["kind"] == second["kind"] == "fallback"
    assert first["text"].startswith("Dazu liegt mir keine Antwort vor.")
    assert second["text"] != first["text"]
    assert "kontakt@bochum-wirtschaft.de" in second["text"]


def test_the_fallback_answers_what_one_part_of_the_message_asks() -> None:
    unsure = asked("strategie/was", decision="refuse", confidence=0.01)

    (custom,), _ = _run(actions.FallbackAction(), "Das Wetter? Und die BoWE?", unsure, asked("standort/bowe-aufgaben"))

    assert custom["answer_id"] == "standort/bowe-aufgaben"


@pytest.mark.parametrize("text", ["/greet", '/greet{"lang": "de"}'])
def test_the_greeting_opens_the_conversation_and_says_that_it_is_a_machine(text: str) -> None:
    dispatcher = CollectingDispatcher()

    actions.BotAction().run(dispatcher, tracker(text), {})

    greeting, custom = dispatcher.messages
    assert greeting["text"].startswith("Guten Tag, wie können wir Ihnen helfen?")
    assert "automatisiert" in greeting["text"]
    assert 3 <= len(greeting["buttons"]) <= 6
    assert greeting["buttons"][0]["title"].startswith("Gründen")
    assert custom["custom"]["kind"] == "smalltalk"


def test_the_greeting_speaks_the_pages_language() -> None:
    visitor = tracker("/greet", lang=None)
    visitor.latest_message["metadata"] = {"lang": "en"}
    dispatcher = CollectingDispatcher()

    actions.BotAction().run(dispatcher, visitor, {})

    assert dispatcher.messages[1]["custom"]["lang"] == "en"


def test_small_talk_is_answered_without_a_source() -> None:
    (custom,), slots = _run(actions.BotAction(), "Sind Sie ein Mensch?", asked("bot/mensch", confidence=0.4))

    assert (custom["kind"], custom["answer_id"], custom["sources"]) == ("smalltalk", "bot/mensch", [])
    assert "last_answer" not in slots


@pytest.mark.parametrize(
    ("wish", "before", "easy", "lang"),
    [("einfacher", None, True, "de"), ("deutsch", True, False, "de"), ("englisch", True, False, "en")],
)
def test_the_wish_for_a_form_holds_until_another_one(wish: str, before: bool | None, easy: bool, lang: str) -> None:
    state = {"last_answer": "strategie/was", "easy": before}

    (custom,), slots = _run(actions.KontextAction(), wish, asked(f"kontext/{wish}"), slots=state)

    assert (slots["easy"], slots["lang"], custom["lang"]) == (easy, lang, lang)
    assert slots["last_answer"] == "strategie/was"


def test_a_follow_up_about_the_source_changes_no_form() -> None:
    _, slots = _run(
        actions.KontextAction(),
        "Quelle?",
        asked("kontext/quelle"),
        slots={"last_answer": "strategie/was", "easy": True},
    )

    assert "easy" not in slots


@pytest.mark.parametrize(
    ("target", "answer_id", "entity"),
    [
        ("standort/gewerbeflaechen", "standort/gewerbeflaechen", None),
        (f"profil/gruendung@{RUB}", "profil/gruendung", RUB),
    ],
)
def test_a_button_gives_the_answer_it_carries(target: str, answer_id: str, entity: str | None) -> None:
    (custom,), _ = _run(actions.AntwortAction(), f'/antwort{{"id": "{target}"}}')

    assert (custom["kind"], custom["answer_id"], custom["entity"]) == ("answer", answer_id, entity)


def test_a_topics_button_gives_what_can_be_asked() -> None:
    (custom,), _ = _run(actions.ThemaAction(), '/thema{"id": "standort"}')

    assert (custom["kind"], custom["topic"]) == ("smalltalk", "standort")


@pytest.mark.parametrize("action", [actions.AntwortAction(), actions.ThemaAction()], ids=["antwort", "thema"])
@pytest.mark.parametrize("text", ['/antwort{"id": "strategie/nie"}', '/thema{"id": "nie"}', "/antwort", "/thema{}"])
def test_a_payload_that_no_button_carries_is_refused(action: Action, text: str) -> None:
    (custom,), _ = _run(action, text)

    assert custom["kind"] == "fallback"


@pytest.mark.parametrize("action", [actions.RestartAction(), actions.BackAction()], ids=["restart", "back"])
def test_a_command_of_rasa_is_refused_and_forgets_nothing(action: Action) -> None:
    (custom,), slots = _run(action, "/restart", slots={"last_answer": "strategie/was"})

    assert custom["kind"] == "fallback"
    assert set(slots) == {"lang", "misses", "concern", "details", "emergency"}


def test_a_message_without_a_question_gets_a_polite_word_from_every_topics_action() -> None:
    for action in (actions.StrategieAction(), actions.BotAction(), actions.KontextAction(), actions.FallbackAction()):
        (custom,), _ = _run(action, "   ")
        assert custom["kind"] == "clarification"
        assert custom["text"].startswith("Bitte schreiben Sie mir eine Frage")
