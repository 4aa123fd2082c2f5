"""The encoder in TensorFlow (Rasa's own), so that it can be tuned end to end on the examples."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from nlu.tuning.base import BaseModel

# Matrices of a layer: name in the packed file, and whether outputs or inputs have the feed-forward width.
ATTENTION = ("q", "k", "v", "ao")
WIDER, NARROWER = "fi", "fo"
NORMS = ("aln", "oln")


class TunableEncoder:
    """Lists of piece ids → mean-pooled hidden states, `[n, hidden]`, of length 1.

    The input vectors and the lowest `frozen` layers keep their weights: what the language means stays, what
    our visitors mean is learned.
    """

    def __init__(self, base: BaseModel, pieces: np.ndarray, frozen: int) -> None:
        """
        Args:
            base: the weights to start from.
            pieces: ids of the pieces that may occur, sorted; their rows are all that is kept of the vocabulary.
        """
        sizes = base.sizes
        self.sizes, self.frozen = sizes, frozen
        self._row = {int(piece): row for row, piece in enumerate(pieces)}
        self.words = base.word_vectors(pieces)
        self.positions = base.vector("emb.pos", sizes.positions, sizes.hidden) + base.vector("emb.type", sizes.hidden)
        self.input_norm = (base.vector("emb.ln.w", sizes.hidden), base.vector("emb.ln.b", sizes.hidden))
        self.layers = [self._layer(base, number, number >= frozen) for number in range(sizes.layers)]
        self._words, self._positions = tf.constant(self.words), tf.constant(self.positions)

    def _layer(self, base: BaseModel, number: int, tuned: bool) -> dict[str, tuple[tf.Variable, tf.Variable]]:
        hidden, wide = self.sizes.hidden, self.sizes.feed_forward
        shapes = {**dict.fromkeys(ATTENTION, (hidden, hidden)), WIDER: (wide, hidden), NARROWER: (hidden, wide)}

        def variable(values: np.ndarray) -> tf.Variable:
            return tf.Variable(values, trainable=tuned, dtype=tf.float32)

        layer = {
            name: (
                variable(base.matrix(f"l{number}.{name}.w", *shape).T),
                variable(base.vector(f"l{number}.{name}.b", shape[0])),
            )
            for name, shape in shapes.items()
        }
        for name in NORMS:
            layer[name] = tuple(variable(base.vector(f"l{number}.{name}.{part}", hidden)) for part in "wb")
        return layer

    @property
    def tuned_variables(self) -> list[tf.Variable]:
        """What training changes."""
        return [value for layer in self.layers[self.frozen :] for pair in layer.values() for value in pair]

    def padded(self, ids: Sequence[Sequence[int]]) -> tuple[np.ndarray, np.ndarray]:
        """Rows of the pieces and the mask, both `[n, longest]`."""
        longest = max(map(len, ids))
        rows = np.zeros((len(ids), longest), np.int32)
        mask = np.zeros((len(ids), longest), np.float32)
        for number, text in enumerate(ids):
            rows[number, : len(text)] = [self._row[piece] for piece in text]
            mask[number, : len(text)] = 1.0
        return rows, mask

    def __call__(self, rows: tf.Tensor, mask: tf.Tensor, dropout: float = 0.0) -> tf.Tensor:
        """Vectors of length 1."""
        drop = (lambda x: tf.nn.dropout(x, dropout)) if dropout else tf.identity
        bias = (1.0 - mask)[:, None, None, :] * -1e9
        x = tf.gather(self._words, rows) + self._positions[: tf.shape(rows)[1]]
        x = drop(self._norm(x, self.input_norm))
        for layer in self.layers:
            x = self._norm(x + drop(self._attention(x, layer, bias, drop)), layer["aln"])
            wide = tf.nn.gelu(self._dense(x, layer[WIDER]))
            x = self._norm(x + drop(self._dense(wide, layer[NARROWER])), layer["oln"])
        pooled = tf.reduce_sum(x * mask[..., None], axis=1) / tf.reduce_sum(mask, axis=1, keepdims=True)
        return tf.nn.l2_normalize(pooled, axis=1)

    def _attention(self, x: tf.Tensor, layer: dict, bias: tf.Tensor, drop) -> tf.Tensor:  # type: ignore[no-untyped-def]
        heads, hidden = self.sizes.heads, self.sizes.hidden
        shape = tf.shape(x)

        def split(name: str) -> tf.Tensor:
            return tf.transpose(
                tf.reshape(self._dense(x, layer[name]), [shape[0], shape[1], heads, hidden // heads]), [0, 2, 1, 3]
            )

        weights = tf.nn.softmax(tf.matmul(split("q"), split("k"), transpose_b=True) * (hidden // heads) ** -0.5 + bias)
        mixed = tf.transpose(tf.matmul(drop(weights), split("v")), [0, 2, 1, 3])
        return self._dense(tf.reshape(mixed, [shape[0], shape[1], hidden]), layer["ao"])

    @staticmethod
    def _dense(x: tf.Tensor, weights: tuple[tf.Variable, tf.Variable]) -> tf.Tensor:
        shape = tf.shape(x)
        flat = tf.reshape(x, [-1, weights[0].shape[0]])
        # Half the memory traffic; the sums stay in float32.
        product = tf.cast(tf.matmul(tf.cast(flat, tf.bfloat16), tf.cast(weights[0], tf.bfloat16)), tf.float32)
        return tf.reshape(product + weights[1], [shape[0], shape[1], weights[0].shape[1]])

    def _norm(self, x: tf.Tensor, weights) -> tf.Tensor:  # type: ignore[no-untyped-def]
        mean, variance = tf.nn.moments(x, -1, keepdims=True)
        return (x - mean) * tf.math.rsqrt(variance + self.sizes.epsilon) * weights[0] + weights[1]
