"""German or English, deaf to the names of the domain."""

from __future__ import annotations

import pytest
from hypothesis import given

from nlu.importer import read_examples
from nlu.language import LanguageDetector
from nlu.text import clean
from staff.project import ROOT

from .test_text import ANYTHING


@pytest.fixture(scope="module")
def detector() -> LanguageDetector:
    texts = [
        text for file in (ROOT / "data" / "nlu").glob("s*.yml") for _, listed in read_examples(file) for text in listed
    ]
    return LanguageDetector.learn(["Blue Square", "Start-up Center", "RUB", "UniverCity"], texts)


@pytest.mark.parametrize(
    "message", ["Wie viele Hochschulen gibt es in Bochum?", "wo is dat denn", "Was ist das Blue Square?"]
)
def test_german_is_german_even_with_an_english_name_in_it(detector: LanguageDetector, message: str) -> None:
    assert detector(message) == "de"


@pytest.mark.parametrize(
    "message", ["How many universities are there?", "where can I study nursing", "Which of them is the oldest one?"]
)
def test_english_is_english(detector: LanguageDetector, message: str) -> None:
    assert detector(message) == "en"


@pytest.mark.parametrize("message", ["", "😀", "RUB", "Blue Square?", "51", "a"])
def test_a_message_without_words_of_its_own_decides_nothing(detector: LanguageDetector, message: str) -> None:
    assert detector(message) is None


@given(text=ANYTHING)
def test_any_cleaned_text_can_be_judged(detector: LanguageDetector, text: str) -> None:
    assert detector(clean(text)) in ("de", "en", None)
