"""Languages that the assistant does not speak."""

from __future__ import annotations

import pytest

from answers import AnswerStore
from nlu.foreign import ForeignLanguages


@pytest.fixture(scope="module")
def foreign(real_store: AnswerStore) -> ForeignLanguages:
    return ForeignLanguages(real_store.languages.values(), ["bochum", "ne", "dat", "ma"])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Merhaba, iş arıyorum", "tr"),
        ("Я шукаю роботу в Бохумі", "uk"),
        ("Здравствуйте, как открыть фирму в Бохуме?", "ru"),
        ("أبحث عن عمل", "ar"),
        ("Dzień dobry, chciałbym założyć firmę w Bochum", "pl"),
        ("Où puis-je étudier ?", "fr"),
        ("Hola, quiero abrir una empresa en Bochum", "es"),
        ("unde pot să învăț germana?", "ro"),
    ],
)
def test_a_language_is_recognised_from_a_short_message(foreign: ForeignLanguages, text: str, code: str) -> None:
    assert foreign(text) == code


@pytest.mark.parametrize(
    "text",
    ["", "😀", "RUB", "Wo kann ich studieren?", "open space office bochum", "sach dat ma einfacher", "Café in Linden?"],
)
def test_german_english_and_next_to_nothing_are_none_of_them(foreign: ForeignLanguages, text: str) -> None:
    assert foreign(text) is None
