"""Replays whole conversations: counts what a machine can count, and writes a sheet for people to read."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape as escape_markup

from answers import AnswerStore
from answers.schema import GIVEN, read_yaml
from staff.asking import ask, assistant
from staff.evaluation import REPORTS, wilson
from staff.project import ROOT

CONVERSATIONS = ROOT / "tests" / "conversations"
SHEET = Path(__file__).with_name("reading_sheet.html")
# Shares that CI holds the development conversations to.
GATE_FILE = CONVERSATIONS / "gate.yml"
# Asks for the same again.
ASKED_AGAIN = ("kontext/wiederholen", "kontext/englisch", "kontext/deutsch", "kontext/einfacher", "kontext/quelle")


@dataclass(frozen=True)
class Spoken:
    """A message with its label and the replies it got."""

    text: str
    label: dict[str, Any]
    replies: list[dict[str, Any]]

    @property
    def targets(self) -> list[str]:
        """Where the buttons lead: ids of answers, and topics."""
        payloads = [button["payload"] for reply in self.replies for button in reply["buttons"]]
        return [json.loads(payload[payload.index("{") :])["id"] for payload in payloads]


def replay(url: str, conversation: dict[str, Any]) -> list[Spoken]:
    """Send the messages of a conversation one after the other."""
    sender = uuid.uuid4().hex
    return [Spoken(entry["text"], entry, ask(url, sender, entry["text"])) for entry in conversation["messages"]]


def satisfied(spoken: Spoken) -> bool:
    """Whether an answer that fits was given, or the door of a concern that fits was opened."""
    ids, guides = set(spoken.label.get("ids", ())), set(spoken.label.get("guides", ()))
    return any(
        reply["answer_id"] in ids | guides or (reply["kind"] == "fallback" and reply.get("concern") in guides)
        for reply in spoken.replies
    )


def wrong(spoken: Spoken) -> bool:
    """Whether another matter was given as if it were the answer."""
    fitting = {*spoken.label.get("ids", ()), *spoken.label.get("guides", ())}
    given = [reply["answer_id"] for reply in spoken.replies if reply["kind"] in GIVEN and reply["answer_id"]]
    return bool(given) and not fitting.intersection(given)


def repeated(talk: list[Spoken]) -> list[Spoken]:
    """The messages that got a text which this conversation had before, though nobody asked for it."""
    seen: set[str] = set()
    again = []
    for spoken in talk:
        texts = {reply["text"] for reply in spoken.replies}
        if texts & seen and not set(spoken.label.get("ids", ())).intersection(ASKED_AGAIN):
            again.append(spoken)
        seen |= texts
    return again


def unrelated(spoken: Spoken, store: AnswerStore) -> list[str]:
    """The answers offered that share neither topic nor concern with what would satisfy."""
    fitting = [*spoken.label.get("ids", ()), *spoken.label.get("guides", ())]
    if not fitting:
        return []
    near = {answer_id.split("/")[0] for answer_id in fitting} | {store.concern_of(answer_id) for answer_id in fitting}
    offered = [target.partition("@")[0] for target in spoken.targets if "/" in target]
    return [
        target
        for target in offered
        if not {target.split("/")[0], store.concern_of(target)} & near and not target.startswith("bot/")
    ]


def figures(talks: list[list[Spoken]], store: AnswerStore) -> dict[str, tuple[int, int]]:
    """Hits, and of how many messages, for each thing that is counted."""
    everything = [spoken for talk in talks for spoken in talk]
    scope = {
        name: [s for s in everything if s.label.get("scope") == name] for name in ("in", "out", "talk", "emergency")
    }
    inside = scope["in"]
    doors = [
        s for s in scope["out"] if satisfied(s) or any(reply["kind"] in ("fallback", "signpost") for reply in s.replies)
    ]
    return {
        "satisfied": (sum(map(satisfied, inside)), len(inside)),
        "wrong": (sum(map(wrong, inside)), len(inside)),
        "repeated": (sum(len(repeated(talk)) for talk in talks), len(everything)),
        "unrelated": (sum(bool(unrelated(s, store)) for s in everything), len(everything)),
        "doors": (len([s for s in doors if not wrong(s)]), len(scope["out"])),
        "emergencies": (
            sum(any(reply.get("emergency") for reply in s.replies) for s in scope["emergency"]),
            len(scope["emergency"]),
        ),
    }


def evaluate_conversations(split: str, url: str, gate: bool, console: Console) -> int:
    """Replay a split, print the figures, write report and reading sheet; returns the exit code."""
    conversations = read_yaml(CONVERSATIONS / f"{split}.yml")
    with assistant(url) as base, ThreadPoolExecutor(2) as pool:
        talks = list(pool.map(lambda conversation: replay(base, conversation), conversations))
    REPORTS.mkdir(exist_ok=True)
    sheet = REPORTS / f"conversations-{split}.html"
    sheet.write_text(reading_sheet(conversations, talks), encoding="utf-8")
    report = [
        {"id": c["id"], "talk": [{"text": s.text, "label": s.label, "replies": s.replies} for s in talk]}
        for c, talk in zip(conversations, talks, strict=True)
    ]
    (REPORTS / f"conversations-{split}.json").write_text(json.dumps(report, ensure_ascii=False, indent=1))
    console.print(f"{len(talks)} conversations, {sum(map(len, talks))} messages; to read: {sheet}")
    labelled = any("scope" in spoken.label for talk in talks for spoken in talk)
    if not labelled:
        return 0
    counted = figures(talks, AnswerStore())
    for name, (hits, of) in counted.items():
        low, high = wilson(hits, of)
        console.print(f"{name}: {hits / max(1, of):.1%} of {of} ({low:.1%}–{high:.1%})")
    return _gate(counted, talks, console) if gate else 0


def _gate(counted: dict[str, tuple[int, int]], talks: list[list[Spoken]], console: Console) -> int:
    share = {name: hits / max(1, of) for name, (hits, of) in counted.items()}
    gate = read_yaml(GATE_FILE)
    missed = [name for name, floor in gate["at_least"].items() if share[name] < floor]
    missed += [name for name, ceiling in gate["at_most"].items() if share[name] > ceiling]
    for name in missed:
        console.print(f"[red]{name}: {share[name]:.3f} misses its floor[/red]")
    if "emergencies" in missed:
        for spoken in (s for talk in talks for s in talk if s.label.get("scope") == "emergency"):
            if not any(reply.get("emergency") for reply in spoken.replies):
                console.print(f"  {escape_markup(spoken.text)}")
    console.print("[red]conversation gate: failed[/red]" if missed else "conversation gate: passed")
    return int(bool(missed))


def reading_sheet(conversations: list[dict[str, Any]], talks: list[list[Spoken]]) -> str:
    """A page of its own that a reader judges the replies on; no label is shown."""
    rows = "".join(
        f"<section><h2>{escape(c['id'])}</h2><p>{escape(c['role'])}</p>{''.join(_turns(talk))}</section>"
        for c, talk in zip(conversations, talks, strict=True)
    )
    return SHEET.read_text(encoding="utf-8").replace("{{conversations}}", rows)


def _turns(talk: list[Spoken]) -> Iterator[str]:
    for number, spoken in enumerate(talk):
        replies = "".join(map(_reply_to_read, spoken.replies))
        yield f"<article><p class=visitor>{number}: {escape(spoken.text)}</p><div class=reply>{replies}</div></article>"


def _reply_to_read(reply: dict[str, Any]) -> str:
    buttons = " · ".join(button["title"] for button in reply["buttons"])
    return f"<p>{escape(reply['text'])}</p><p class=buttons>{escape(buttons)}</p>"
