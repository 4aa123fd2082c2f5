"""What a message leans on."""

from __future__ import annotations

import pytest

from answers import AnswerStore
from nlu.context import (
    Conversation,
    asks_what_or_where,
    has_pronoun,
    is_bare_mention,
    leans_on_context,
    speaks_to_the_assistant,
)


@pytest.mark.parametrize(
    "message",
    [
        "Und wie viele Studierende hat die?",
        "Wo liegt die?",
        "Wer arbeitet dort?",
        "Wo sitzen die?",
        "In welchen Bereichen arbeiten die vor allem?",
        "und seit wann",
        "How many students does it have?",
    ],
)
def test_a_pronoun_or_an_und_leans_on_what_was_said(message: str) -> None:
    assert leans_on_context(message)


@pytest.mark.parametrize(
    "message",
    [
        "Wo liegt die Ruhr-Universität?",
        "Was machen die Hochschulen?",
        "Wie viele Hochschulen gibt es?",
        "Was ist MARK 51°7?",
    ],
)
def test_a_whole_question_stands_alone(message: str) -> None:
    assert not leans_on_context(message)


@pytest.mark.parametrize("rest", ["und die ?", "was ist mit der ?", "and what about the ", "  "])
def test_nothing_but_filler_beside_a_name_is_a_bare_mention(rest: str) -> None:
    assert is_bare_mention(rest)


@pytest.mark.parametrize("rest", ["wo liegt die ?", "wie viele studierende hat die ?"])
def test_a_question_beside_a_name_is_more_than_a_mention(rest: str) -> None:
    assert not is_bare_mention(rest)


def test_an_und_is_no_pronoun() -> None:
    assert leans_on_context("Und mit Wir-Gefühl?") and not has_pronoun("Und mit Wir-Gefühl?")


@pytest.mark.parametrize("part", ["Was ist die BoWE", "bermuda3eck was ist das", "wo liegt die RUB"])
def test_a_part_that_asks_what_or_where_is_a_question_of_its_own(part: str) -> None:
    assert asks_what_or_where(part) and not asks_what_or_where("und die THGA")


@pytest.mark.parametrize("message", ["Wer betreibt dich?", "Are you a human?", "Wer hat Sie gebaut, Bot?"])
def test_who_speaks_to_the_assistant_is_told_from_who_speaks_of_a_thing(message: str) -> None:
    assert speaks_to_the_assistant(message) and not speaks_to_the_assistant("Wer betreibt das Haus?")


def test_a_conversation_knows_what_goes_with_its_last_answer(store: AnswerStore) -> None:
    after = Conversation.after(store, "hochschulen/anzahl", "rub")

    assert after is not None
    assert (after.title, after.subject) == ("Wie viele Hochschulen gibt es in Bochum?", "Ruhr-Universität Bochum")
    assert {"hochschulen/anzahl", "profil/studierende"} <= after.related
    assert "strategie/was" not in after.related
    assert after.is_on_topic("hochschulen/thga") and not after.is_on_topic("strategie/was")


@pytest.mark.parametrize("last_answer", [None, "", "strategie/abgeschafft", "kontext/mehr"])
def test_before_the_first_answer_and_after_one_that_is_gone_there_is_no_conversation(
    store: AnswerStore, last_answer: str | None
) -> None:
    assert Conversation.after(store, last_answer, "rub") is None


@pytest.mark.parametrize("message", ["wofür?", "Seit wann", "why?", "wie viele"])
def test_a_bare_question_word_stands_like_a_pronoun(message: str) -> None:
    assert has_pronoun(message) and not has_pronoun("Wie viele Hochschulen gibt es?")
