"""Emergencies: despair, violence, danger, illness – found before anything else, also in the middle of a story.

A message is read in its sentences, since one sentence among ten decides nothing for the whole. The wording, which
costs a millisecond, picks the sentences that may be meant; a logistic regression on their vectors decides. It learns
from all examples, those of emergencies against all others, and from sad, ill or figurative sentences that are none
(`harmless.yml`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from answers.schema import read_yaml
from nlu.text import fold

_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|\n+")
SETTINGS_FILE = Path(__file__).with_name("safety.yml")
HARMLESS_FILE = Path(__file__).with_name("harmless.yml")
# One emergency weighs as much as so many other examples: missing one is worse than a false alarm.
WEIGHT, REGULARISATION, MOST_OTHERS = 20.0, 10.0, 15_000

Texts = Sequence[str]


@dataclass(frozen=True)
class Alarm:
    """A logistic regression: `weights`, `[384]`, and `intercept`."""

    weights: np.ndarray
    intercept: float

    @classmethod
    def learn(cls, emergencies: np.ndarray, others: np.ndarray, harmless: np.ndarray) -> Alarm:
        """Learn from the vectors of examples, `[n, 384]` each.

        Args:
            others: examples of all other answers, of which evenly spread ones are taken.
            harmless: what sounds like an emergency and is none; all of it counts.
        """
        spread = others[:: max(1, len(others) // MOST_OTHERS)]
        vectors = np.concatenate([emergencies, spread, harmless])
        meant = np.arange(len(vectors)) < len(emergencies)
        model = LogisticRegression(C=REGULARISATION, class_weight={True: WEIGHT, False: 1.0}, max_iter=1000)
        model.fit(vectors, meant)
        return cls(model.coef_[0].astype(np.float32), float(model.intercept_[0]))

    def arrays(self) -> dict[str, np.ndarray]:
        """What was learned, as plain arrays."""
        return {"weights": self.weights, "intercept": np.array(self.intercept)}

    def __call__(self, vectors: np.ndarray) -> np.ndarray:
        """The log odds that each text tells of an emergency."""
        return vectors @ self.weights + self.intercept


@dataclass(frozen=True)
class Emergency:
    """What a message tells of.

    Attributes:
        answer_id: the answer to it.
        said: said outright, in words that mean nothing else.
        certain: more than a worry; it stands for the message unless the message is clearly about something else.
    """

    answer_id: str
    said: bool
    certain: bool


def harmless_texts() -> list[str]:
    """Sentences that sound like an emergency and are none."""
    return list(read_yaml(HARMLESS_FILE))


class EmergencyFinder:
    """Finds the emergency that a message tells of."""

    def __init__(
        self,
        labels: Sequence[str],
        emergencies: Sequence[str],
        by_wording: Callable[[Texts], np.ndarray],
        encode: Callable[[Texts], np.ndarray],
        by_both: Callable[[Texts, np.ndarray], np.ndarray],
        alarm: Alarm,
    ) -> None:
        """
        Args:
            labels: of the columns that both ways to classify give, `[texts, labels]`.
            emergencies: which of them are emergencies.
            by_wording, by_both: the classifier by the wording alone, and with the vectors.
            encode: gives the vectors of texts, `[texts, 384]`.
        """
        settings = read_yaml(SETTINGS_FILE)
        self._suspicion, self._worry, self._certainty = (settings[name] for name in ("suspicion", "worry", "certainty"))
        self._words = {answer_id: re.compile("|".join(patterns)) for answer_id, patterns in settings["words"].items()}
        self._harmless = re.compile("|".join(settings["harmless"]))
        self._columns = {label: column for column, label in enumerate(labels) if label in emergencies}
        self._by_wording, self._encode, self._by_both, self._alarm = by_wording, encode, by_both, alarm

    def __call__(self, message: str) -> Emergency | None:
        """The emergency that the message tells of, or may tell of."""
        sentences = list(dict.fromkeys(part for part in (message, *_SENTENCE_END.split(message)) if part.strip()))
        if not sentences or not self._columns:
            return None
        named = self._named(message)
        if named:
            return Emergency(named, said=True, certain=True)
        suspected = self._by_wording(sentences)[:, list(self._columns.values())].sum(axis=1)
        chosen = [text for text, share in zip(sentences, suspected, strict=True) if share >= self._suspicion]
        return self._alarming(chosen) if chosen else None

    def _alarming(self, sentences: Texts) -> Emergency | None:
        vectors = self._encode(sentences)
        odds = self._alarm(vectors)
        most = int(odds.argmax())
        if odds[most] < self._worry:
            return None
        shares = self._by_both([sentences[most]], vectors[most : most + 1])[0]
        answer_id = max(self._columns, key=lambda label: shares[self._columns[label]])
        return Emergency(answer_id, said=False, certain=bool(odds[most] >= self._certainty))

    def _named(self, message: str) -> str | None:
        """What is said outright, whatever else the message says."""
        folded = self._harmless.sub(" ", fold(message))
        return next((answer_id for answer_id, words in self._words.items() if words.search(folded)), None)
