"""From a message to questions, candidate answers and confidences; free of Rasa, so that it can be measured alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import joblib
import numpy as np

from answers import AnswerStore
from nlu.answer_model import OUTSIDE, AnswerModel, ModelSettings, cached_encoders, live_encoders
from nlu.context import leans_on_context
from nlu.judge import FEATURES, Evidence
from nlu.names import NameFinder
from nlu.questions import split_questions, without_greeting
from nlu.spelling import SpellingNormalizer
from nlu.text import clean, fold
from nlu.vectors import VectorCache

JUDGE_FILE = Path(__file__).with_name("judge.json")
FOREIGN_PLACES_FILE = Path(__file__).with_name("foreign_places.txt")
CANDIDATES = 12
# Messages of at most so many words may lean on the conversation without a pronoun (»Seit wann?«).
SHORT_WORDS = 5
# Follow-ups and small talk mean themselves; they are not read with the conversation's subject.
FOLLOW_UP = "kontext/"
MEANT_ALONE = (FOLLOW_UP, "bot/")
SURE_ALONE = 0.3
SURE_ABOUT_SUBJECT = 0.55
HOME = "Bochum"
IN_TOWN = f" in {HOME}"
JUDGED = 4


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


@dataclass(frozen=True)
class Candidate:
    """An answer that may fit a question.

    Attributes:
        id: the answer's id.
        probability: the classifier's share of it among all answers and »outside«.
        confidence: the judge's calibrated probability that it answers the question; 0 where not judged.
    """

    id: str
    probability: float
    confidence: float = 0.0


@dataclass(frozen=True)
class Question:
    """One question of a message, with its candidates, the most confident first."""

    text: str
    candidates: list[Candidate]
    outside: float

    @property
    def best(self) -> Candidate:
        """The most confident candidate."""
        return self.candidates[0]

    def as_dict(self) -> dict[str, object]:
        """The question as plain data for the tracker."""
        return asdict(self)


@dataclass(frozen=True)
class Judge:
    """A logistic model over the evidence; its weights stand in `judge.json` with how they were found."""

    mean: np.ndarray
    scale: np.ndarray
    weights: np.ndarray
    intercept: float
    source: dict[str, object] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path = JUDGE_FILE) -> Judge:
        """Read the weights.

        Raises:
            ValueError: the file's features are not those of `nlu.judge.FEATURES`.
        """
        stored = json.loads(path.read_text(encoding="utf-8"))
        if tuple(stored["features"]) != FEATURES:
            raise ValueError(f"{path}: gehört zu anderen Merkmalen; mit `make judge` neu bestimmen.")
        return cls(
            np.array(stored["mean"]), np.array(stored["scale"]), np.array(stored["weights"]), stored["intercept"]
        )

    def __call__(self, evidence: np.ndarray) -> float:
        """Probability that the answer answers the question."""
        score = float(((evidence - self.mean) / self.scale) @ self.weights + self.intercept)
        return float(1.0 / (1.0 + np.exp(-score)))


class Understanding:
    """The classifier, the evidence and the judge together."""

    def __init__(self, model: AnswerModel, evidence: Evidence, judge: Judge, mend: SpellingNormalizer) -> None:
        self._names = NameFinder(AnswerStore().names.values())
        self._mend = mend
        self._model = model
        self.evidence = evidence
        self._judge = judge
        self._use, self._e5 = live_encoders()

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
        use, e5 = cached_encoders(lambda name: VectorCache(cache_dir, name))  # type: ignore[arg-type]
        model = AnswerModel(settings or ModelSettings()).fit(texts, labels, use, e5)
        passages = VectorCache(cache_dir, "e5-passage")(list(answer_texts.values()))
        evidence = Evidence(
            texts,
            labels,
            model.centred(e5(texts)),
            answer_texts,
            dict(zip(answer_texts, model.centred(passages), strict=True)),
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

    def questions(self, message: str, subject: str | None = None) -> list[Question]:
        """The questions of a message, each with its candidates; at least one entry for a non-empty message.

        The first entry is the message's main question. More entries follow only where the message asks
        several things; whether they are answered is for the caller to decide by their confidence.

        Args:
            subject: name of the thing the conversation is about; a message that leans on it (»Wo liegt die?«)
                is also read with the name added, and the reading with more confidence counts.
        """
        whole = without_greeting(clean(message))
        if not whole:
            return []
        parts = [part for part in split_questions(whole) if part != whole]
        named = self._names.surface(whole)
        readings = [self._readings(whole, None if named else subject)]
        readings += [self._readings(part, self._carried(part, named, subject), True) for part in parts]
        judged = iter(self._candidates([text for reading in readings for text in reading], whole))
        whole_question, *asked = [self._best_reading([next(judged) for _ in reading]) for reading in readings]
        if len(asked) < 2:
            claiming = [question for question in asked if not question.best.id.startswith(MEANT_ALONE)]
            return [max((whole_question, *claiming), key=lambda question: question.best.confidence)]
        return [whole_question, *asked]

    def _carried(self, part: str, named: Sequence[str], subject: str | None) -> str | None:
        """What a part without a name of its own is about: the thing the message names, else the conversation's."""
        if self._names.surface(part):
            return None
        return next(iter(named), subject or HOME)

    def _readings(self, text: str, subject: str | None, is_part: bool = False) -> list[str]:
        """The ways to read a text: as it stands, with typing errors mended, and with the subject's name.

        A part that leans on the rest of its message (»wo kann ich das melden?«) is read with the name only.
        """
        leans = leans_on_context(text)
        readings = [] if is_part and subject and subject != HOME and leans else [text]
        mended = self._mend(text)
        if mended != fold(text):
            readings.append(mended)
        if subject and (leans or is_part or len(text.split()) <= SHORT_WORDS):
            readings.append(f"{text} {subject}")
        return readings

    @staticmethod
    def _best_reading(readings: Sequence[Question]) -> Question:
        plain, *with_subject = readings
        if not with_subject:
            return plain
        if plain.best.id.startswith(MEANT_ALONE) and plain.best.confidence >= SURE_ALONE:
            refers = not plain.best.id.startswith(FOLLOW_UP) and leans_on_context(plain.text)
            if not refers or with_subject[0].best.confidence < SURE_ABOUT_SUBJECT:
                return plain
            return with_subject[0]
        return max(readings, key=lambda question: question.best.confidence)

    def evidence_of_first(self, text: str, count: int) -> list[tuple[str, np.ndarray]]:
        """The `count` most probable answers to a text with the evidence for each; what the judge is fitted on."""
        e5 = self._e5([text])
        row = self._model.probabilities([text], self._use([text]), e5)[0]
        probabilities = dict(zip(self._model.labels, map(float, row), strict=True))
        vector = self._model.centred(e5)[0]
        ranked = _ranked(probabilities)[:count]
        return [(label, self.evidence(text, label, probabilities, vector, text)) for label in ranked]

    def _candidates(self, texts: Sequence[str], message: str) -> list[Question]:
        use, e5 = self._use(texts), self._e5(texts)
        e5 = e5.reshape(len(texts), -1)
        vectors = self._model.centred(e5)
        questions = []
        for text, row, vector in zip(texts, self._model.probabilities(texts, use, e5), vectors, strict=True):
            probabilities = dict(zip(self._model.labels, map(float, row), strict=True))
            ranked = _ranked(probabilities)
            candidates = [
                Candidate(
                    label, probabilities[label], self._confidence(text, label, probabilities, vector, rank, message)
                )
                for rank, label in enumerate(ranked[:CANDIDATES])
            ]
            candidates.sort(key=lambda candidate: (-candidate.confidence, -candidate.probability))
            questions.append(Question(text, candidates, probabilities[OUTSIDE]))
        return questions

    def _confidence(
        self, text: str, label: str, probabilities: dict[str, float], vector: np.ndarray, rank: int, message: str
    ) -> float:
        if rank >= JUDGED:
            return 0.0
        return self._judge(self.evidence(text, label, probabilities, vector, message))
