"""Which answer? Two classifiers over all answers, small talk and »outside« at once, and what both together say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nlu.encoder import AnswerDirections
from nlu.wording import WordingModel

OUTSIDE = "out_of_scope"


@dataclass(frozen=True)
class ModelSettings:
    """Settings of the classifiers; the values are the ones of `config.yml`, set on the development questions.

    Attributes:
        smoothing, temper: of the naive Bayes over the wording (`WordingModel.fit`).
    """

    smoothing: float = 0.003
    temper: float = 0.15


class AnswerModel:
    """The wording and the tuned encoder's directions (docs/decisions/0001, 0005).

    The first knows the wording and learns in seconds, the second the meaning. Their probabilities are multiplied
    (geometric mean): each has errors of its own, and an answer counts that both hold possible.
    """

    def __init__(self, wording: WordingModel, directions: AnswerDirections) -> None:
        """
        Args:
            wording, directions: over the same labels in the same order.
        """
        self.wording = wording
        self.directions = directions

    @classmethod
    def fit(
        cls, texts: Sequence[str], labels: Sequence[str], vectors: np.ndarray, settings: ModelSettings
    ) -> AnswerModel:
        """Learn from examples, their labels and their vectors, `[len(texts), 384]`."""
        wording = WordingModel.fit(texts, labels, settings.smoothing, settings.temper)
        return cls(wording, AnswerDirections.stored().of(wording.labels, labels, vectors))

    @property
    def labels(self) -> tuple[str, ...]:
        """The answers' ids (and »out_of_scope«), in the order of the probabilities."""
        return self.wording.labels

    def probabilities(self, texts: Sequence[str], vectors: np.ndarray) -> np.ndarray:
        """Probability of every label, shape `[len(texts), len(labels)]`.

        Args:
            vectors: those of the tuned encoder, `[len(texts), 384]`.
        """
        product = np.sqrt(self.wording.probabilities(texts) * self.directions.probabilities(vectors)) + 1e-12
        return product / product.sum(axis=1, keepdims=True)
