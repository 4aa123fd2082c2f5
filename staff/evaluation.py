"""Asks the evaluation questions over REST and counts what comes back."""

from __future__ import annotations

import json
import math
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from answers.schema import GIVEN, read_yaml
from staff.asking import ask, assistant
from staff.project import ROOT

QUESTIONS = ROOT / "tests" / "questions"
REPORTS = ROOT / "reports"
BASELINE = QUESTIONS / "baseline.json"
OUTCOMES = ("correct", "partial", "clarified", "refused", "wrong")
GATE_POINTS = 1.0
# Kinds of the questions in demand.yml, by their label: what people ask without knowing what we have.
DEMAND = {"answered": "demand", "missing": "demand-missing", "other": "demand-other"}
# Follow-ups that mean the last answer are right when they repeat it (source, Stand, simpler, English).
REPEATING = {f"kontext/{name}" for name in ("quelle", "stand", "einfacher", "englisch", "deutsch", "wiederholen")}


@dataclass(frozen=True)
class Result:
    """How one question was answered."""

    question: str
    kind: str
    topic: str
    outcome: str
    expected: tuple[str, ...]
    got: tuple[str, ...]


def load_questions(split: str) -> list[dict[str, Any]]:
    """The questions of a split (»development« or »final«), those of demand.yml included."""
    demand = [entry for entry in read_yaml(QUESTIONS / "demand.yml") if entry["split"] == split]
    return [*read_yaml(QUESTIONS / f"{split}.yml"), *map(_of_demand, demand)]


def _of_demand(entry: dict[str, Any]) -> dict[str, Any]:
    return {
        "question": entry["message"],
        "kind": DEMAND[entry["label"]],
        "expect": entry.get("ids", []),
        "topic": f"demand: {entry['who']}",
    }


def answered(url: str, entry: dict[str, Any]) -> Result:
    """Ask one question in a conversation of its own and judge the replies."""
    sender = uuid.uuid4().hex
    previous: list[dict[str, Any]] = []
    for message in entry.get("before", []):
        previous = ask(url, sender, message)
    replies = ask(url, sender, entry["question"])
    before = next((reply["answer_id"] for reply in reversed(previous) if reply["kind"] in GIVEN), None)
    expected = [entry["expect"]] if "expect" in entry else entry["expect_all"]
    return Result(
        question=entry["question"],
        kind=entry["kind"],
        topic=entry.get("topic") or _topic(expected),
        outcome=_outcome(expected, replies, before),
        expected=tuple(option for options in expected for option in options),
        got=tuple(_key(reply) for reply in replies),
    )


def _topic(expected: list[list[str]]) -> str:
    first = next((option for options in expected for option in options), "")
    return first.split("/")[0] if first else "unanswerable"


def _key(reply: dict[str, Any]) -> str:
    if not reply["answer_id"]:
        return f"({reply['kind']})"
    return f"{reply['answer_id']}@{reply['entity']}" if reply.get("entity") else reply["answer_id"]


def _outcome(expected: list[list[str]], replies: list[dict[str, Any]], before: str | None) -> str:
    kinds = {reply["kind"] for reply in replies}
    given = [reply for reply in replies if reply["answer_id"]]
    if not any(expected):
        if any(reply["kind"] == "answer" for reply in given):
            return "wrong"
        return "clarified" if "clarification" in kinds else "refused"
    if all(any(_counts(option, replies, before) for option in options) for options in expected):
        return "correct"
    if given:
        wanted = [option for options in expected for option in options]
        fitting = all(any(_counts(option, [reply], before) for option in wanted) for reply in given)
        return "partial" if fitting else "wrong"
    return "clarified" if "clarification" in kinds else "refused"


def _counts(option: str, replies: list[dict[str, Any]], before: str | None) -> bool:
    if option in REPEATING:
        return any(reply["kind"] in GIVEN and reply["answer_id"] == before for reply in replies)
    if option == "kontext/mehr":
        return any(reply["kind"] in GIVEN for reply in replies)
    if option.startswith("kontext/"):
        return any(reply["kind"] == "smalltalk" for reply in replies)
    wanted, _, hochschule = option.partition("@")
    if option.startswith("profil/studiengebuehren") and any(
        reply["kind"] == "fallback" and reply.get("entity") == hochschule for reply in replies
    ):
        return True
    return any(
        reply["answer_id"] == wanted and (not hochschule or reply.get("entity") == hochschule) for reply in replies
    )


def wilson(successes: int, total: int) -> tuple[float, float]:
    """95 % confidence interval of a share (Wilson 1927)."""
    if not total:
        return 0.0, 1.0
    z, share = 1.959964, successes / total
    centre = share + z * z / (2 * total)
    spread = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    return (centre - spread) / (1 + z * z / total), (centre + spread) / (1 + z * z / total)


def table(results: Iterable[Result], by: str) -> Table:
    """Counts of the outcomes by `topic` or `kind`, with the share that is right and its interval."""
    groups: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        groups[getattr(result, by)].append(result)
    shown = Table(by, *OUTCOMES, "right", "95 % interval")
    for name, group in sorted(groups.items()):
        counts = Counter(result.outcome for result in group)
        low, high = wilson(sum(map(is_right, group)), len(group))
        shown.add_row(
            name,
            *(str(counts[outcome]) for outcome in OUTCOMES),
            f"{sum(map(is_right, group)) / len(group):.1%}",
            f"{low:.1%}–{high:.1%}",
        )
    return shown


