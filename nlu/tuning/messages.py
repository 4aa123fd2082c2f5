"""The examples, written differently each time they are seen: capitals, umlauts, punctuation, typing errors."""

from __future__ import annotations

import random
import re
from pathlib import Path

from answers import AnswerStore
from nlu.importer import read_examples
from nlu.text import clean, fold
from nlu.understanding import titles_as_examples

DATA = Path(__file__).resolve().parents[2] / "data" / "nlu"

_PUNCTUATION = re.compile(r"[?!.,;:»«\"]")
AS_WRITTEN = 0.4


def written_differently(text: str, chance: random.Random) -> str:
    """The message as somebody else might have typed it; unchanged in four of ten cases."""
    if chance.random() < AS_WRITTEN:
        return text
    if chance.random() < 0.5:
        text = text.lower()
    if chance.random() < 0.4:
        text = _PUNCTUATION.sub("", text)
    if chance.random() < 0.2:
        text = fold(text)
    if chance.random() < 0.3:
        for _ in range(1 + len(text) // 40):
            text = _with_typing_error(text, chance)
    return text.upper() if chance.random() < 0.03 else text


def _with_typing_error(text: str, chance: random.Random) -> str:
    if len(text) < 5:
        return text
    at = chance.randrange(len(text) - 1)
    kind = chance.random()
    if kind < 0.35:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    if kind < 0.7:
        return text[:at] + text[at + 1 :]
    return text[:at] + text[at] + text[at:]


def learned_messages() -> tuple[list[str], list[str]]:
    """All examples and titles with their answers' ids."""
    read = [block for file in sorted(DATA.glob("*.yml")) for block in read_examples(file)]
    titles, titled = titles_as_examples(AnswerStore())
    texts = [clean(text) for _, listed in read for text in listed]
    return [*texts, *titles], [*(intent for intent, listed in read for _ in listed), *titled]
