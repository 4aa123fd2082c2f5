"""What measures us: how a reply is judged against what was expected."""

from __future__ import annotations

from typing import Any

import pytest

from staff.evaluation import Result, _outcome, is_right, load_questions, summary, wilson


def _reply(kind: str, answer_id: str | None = None, entity: str | None = None) -> dict[str, Any]:
    return {"kind": kind, "answer_id": answer_id, "entity": entity}


@pytest.mark.parametrize(
    ("expected", "replies", "outcome"),
    [
        ([["a/b", "a/c"]], [_reply("answer", "a/c")], "correct"),
        ([["a/b"]], [_reply("signpost", "a/b")], "correct"),
        ([["a/b"], ["a/c"]], [_reply("answer", "a/b")], "partial"),
        ([["a/b"]], [_reply("answer", "a/x")], "wrong"),
        ([["a/b"]], [_reply("clarification")], "clarified"),
        ([["a/b"]], [_reply("fallback")], "refused"),
        ([["profil/x@rub"]], [_reply("answer", "profil/x", "thga")], "wrong"),
        ([[]], [_reply("answer", "a/b")], "wrong"),
        ([[]], [_reply("signpost", "wegweiser/b")], "refused"),
        ([[]], [_reply("fallback")], "refused"),
    ],
)
def test_a_reply_is_judged(expected: list[list[str]], replies: list[dict[str, Any]], outcome: str) -> None:
    assert _outcome(expected, replies, None) == outcome


def test_coverage_counts_what_has_no_answer_against_us_and_what_is_not_ours_not() -> None:
    def result(kind: str, outcome: str, *expected: str) -> Result:
        return Result("?", kind, "demand: founder", outcome, expected, ())

    figures = summary(
        [
            result("demand", "correct", "a/b"),
            result("demand", "wrong", "a/b"),
            result("demand-missing", "refused"),
            result("demand-other", "refused"),
            result("plain", "correct", "a/b"),
        ]
    )

    assert figures["demand: coverage (in-scope concerns answered right)"] == (1, 3)
    assert figures["demand: wrong, of all"] == (1, 4)
    assert figures["all answerable: correct"] == (1, 1)


def test_refusing_what_has_no_answer_is_right() -> None:
    assert is_right(Result("?", "far", "", "refused", (), ()))
    assert not is_right(Result("?", "far", "", "wrong", (), ()))


def test_the_interval_holds_the_share_and_narrows() -> None:
    low, high = wilson(90, 100)
    assert low < 0.9 < high
    assert wilson(900, 1000)[0] > low
    assert wilson(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize("split", ["development", "final"])
def test_at_least_three_hundred_questions_of_demand_are_in_each_split(split: str) -> None:
    demand = [entry for entry in load_questions(split) if entry["kind"].startswith("demand")]

    assert len(demand) >= 300
    assert all(bool(entry["expect"]) == (entry["kind"] == "demand") for entry in demand)
