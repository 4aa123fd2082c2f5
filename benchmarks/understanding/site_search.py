"""What the search box of a website does: words in common with the answers' texts."""

from __future__ import annotations

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from benchmarks.understanding.asked import Task
from benchmarks.understanding.systems import Guess
from nlu.text import fold, stop_words


class SiteSearch:
    """TF-IDF of words over title and text of each answer; no examples, no »outside«."""

    def __init__(self) -> None:
        self._words = TfidfVectorizer(preprocessor=fold, stop_words=sorted(stop_words()), sublinear_tf=True)

    def train(self, task: Task) -> None:
        """Index the answers."""
        self._ids = list(task.answer_texts)
        self._index = self._words.fit_transform(task.answer_texts.values())

    def guess(self, text: str) -> Guess:
        """The answer with most in common."""
        similarity = np.asarray((self._index @ self._words.transform([text]).T).todense()).ravel()
        best = int(similarity.argmax())
        return Guess(self._ids[best], float(similarity[best]))
