"""What an action knows: the message as understood, and the conversation so far."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rasa_sdk import Tracker

from answers.schema import Lang

# Kinds of details (nlu/details.yml), in the order in which they are named.
DETAILS = ("area", "quarter", "money", "staff", "date", "excluded")
_PAYLOAD = re.compile(r'/(?:antwort|thema)\{\s*"id":\s*"(?P<id>[a-z0-9/@-]+)"\s*\}')


@dataclass(frozen=True)
class Candidate:
    """An answer that may fit: the classifier's probability, the judge's confidence, how near its examples are."""

    id: str
    probability: float
    confidence: float
    nearness: float = 0.0


@dataclass(frozen=True)
class Question:
    """One question of the message; `decision` is »answer«, »clarify« or »refuse«."""

    text: str
    candidates: tuple[Candidate, ...]
    decision: str
    names: tuple[str, ...]
    hochschulen: tuple[str, ...]

    @property
    def best(self) -> Candidate:
        """The most confident candidate."""
        return self.candidates[0]

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Question:
        """Read what the NLU component `AnswerClassifier` wrote."""
        return cls(
            text=data["text"],
            candidates=tuple(
                Candidate(entry["id"], entry["probability"], entry["confidence"], entry["nearness"])
                for entry in data["candidates"]
            ),
            decision=data["decision"],
            names=tuple(name["id"] for name in data["names"]),
            hochschulen=_hochschulen(data["names"]),
        )


@dataclass(frozen=True)
class Turn:
    """A visitor's message in its conversation.

    Attributes:
        text: the message as typed.
        lang, easy: language of the reply, and whether in Einfache Sprache.
        foreign: code of the language the message is written in, if it is one that the assistant does not speak.
        asks: kinds of question the message asks.
        feeling: »grief«, »fear« or »anger« where the message tells of one.
        worry: the message may tell of an emergency.
        questions: the message's questions; the first is the whole message where there are several.
        names, hochschulen: ids of the things named.
        leans_on_context: a pronoun or »und …« stands for what was said before.
        bare_mention: nothing but a name (»und die THGA?«).
        last_answer, last_name: id of the last answer, and of the thing it spoke of.
        shown: the answers shown in this conversation (`id` or `id@hochschule`).
        concern: id of the guide of what the visitor came for.
        details: what the visitor told of it so far, by kind (quarter, area, money …).
        tells_details: this message tells some of them.
        misses: refusals in a row before this message.
        after_emergency: the last reply was the answer to an emergency.
        payload_id: the id a button carries.
    """

    text: str = ""
    lang: Lang = "de"
    easy: bool = False
    foreign: str | None = None
    asks: frozenset[str] = frozenset()
    feeling: str | None = None
    worry: bool = False
    questions: tuple[Question, ...] = ()
    names: tuple[str, ...] = ()
    hochschulen: tuple[str, ...] = ()
    leans_on_context: bool = False
    bare_mention: bool = False
    last_answer: str | None = None
    last_name: str | None = None
    shown: tuple[str, ...] = field(default=())
    concern: str | None = None
    details: Mapping[str, str] = field(default_factory=dict)
    tells_details: bool = False
    misses: int = 0
    after_emergency: bool = False
    payload_id: str | None = None

    @classmethod
    def from_tracker(cls, tracker: Tracker) -> Turn:
        """Read the latest message and the slots."""
        message = tracker.latest_message or {}
        understood = message.get("understanding") or {}
        metadata = message.get("metadata") or {}
        slot = tracker.get_slot
        chosen = metadata.get("lang") if metadata.get("lang") in ("de", "en") else None
        foreign = understood.get("foreign")
        told = _details(message.get("entities") or ())
        return cls(
            text=message.get("text") or "",
            lang="en" if foreign else understood.get("lang") or slot("lang") or chosen or "de",
            foreign=foreign,
            asks=frozenset(understood.get("asks") or ()),
            feeling=understood.get("feeling"),
            worry=bool(understood.get("worry")),
            easy=bool(slot("easy")),
            questions=tuple(Question.from_data(data) for data in understood.get("questions", []) if data["candidates"]),
            names=tuple(name["id"] for name in understood.get("names", [])),
            hochschulen=_hochschulen(understood.get("names", [])),
            leans_on_context=bool(understood.get("leans_on_context")),
            bare_mention=bool(understood.get("bare_mention")),
            last_answer=slot("last_answer"),
            last_name=slot("last_name"),
            shown=tuple(slot("shown") or ()),
            concern=slot("concern"),
            details={**(slot("details") or {}), **told},
            tells_details=bool(told),
            misses=int(slot("misses") or 0),
            after_emergency=bool(slot("emergency")),
            payload_id=_payload_id(message.get("text") or ""),
        )


def _hochschulen(names: Any) -> tuple[str, ...]:
    return tuple(name["id"] for name in names if name["kind"] == "hochschule")


def _details(entities: Any) -> dict[str, str]:
    """The details of a concern among the entities of a message, by kind; later ones replace earlier ones."""
    return {entity["entity"]: entity["value"] for entity in entities if entity.get("entity") in DETAILS}


def _payload_id(text: str) -> str | None:
    """The id a button carries; a payload with anything else in it is none of ours."""
    payload = _PAYLOAD.fullmatch(text.strip())
    return payload["id"] if payload else None
