"""What the classifier gives each answer of one text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np


class Shares:
    """The shares of all labels, with the most probable ones in order."""

    def __init__(self, labels: Sequence[str], columns: Mapping[str, int], outside: str, row: np.ndarray) -> None:
        """
        Args:
            labels, columns: the labels in the order of `row`, sorted, and the place of each.
            outside: the label of messages without an answer.
            row: the share of each label.
        """
        self._labels, self._columns, self._outside, self._row = labels, columns, outside, row
        self._order = np.argsort(-row, kind="stable")

    def __getitem__(self, label: str) -> float:
        return float(self._row[self._columns[label]])

    @property
    def outside(self) -> float:
        """The share of »no answer«."""
        return self[self._outside]

    def ranked(self, count: int) -> list[str]:
        """The `count` most probable answers, the most probable first."""
        answers = (self._labels[column] for column in self._order[: count + 1])
        return [label for label in answers if label != self._outside][:count]

    def rival(self, label: str) -> float:
        """The largest share of another answer."""
        return next((self[other] for other in self.ranked(2) if other != label), 0.0)
