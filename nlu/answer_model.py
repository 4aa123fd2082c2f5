"""Which answer? Two classifiers over all answers, small talk and »outside« at once, and what both together say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from nlu.encoder import AnswerDirections
from nlu.text import fold
from nlu.vectors import Encoder

OUTSIDE = "out_of_scope"


@dataclass(frozen=True)
class ModelSettings:
    """Settings of the classifier; the values are the ones of `config.yml`.

    Attributes:
        characters: dimensions the TF-IDF of characters (2 to 5) is reduced to (latent semantic analysis).
        inverse_regularization: `C` of the logistic regression.
        max_iterations: of its solver.
    """

    characters: int = 512
    inverse_regularization: float = 30.0
    max_iterations: int = 100


class AnswerModel:
    """A logistic regression over characters and USE, and the tuned encoder's directions (docs/decisions/0001, 0005).

    The first knows the wording and learns in a minute, the second the meaning. Their probabilities are multiplied
    (geometric mean): each has errors of its own, and an answer counts that both hold possible. No class weights:
    balancing costs points.
    """

    def __init__(self, settings: ModelSettings = ModelSettings()) -> None:
        self.settings = settings
        self._characters = TfidfVectorizer(
            preprocessor=fold,
            analyzer="char_wb",
            ngram_range=(2, 5),
            sublinear_tf=True,
            min_df=3,
            max_features=40_000,
            dtype=np.float32,
        )
        self._reduction = TruncatedSVD(settings.characters, random_state=0)
        self._classifier = LogisticRegression(C=settings.inverse_regularization, max_iter=settings.max_iterations)
        self._directions: AnswerDirections | None = None

    @property
    def labels(self) -> list[str]:
        """The answers' ids (and »out_of_scope«), in the order of the probabilities."""
        return list(self._classifier.classes_)

    def fit(self, texts: Sequence[str], labels: Sequence[str], use: Encoder) -> AnswerModel:
        """Learn from examples; `use` gives their vectors (cached ones in training)."""
        characters = self._characters.fit_transform(texts)
        self._reduction.n_components = min(self.settings.characters, characters.shape[1] - 1)
        self._reduction.fit(characters)
        # Half the memory; the classifier works on float32 features anyway.
        self._reduction.components_ = self._reduction.components_.astype(np.float32)
        self._classifier.fit(self._features(texts, use(texts)), labels)
        self._directions = AnswerDirections.stored().of(self.labels, texts, labels)
        return self

    def by_wording(self, texts: Sequence[str], use: np.ndarray) -> np.ndarray:
        """What the logistic regression alone says, `[len(texts), len(labels)]`."""
        return self._classifier.predict_proba(self._features(texts, use))

    def by_meaning(self, vectors: np.ndarray) -> np.ndarray:
        """What the tuned encoder's vectors alone say, `[len(vectors), len(labels)]`."""
        assert self._directions is not None
        return self._directions.probabilities(vectors)

    def probabilities(self, texts: Sequence[str], use: np.ndarray, vectors: np.ndarray) -> np.ndarray:
        """Probability of every label, shape `[len(texts), len(labels)]`.

        Args:
            use, vectors: USE vectors of the texts, and those of the tuned encoder.
        """
        product = np.sqrt(self.by_wording(texts, use) * self.by_meaning(vectors)) + 1e-12
        return product / product.sum(axis=1, keepdims=True)

    def _features(self, texts: Sequence[str], use: np.ndarray) -> np.ndarray:
        characters = self._reduction.transform(self._characters.transform(texts))
        return np.hstack([characters, use]).astype(np.float32)
