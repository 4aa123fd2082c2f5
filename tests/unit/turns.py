"""Turns and trackers as the understanding hands them to the actions."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker

from actions.turn import Candidate, Question, Turn


def asked(
    *ids: str,
    decision: str = "answer",
    confidence: float = 0.9,
    nearness: float = 0.0,
    hochschulen: tuple[str, ...] = (),
) -> Question:
    """A question whose candidates are `ids`, all as near, the first with `confidence`, the others behind it."""
    candidates = tuple(Candidate(key, 0.5, confidence / (place + 1), nearness) for place, key in enumerate(ids))
    return Question("eine Frage", candidates, decision, hochschulen, hochschulen)


def turn(*questions: Question, **more: Any) -> Turn:
    """A message with these questions; `more` is what is known of the conversation."""
    return Turn(text="eine Nachricht", questions=questions, **more)


def tracker(
    text: str = "eine Nachricht",
    questions: tuple[Question, ...] = (),
    slots: dict[str, Any] | None = None,
    **understood: Any,
) -> Tracker:
    """A tracker whose latest message was understood like this."""
    understanding = {
        "lang": "de",
        "names": [],
        "leans_on_context": False,
        "bare_mention": False,
        "questions": [
            {
                "text": question.text,
                "candidates": [candidate.__dict__ for candidate in question.candidates],
                "decision": question.decision,
                "names": [{"id": name, "kind": "hochschule"} for name in question.hochschulen],
            }
            for question in questions
        ],
        **understood,
    }
    message = {"text": text, "intent": {"name": "any"}, "entities": [], "understanding": understanding}
    return Tracker("visitor", slots or {}, message, [], False, None, {}, "action_listen")
