"""Sentence vectors, and the cache that encodes only what is new."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from nlu import vectors
from nlu.vectors import DIMENSIONS, EncoderName, VectorCache, encoder


@pytest.fixture
def encoded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a stand-in for the encoders was asked to encode."""
    texts: list[str] = []

    def encode(new: Sequence[str]) -> np.ndarray:
        texts.extend(new)
        return np.array([[len(text), 1.0] for text in new], dtype=np.float32)

    monkeypatch.setattr(vectors, "encoder", lambda name: encode)
    return texts


def test_a_text_is_encoded_once_and_remembered_over_runs(tmp_path: Path, encoded: list[str]) -> None:
    first = VectorCache(tmp_path / "cache", "use")(["eins", "drei drei", "eins"])

    again = VectorCache(tmp_path / "cache", "use")(["drei drei", "eins", "neu"])

    assert encoded == ["eins", "drei drei", "neu"]
    assert first[:, 0].tolist() == [4, 9, 4]
    assert again[:, 0].tolist() == [9, 4, 3]


def test_each_encoder_has_a_cache_of_its_own(tmp_path: Path, encoded: list[str]) -> None:
    VectorCache(tmp_path, "e5")(["eins"])
    VectorCache(tmp_path, "e5-passage")(["eins"])

    assert encoded == ["eins", "eins"]


@pytest.mark.parametrize("name", ["use", "e5", "e5-passage"])
def test_a_vector_has_length_one_and_the_same_text_the_same_vector(name: EncoderName) -> None:
    texts = ["Wie viele Hochschulen gibt es in Bochum?", "How many universities are there?", ""]

    found = encoder(name)(texts)

    assert found.shape == (3, DIMENSIONS[name])
    assert np.allclose(np.linalg.norm(found, axis=1), 1.0, atol=0.02)
    assert np.allclose(found[:1], encoder(name)(texts[:1]), atol=1e-3)


@pytest.mark.parametrize("name", ["use", "e5"])
def test_the_same_question_in_two_languages_is_nearer_than_another_question(name: EncoderName) -> None:
    german, english, other = encoder(name)(
        ["Wie viele Universitäten gibt es?", "How many universities are there?", "Wie koche ich Nudeln?"]
    )

    assert german @ english > german @ other
