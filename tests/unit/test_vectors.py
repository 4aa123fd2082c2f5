"""Sentence vectors, and the cache that encodes only what is new."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from nlu.encoder import FOLDER, AnswerDirections, SentenceEncoder, sentence_encoder
from nlu.vectors import VectorCache, use_encoder


def test_a_text_is_encoded_once_and_remembered_over_runs(tmp_path: Path) -> None:
    encoded: list[str] = []

    def encode(new: Sequence[str]) -> np.ndarray:
        encoded.extend(new)
        return np.array([[len(text), 1.0] for text in new], dtype=np.float32)

    first = VectorCache(tmp_path / "cache" / "vectors.npz", encode)(["eins", "drei drei", "eins"])
    again = VectorCache(tmp_path / "cache" / "vectors.npz", encode)(["drei drei", "eins", "neu"])

    assert encoded == ["eins", "drei drei", "neu"]
    assert first[:, 0].tolist() == [4, 9, 4]
    assert again[:, 0].tolist() == [9, 4, 3]


@pytest.mark.parametrize("encoder", [use_encoder, sentence_encoder])
def test_a_vector_has_length_one_and_does_not_depend_on_its_neighbours(encoder: Callable) -> None:
    texts = ["Wie viele Hochschulen gibt es in Bochum?", "How many universities are there?", "", "😀" * 1200]

    found = encoder()(texts)

    assert len(found) == len(texts)
    assert np.allclose(np.linalg.norm(found, axis=1), 1.0, atol=0.02)
    assert float(found[0] @ encoder()(texts[:1])[0]) > 0.99


@pytest.mark.parametrize("encoder", [use_encoder, sentence_encoder])
def test_the_same_question_in_two_languages_is_nearer_than_another_question(encoder: Callable) -> None:
    german, english, other = encoder()(
        ["Wie viele Universitäten gibt es?", "How many universities are there?", "Wie koche ich Nudeln?"]
    )

    assert german @ english > german @ other


def test_an_encoder_that_is_not_there_is_named_with_the_mend(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"encoder\.onnx.*make encoder"):
        SentenceEncoder(tmp_path)


def test_the_tuned_directions_know_a_question_nobody_trained_on() -> None:
    directions = AnswerDirections.stored(FOLDER)

    shares = directions.probabilities(sentence_encoder()(["Sag mal, wie viele Unis stehen denn so in Bochum herum?"]))[
        0
    ]

    assert shares.sum() == pytest.approx(1.0, abs=1e-4)
    assert directions.names[int(shares.argmax())] == "hochschulen/anzahl"


def test_an_answer_newer_than_the_encoder_is_learned_from_its_examples() -> None:
    examples = [
        "Wo kann ich mein Lastenrad leihen?",
        "Lastenrad ausleihen",
        "Gibt es einen Verleih für Lastenräder?",
        "Kann man bei Ihnen ein Lastenfahrrad mieten?",
    ]
    stored = AnswerDirections.stored()
    names = [*stored.names, "standort/lastenrad"]

    directions = stored.of(names, examples, ["standort/lastenrad"] * len(examples))
    new, old = directions.probabilities(
        sentence_encoder()(["Verleihen Sie auch Lastenräder?", "Wie viele Studierende gibt es in Bochum insgesamt?"])
    )

    assert names[int(new.argmax())] == "standort/lastenrad"
    assert names[int(old.argmax())] == "hochschulen/studierende-gesamt"


def test_a_vector_does_not_depend_on_the_texts_encoded_with_it() -> None:
    short, long = "Wo liegt die RUB?", "Ich ziehe bald nach Bochum und suche für meine Firma ein Büro. " * 4

    together = sentence_encoder()([long, short, long[:40]])
    alone = np.vstack([sentence_encoder()([text]) for text in (long, short, long[:40])])

    assert (together * alone).sum(axis=1) == pytest.approx(np.ones(3), abs=1e-5)
