"""Several questions in one message, and the question in a letter."""

from __future__ import annotations

import pytest
from hypothesis import given

from nlu.questions import LOOSE_WORDS, MAX_QUESTIONS, split_loosely, split_questions, without_greeting

from .test_text import ANYTHING


@given(ANYTHING)
def test_any_text_splits_into_few_parts_that_stand_in_it(text: str) -> None:
    parts = split_questions(text)

    assert len(parts) <= MAX_QUESTIONS
    assert all(part.strip() for part in parts)
    assert sum(map(len, parts)) <= 2 * len(text) + 2 * len(parts)


@pytest.mark.parametrize(
    ("message", "parts"),
    [
        (
            "Wie viele Hochschulen gibt es und wie viele Studierende?",
            ["Wie viele Hochschulen gibt es", "wie viele Studierende?"],
        ),
        ("Was ist MARK 51°7? Und wo liegt die RUB?", ["Was ist MARK 51°7?", "wo liegt die RUB?"]),
        ("What is the strategy and who runs it?", ["What is the strategy", "who runs it?"]),
        ("wieviele leute wohnen da un wie groß is das", ["wieviele leute wohnen da", "wie groß is das"]),
        ("Vermietet das Werk Zimmer und ab wann?", ["Vermietet das Werk Zimmer", "ab wann?"]),
        (
            "Bitte teilen Sie uns mit, ob Flächen frei sind und mit welchen Mieten wir rechnen.",
            ["Bitte teilen Sie uns mit, ob Flächen frei sind", "mit welchen Mieten wir rechnen."],
        ),
        (
            "Meine Tochter zieht nach Bochum. Sie will studieren. Wie viele Hochschulen gibt es?",
            ["Wie viele Hochschulen gibt es?"],
        ),
    ],
)
def test_the_parts_that_ask_are_found(message: str, parts: list[str]) -> None:
    assert split_questions(message) == parts


@pytest.mark.parametrize(
    "message",
    [
        "Ich möchte gern wissen, wie viele Studierende die RUB hat.",
        "Könnten Sie mir sagen, wie viele Studierende die RUB hat?",
        "Forschung und Lehre in Bochum",
        "bochum strategie",
    ],
)
def test_a_message_that_asks_one_thing_is_not_torn_apart(message: str) -> None:
    assert len(split_questions(message)) <= 1


@pytest.mark.parametrize(
    ("message", "parts"),
    [
        ("hebesatz gewerbesteuer und wo meld ich das an", ["hebesatz gewerbesteuer", "wo meld ich das an"]),
        ("größte arbeitgeber, stärkste branchen", ["größte arbeitgeber", "stärkste branchen"]),
        ("RUB Adresse / Gewerbesteuer", ["RUB Adresse", "Gewerbesteuer"]),
        ("bochum strategie", []),
        ("a1, b2, c3, d4, e5", []),
        ("eins und zwei " * LOOSE_WORDS, []),
    ],
)
def test_two_or_three_things_side_by_side_are_told_apart(message: str, parts: list[str]) -> None:
    assert split_loosely(message) == parts


@pytest.mark.parametrize(
    ("message", "rest"),
    [
        ("Guten Tag, wo liegt die RUB?", "wo liegt die RUB?"),
        ("Sehr geehrte Damen und Herren, was ist die BoWE?", "was ist die BoWE?"),
        ("Hello! What is the strategy?", "What is the strategy?"),
        ("Moin zusammen", "Moin zusammen"),
        ("Guten Tag", "Guten Tag"),
    ],
)
def test_a_greeting_is_left_off_only_where_something_follows_it(message: str, rest: str) -> None:
    assert without_greeting(message) == rest


@given(ANYTHING)
def test_a_greeting_is_never_all_there_was(text: str) -> None:
    assert bool(without_greeting(text)) == bool(text)
