"""`make directions`: fit the answers' directions anew to all examples, the encoder as it is; takes a minute or two.

Between two tunings of the encoder answers come and examples grow. An answer that is newer than the encoder has the
middle of its examples for a direction, which draws messages from its neighbours; fitted against all others it does
not. Method: softmax regression on the cosines, the loss and the scale as in tuning, by Adam (Kingma & Ba 2015).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from rich.console import Console

from answers import AnswerStore
from nlu.encoder import (
    FOLDER,
    HEAD_FILE,
    PASSAGE,
    QUERY,
    VECTORS_FILE,
    AnswerDirections,
    SentenceEncoder,
    sentence_encoder,
)
from nlu.tuning.messages import learned_messages
from nlu.understanding import texts_of_answers
from nlu.vectors import VectorCache

EPOCHS, BATCH = 8, 512
RATE, LABEL_SMOOTHING = 2e-3, 0.05
MOMENTUM, SQUARES, EPSILON = 0.9, 0.999, 1e-8


def _unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def _batches(count: int) -> Iterator[np.ndarray]:
    chance = np.random.default_rng(2030)
    for _ in range(EPOCHS):
        yield from np.array_split(chance.permutation(count), -(-count // BATCH))


def _gradient(directions: np.ndarray, scale: float, vectors: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Of the mean cross-entropy with smoothed labels, along the sphere on which the directions lie."""
    scores = scale * vectors @ directions.T
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    shares -= LABEL_SMOOTHING / len(directions)
    shares[np.arange(len(targets)), targets] -= 1 - LABEL_SMOOTHING
    free = scale * shares.T @ vectors / len(vectors)
    return free - (free * directions).sum(axis=1, keepdims=True) * directions


def fit(start: AnswerDirections, labels: Sequence[str], vectors: np.ndarray) -> AnswerDirections:
    """The directions of all labels, fitted to all examples.

    Args:
        start: where the known labels begin; the others begin in the middle of their examples.
        labels, vectors: of the examples, `[n]` and `[n, DIMENSIONS]`.
    """
    names = sorted(set(labels))
    directions = start.of(names, labels, vectors).directions.copy()
    place = {name: number for number, name in enumerate(names)}
    targets, centred = np.array([place[label] for label in labels]), start.centred(vectors)
    mean, square = np.zeros_like(directions), np.zeros_like(directions)
    plan = list(_batches(len(labels)))
    for step, batch in enumerate(plan, start=1):
        gradient = _gradient(directions, start.scale, centred[batch], targets[batch])
        mean = MOMENTUM * mean + (1 - MOMENTUM) * gradient
        square = SQUARES * square + (1 - SQUARES) * gradient**2
        rate = RATE * (1 - (step - 1) / len(plan))
        moved = mean / (1 - MOMENTUM**step) / (np.sqrt(square / (1 - SQUARES**step)) + EPSILON)
        directions = _unit(directions - rate * moved)
    return AnswerDirections(tuple(names), directions.astype(np.float32), start.mean, start.scale)


def write_directions(folder: Path, fitted: AnswerDirections) -> None:
    """Write the directions where the encoder's readers look for them."""
    np.savez(
        folder / HEAD_FILE,
        names=np.array(fitted.names),
        directions=fitted.directions.astype(np.float16),
        mean=fitted.mean.astype(np.float32),
        scale=np.float32(fitted.scale),
    )


def write_vectors_of(folder: Path, texts: Sequence[str]) -> VectorCache:
    """The vectors of examples and answers as the written encoder gives them, so that nobody need encode them."""
    encoder = SentenceEncoder(folder)
    cache = VectorCache(folder / VECTORS_FILE, lambda missing: encoder(missing, prefix=""))
    cache([*(QUERY + text for text in texts), *(PASSAGE + text for text in texts_of_answers(AnswerStore()).values())])
    return cache


def main() -> None:
    """Fit and write."""
    console = Console()
    texts, labels = learned_messages()
    console.print(f"{len(texts)} Nachrichten, {len(set(labels))} Antworten")
    vectors = write_vectors_of(FOLDER, texts)([QUERY + text for text in texts])
    write_directions(FOLDER, fit(AnswerDirections.stored(), labels, vectors))
    sentence_encoder.cache_clear()
    console.print(f"Geschrieben: {FOLDER / HEAD_FILE}")


if __name__ == "__main__":
    main()
