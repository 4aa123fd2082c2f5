"""What a clerk would note down."""

from __future__ import annotations

import pytest
from hypothesis import given

from nlu.details import DetailFinder

from .test_text import ANYTHING

FINDER = DetailFinder(["Weitmar", "Laer", "Gerthe"], ["Was ist in Gerthe frei?", "Wie kann man das erklären?"])


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("Wir suchen eine Halle mit ca. 2.000 qm", "area", "ca. 2.000 qm"),
        ("looking for 10,000 sqm by next spring", "date", "next spring"),
        ("höchstens 5.000 Euro im Monat", "money", "höchstens 5.000 Euro im Monat"),
        ("Büro in Weitmar", "quarter", "Weitmar"),
        ("ein Betrieb mit 8 Mitarbeitern, ohne Kredit", "excluded", "ohne Kredit"),
        ("Umzug ab März 2027", "date", "ab März 2027"),
    ],
)
def test_a_detail_is_found_as_it_was_written(text: str, kind: str, words: str) -> None:
    assert (kind, words) in [(detail.kind, detail.text) for detail in FINDER(text)]


def test_details_are_taken_out_but_for_quarters_that_answers_speak_of() -> None:
    assert FINDER.without("Halle mit 2.000 qm in Weitmar") == "Halle mit in"
    assert FINDER.without("Halle in Gerthe") == "Halle in Gerthe"
    assert FINDER.without("500 qm") == "500 qm"


@given(text=ANYTHING)
def test_any_text_can_be_searched(text: str) -> None:
    assert all(text[detail.start : detail.end] == detail.text for detail in FINDER(text))
    assert FINDER.without(text) is not None
