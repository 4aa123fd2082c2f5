"""`make encoder`: tune the encoder on the examples and write it to `nlu/encoder/`; takes a quarter of an hour.

Method: the network is tuned end to end as a classifier over all answers, with a direction for each answer and the
cosine to it as score; what was tried and what it gave stands in docs/decisions/0005. It never sees an
evaluation question.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import tensorflow as tf
from rich.console import Console
from rich.progress import track

from answers import AnswerStore
from nlu.encoder import (
    FOLDER,
    MAX_PIECES,
    NETWORK_FILE,
    QUERY,
    TOKENIZER_FILE,
    VECTORS_FILE,
    AnswerDirections,
)
from nlu.tuning.base import BaseModel
from nlu.tuning.directions import write_directions, write_vectors_of
from nlu.tuning.export import export, pieces_to_keep, tokenizer_of
from nlu.tuning.messages import learned_messages, written_differently
from nlu.tuning.network import TunableEncoder
from nlu.understanding import texts_of_answers

EPOCHS = 3
BATCH = 64
FROZEN_LAYERS = 2
ENCODER_RATE, HEAD_RATE = 1e-4, 2e-3
WARM_UP_STEPS = 100
LABEL_SMOOTHING, DROPOUT = 0.05, 0.1
FIRST_SCALE = 20.0
BATCHES_A_CHUNK = 16

Ids = list[int]
Batch = list[tuple[int, Ids]]


class Tuner:
    """Tunes the encoder and one direction (unit vector) for every label."""

    def __init__(self, texts: Sequence[str], labels: Sequence[str]) -> None:
        self._texts = texts
        self.names = sorted(set(labels))
        index = {name: number for number, name in enumerate(self.names)}
        self._targets = np.array([index[label] for label in labels])
        self._base = BaseModel.packaged()
        self._tokenizer = tokenizer_of(self._base)
        self._chance = random.Random(2030)
        self._plan = list(self._batches())
        seen = [*texts, *texts_of_answers(AnswerStore()).values(), QUERY]
        self.pieces = pieces_to_keep(self._base, self._tokenizer, seen)
        self.pieces = np.union1d(self.pieces, [piece for batch in self._plan for _, ids in batch for piece in ids])
        self.encoder = TunableEncoder(self._base, self.pieces, FROZEN_LAYERS)
        self._start_head()

    def _ids(self, text: str) -> Ids:
        inner = self._tokenizer.encode(f"{QUERY}{text}", add_special_tokens=False).ids
        return [self._base.begin, *inner[: MAX_PIECES - 2], self._base.end]

    def _batches(self) -> Iterator[Batch]:
        """All epochs: messages of like length together, each written differently every time."""
        order = list(range(len(self._texts)))
        for _ in range(EPOCHS):
            self._chance.shuffle(order)
            seen = [(number, self._ids(written_differently(self._texts[number], self._chance))) for number in order]
            for start in range(0, len(seen), BATCH * BATCHES_A_CHUNK):
                chunk = sorted(seen[start : start + BATCH * BATCHES_A_CHUNK], key=lambda pair: len(pair[1]))
                batches = [chunk[at : at + BATCH] for at in range(0, len(chunk), BATCH)]
                self._chance.shuffle(batches)
                yield from batches

    def _start_head(self) -> None:
        """Each label starts as the middle of its examples."""
        vectors = self._encoded([self._ids(text) for text in self._texts])
        self.mean = vectors.mean(axis=0)
        middles = [vectors[self._targets == number].mean(axis=0) for number in range(len(self.names))]
        directions = np.stack(middles) - self.mean
        self._head = tf.Variable((directions / np.linalg.norm(directions, axis=1, keepdims=True)).T, dtype=tf.float32)
        self._scale = tf.constant(FIRST_SCALE)

    def _encoded(self, ids: list[Ids]) -> np.ndarray:
        encode = tf.function(self.encoder, reduce_retracing=True, autograph=False)
        vectors = np.zeros((len(ids), self.encoder.sizes.hidden), np.float32)
        order = sorted(range(len(ids)), key=lambda number: len(ids[number]))
        for start in range(0, len(order), 2 * BATCH):
            part = order[start : start + 2 * BATCH]
            vectors[part] = encode(*map(tf.constant, self.encoder.padded([ids[number] for number in part]))).numpy()
        return vectors

    def tune(self) -> None:
        """Run through all batches; the learning rate rises and then falls along a cosine."""
        encoder_steps = tf.keras.optimizers.legacy.Adam(ENCODER_RATE)
        head_steps = tf.keras.optimizers.legacy.Adam(HEAD_RATE)
        variables = self.encoder.tuned_variables

        @tf.function(reduce_retracing=True, autograph=False)
        def step(rows: tf.Tensor, mask: tf.Tensor, targets: tf.Tensor) -> None:
            with tf.GradientTape() as tape:
                centred = tf.nn.l2_normalize(self.encoder(rows, mask, DROPOUT) - self.mean, axis=1)
                scores = self._scale * tf.matmul(centred, tf.nn.l2_normalize(self._head, axis=0))
                wanted = tf.one_hot(targets, len(self.names)) * (1 - LABEL_SMOOTHING) + LABEL_SMOOTHING / len(
                    self.names
                )
                loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(wanted, scores))
            *gradients, of_head = tape.gradient(loss, [*variables, self._head])
            encoder_steps.apply_gradients(zip(gradients, variables, strict=True))
            head_steps.apply_gradients([(of_head, self._head)])

        for number, batch in enumerate(track(self._plan, "Der Encoder wird angepasst …")):
            rate = min(1.0, (number + 1) / WARM_UP_STEPS) * (1 + math.cos(math.pi * number / len(self._plan))) / 2
            encoder_steps.learning_rate.assign(ENCODER_RATE * rate)
            head_steps.learning_rate.assign(HEAD_RATE * max(rate, 0.1))
            rows, mask = self.encoder.padded([ids for _, ids in batch])
            step(tf.constant(rows), tf.constant(mask), tf.constant(self._targets[[text for text, _ in batch]]))

    def write(self, folder: Path) -> None:
        """Write network, tokenizer and head."""
        folder.mkdir(parents=True, exist_ok=True)
        export(self.encoder, folder / NETWORK_FILE)
        tokenizer_of(self._base, self.pieces).save(str(folder / TOKENIZER_FILE), pretty=False)
        directions = tf.nn.l2_normalize(self._head, axis=0).numpy().T
        write_directions(folder, AnswerDirections(tuple(self.names), directions, self.mean, FIRST_SCALE))
        # What was known of another encoder means nothing for this one.
        (folder / VECTORS_FILE).unlink(missing_ok=True)
        write_vectors_of(folder, self._texts)


def main() -> None:
    """Tune and write."""
    tf.random.set_seed(2030)
    console = Console()
    texts, labels = learned_messages()
    console.print(f"{len(texts)} Nachrichten, {len(set(labels))} Antworten")
    tuner = Tuner(texts, labels)
    tuner.tune()
    tuner.write(FOLDER)
    console.print(f"Geschrieben: {FOLDER}")


if __name__ == "__main__":
    main()
