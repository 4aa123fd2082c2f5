"""The things that visitors name, under any alias."""

from __future__ import annotations

import pytest
from hypothesis import given

from answers import AnswerStore
from nlu.names import NameFinder

from .test_text import ANYTHING


@pytest.fixture(scope="module")
def finder(store: AnswerStore) -> NameFinder:
    return NameFinder(store.names.values())


def _ids(finder: NameFinder, text: str) -> list[str]:
    return [name["id"] for name in finder.find(text)]


@pytest.mark.parametrize(
    ("message", "ids"),
    [
        ("Wo liegt die RUB?", ["rub"]),
        ("wo liegt die ruhr-universitaet bochum", ["rub"]),
        ("RUHR-UNIVERSITÄT BOCHUM", ["rub"]),
        ("die THGA und die Ruhr-Uni und die thga", ["thga", "rub"]),
        ("die ruhruni und die Ruhr - Uni", ["rub"]),
        ("Was ist MARK 51°7?", ["mark-517"]),
        ("Was ist Mark 517?", ["mark-517"]),
        ("Wie viele hat Bochum?", []),
        ("Rubens malte", []),
        ("", []),
    ],
)
def test_a_name_is_found_as_people_write_it_each_thing_once(finder: NameFinder, message: str, ids: list[str]) -> None:
    assert _ids(finder, message) == ids


def test_the_longest_name_counts(finder: NameFinder) -> None:
    assert _ids(finder, "Hochschule Bochum") == ["hsbo"]


def test_a_misspelt_hochschule_is_found_in_the_mended_text_and_no_other_word_is_taken_for_one(
    finder: NameFinder,
) -> None:
    def mend(text: str) -> str:
        return text.lower().replace("rur-universität", "ruhr-universitaet").replace("markk", "mark")

    assert [name["id"] for name in finder.find("Wo ist die Rur-Universität Bochum?", mend)] == ["rub"]
    assert finder.find("Wo ist MARKK 51°7?", mend) == []
    assert _ids(finder, "Was soll ich in Bochum?") == _ids(finder, "der Hochschule") == []


def test_another_university_is_not_taken_for_ours(finder: NameFinder) -> None:
    assert _ids(finder, "Wo liegt die Universität Dortmund?") == []


def test_what_stands_beside_the_names_is_left(finder: NameFinder) -> None:
    assert finder.without_names("Und die RUB?").split() == ["und", "die", "?"]
    assert finder.surface("Die RUB in Bochum") == ["rub"]


@given(text=ANYTHING)
def test_any_text_can_be_searched(finder: NameFinder, text: str) -> None:
    found = finder.find(text[:200])

    assert len({name["id"] for name in found}) == len(found)
