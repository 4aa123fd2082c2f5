"""Candidates for the classifier: kinds of features × kinds of classifier, all on the same examples."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from benchmarks.understanding.asked import OUTSIDE, Task
from benchmarks.understanding.systems import Guess, guess_from, labelled
from benchmarks.understanding.vectors_cache import cached, encoder
from nlu.questions import without_greeting
from nlu.text import fold

# What 1.1.1 learned with: dimensions of the pieces of words, and the logistic regression.
DIMENSIONS, INVERSE_REGULARIZATION, MAX_ITERATIONS = 512, 30.0, 100
# How much the centred E5 vector weighs beside other features (best of 1.0, 1.5, 2.0 on the first corpus).
E5_WEIGHT = 1.5


def _tfidf(analyzer: str, ngrams: tuple[int, int], min_df: int) -> TfidfVectorizer:
    return TfidfVectorizer(
        preprocessor=fold,
        analyzer=analyzer,
        ngram_range=ngrams,
        sublinear_tf=True,
        min_df=min_df,
        dtype=np.float32,
    )


class Features:
    """Turns texts into a matrix; the settings are those of 1.1.1.

    `words` and `characters` alone stay sparse. Beside sentence vectors, characters are reduced first.
    """

    def __init__(self, kind: str, work_dir: Path) -> None:
        self._parts = kind.split("+")
        self._work_dir = work_dir
        self._sparse = _tfidf("word", (1, 2), 1) if kind == "words" else _tfidf("char_wb", (2, 5), 2)
        self._reduction = TruncatedSVD(DIMENSIONS, random_state=0) if len(self._parts) > 1 else None
        self._e5_mean: np.ndarray | None = None

    @property
    def is_sparse(self) -> bool:
        """Whether the matrix is sparse."""
        return self._parts in (["words"], ["characters"])

    def fit_transform(self, texts: Sequence[str]):  # type: ignore[no-untyped-def]
        """Learn vocabulary, reduction and mean from the examples; returns their matrix."""
        if self.is_sparse:
            return self._sparse.fit_transform(texts)
        if "characters" in self._parts and self._reduction is not None:
            matrix = self._sparse.fit_transform(texts)
            self._reduction.n_components = min(DIMENSIONS, matrix.shape[1] - 1)
            self._reduction.fit(matrix)
        use = cached("use", self._work_dir)(texts) if "use" in self._parts else None
        e5 = cached("e5", self._work_dir)(texts) if "e5" in self._parts else None
        if e5 is not None:
            self._e5_mean = e5.mean(axis=0)
        return self._join(texts, use, e5)

    def transform(self, texts: Sequence[str]):  # type: ignore[no-untyped-def]
        """The matrix of new texts, encoded on the spot."""
        if self.is_sparse:
            return self._sparse.transform(texts)
        use = encoder("use")(texts) if "use" in self._parts else None
        e5 = np.reshape(encoder("e5")(texts), (len(texts), -1)) if "e5" in self._parts else None
        return self._join(texts, use, e5)

    def _join(self, texts: Sequence[str], use: np.ndarray | None, e5: np.ndarray | None) -> np.ndarray:
        columns = []
        if "characters" in self._parts and self._reduction is not None:
            columns.append(self._reduction.transform(self._sparse.transform(texts)))
        if use is not None:
            columns.append(use)
        if e5 is not None:
            centred = e5 - self._e5_mean
            centred /= np.linalg.norm(centred, axis=1, keepdims=True) + 1e-9
            columns.append(centred * (E5_WEIGHT if use is not None else 1.0))
        return np.hstack(columns).astype(np.float32)


class Candidate:
    """Features and a classifier: logistic regression (lr), linear SVM (svm) or nearest neighbour (nn)."""

    def __init__(self, features: str, classifier: str, work_dir: Path) -> None:
        self._features = Features(features, work_dir)
        self._kind = classifier
        self._labels: list[str] = []
        self._rows = None
        self._of_label: np.ndarray = np.empty(0)
        self._model: LogisticRegression | LinearSVC | None = None

    def train(self, task: Task) -> None:
        """Fit features and classifier."""
        texts, labels = labelled(task.examples)
        matrix = self._features.fit_transform(texts)
        if self._kind == "nn":
            self._rows = _unit(matrix, self._features.is_sparse)
            self._of_label = np.array([label == OUTSIDE for label in labels])
            self._labels = labels
            return
        self._model = self._new_classifier().fit(matrix, labels)

    def _new_classifier(self) -> LogisticRegression | LinearSVC:
        if self._kind == "svm":
            return LinearSVC(C=1.0)
        if self._features.is_sparse:
            return LogisticRegression(C=INVERSE_REGULARIZATION, solver="liblinear")
        return LogisticRegression(C=INVERSE_REGULARIZATION, max_iter=MAX_ITERATIONS)

    def guess(self, text: str) -> Guess:
        """The best answer, and how »outside« compares."""
        row = self._features.transform([without_greeting(text)])
        if self._kind == "nn":
            return self._nearest(row)
        assert self._model is not None
        score = self._model.decision_function if self._kind == "svm" else self._model.predict_proba
        return guess_from(list(self._model.classes_), score(row)[0])

    def _nearest(self, row) -> Guess:  # type: ignore[no-untyped-def]
        similarity = self._rows @ _unit(row, self._features.is_sparse).T
        similarity = np.asarray(similarity.todense() if self._features.is_sparse else similarity).ravel()
        best = int(np.where(self._of_label, -np.inf, similarity).argmax())
        outside = float(similarity[self._of_label].max()) if self._of_label.any() else None
        return Guess(self._labels[best], float(similarity[best]), outside)


def _unit(matrix, is_sparse: bool):  # type: ignore[no-untyped-def]
    """Rows of length 1 (TF-IDF rows have it already)."""
    return matrix if is_sparse else matrix / (np.linalg.norm(matrix, axis=1, keepdims=True) + 1e-9)
