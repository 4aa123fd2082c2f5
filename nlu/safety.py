"""Emergencies: despair, violence, danger, illness – found before anything else, also in the middle of a story.

A message is read in its sentences, since one sentence among ten decides nothing for the whole. The wording, which
costs a millisecond, picks the sentences that may be meant; only those are encoded, too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from answers.schema import read_yaml
from nlu.text import fold

_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|\n+")
SETTINGS_FILE = Path(__file__).with_name("safety.yml")
# How a text is classified: its probabilities, by the wording alone and with the encoder, `[texts, labels]`.
Classifying = Callable[[Sequence[str]], np.ndarray]


class EmergencyFinder:
    """Finds the emergency that a message tells of."""

    def __init__(
        self, labels: Sequence[str], emergencies: Sequence[str], by_wording: Classifying, by_both: Classifying
    ) -> None:
        """
        Args:
            labels: of the columns that both ways to classify give.
            emergencies: which of them are emergencies.
        """
        settings = read_yaml(SETTINGS_FILE)
        self._suspicion, self._certainty = settings["suspicion"], settings["certainty"]
        self._words = {answer_id: re.compile("|".join(patterns)) for answer_id, patterns in settings["words"].items()}
        self._harmless = re.compile("|".join(settings["harmless"]))
        self._columns = {label: column for column, label in enumerate(labels) if label in emergencies}
        self._by_wording, self._by_both = by_wording, by_both

    def __call__(self, message: str) -> str | None:
        """The id of the emergency's answer, or None."""
        sentences = [part for part in (message, *_SENTENCE_END.split(message)) if part.strip()]
        sentences = list(dict.fromkeys(sentences))
        if not sentences or not self._columns:
            return None
        named = self._named(message)
        if named:
            return named
        columns = list(self._columns.values())
        suspected = self._by_wording(sentences)[:, columns].sum(axis=1)
        chosen = [text for text, share in zip(sentences, suspected, strict=True) if share >= self._suspicion]
        if not chosen:
            return None
        shares = self._by_both(chosen)[:, columns]
        row = int(shares.sum(axis=1).argmax())
        if shares[row].sum() < self._certainty:
            return None
        return list(self._columns)[int(shares[row].argmax())]

    def _named(self, message: str) -> str | None:
        """What is said outright, whatever else the message says."""
        folded = self._harmless.sub(" ", fold(message))
        return next((answer_id for answer_id, words in self._words.items() if words.search(folded)), None)
