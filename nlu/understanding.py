"""From a message to questions, candidate answers and confidences; free of Rasa, so that it can be measured alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import joblib
import numpy as np

from answers import AnswerStore
from nlu.answer_model import OUTSIDE, AnswerModel, ModelSettings
from nlu.candidates import Candidate, Question
from nlu.context import Conversation
from nlu.encoder import PASSAGE, sentence_encoder
from nlu.judge import Asked, Evidence, Judge
from nlu.names import NameFinder
from nlu.reading import HOME, MessageReader, Reading
from nlu.spelling import SpellingNormalizer
from nlu.text import clean
from nlu.vectors import VectorCache, use_encoder

FOREIGN_PLACES_FILE = Path(__file__).with_name("foreign_places.txt")
CANDIDATES = 12
JUDGED = 4
IN_TOWN = f" in {HOME}"


def _foreign_places() -> frozenset[str]:
    lines = FOREIGN_PLACES_FILE.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def _ranked(probabilities: dict[str, float]) -> list[str]:
    """The answers, the most probable first, »outside« left out."""
    return sorted(probabilities.keys() - {OUTSIDE}, key=lambda label: (-probabilities[label], label))


def titles_as_examples(store: AnswerStore) -> tuple[list[str], list[str]]:
    """The titles of the answers in both languages, and the answers' ids: a button's label asked as a question.

    A title that says »in Bochum« is learned without it, too: a visitor who names no town means ours.
    """
    titles = [(title, answer.id) for answer in store.answers.values() for title in (answer.title.de, answer.title.en)]
    pairs = dict.fromkeys((*titles, *((title.replace(IN_TOWN, ""), answer_id) for title, answer_id in titles)))
    return [clean(title) for title, _ in pairs], [answer_id for _, answer_id in pairs]


def texts_of_answers(store: AnswerStore) -> dict[str, str]:
    """Title and text of every answer by id; for a question to the records its title and all its sentences."""
    texts = {answer.id: f"{answer.title.de} {answer.text.de}" for answer in store.answers.values()}
    for question in store.records.questions.values():
        texts[question.id] = f"{question.title.de}. {store.records.sentences(question.id)}"
    return texts


class Understanding:
    """The classifier, the evidence and the judge together."""

    def __init__(self, model: AnswerModel, evidence: Evidence, judge: Judge, mend: SpellingNormalizer) -> None:
        self._mend = mend
        self._reader = MessageReader(NameFinder(AnswerStore().names.values()), mend, self._read)
        self._model = model
        self.evidence = evidence
        self._judge = judge
        self._use, self._encode = use_encoder(), sentence_encoder()

    @classmethod
    def train(
        cls,
        texts: Sequence[str],
        labels: Sequence[str],
        answer_texts: dict[str, str],
        cache_dir: Path,
        settings: ModelSettings | None = None,
        judge: Judge | None = None,
    ) -> Understanding:
        """Learn from examples.

        Args:
            texts, labels: the training examples and their answers' ids (or »out_of_scope«); the answers' titles
                are learned, too.
            answer_texts: title and text of each curated answer.
            cache_dir: where the vectors of the examples are kept between trainings.
            judge: the judge to use; the stored one if None.
        """
        titles, titled = titles_as_examples(AnswerStore())
        texts, labels = [*texts, *titles], [*labels, *titled]
        model = AnswerModel(settings or ModelSettings())
        model.fit(texts, labels, VectorCache(cache_dir / "vectors-use.npz", use_encoder()))
        encode = sentence_encoder()
        evidence = Evidence(
            texts,
            labels,
            encode(texts),
            answer_texts,
            dict(zip(answer_texts, encode(list(answer_texts.values()), PASSAGE), strict=True)),
            _foreign_places(),
            OUTSIDE,
            NameFinder(AnswerStore().names.values()),
        )
        mend = SpellingNormalizer([*texts, *answer_texts.values()], _foreign_places())
        return cls(model, evidence, judge or Judge.load(), mend)

    def save(self, path: Path) -> None:
        """Write what was learned."""
        joblib.dump({"model": self._model, "evidence": self.evidence, "mend": self._mend}, path, compress=3)

    @classmethod
    def load(cls, path: Path) -> Understanding:
        """Read what `save` wrote."""
        stored = joblib.load(path)
        return cls(stored["model"], stored["evidence"], Judge.load(), stored["mend"])

    def questions(self, message: str, conversation: Conversation | None = None) -> list[Question]:
        """The questions of a message, each with its candidates (see `MessageReader.questions`)."""
        return self._reader.questions(message, conversation)

    def evidence_of_first(self, text: str, count: int) -> list[tuple[str, np.ndarray]]:
        """The `count` most probable answers to a text with the evidence for each; what the judge is fitted on."""
        probabilities, vector = self._classified([text])[0]
        asked = self.evidence.asked(text, text, vector, self.evidence.heard([text]))
        return [(label, self.evidence(asked, label, probabilities)) for label in _ranked(probabilities)[:count]]

    def _classified(self, texts: Sequence[str]) -> list[tuple[dict[str, float], np.ndarray]]:
        """For each text the share of every label, and its vector."""
        vectors = self._encode(texts)
        rows = self._model.probabilities(texts, self._use(texts), vectors)
        return [
            (dict(zip(self._model.labels, map(float, row), strict=True)), vector)
            for row, vector in zip(rows, vectors, strict=True)
        ]

    def _read(self, readings: list[list[Reading]], message: str) -> list[list[Question]]:
        """Judge all readings at once; the same shape comes back."""
        distinct = list(dict.fromkeys(reading for group in readings for reading in group))
        classified = self._classified([reading.text for reading in distinct])
        heard = self.evidence.heard(reading.asked for reading in distinct)
        judged = {
            reading: self._judged(reading, probabilities, self.evidence.asked(reading.asked, message, vector, heard))
            for reading, (probabilities, vector) in zip(distinct, classified, strict=True)
        }
        return [[judged[reading] for reading in group] for group in readings]

    def _judged(self, reading: Reading, probabilities: dict[str, float], asked: Asked) -> Question:
        candidates = [
            Candidate(
                label,
                probabilities[label],
                self._judge(self.evidence(asked, label, probabilities)) if rank < JUDGED else 0.0,
            )
            for rank, label in enumerate(_ranked(probabilities)[:CANDIDATES])
        ]
        return Question.ranked(reading.asked, candidates, probabilities[OUTSIDE])
