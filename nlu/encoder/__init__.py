"""The sentence encoder tuned on our visitors' messages, run by ONNX Runtime on one core in about 3 ms a question.

`encoder.onnx` is multilingual-e5-small (Wang et al. 2024, MIT), tuned by `make encoder` and stored in 8 bits, its
vocabulary cut to German and English; `tokenizer.json` is its tokenizer, `directions.npz` the direction in which each
answer's questions lie. Figures and reasons: docs/decisions/0005.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

FOLDER = Path(__file__).resolve().parent
NETWORK_FILE, TOKENIZER_FILE, HEAD_FILE = "encoder.onnx", "tokenizer.json", "directions.npz"
# The vectors of the examples it was tuned on, so that a first training need not encode them.
VECTORS_FILE = "vectors.npz"
DIMENSIONS = 384
# What multilingual-e5 was trained with.
QUERY, PASSAGE = "query: ", "passage: "
# A message of the greatest length has about 300 pieces; attention costs their square.
MAX_PIECES = 320
# From so many texts on, all cores encode.
MANY = 100


class SentenceEncoder:
    """Texts → vectors of length 1, shape `[len(texts), DIMENSIONS]`, float32."""

    def __init__(self, folder: Path = FOLDER) -> None:
        """Load network and tokenizer.

        Raises:
            FileNotFoundError: `folder` lacks one of them.
        """
        for name in (NETWORK_FILE, TOKENIZER_FILE):
            if not (folder / name).exists():
                raise FileNotFoundError(f"{folder / name} fehlt; mit »make encoder« neu herstellen.")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._network = onnxruntime.InferenceSession(str(folder / NETWORK_FILE), options, ["CPUExecutionProvider"])
        self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
        pieces = self._tokenizer.get_vocab()
        self._begin, self._end = pieces["<s>"], pieces["</s>"]

    def __call__(self, texts: Sequence[str], prefix: str = QUERY) -> np.ndarray:
        """Encode, each text alone: in 8 bits a vector would depend on the texts that run beside it.

        A message's readings take one core; the examples, in training, all of them.
        """
        prefixed = [prefix + text for text in texts]
        if len(texts) < MANY:
            vectors = list(map(self._encoded, prefixed))
        else:
            with ThreadPoolExecutor(os.cpu_count()) as pool:
                vectors = list(pool.map(self._encoded, prefixed))
        return np.array(vectors, np.float32).reshape(len(texts), DIMENSIONS)

    def _encoded(self, text: str) -> np.ndarray:
        rows = np.array([self._pieces(text)], np.int64)
        return self._network.run(None, {"rows": rows, "mask": np.ones(rows.shape, np.float32)})[0][0]

    def _pieces(self, text: str) -> list[int]:
        inner = self._tokenizer.encode(text, add_special_tokens=False).ids
        return [self._begin, *inner[: MAX_PIECES - 2], self._end]


def encoder_hash(folder: Path = FOLDER) -> str:
    """Changes with the encoder: sha256 over network and tokenizer, the first 16 digits."""
    digest = hashlib.sha256()
    for name in (NETWORK_FILE, TOKENIZER_FILE, HEAD_FILE):
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()[:16]


@lru_cache(maxsize=1)
def sentence_encoder() -> SentenceEncoder:
    """The one encoder of this process."""
    return SentenceEncoder()


@dataclass(frozen=True)
class AnswerDirections:
    """In which direction the questions to each answer lie; turns vectors into probabilities.

    Attributes:
        names: the labels, in the order of the probabilities.
        directions: a unit vector a label, `[len(names), DIMENSIONS]`.
        mean: taken off every vector before.
        scale: what a cosine is multiplied with.
    """

    names: tuple[str, ...]
    directions: np.ndarray
    mean: np.ndarray
    scale: float

    @classmethod
    def stored(cls, folder: Path = FOLDER) -> AnswerDirections:
        """The directions that were found when the encoder was tuned."""
        with np.load(folder / HEAD_FILE) as file:
            directions = file["directions"].astype(np.float32)
            return cls(tuple(file["names"].tolist()), directions, file["mean"], float(file["scale"]))

    def of(self, names: Sequence[str], labels: Sequence[str], vectors: np.ndarray) -> AnswerDirections:
        """The directions of `names`; an answer that is newer than the encoder gets the middle of its examples.

        Args:
            labels, vectors: of the training examples, `[n]` and `[n, DIMENSIONS]`.
        """
        known = dict(zip(self.names, self.directions, strict=True))
        owners = np.array(labels)
        rows = [known[name] if name in known else self._middle(vectors[owners == name]) for name in names]
        return AnswerDirections(tuple(names), np.stack(rows), self.mean, self.scale)

    def _middle(self, vectors: np.ndarray) -> np.ndarray:
        middle = self.centred(vectors).mean(axis=0)
        return middle / np.linalg.norm(middle)

    def centred(self, vectors: np.ndarray) -> np.ndarray:
        """Vectors without the mean, of length 1, shape kept."""
        centred = vectors - self.mean
        return centred / (np.linalg.norm(centred, axis=-1, keepdims=True) + 1e-9)

    def probabilities(self, vectors: np.ndarray) -> np.ndarray:
        """Probability of every label, `[len(vectors), len(names)]`."""
        scores = self.scale * self.centred(vectors) @ self.directions.T
        shares = np.exp(scores - scores.max(axis=1, keepdims=True))
        return shares / shares.sum(axis=1, keepdims=True)
