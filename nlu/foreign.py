"""Which language is it, if neither German nor English? Told by its letters and by spaCy's function words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib import import_module

from spacy.lang.de.stop_words import STOP_WORDS as GERMAN
from spacy.lang.en.stop_words import STOP_WORDS as ENGLISH

from answers.schema import Language

_LETTERS = re.compile(r"[^\W\d_]+")
# Words of the language that neither German nor English has; a single one may be a name or a slip.
MIN_WORDS, MIN_LETTERS = 2, 2
# Share of a message's words that must be function words of the language, or hold letters that only it has.
MIN_SHARE = 0.25


class ForeignLanguages:
    """Recognises the languages of `answers/languages.yml`."""

    def __init__(self, languages: Iterable[Language], ours: Iterable[str] = ()) -> None:
        """
        Args:
            ours: words that German and English messages use, folded.
        """
        languages = list(languages)
        self._ours = GERMAN | ENGLISH | frozenset(ours)
        self._letters = {language.id: frozenset(language.letters) for language in languages}
        self._words = {language.id: _words_of(language) - self._ours for language in languages}

    def __call__(self, text: str) -> str | None:
        """The code of the language, or None: German, English, or too little to tell."""
        words = _LETTERS.findall(text.lower())
        if not words:
            return None
        shares = {code: self._share(words, code) for code in self._words}
        best = max(shares, key=lambda code: shares[code])
        ours = sum(word in self._ours for word in words) / len(words)
        return best if shares[best] >= MIN_SHARE and shares[best] >= ours else None

    def _share(self, words: list[str], code: str) -> float:
        lettered = {word for word in words if self._letters[code].intersection(word)}
        told = lettered | self._words[code].intersection(words)
        if not lettered and len(told) < MIN_WORDS:
            return 0.0
        return sum(word in told for word in words) / len(words)


def _words_of(language: Language) -> frozenset[str]:
    listed = import_module(f"spacy.lang.{language.id}.stop_words").STOP_WORDS
    return frozenset(word for word in (*listed, *language.words) if len(word) >= MIN_LETTERS)
