"""Doors instead of refusals: what is said where no answer fits."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from actions.misses import CONCERN_FROM, SUGGEST_FROM, WITHIN_FROM, Misses
from actions.turn import Candidate, Question, Turn
from answers import AnswerStore

LONG = "eine Nachricht mit mehr als fünf Wörtern darin"


@pytest.fixture
def misses(store: AnswerStore) -> Misses:
    return Misses(store)


def _turn(answer_id: str, nearness: float, text: str = LONG, **more: Any) -> Turn:
    question = Question(text, (Candidate(answer_id, 0.3, 0.1, nearness),), "refuse", (), ())
    return Turn(text=text, questions=(question,), **more)


def test_a_message_near_a_guide_gets_it_and_after_that_its_door_with_the_visitors_own_details(misses: Misses) -> None:
    first = misses.reply(_turn("strategie/was", CONCERN_FROM))
    details = {"area": "500 qm", "quarter": "Weitmar"}
    then = misses.reply(_turn("strategie/was", CONCERN_FROM, details=details, shown=("strategie/was",)))

    assert (first.kind, first.answer_id) == ("answer", "strategie/was")
    assert then.concern == "strategie/was"
    assert then.text == (
        "Zu dem Plan kann ich Ihnen das nicht genau sagen. Fragen Sie zuerst das Rathaus. "
        "Nennen Sie dort gleich, was Sie mir geschrieben haben: 500 qm, Weitmar."
    )
    assert then.follow_ups == ["strategie/ziele", "hochschulen/anzahl", "bot/kontakt"]


def test_misses_in_a_row_never_get_the_same_text(misses: Misses) -> None:
    within = [
        misses.reply(_turn("strategie/was", 0.9, concern="strategie/was", shown=("strategie/was",), misses=n)).text
        for n in range(6)
    ]
    without = [misses.reply(_turn("hochschulen/thga", 0.0, misses=n)).text for n in range(6)]

    assert all(first != second for row in (within, without) for first, second in pairwise(row))
    assert "Schreiben Sie sonst einen Brief." in within[1]
    assert "0234" in within[2] and "0234" in without[2]


def test_a_miss_within_the_concern_of_the_conversation_gets_its_door_and_one_outside_does_not(misses: Misses) -> None:
    kept = {"concern": "strategie/was"}

    assert misses.reply(_turn("strategie/ziele", WITHIN_FROM, **kept)).concern == "strategie/was"
    assert misses.reply(_turn("hochschulen/thga", 0.3, text="Und wann?", **kept)).concern == "strategie/was"
    assert misses.reply(_turn("hochschulen/thga", 0.3, tells_details=True, **kept)).concern == "strategie/was"
    assert misses.reply(_turn("hochschulen/thga", 0.3, **kept)).concern is None


def test_a_suggestion_is_near_in_meaning_and_was_not_shown(misses: Misses) -> None:
    near = _turn("hochschulen/thga", SUGGEST_FROM)

    assert misses.reply(near).follow_ups == ["hochschulen/thga", "bot/kontakt"]
    assert misses.reply(_turn("hochschulen/thga", SUGGEST_FROM - 0.01)).follow_ups == ["bot/kontakt"]
    assert misses.reply(_turn("hochschulen/thga", 0.9, shown=("hochschulen/thga",))).follow_ups == ["bot/kontakt"]


def test_after_an_emergency_its_numbers_stay_open_and_nothing_is_offered(real_store: AnswerStore) -> None:
    reply = Misses(real_store).reply(_turn("gruendung/ich-will-gruenden", 0.9, after_emergency=True))

    assert reply.emergency
    assert "0800 1110111" in reply.text
    assert reply.follow_ups == []


def test_every_door_of_the_content_leads_somewhere_in_all_styles(real_store: AnswerStore) -> None:
    misses = Misses(real_store)

    for guide in real_store.doors:
        for lang, easy in (("de", False), ("de", True), ("en", False)):
            for number in range(4):
                reply = misses.reply(_turn(guide, 0.9, lang=lang, easy=easy, misses=number, shown=(guide,)))
                assert reply.concern == guide
                assert "{" not in reply.text
                assert all(real_store.leads_somewhere(target) for target in reply.follow_ups)
