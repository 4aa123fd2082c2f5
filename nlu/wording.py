"""Which answer, judged by the wording alone: naive Bayes over pieces of words, learned in seconds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer

from nlu.text import fold

SHORTEST_PIECE, LONGEST_PIECE = 2, 5
MIN_EXAMPLES_WITH_PIECE = 3
MAX_PIECES = 40_000


def _vectorizer(**settings: Any) -> TfidfVectorizer:
    return TfidfVectorizer(
        preprocessor=fold,
        analyzer="char_wb",
        ngram_range=(SHORTEST_PIECE, LONGEST_PIECE),
        sublinear_tf=True,
        dtype=np.float32,
        **settings,
    )


class WordingModel:
    """Multinomial naive Bayes on TF-IDF weights (Rennie et al. 2003), tempered.

    Pieces of words overlap, so their evidence is counted many times over; `temper` takes the log odds down to what
    they are worth beside the encoder's (docs/decisions/0001). The weights of a piece nobody used with an answer are
    all alike, so that only the others are kept: the table is sparse.
    """

    def __init__(self, labels: Sequence[str], pieces: TfidfVectorizer, weights: csr_matrix, unused: np.ndarray) -> None:
        """
        Args:
            labels: the answers' ids and »out_of_scope«, sorted.
            pieces: turns texts into weights of pieces, fitted.
            weights: `[labels, pieces]`, how much more than `unused` a piece speaks for a label; tempered.
            unused: `[labels]`, log probability of a piece that the label's examples do not have; tempered.
        """
        self.labels = tuple(labels)
        self._pieces = pieces
        self._weights = weights
        self._columns = weights.T.tocsr()
        self._unused = unused

    @classmethod
    def fit(cls, texts: Sequence[str], labels: Sequence[str], smoothing: float, temper: float) -> WordingModel:
        """Learn from examples and their labels.

        Args:
            smoothing: weight that each piece has in each label beside what was seen.
            temper: what the log probabilities are multiplied with.
        """
        names = sorted(set(labels))
        number = {name: row for row, name in enumerate(names)}
        pieces = _vectorizer(min_df=MIN_EXAMPLES_WITH_PIECE, max_features=MAX_PIECES)
        seen = pieces.fit_transform(texts)
        rows = [number[label] for label in labels]
        belongs = csr_matrix((np.ones(len(rows), np.float32), (rows, range(len(rows)))), (len(names), len(rows)))
        counts = (belongs @ seen).tocsr()
        total = np.asarray(counts.sum(axis=1)).ravel() + smoothing * counts.shape[1]
        unused = temper * np.log(smoothing / total)
        counts.data = (temper * np.log1p(counts.data / smoothing)).astype(np.float32)
        return cls(names, pieces, counts, unused.astype(np.float32))

    def probabilities(self, texts: Sequence[str]) -> np.ndarray:
        """Probability of every label, `[len(texts), len(labels)]`, all labels equally likely before."""
        seen = self._pieces.transform(texts)
        scores = (seen @ self._columns).toarray() + np.asarray(seen.sum(axis=1)) * self._unused
        shares = np.exp(scores - scores.max(axis=1, keepdims=True))
        return shares / shares.sum(axis=1, keepdims=True)

    def arrays(self) -> dict[str, np.ndarray]:
        """What was learned, as plain arrays; `from_arrays` makes a model of them."""
        vocabulary = sorted(self._pieces.vocabulary_, key=self._pieces.vocabulary_.__getitem__)
        return {
            "labels": np.array(self.labels),
            "pieces": np.array(vocabulary),
            "rarity": self._pieces.idf_,
            "unused": self._unused,
            "data": self._weights.data,
            "indices": self._weights.indices,
            "starts": self._weights.indptr,
        }

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray]) -> WordingModel:
        """The model that `arrays` describes."""
        pieces = _vectorizer(vocabulary=arrays["pieces"].tolist())
        pieces.idf_ = arrays["rarity"]
        shape = (len(arrays["labels"]), len(arrays["pieces"]))
        weights = csr_matrix((arrays["data"], arrays["indices"], arrays["starts"]), shape)
        return cls(arrays["labels"].tolist(), pieces, weights, arrays["unused"])
