"""Which answer? One classifier over all answers, small talk and »outside« at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from nlu.text import fold
from nlu.vectors import Encoder, VectorCache, encoder

OUTSIDE = "out_of_scope"


@dataclass(frozen=True)
class ModelSettings:
    """Settings of the classifier; the values are the ones of `config.yml`.

    Attributes:
        characters: dimensions the TF-IDF of characters (2 to 5) is reduced to (latent semantic analysis).
        e5_weight: how much the centred E5 vector weighs beside USE and characters.
        inverse_regularization: `C` of the logistic regression.
        max_iterations: of its solver.
    """

    characters: int = 512
    e5_weight: float = 1.5
    inverse_regularization: float = 30.0
    max_iterations: int = 100


class AnswerModel:
    """Logistic regression over characters, USE and centred E5 vectors (see docs/decisions/0001).

    No class weights: balancing costs points. E5 vectors crowd together, so the training mean is taken off.
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
        self._e5_mean: np.ndarray | None = None

    @property
    def labels(self) -> list[str]:
        """The answers' ids (and »out_of_scope«), in the order of the probabilities."""
        return list(self._classifier.classes_)

    def fit(self, texts: Sequence[str], labels: Sequence[str], use: Encoder, e5: Encoder) -> AnswerModel:
        """Learn from examples; `use` and `e5` give their vectors (cached ones in training)."""
        characters = self._characters.fit_transform(texts)
        self._reduction.n_components = min(self.settings.characters, characters.shape[1] - 1)
        self._reduction.fit(characters)
        # Half the memory; the classifier works on float32 features anyway.
        self._reduction.components_ = self._reduction.components_.astype(np.float32)
        e5_vectors = e5(texts)
        self._e5_mean = e5_vectors.mean(axis=0)
        self._classifier.fit(self._features(texts, use(texts), e5_vectors), labels)
        return self

    def probabilities(self, texts: Sequence[str], use: np.ndarray, e5: np.ndarray) -> np.ndarray:
        """Probability of every label, shape `[len(texts), len(labels)]`."""
        return self._classifier.predict_proba(self._features(texts, use, e5))

    def centred(self, e5: np.ndarray) -> np.ndarray:
        """E5 vectors without the training mean, of length 1, shape kept."""
        vectors = e5 - self._e5_mean
        return vectors / (np.linalg.norm(vectors, axis=-1, keepdims=True) + 1e-9)

    def _features(self, texts: Sequence[str], use: np.ndarray, e5: np.ndarray) -> np.ndarray:
        characters = self._reduction.transform(self._characters.transform(texts))
        return np.hstack([characters, use, self.settings.e5_weight * self.centred(e5)]).astype(np.float32)


def live_encoders() -> tuple[Encoder, Encoder]:
    """The encoders for USE and E5 that encode on the spot."""
    return encoder("use"), encoder("e5")


def cached_encoders(cache: Callable[[str], VectorCache]) -> tuple[Encoder, Encoder]:
    """The encoders for USE and E5 that remember what they encoded."""
    return cache("use"), cache("e5")
