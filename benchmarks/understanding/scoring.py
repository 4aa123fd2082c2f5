"""From guesses to figures: a threshold a system, chosen on the development split, measured on the final."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.understanding.asked import CLAIMLESS, Question
from benchmarks.understanding.systems import Guess

REFUSED_AT_LEAST = 0.95
PRICE_OF_WRONG = 2
SCORINGS = ("first", "against outside")
Count = list[int]  # [hits, of how many]


@dataclass(frozen=True)
class Threshold:
    """How a system decides to answer.

    Attributes:
        scoring: »first«: the best answer's own score, refused where »outside« scores higher;
            »against outside«: its share of the two, or its lead.
        value: the score from which it answers.
        smalltalk_value: the same for small talk and follow-ups, where they have one of their own.
    """

    scoring: str
    value: float
    smalltalk_value: float | None = None

    def gives(self, guesses: Sequence[Guess], scale: str) -> np.ndarray:
        """Which guesses are given as answers."""
        small = np.array([guess.label.startswith(CLAIMLESS) for guess in guesses])
        needed = np.where(small & (self.smalltalk_value is not None), self.smalltalk_value or 0.0, self.value)
        return decision_scores(guesses, self.scoring, scale) >= needed


def decision_scores(guesses: Sequence[Guess], scoring: str, scale: str) -> np.ndarray:
    """The number that is held against the threshold, for each guess."""
    return np.array([_decision_score(guess, scoring, scale) for guess in guesses])


def _decision_score(guess: Guess, scoring: str, scale: str) -> float:
    if not guess.label or (scale == "share" and guess.score <= 0):
        return -np.inf
    if guess.outside is None:
        return guess.score
    if scoring == "first":
        return guess.score if guess.score > guess.outside else -np.inf
    if scale == "share":
        return guess.score / (guess.score + guess.outside + 1e-12)
    return guess.score - guess.outside


def _fits(questions: Sequence[Question], guesses: Sequence[Guess]) -> np.ndarray:
    return np.array([guess.label in question.expect for question, guess in zip(questions, guesses, strict=True)])


def _claims(questions: Sequence[Question], guesses: Sequence[Guess]) -> np.ndarray:
    """Whether giving the guess would be more than small talk (which harms no unanswerable question)."""
    return np.array(
        [q.answerable or not g.label.startswith(CLAIMLESS) for q, g in zip(questions, guesses, strict=True)]
    )


def best_threshold(questions: Sequence[Question], guesses: Sequence[Guess], scale: str) -> Threshold:
    """The threshold with most right − 2 · wrong among those that refuse at least 95 % of the unanswerable."""
    fits, claims = _fits(questions, guesses), _claims(questions, guesses)
    answerable = np.array([question.answerable for question in questions])
    best, best_value = Threshold("first", np.inf), -np.inf
    for scoring in SCORINGS if scale != "none" else SCORINGS[:1]:
        scores = decision_scores(guesses, scoring, scale)
        for threshold in _midpoints(scores):
            given = (scores >= threshold) & claims
            if 1 - given[~answerable].mean() < REFUSED_AT_LEAST:
                continue
            value = (given & fits).sum() - PRICE_OF_WRONG * (given & ~fits).sum()
            if value > best_value:
                best, best_value = Threshold(scoring, float(threshold)), value
    return best


def _midpoints(scores: np.ndarray) -> np.ndarray:
    levels = np.unique(scores[np.isfinite(scores)])
    if not len(levels):
        return np.array([1.0])
    return np.concatenate([[levels[-1] + 1e-6], ((levels[1:] + levels[:-1]) / 2)[::-1], [levels[0]]])


def figures(
    questions: Sequence[Question], guesses: Sequence[Guess], threshold: Threshold, scale: str
) -> dict[str, Any]:
    """Counts at a threshold: right and English of answerable, refused of unanswerable, wrong of all."""
    fits, claims = _fits(questions, guesses), _claims(questions, guesses)
    answerable = np.array([question.answerable for question in questions])
    english = answerable & np.array([question.kind == "english" for question in questions])
    given = threshold.gives(guesses, scale) & claims
    good = np.where(answerable, given & fits, ~given)
    kinds = np.array([question.kind for question in questions])
    return {
        "right": _count(given & fits, answerable),
        "refused": _count(~given, ~answerable),
        "wrong": _count(given & ~fits, np.ones_like(given)),
        "english": _count(given & fits, english),
        "forced": _count(fits, answerable),
        "by_kind": {kind: _count(good, kinds == kind) for kind in sorted(set(kinds))},
    }


def right_at_equal_refusal(questions: Sequence[Question], guesses: Sequence[Guess], scoring: str, scale: str) -> Count:
    """Right of answerable at the lowest threshold that refuses 95 % of these very unanswerable questions.

    Read off the questions themselves, so nobody reaches it in advance; it sets systems side by side fairly.
    """
    scores = decision_scores(guesses, scoring, scale)
    fits, claims = _fits(questions, guesses), _claims(questions, guesses)
    answerable = np.array([question.answerable for question in questions])
    right = 0
    for threshold in _midpoints(scores):
        given = (scores >= threshold) & claims
        if 1 - given[~answerable].mean() >= REFUSED_AT_LEAST:
            right = max(right, int((given & fits & answerable).sum()))
    return [right, int(answerable.sum())]


def _count(hits: np.ndarray, among: np.ndarray) -> Count:
    return [int((hits & among).sum()), int(among.sum())]


def reliability(questions: Sequence[Question], guesses: Sequence[Guess], bins: int = 10) -> list[dict[str, Any]]:
    """Mean confidence and share that is right, in equal bins; bins with fewer than 5 are left out."""
    scores, fits = np.array([guess.score for guess in guesses]), _fits(questions, guesses)
    number = np.minimum((scores * bins).astype(int), bins - 1)
    return [
        {"confidence": float(scores[number == n].mean()), "right": _count(fits, number == n)}
        for n in range(bins)
        if (number == n).sum() >= 5
    ]


def risk_coverage(
    questions: Sequence[Question], guesses: Sequence[Guess], scoring: str, scale: str, points: int = 60
) -> list[list[float]]:
    """[share of all questions answered, share of these answers that is wrong], from sure to unsure."""
    scores = decision_scores(guesses, scoring, scale)
    fits, claims = _fits(questions, guesses), _claims(questions, guesses)
    order = np.argsort(-scores, kind="stable")
    order = order[claims[order] & np.isfinite(scores[order])]
    wrong = np.cumsum(~fits[order]) / np.arange(1, len(order) + 1)
    chosen = np.unique(np.linspace(min(20, len(order)) - 1, len(order) - 1, points).astype(int))
    return [[round((n + 1) / len(questions), 4), round(float(wrong[n]), 4)] for n in chosen]
