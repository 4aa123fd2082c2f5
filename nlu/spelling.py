"""Mends typing errors with the domain's own words (SymSpell, Garbe 2012, through `symspellpy`)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from symspellpy import SymSpell, Verbosity

from nlu.text import fold, words

MIN_LENGTH = 4
TWO_EDITS_FROM = 8
MIN_COUNT = 3
_WORD = re.compile(r"[^\W\d_]+")


def word_counts(texts: Iterable[str]) -> dict[str, int]:
    """How often each word stands in the training examples and the answers."""
    return dict(Counter(word for text in texts for word in words(text)))


class SpellingNormalizer:
    """Replaces words that nobody wrote before by the nearest one that many wrote."""

    def __init__(self, counts: Mapping[str, int], protected: Iterable[str]) -> None:
        """
        Args:
            counts: how often each word was written, as `word_counts` gives it; they are taken for right.
            protected: folded words that are right although they stand in no text (names of towns).
        """
        self.counts = counts
        self._known = frozenset(counts) | frozenset(protected)
        self._index = SymSpell(max_dictionary_edit_distance=2, prefix_length=7)
        for word, count in counts.items():
            if count >= MIN_COUNT and len(word) >= MIN_LENGTH:
                self._index.create_dictionary_entry(word, count)

    def __call__(self, text: str) -> str:
        """The folded text with its unknown words mended; equal to the folded text if there are none."""
        return _WORD.sub(lambda match: self._mended(match.group()), fold(text))

    def _mended(self, word: str) -> str:
        if len(word) < MIN_LENGTH or word in self._known:
            return word
        edits = 2 if len(word) >= TWO_EDITS_FROM else 1
        nearest = self._index.lookup(word, Verbosity.TOP, max_edit_distance=edits)
        return nearest[0].term if nearest else word