def is_right(result: Result) -> bool:
    """Correct where there is an answer; refused or clarified where there is none."""
    return result.outcome == "correct" or (not result.expected and result.outcome != "wrong")


def summary(results: list[Result]) -> dict[str, tuple[int, int]]:
    """The headline figures: hits, and of how many questions; first those of demand.yml, then those of our own facts."""
    demand = [result for result in results if result.kind in DEMAND.values()]
    in_scope = [result for result in demand if result.kind != DEMAND["other"]]
    results = [result for result in results if result.kind not in DEMAND.values()]
    answerable = [result for result in results if result.expected]
    unanswerable = [result for result in results if not result.expected]
    plain = [result for result in answerable if result.kind in ("plain", "keyword")]
    rough = [result for result in answerable if result.kind in ("typo", "slang", "letter", "english")]
    linked = [result for result in answerable if result.kind in ("follow-up", "double")]

    def share(group: list[Result], outcome: str | None = None) -> tuple[int, int]:
        hits = [r for r in group if (r.outcome == outcome if outcome else is_right(r))]
        return len(hits), len(group)

    signposted = [r for r in demand if r.expected and all(option.startswith("wegweiser/") for option in r.expected)]
    return {
        "demand: coverage (in-scope concerns answered right)": share(in_scope, "correct"),
        "demand: wrong, of all": share(demand, "wrong"),
        "demand: what has an answer, answered right": share([r for r in demand if r.kind == DEMAND["answered"]]),
        "demand: rightly signposted": share(signposted),
        "plain and keywords: correct": share(plain),
        "typing errors, slang, letters, English: correct": share(rough),
        "follow-ups and two in one: correct": share(linked),
        "all answerable: correct": share(answerable),
        "unanswerable: refused or clarified": share(unanswerable),
        "wrong, of all": share(results, "wrong"),
        "plain and keywords: clarified": share(plain, "clarified"),
    }


def evaluate_split(split: str, url: str, gate: bool, console: Console) -> int:
    """Ask all questions of a split, print the tables, save the report; returns the exit code.

    With `gate` the development split is compared with `tests/questions/baseline.json`: a kind that lost more
    than one point (and more than two questions) fails, and the questions that turned are listed.
    """
    entries = load_questions(split)
    with assistant(url) as base, ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda entry: answered(base, entry), entries))
    _print(split, results, console)
    REPORTS.mkdir(exist_ok=True)
    report = [{**result.__dict__, "right": is_right(result)} for result in results]
    (REPORTS / f"evaluation-{split}.json").write_text(json.dumps(report, ensure_ascii=False, indent=1))
    return _gate(results, console) if gate else 0


def _print(split: str, results: list[Result], console: Console) -> None:
    console.rule(f"{split}: {len(results)} questions")
    console.print(table(results, "topic"))
    console.print(table(results, "kind"))
    for name, (hits, of) in summary(results).items():
        low, high = wilson(hits, of)
        console.print(f"{name}: {hits / max(1, of):.1%} of {of} ({low:.1%}–{high:.1%})")
    _print_missing([result for result in results if result.kind == DEMAND["missing"]], console)
    confusions = Counter(
        (result.expected[:1] or ("(refuse)",), result.got[:1]) for result in results if result.outcome == "wrong"
    )
    console.print("\nworst confusions (expected → got):")
    for (expected, got), count in confusions.most_common(10):
        console.print(f"  {count}× {expected[0]} → {got[0] if got else '–'}")


def _print_missing(missing: list[Result], console: Console) -> None:
    """Concerns in scope that no answer gives, those of the people who miss most first."""
    who = Counter(result.topic for result in missing)
    console.print(f"\nwanted, and without an answer: {len(missing)}")
    for result in sorted(missing, key=lambda result: (-who[result.topic], result.topic, result.question)):
        console.print(f"  {result.topic}: {escape(result.question[:140])}", soft_wrap=True)


def _gate(results: list[Result], console: Console) -> int:
    stored = json.loads(BASELINE.read_text(encoding="utf-8"))
    now = {result.question: is_right(result) for result in results}
    failed = 0
    for kind in sorted({result.kind for result in results}):
        questions = [result.question for result in results if result.kind == kind]
        before = [stored["right"][question] for question in questions if question in stored["right"]]
        after = [now[question] for question in questions if question in stored["right"]]
        lost = sum(before) - sum(after)
        if lost > 2 and 100 * lost / max(1, len(before)) > GATE_POINTS:
            failed = 1
            console.print(f"[red]{kind}: {lost} of {len(before)} fewer are right than in the baseline:[/red]")
            for question in questions:
                if stored["right"].get(question) and not now[question]:
                    console.print(f"  {question}")
    console.print("[red]regression gate: failed[/red]" if failed else "regression gate: passed")
    return failed


def write_baseline(report: Path = REPORTS / "evaluation-development.json") -> None:
    """Take the last development report as the baseline of the gate."""
    entries = json.loads(report.read_text(encoding="utf-8"))
    right = {entry["question"]: entry["right"] for entry in entries}
    BASELINE.write_text(json.dumps({"right": right}, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
