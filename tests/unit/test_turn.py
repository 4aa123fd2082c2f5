"""What an action knows of a message and its conversation."""

from __future__ import annotations

from typing import Any

import pytest
from rasa_sdk import Tracker

from actions.turn import Turn

from .turns import asked, tracker

RUB = {"id": "rub", "kind": "hochschule"}
MARK = {"id": "mark-517", "kind": "ort"}


def test_the_message_and_the_conversation_are_read_from_the_tracker() -> None:
    question = asked("profil/studierende", "profil/gruendung", hochschulen=("rub",))
    slots = {"last_answer": "strategie/was", "last_name": "rub", "shown": ["strategie/was"], "misses": 1.0}

    turn = Turn.from_tracker(tracker("Und die RUB?", (question,), slots, names=[MARK, RUB], bare_mention=True))

    assert turn.text == "Und die RUB?"
    assert turn.questions == (question,)
    assert (turn.names, turn.hochschulen, turn.bare_mention) == (("mark-517", "rub"), ("rub",), True)
    assert (turn.last_answer, turn.last_name, turn.shown, turn.misses) == (
        "strategie/was",
        "rub",
        ("strategie/was",),
        1,
    )


@pytest.mark.parametrize(
    ("understood", "slot", "metadata", "expected"),
    [
        ("en", "de", {"lang": "de"}, "en"),
        (None, "en", {"lang": "de"}, "en"),
        (None, None, {"lang": "en"}, "en"),
        (None, None, {"lang": "fr"}, "de"),
        (None, None, None, "de"),
    ],
)
def test_the_words_of_the_message_decide_its_language_then_the_conversation_then_the_page(
    understood: str | None, slot: str | None, metadata: dict[str, str] | None, expected: str
) -> None:
    visitor = tracker(slots={"lang": slot}, lang=understood)
    visitor.latest_message["metadata"] = metadata

    assert Turn.from_tracker(visitor).lang == expected


@pytest.mark.parametrize("message", [None, {}, {"text": None}, {"text": "", "understanding": None}])
def test_a_message_that_was_not_understood_is_an_empty_turn(message: Any) -> None:
    turn = Turn.from_tracker(Tracker("visitor", {}, message, [], False, None, {}, "action_listen"))

    assert turn == Turn()


@pytest.mark.parametrize(
    "text",
    [
        '/antwort{"id": "strategie/was", "mehr": "x"}',
        '/antwort{"id": ["strategie/was"]}',
        '/antwort{"id": null}',
        '/antwort{"id": "../../etc/passwd"}',
        '/antwort{"id": ""}',
        '/anderes{"id": "strategie/was"}',
        'Bitte /antwort{"id": "strategie/was"}',
        "/antwort",
        "strategie/was",
    ],
)
def test_a_payload_that_no_button_carries_leads_nowhere(text: str) -> None:
    assert Turn.from_tracker(tracker(text)).payload_id is None
