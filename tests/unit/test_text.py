"""Text as the models see it, whatever a visitor types."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.text import MAX_CHARS, clean, content_words, fold, numbers, question_kinds, words

# Any code point, halves of characters included; short and far too long.
ANYTHING = st.text(st.characters(), max_size=200) | st.text(st.characters(), max_size=20).map(lambda text: text * 150)


@given(ANYTHING)
def test_cleaning_takes_any_text_bounds_it_and_is_done_after_one_pass(text: str) -> None:
    cleaned = clean(text)

    assert len(cleaned) <= MAX_CHARS
    assert not re.search(r"[\x00-\x1f\x7f\u200b\u202e]|\s\s|^\s|\s$", cleaned)
    assert clean(cleaned) == cleaned
    cleaned.encode("utf-8")


def test_a_long_letter_keeps_its_beginning_and_its_end() -> None:
    letter = "Guten Tag, " + "ich erzähle " * 1000 + "Wo liegt die RUB?"

    cleaned = clean(letter)

    assert cleaned.startswith("Guten Tag,")
    assert cleaned.endswith("Wo liegt die RUB?")


def test_an_ordinary_message_stays_as_it_is_typed() -> None:
    assert clean("Wo liegt MARK 51°7 – und seit wann? 😀") == "Wo liegt MARK 51°7 – und seit wann? 😀"


@given(ANYTHING)
def test_folding_takes_any_text_and_never_more_than_doubles_it_per_letter(text: str) -> None:
    folded = fold(text)

    assert len(folded) <= 3 * len(text)
    assert not set(folded) & set("äöüßÄÖÜ")
    assert words(text) == words(folded)


def test_capitals_umlauts_and_their_spellings_are_one() -> None:
    assert fold("Universität") == fold("UNIVERSITÄT") == fold("universitaet")


def test_function_words_carry_no_meaning_and_numbers_do() -> None:
    assert content_words("Wie viele Studierende hat die RUB im Jahr 2025?") == ["studierende", "rub", "2025"]


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Wie viele Hochschulen gibt es?", "wie-viele"),
        ("Seit wann gibt es das?", "wann"),
        ("Wer leitet die BoWE?", "wer"),
        ("Was kostet ein Grundstück?", "kosten"),
        ("Why Bochum?", "warum"),
    ],
)
def test_a_question_shows_its_kind(question: str, kind: str) -> None:
    assert kind in question_kinds(question)


def test_keywords_ask_no_kind_of_question() -> None:
    assert question_kinds("bochum strategie") == frozenset()


def test_a_number_is_the_same_with_and_without_separators() -> None:
    assert numbers("60.000 Studierende, 60,000 students, 2030, Platz 7") == {"60000", "2030"}
