"""A reply as Rasa messages, and what the conversation remembers of it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.contract import (
    SHOWN_REMEMBERED,
    button_title,
    custom_of,
    payload_of,
    remembered,
    send,
    text_with_source,
)
from actions.turn import Turn
from answers import AnswerStore, Reply

from .turns import asked, tracker, turn

SLUG = st.from_regex(r"[a-z0-9]+(-[a-z0-9]+){0,3}", fullmatch=True)
APART = ("concern", "details", "emergency")
ANSWER_ID = st.builds("{}/{}".format, st.from_regex(r"[a-z]+", fullmatch=True), SLUG)


def _slots(events: list[EventType]) -> dict[str, Any]:
    """The slots but for those that have a test of their own."""
    return {event["name"]: event["value"] for event in events if event["name"] not in APART}


@given(ANSWER_ID | st.builds("{}@{}".format, ANSWER_ID, SLUG))
def test_what_a_button_carries_is_what_its_press_means(target: str) -> None:
    assert Turn.from_tracker(tracker(payload_of(target))).payload_id == target


@given(SLUG)
def test_what_a_topics_button_carries_is_what_its_press_means(topic: str) -> None:
    payload = payload_of(f"topic:{topic}")

    assert payload.startswith("/thema{")
    assert Turn.from_tracker(tracker(payload)).payload_id == topic


@pytest.mark.parametrize(
    ("target", "german", "english"),
    [
        ("strategie/was", "Was ist die Strategie?", "What is the strategy?"),
        ("topic:hochschulen", "Hochschulen", "Universities"),
        ("profil/studierende@rub", "Studierende: RUB", "Studierende (en): RUB"),
        ("bot/kontakt", "Kontakt zu einem Menschen", "Contact a person"),
    ],
)
def test_a_button_says_where_it_leads(store: AnswerStore, target: str, german: str, english: str) -> None:
    assert button_title(target, "de", store) == german
    assert button_title(target, "en", store) == english


def test_the_text_names_source_and_stand_for_channels_that_show_text_only(store: AnswerStore) -> None:
    text = text_with_source(store.reply("strategie/was"), store)

    assert text == (
        "Die Strategie ist ein Plan.\n\n"
        "Quelle: Seite strategie – https://www.example.org/strategie\nStand: Oktober 2020 (geprüft im November 2026)"
    )


def test_several_sources_and_a_missing_date_are_said(store: AnswerStore) -> None:
    german = text_with_source(store.reply("strategie/ziele"), store)
    english = text_with_source(store.reply("strategie/ziele", "en"), store)

    assert german.endswith(
        "Quellen: Seite ziele – https://www.example.org/ziele; "
        "Seite strategie – https://www.example.org/strategie\nStand: ohne Datum"
    )
    assert english.endswith("\nAs of: undated")


def test_small_talk_has_no_source_line(store: AnswerStore) -> None:
    assert text_with_source(store.reply("bot/kontakt"), store) == "Schreiben Sie uns."


def test_the_custom_object_is_the_reply_contract(store: AnswerStore) -> None:
    assert custom_of(store.reply("strategie/was"), store) == {
        "kind": "answer",
        "answer_id": "strategie/was",
        "topic": "strategie",
        "lang": "de",
        "as_of": "Oktober 2020",
        "checked": "November 2026",
        "sources": [{"title": "Seite strategie", "url": "https://www.example.org/strategie"}],
        "text": "Die Strategie ist ein Plan.",
        "entity": None,
        "concern": "strategie/was",
        "emergency": False,
    }


def test_each_reply_is_a_text_with_buttons_and_then_its_custom_object(store: AnswerStore) -> None:
    dispatcher = CollectingDispatcher()

    send([store.reply("strategie/was"), store.reply("bot/kontakt")], dispatcher, store)

    first, custom, *rest = dispatcher.messages
    assert first["buttons"] == [
        {"title": "Welche Ziele hat die Strategie?", "payload": '/antwort{"id": "strategie/ziele"}'},
        {"title": "Wie viele Hochschulen gibt es in Bochum?", "payload": '/antwort{"id": "hochschulen/anzahl"}'},
    ]
    assert custom["custom"]["answer_id"] == "strategie/was"
    assert rest[1]["custom"]["kind"] == "smalltalk"


def test_no_button_falls_out_however_many_topics_there_are(store: AnswerStore) -> None:
    dispatcher = CollectingDispatcher()

    send([Reply(kind="fallback", text="Viel", follow_ups=["strategie/was"] * 9 + ["bot/kontakt"])], dispatcher, store)

    assert len(dispatcher.messages[0]["buttons"]) == 10


def test_the_month_of_the_last_check_stands_beside_the_date(store: AnswerStore) -> None:
    reply = store.reply("strategie/was")

    assert text_with_source(reply, store).endswith("Stand: Oktober 2020 (geprüft im November 2026)")
    assert custom_of(reply, store)["checked"] == "November 2026"
    assert "geprüft" not in text_with_source(store.reply("strategie/ziele"), store)


def test_an_answer_is_remembered_with_the_thing_it_speaks_of(store: AnswerStore) -> None:
    reply = store.reply("profil/studierende", "en", hochschule="rub")

    slots = _slots(remembered(Turn(shown=("strategie/was",), misses=2), [reply], store))

    assert slots == {
        "lang": "en",
        "last_answer": "profil/studierende@rub",
        "last_name": "rub",
        "shown": ["strategie/was", "profil/studierende@rub"],
        "misses": 0,
    }


def test_an_answer_about_a_thing_in_its_title_is_remembered_with_it(store: AnswerStore) -> None:
    slots = _slots(remembered(Turn(), [store.reply("hochschulen/thga")], store))

    assert (slots["last_answer"], slots["last_name"]) == ("hochschulen/thga", "thga")


def test_a_refusal_counts_and_keeps_the_last_answer(store: AnswerStore) -> None:
    slots = _slots(remembered(Turn(misses=1), [Reply(kind="fallback", text="Leider nicht.")], store))

    assert slots == {"lang": "de", "misses": 2}


def test_a_refused_attribute_is_remembered_with_its_hochschule(store: AnswerStore) -> None:
    refusal = store.reply("profil/website", hochschule="thga")

    slots = _slots(remembered(turn(asked("profil/website")), [refusal], store))

    assert slots == {"lang": "de", "misses": 1, "last_name": "thga", "last_answer": "profil/website@thga"}


def test_the_conversation_is_about_what_the_title_names_rather_than_what_the_visitor_named(store: AnswerStore) -> None:
    slots = _slots(remembered(Turn(names=("rub",)), [store.reply("hochschulen/thga")], store))

    assert slots["last_name"] == "thga"


def test_small_talk_ends_a_row_of_refusals_and_keeps_the_last_answer(store: AnswerStore) -> None:
    slots = _slots(remembered(Turn(misses=1), [store.reply("bot/kontakt")], store))

    assert slots == {"lang": "de", "misses": 0}


def test_only_the_latest_answers_are_remembered_as_shown(store: AnswerStore) -> None:
    shown = tuple(f"strategie/frage-{number}" for number in range(SHOWN_REMEMBERED))

    slots = _slots(remembered(Turn(shown=shown), [store.reply("strategie/was")], store))

    assert slots["shown"] == [*shown[1:], "strategie/was"]


def test_the_concern_is_kept_until_another_takes_its_place(store: AnswerStore) -> None:
    def slots(visitor: Turn, *replies: Reply) -> dict[str, Any]:
        return {event["name"]: event["value"] for event in remembered(visitor, replies, store)}

    answered = slots(Turn(details={"area": "500 qm"}), store.reply("strategie/was"))
    missed = slots(Turn(concern="strategie/was"), Reply(kind="fallback", text="Nein."))

    assert (answered["concern"], answered["details"]) == ("strategie/was", {"area": "500 qm"})
    assert missed["concern"] == "strategie/was"
