"""How close the questions are to the examples: what was nearly trained on is no test of understanding."""

from __future__ import annotations

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from benchmarks.understanding.asked import Task
from nlu.text import fold, words

NEAR = 0.8


def nearest_example(task: Task) -> np.ndarray:
    """Of each question the cosine to its nearest example, over TF-IDF of characters (2 to 5)."""
    tfidf = TfidfVectorizer(
        preprocessor=fold, analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, dtype=np.float32
    )
    examples = tfidf.fit_transform([example.text for example in task.examples])
    questions = tfidf.transform([question.text for question in task.questions])
    return np.asarray((questions @ examples.T).max(axis=1).todense()).ravel()


def same_words(task: Task) -> np.ndarray:
    """Whether a question has the very words of an example, in any order."""
    known = {tuple(sorted(words(example.text))) for example in task.examples}
    return np.array([tuple(sorted(words(question.text))) in known for question in task.questions])
