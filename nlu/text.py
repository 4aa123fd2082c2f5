"""Text as the models see it: folded spelling, words, and the kinds of question a message asks."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from spacy.lang.de.stop_words import STOP_WORDS as GERMAN_STOP_WORDS
from spacy.lang.en.stop_words import STOP_WORDS as ENGLISH_STOP_WORDS

from answers.schema import read_yaml

KINDS_FILE = Path(__file__).with_name("question_kinds.yml")
FEELINGS_FILE = Path(__file__).with_name("feelings.yml")
MAX_CHARS = 1200
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_WORD = re.compile(r"[^\W_]+(?:°\d+)?")
_SPACE = re.compile(r"\s+")
_INVISIBLE = re.compile(
    r"[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\ud800-\udfff]"
)


def clean(text: str) -> str:
    """The message without invisible and broken characters, spaces collapsed, at most `MAX_CHARS` long.

    A longer message keeps its beginning and its end, where letters have their question.
    """
    text = _SPACE.sub(" ", _INVISIBLE.sub(" ", text)).strip()
    if len(text) <= MAX_CHARS:
        return text
    half = MAX_CHARS // 2
    return f"{text[:half].rstrip()} {text[1 - half :].lstrip()}"


def fold(text: str) -> str:
    """Lower case with umlauts written out, so that »Universität« and »UNIVERSITAET« are one."""
    return text.lower().translate(_UMLAUTS)


def words(text: str) -> list[str]:
    """The folded words of a text, numbers included, punctuation left out."""
    return _WORD.findall(fold(text))


@lru_cache(maxsize=1)
def stop_words() -> frozenset[str]:
    """Folded German and English function words (spaCy's lists)."""
    return frozenset(fold(word) for word in (*GERMAN_STOP_WORDS, *ENGLISH_STOP_WORDS))


def content_words(text: str) -> list[str]:
    """The words that carry meaning: no function words, no single letters, numbers kept."""
    return [word for word in words(text) if word not in stop_words() and (len(word) > 2 or word.isdigit())]


@lru_cache(maxsize=1)
def _kind_patterns() -> dict[str, re.Pattern[str]]:
    return {kind: re.compile("|".join(parts)) for kind, parts in read_yaml(KINDS_FILE).items()}


def question_kinds(text: str) -> frozenset[str]:
    """Which kinds of question a text asks (ids of `question_kinds.yml`); empty for bare keywords."""
    folded = fold(text)
    return frozenset(kind for kind, pattern in _kind_patterns().items() if pattern.search(folded))


@lru_cache(maxsize=1)
def _feeling_patterns() -> dict[str, re.Pattern[str]]:
    return {name: re.compile("|".join(parts)) for name, parts in read_yaml(FEELINGS_FILE).items()}


def feeling(text: str) -> str | None:
    """The feeling that a text tells of (an id of `feelings.yml`), the gravest first."""
    folded = fold(text)
    return next((name for name, pattern in _feeling_patterns().items() if pattern.search(folded)), None)


def numbers(text: str) -> frozenset[str]:
    """Years and other numbers of at least three digits, without separators: »60.000« → »60000«."""
    return frozenset(re.findall(r"\d{3,}", re.sub(r"(?<=\d)[.,](?=\d{3})", "", text)))
