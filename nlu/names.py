"""Finds the things of `answers/names.yml` in a message."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from answers.schema import Name
from nlu.text import fold

# The town itself is named in every second message and says nothing about what is asked.
BACKGROUND = frozenset({"bochum"})


_SEPARATOR = re.compile(r"[\s\-–]+")


def _joined(form: str) -> str:
    """A form without hyphens and spaces, in which people differ: »Ruhr-Uni«, »Ruhr Uni«, »Ruhruni«."""
    return _SEPARATOR.sub("", form)


def _pattern(form: str) -> str:
    """A regular expression for a form, with or without its hyphens and spaces."""
    return r"[\s\-–]{0,3}".join(map(re.escape, _SEPARATOR.split(form)))


@dataclass(frozen=True)
class FoundName:
    """A name where it stands in a text: id and kind of the thing, and the characters from `start` to `end`."""

    id: str
    kind: str
    start: int
    end: int


class NameFinder:
    """Names anywhere in a text, as whole words, with or without their hyphens and spaces."""

    def __init__(self, names: Iterable[Name]) -> None:
        names = list(names)
        self._kinds = {name.id: name.kind for name in names}
        forms = [(fold(form), name.id) for name in names for form in (name.name, *name.aliases)]
        self._ids = {_joined(form): name for form, name in forms}
        self.surface_forms = sorted({form for name in names for form in (name.name, *name.aliases)})
        longest_first = sorted({form for form, _ in forms}, key=len, reverse=True)
        self._pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(_pattern, longest_first))})(?!\w)")

    def find(self, text: str, mend: Callable[[str], str] = fold) -> list[dict[str, Any]]:
        """The names in a text, each thing once, in order: `[{"id": …, "kind": …}]`.

        Args:
            mend: gives a text with its typing errors mended, for a text that names no Hochschule as it stands.
        """
        found = self.exact(text)
        if any(name["kind"] == "hochschule" for name in found):
            return found
        mended = [name for name in self.exact(mend(text)) if name["kind"] == "hochschule"]
        return [*found, *mended]

    def located(self, text: str) -> Iterator[FoundName]:
        """Every exact name where it stands, in order, the town itself left out."""
        # Folding makes umlauts two letters long, so that places are counted in the text as it is.
        places = [place for place, letter in enumerate(text) for _ in fold(letter)]
        for match in self._pattern.finditer(fold(text)):
            name = self._ids[_joined(match.group())]
            if name not in BACKGROUND:
                yield FoundName(name, self._kinds[name], places[match.start()], places[match.end() - 1] + 1)

    def exact(self, text: str) -> list[dict[str, Any]]:
        """The names in a text that are spelt right, each thing once."""
        ids = dict.fromkeys(self._ids[_joined(match)] for match in self._pattern.findall(fold(text)))
        return [{"id": name, "kind": self._kinds[name]} for name in ids if name not in BACKGROUND]

    def surface(self, text: str) -> list[str]:
        """The names in a text as they stand there (folded), the town itself left out."""
        return [match for match in self._pattern.findall(fold(text)) if self._ids[_joined(match)] not in BACKGROUND]

    def without_names(self, text: str) -> str:
        """The folded text without the names in it."""
        return self._pattern.sub(" ", fold(text))
