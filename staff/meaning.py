"""Refusal examples that come near an answer in meaning: each may keep a visitor from an answer that is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nlu.answer_model import OUTSIDE
from nlu.encoder import QUERY
from nlu.text import clean
from nlu.understanding import remembering_encoder

ROWS_A_BLOCK = 1000
# Nearer than this, two messages ask nearly the same; most trained near misses lie below.
NEAR_FROM = 0.9


@dataclass(frozen=True)
class NearRefusal:
    """A refusal example and the example of an answer that is nearest to it in meaning."""

    refusal: str
    answer_id: str
    example: str
    cosine: float


def near_refusals(examples: Mapping[str, Sequence[str]], cache_dir: Path, limit: int) -> list[NearRefusal]:
    """The refusal examples nearest to an answer, the nearest first, at most `limit`.

    Args:
        examples: the training examples by intent, those to be refused under »out_of_scope«.
        cache_dir: where the vectors of new examples are kept.
    """
    refused = list(examples.get(OUTSIDE, ()))
    told = [(intent, text) for intent, texts in examples.items() if "/" in intent for text in texts]
    if not refused or not told:
        return []
    encode = remembering_encoder(cache_dir)
    vectors = encode([QUERY + clean(text) for text in (*refused, *(text for _, text in told))])
    centred = vectors - vectors.mean(axis=0)
    centred /= np.linalg.norm(centred, axis=1, keepdims=True)
    answers = centred[len(refused) :].T
    found: list[NearRefusal] = []
    for start in range(0, len(refused), ROWS_A_BLOCK):
        cosines = centred[start : min(start + ROWS_A_BLOCK, len(refused))] @ answers
        for row, nearest in enumerate(cosines.argmax(axis=1)):
            cosine = float(cosines[row, nearest])
            if cosine >= NEAR_FROM:
                answer_id, example = told[nearest]
                found.append(NearRefusal(refused[start + row], answer_id, example, cosine))
    return sorted(found, key=lambda near: -near.cosine)[:limit]
