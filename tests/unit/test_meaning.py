"""Refusals that come near an answer are shown to the editor."""

from __future__ import annotations

from pathlib import Path

from staff.meaning import near_refusals

EXAMPLES = {
    "standort/parkhaeuser": ["Was kostet das Parken in der Innenstadt?", "Wer betreibt die Parkhäuser?"],
    "studium/mensa": ["Was gibt es heute in der Mensa?"],
    "out_of_scope": ["Was kostet das Parken in der Innenstadt??", "Wie wird das Wetter in Oslo?"],
}


def test_a_refusal_that_asks_nearly_what_an_answer_gives_is_found_with_its_neighbour(tmp_path: Path) -> None:
    (near,) = near_refusals(EXAMPLES, tmp_path, limit=5)

    assert (near.refusal, near.answer_id) == (EXAMPLES["out_of_scope"][0], "standort/parkhaeuser")
    assert near.example == "Was kostet das Parken in der Innenstadt?"


def test_without_refusals_or_answers_nothing_is_near(tmp_path: Path) -> None:
    assert near_refusals({"standort/parkhaeuser": ["Wer betreibt sie?"]}, tmp_path, 5) == []
    assert near_refusals({"out_of_scope": ["Wetter?"]}, tmp_path, 5) == []
