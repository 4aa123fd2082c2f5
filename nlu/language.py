"""German or English? Learned from the examples: those whose function words tell teach the pieces of words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

from spacy.lang.de.stop_words import STOP_WORDS as GERMAN_STOP_WORDS
from spacy.lang.en.stop_words import STOP_WORDS as ENGLISH_STOP_WORDS

from nlu.text import fold, words
from nlu.wording import WordingModel

Lang = Literal["de", "en"]
# Set on the development questions: between them lie messages without words of either language.
ENGLISH_FROM = 0.7
GERMAN_UP_TO = 0.4
# A single word is too little to go by (»Hallo« looks English), except for these.
ENGLISH_WORDS = frozenset({"hello", "thanks", "bye", "goodbye", "source", "help", "contact", "yes", "more", "why"})
SMOOTHING, TEMPER = 0.003, 0.3
# A German message may hold an English word or two; an English one no German function word.
CLEARLY = 2

_LETTERS = re.compile(r"[^\W\d_]+")


@lru_cache(maxsize=1)
def _function_words() -> tuple[frozenset[str], frozenset[str]]:
    """Folded function words that only German and only English has (spaCy's lists)."""
    german, english = (frozenset(map(fold, listed)) for listed in (GERMAN_STOP_WORDS, ENGLISH_STOP_WORDS))
    return german - english, english - german


def _told_by_function_words(text: str) -> Lang | None:
    german, english = (sum(word in listed for word in words(text)) for listed in _function_words())
    if german > CLEARLY * english:
        return "de"
    return "en" if english > CLEARLY * german and english >= CLEARLY else None


class LanguageDetector:
    """Tells German from English, deaf to the names of the domain (»Blue Square« is no English sentence)."""

    def __init__(self, names: Iterable[str], pieces: WordingModel) -> None:
        """
        Args:
            names: the names under any alias.
            pieces: over the labels »de« and »en«, as `learn` fits it.
        """
        self._names = _any_of(names)
        self.pieces = pieces
        self._english = pieces.labels.index("en")

    @classmethod
    def learn(cls, names: Iterable[str], texts: Iterable[str]) -> LanguageDetector:
        """Learn from messages in both languages that nobody has labelled."""
        pattern = _any_of(names := list(names))
        told = [(rest, _told_by_function_words(rest)) for rest in (pattern.sub(" ", text) for text in texts)]
        clear = [(rest, lang) for rest, lang in told if lang]
        pieces = WordingModel.fit([rest for rest, _ in clear], [str(lang) for _, lang in clear], SMOOTHING, TEMPER)
        return cls(names, pieces)

    def __call__(self, text: str) -> Lang | None:
        """»de«, »en«, or None where the words left beside the names do not decide it."""
        rest = self._names.sub(" ", text)
        if not re.search(r"[^\W\d]{2}", rest):
            return None
        letters = _LETTERS.findall(rest.lower())
        if len(letters) == 1:
            return "en" if letters[0] in ENGLISH_WORDS else None
        english = self.pieces.probabilities([rest])[0, self._english]
        if english >= ENGLISH_FROM:
            return "en"
        return "de" if english <= GERMAN_UP_TO else None


def _any_of(names: Iterable[str]) -> re.Pattern[str]:
    longest_first = sorted(map(re.escape, names), key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(longest_first)})\b", re.I)
