"""Does a message lean on the one before?"""

from __future__ import annotations

import pytest

from nlu.context import is_bare_mention, leans_on_context


@pytest.mark.parametrize(
    "message",
    [
        "Und wie viele Studierende hat die?",
        "Wo liegt die?",
        "Wer arbeitet dort?",
        "und seit wann",
        "How many students does it have?",
    ],
)
def test_a_pronoun_or_an_und_leans_on_what_was_said(message: str) -> None:
    assert leans_on_context(message)


@pytest.mark.parametrize(
    "message", ["Wo liegt die Ruhr-Universität?", "Wie viele Hochschulen gibt es?", "Was ist MARK 51°7?"]
)
def test_a_whole_question_stands_alone(message: str) -> None:
    assert not leans_on_context(message)


@pytest.mark.parametrize("rest", ["und die ?", "was ist mit der ?", "and what about the ", "  "])
def test_nothing_but_filler_beside_a_name_is_a_bare_mention(rest: str) -> None:
    assert is_bare_mention(rest)


@pytest.mark.parametrize("rest", ["wo liegt die ?", "wie viele studierende hat die ?"])
def test_a_question_beside_a_name_is_more_than_a_mention(rest: str) -> None:
    assert not is_bare_mention(rest)
