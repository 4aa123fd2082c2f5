"""What a clerk would note down of a message – quarter, size, money, date, what is ruled out – found by rules and lists.

A detail is no question: it is taken out before the evidence is computed, since no answer explains it, and it is kept
for whoever takes over.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from answers.schema import read_yaml
from nlu.text import content_words, fold, words

DETAILS_FILE = Path(__file__).with_name("details.yml")
QUARTER = "quarter"


@dataclass(frozen=True)
class Detail:
    """A detail where it stands in a text: its kind, its words as written, the characters from `start` to `end`."""

    kind: str
    text: str
    start: int
    end: int


class DetailFinder:
    """Finds the details of `details.yml` and the town's quarters."""

    def __init__(self, quarters: Iterable[str], told: Collection[str] = ()) -> None:
        """
        Args:
            quarters: the town's quarters.
            told: texts that answers are found by; a quarter named there is part of a question, not only a detail.
        """
        patterns = {kind: "|".join(parts) for kind, parts in read_yaml(DETAILS_FILE).items()}
        folded = sorted((fold(quarter) for quarter in quarters), key=len, reverse=True)
        if folded:
            patterns[QUARTER] = rf"\b(?:{'|'.join(map(re.escape, folded))})\b"
        self._patterns = {kind: re.compile(pattern) for kind, pattern in patterns.items()}
        words_told = {word for text in told for word in words(text)}
        self._told = frozenset(quarter for quarter in folded if quarter in words_told)

    def __call__(self, text: str) -> list[Detail]:
        """The details of a text, in their order."""
        places = [place for place, letter in enumerate(text) for _ in fold(letter)]
        folded = fold(text)
        found = [
            Detail(kind, text[places[m.start()] : places[m.end() - 1] + 1], places[m.start()], places[m.end() - 1] + 1)
            for kind, pattern in self._patterns.items()
            for m in pattern.finditer(folded)
        ]
        return sorted(found, key=lambda detail: detail.start)

    def without(self, text: str) -> str:
        """The text without its details, but for quarters that answers speak of; the text itself if nothing is left."""
        rest = text
        for detail in reversed(self(text)):
            if detail.kind != QUARTER or fold(detail.text) not in self._told:
                rest = f"{rest[: detail.start]} {rest[detail.end :]}"
        return " ".join(rest.split()) if content_words(rest) else text
