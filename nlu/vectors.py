"""The vectors of texts that were encoded before, so that a training encodes only what is new."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

Encoder = Callable[[Sequence[str]], np.ndarray]
# Directions fit into signed bytes, each vector in steps of its own (lost: less than 0.0005 of a cosine).
_STEPS = 127.0


def _in_bytes(vector: np.ndarray) -> np.ndarray:
    return np.round(vector * (_STEPS / np.abs(vector).max())).astype(np.int8)


def _key(text: str) -> str:
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()[:20]


def _read(file: Path) -> dict[str, np.ndarray]:
    if not file.exists():
        return {}
    with np.load(file) as stored:
        return dict(zip(stored["keys"].tolist(), stored["vectors"], strict=True))


def write_vectors(file: Path, vectors: dict[str, np.ndarray]) -> None:
    """Write vectors by key, all or nothing: a training that is killed leaves the old file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_suffix(".part.npz")
    np.savez_compressed(unfinished, keys=np.array(list(vectors)), vectors=np.stack(list(vectors.values())))
    unfinished.replace(file)


class VectorCache:
    """An encoder that remembers: first what was shipped with it, then what this machine has encoded."""

    def __init__(self, file: Path, encode: Encoder, shipped: Iterable[Path] = ()) -> None:
        """
        Args:
            file: where new vectors are kept.
            encode: gives vectors of length 1, `[n, dimensions]`.
            shipped: files of vectors that are there already, not to be changed.
        """
        self._file = file
        self._encode = encode
        self._known: dict[str, np.ndarray] = {}
        for source in (*shipped, file):
            self._known |= _read(source)

    def __call__(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of `texts`, shape `[len(texts), dimensions]`, float32, of length 1; new ones are encoded and kept."""
        keys = [_key(text) for text in texts]
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._known}
        if missing:
            encoded = self._encode(list(missing.values()))
            new = {key: _in_bytes(vector) for key, vector in zip(missing, encoded, strict=True)}
            self._known |= new
            write_vectors(self._file, _read(self._file) | new)
        vectors = np.stack([self._known[key] for key in keys]).astype(np.float32)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
