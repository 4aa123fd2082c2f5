"""Sentence vectors, and the cache that encodes only what is new."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from nlu.encoder import FOLDER, QUERY, VECTORS_FILE, AnswerDirections, SentenceEncoder, sentence_encoder
from nlu.importer import read_examples
from nlu.text import clean
from nlu.vectors import VectorCache
from staff.project import ROOT

DATA = ROOT / "data" / "nlu"


def test_a_text_is_encoded_once_and_remembered_over_runs(tmp_path: Path) -> None:
    encoded: list[str] = []

    def encode(new: Sequence[str]) -> np.ndarray:
        encoded.extend(new)
        return np.array([[1.0, 0.0] if text == "eins" else [0.6, 0.8] for text in new], dtype=np.float32)

    first = VectorCache(tmp_path / "cache" / "vectors.npz", encode)(["eins", "drei drei", "eins"])
    again = VectorCache(tmp_path / "cache" / "vectors.npz", encode)(["drei drei", "eins", "neu"])

    assert encoded == ["eins", "drei drei", "neu"]
    assert first == pytest.approx(np.array([[1, 0], [0.6, 0.8], [1, 0]]), abs=0.005)
    assert again == pytest.approx(np.array([[0.6, 0.8], [1, 0], [0.6, 0.8]]), abs=0.005)


def test_what_was_shipped_is_not_encoded_and_not_changed(tmp_path: Path) -> None:
    shipped, own = tmp_path / "shipped.npz", tmp_path / "own.npz"
    VectorCache(shipped, lambda new: np.array([[1.0, 0.0]] * len(new)))(["alt"])
    before = shipped.read_bytes()

    cache = VectorCache(own, lambda new: np.array([[0.0, 1.0]] * len(new)), shipped=[shipped])

    assert cache(["alt", "neu"]).round(2).tolist() == [[1, 0], [0, 1]]
    assert shipped.read_bytes() == before


def test_the_vectors_of_todays_examples_are_shipped_with_the_encoder() -> None:
    def encode(new: Sequence[str]) -> np.ndarray:
        raise AssertionError(f"{len(new)} Texte müssten neu kodiert werden")

    texts = [QUERY + clean(text) for file in sorted(DATA.glob("*.yml")) for _, of in read_examples(file) for text in of]
    chosen = random.Random(0).sample(texts, 200)

    vectors = VectorCache(Path("nirgends.npz"), encode, shipped=[FOLDER / VECTORS_FILE])(chosen)

    assert (vectors[:5] * sentence_encoder()(chosen[:5], prefix="")).sum(axis=1) == pytest.approx(np.ones(5), abs=0.01)


def test_a_vector_has_length_one_and_does_not_depend_on_its_neighbours() -> None:
    texts = ["Wie viele Hochschulen gibt es in Bochum?", "How many universities are there?", "", "😀" * 1200]

    found = sentence_encoder()(texts)

    assert len(found) == len(texts)
    assert np.allclose(np.linalg.norm(found, axis=1), 1.0, atol=0.02)
    assert float(found[0] @ sentence_encoder()(texts[:1])[0]) > 0.99


def test_the_same_question_in_two_languages_is_nearer_than_another_question() -> None:
    german, english, other = sentence_encoder()(
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

    directions = stored.of(names, ["standort/lastenrad"] * len(examples), sentence_encoder()(examples))
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
