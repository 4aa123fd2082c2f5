"""The product's own understanding, free of Rasa, as `make train` trains it."""

from __future__ import annotations

from pathlib import Path

from answers import AnswerStore
from benchmarks.understanding.asked import Task
from benchmarks.understanding.systems import Guess, guess_from, labelled
from nlu.encoder import sentence_encoder
from nlu.questions import without_greeting
from nlu.text import clean
from nlu.understanding import Understanding


class Ours:
    """`nlu.understanding.Understanding`; without the judge, its two classifiers alone."""

    def __init__(self, with_judge: bool, work_dir: Path) -> None:
        self._with_judge = with_judge
        self._work_dir = work_dir
        self._understanding: Understanding | None = None

    def train(self, task: Task) -> None:
        """As the component does, with the product's settings."""
        texts, labels = labelled(task.examples)
        self._understanding = Understanding.train(AnswerStore(), texts, labels, self._work_dir)

    def guess(self, text: str) -> Guess:
        """With the judge the message's most confident question; without it the classifiers' own shares."""
        assert self._understanding is not None
        if not self._with_judge:
            model, asked = self._understanding._model, [without_greeting(clean(text))]
            shares = model.probabilities(asked, sentence_encoder()(asked))
            return guess_from(model.labels, shares[0])
        questions = self._understanding.questions(text)
        if not questions:
            return Guess("", 0.0)
        best = max((question.best for question in questions), key=lambda candidate: candidate.confidence)
        return Guess(best.id, best.confidence)
