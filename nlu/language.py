"""German or English?"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from lingua import Language, LanguageDetectorBuilder

Lang = Literal["de", "en"]
# Set on the training corpus (names masked): 0.6 % of the German messages above it, 4 % of the English below.
ENGLISH_FROM = 0.7
GERMAN_UP_TO = 0.5
# A single word is too little to go by (»Hallo« looks English), except for these.
ENGLISH_WORDS = frozenset({"hello", "thanks", "bye", "goodbye", "source", "help", "contact", "yes", "more", "why"})


_LETTERS = re.compile(r"[^\W\d_]+")


class LanguageDetector:
    """Tells German from English, deaf to the names of the domain (»Blue Square« is no English sentence)."""

    def __init__(self, names: Iterable[str]) -> None:
        longest_first = sorted(map(re.escape, names), key=len, reverse=True)
        self._names = re.compile(rf"\b(?:{'|'.join(longest_first)})\b", re.I)
        self._detector = LanguageDetectorBuilder.from_languages(Language.GERMAN, Language.ENGLISH).build()

    def __call__(self, text: str) -> Lang | None:
        """»de«, »en«, or None where the words left beside the names do not decide it."""
        rest = self._names.sub(" ", text)
        if not re.search(r"[^\W\d]{2}", rest):
            return None
        letters = _LETTERS.findall(rest.lower())
        if len(letters) == 1:
            return "en" if letters[0] in ENGLISH_WORDS else None
        english = self._detector.compute_language_confidence(rest, Language.ENGLISH)
        if english >= ENGLISH_FROM:
            return "en"
        return "de" if english <= GERMAN_UP_TO else None
