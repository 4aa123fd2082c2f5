"""From a message to questions, candidate answers and confidences; free of Rasa, so that it can be measured alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from operator import itemgetter
from pathlib import Path

import numpy as np

from answers import AnswerStore
from nlu.answer_model import OUTSIDE, AnswerModel, ModelSettings
from nlu.candidates import Candidate, Question
from nlu.context import Conversation
from nlu.details import DetailFinder
from nlu.encoder import FOLDER, PASSAGE, QUERY, VECTORS_FILE, AnswerDirections, encoder_hash, sentence_encoder
from nlu.foreign import ForeignLanguages
from nlu.judge import FEATURES, Asked, Evidence, Judge
from nlu.language import LanguageDetector
from nlu.names import NameFinder
from nlu.reading import HOME, MessageReader, Reading
from nlu.safety import Alarm, EmergencyFinder, harmless_texts
from nlu.shares import Shares
from nlu.spelling import MIN_COUNT, SpellingNormalizer, word_counts
from nlu.text import clean
from nlu.vectors import VectorCache
from nlu.wording import WordingModel

FOREIGN_PLACES_FILE = Path(__file__).with_name("foreign_places.txt")
LEARNED_FILE = "learned.json"
CANDIDATES = 8
JUDGED = 4
NEAREST_EXAMPLE = FEATURES.index("nearest_example")
IN_TOWN = f" in {HOME}"


def _foreign_places() -> frozenset[str]:
    lines = FOREIGN_PLACES_FILE.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


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


def details_of(store: AnswerStore) -> DetailFinder:
    """What finds the details of a concern; quarters that titles name are more than that."""
    return DetailFinder(store.place.quarters, [answer.title.de for answer in store.answers.values()])


class ModelError(RuntimeError):
    """A stored model does not fit the code beside it; the message says what to do."""


def remembering_encoder(cache_dir: Path) -> VectorCache:
    """The encoder for whole texts with their prefix, which encodes only what neither it nor this machine knows."""

    def encode(texts: Sequence[str]) -> np.ndarray:
        return sentence_encoder()(texts, prefix="")

    file = cache_dir / f"vectors-{encoder_hash()}.npz"
    return VectorCache(file, encode, shipped=[FOLDER / VECTORS_FILE])


def _arrays(file: Path) -> dict[str, np.ndarray]:
    with np.load(file, allow_pickle=False) as stored:
        return dict(stored)


class Understanding:
    """The classifier, the evidence and the judge together."""

    def __init__(
        self,
        store: AnswerStore,
        model: AnswerModel,
        evidence: Evidence,
        mend: SpellingNormalizer,
        language: LanguageDetector,
        examples: Sequence[str],
        alarm: Alarm,
        judge: Judge | None = None,
    ) -> None:
        """
        Args:
            store: the content whose names are recognised.
            mend: gives a text with its typing errors mended, folded.
            language: tells the language of a message.
            examples: what the evidence was learned from, in the order of its rows.
            alarm: tells emergencies.
            judge: the judge to use; the stored one if None.
        """
        self.mend = mend
        # A part torn out of its letter is given less than an even share by the whole (development questions).
        even_share = 1.0 / len(model.labels)
        self._reader = MessageReader(NameFinder(store.names.values()), mend, self._read, even_share)
        self._model = model
        self.evidence = evidence
        self.language = language
        self._examples = examples
        self._judge = judge or Judge.load()
        self._encode = sentence_encoder()
        self._alarm = alarm
        self._columns = {label: column for column, label in enumerate(model.labels)}
        self._details = details_of(store)
        self.emergency = EmergencyFinder(
            model.labels,
            [answer.id for answer in store.answers.values() if answer.kind == "emergency"],
            model.wording.probabilities,
            self._encode,
            model.probabilities,
            alarm,
        )
        ours = [word for word, count in mend.counts.items() if count >= MIN_COUNT]
        self.foreign = ForeignLanguages(store.languages.values(), ours)

    @classmethod
    def train(
        cls,
        store: AnswerStore,
        texts: Sequence[str],
        labels: Sequence[str],
        cache_dir: Path,
        settings: ModelSettings | None = None,
        judge: Judge | None = None,
    ) -> Understanding:
        """Learn from examples, the answers' titles and texts.

        Args:
            texts, labels: the training examples and their answers' ids (or »out_of_scope«).
            cache_dir: where the vectors of new examples are kept between trainings.
            judge: the judge to use; the stored one if None.
        """
        titles, titled = titles_as_examples(store)
        texts, labels = [*texts, *titles], [*labels, *titled]
        names = NameFinder(store.names.values())
        answer_texts = texts_of_answers(store)
        encode = remembering_encoder(cache_dir)
        passages = encode([PASSAGE + text for text in answer_texts.values()])
        vectors = encode([QUERY + text for text in texts])
        harmless = encode([QUERY + clean(text) for text in harmless_texts()])
        meant = np.isin(labels, [answer.id for answer in store.answers.values() if answer.kind == "emergency"])
        evidence = Evidence.learn(
            texts,
            labels,
            vectors,
            answer_texts,
            dict(zip(answer_texts, passages, strict=True)),
            _foreign_places(),
            OUTSIDE,
            names,
        )
        return cls(
            store,
            AnswerModel.fit(texts, labels, vectors, settings or ModelSettings()),
            evidence,
            SpellingNormalizer(word_counts([*texts, *answer_texts.values()]), _foreign_places()),
            LanguageDetector.learn(names.surface_forms, texts),
            [text for _, text in sorted(zip(labels, texts, strict=True), key=itemgetter(0))],
            Alarm.learn(vectors[meant], vectors[~meant], harmless),
            judge,
        )

    def save(self, folder: Path) -> None:
        """Write what was learned: arrays and texts, nothing that could run."""
        parts = {
            "wording": self._model.wording.arrays(),
            "evidence": self.evidence.arrays(),
            "language": self.language.pieces.arrays(),
            "directions": {"directions": self._model.directions.directions},
            "alarm": self._alarm.arrays(),
        }
        for name, arrays in parts.items():
            np.savez(folder / f"{name}.npz", **arrays)
        learned = {"encoder": encoder_hash(), "counts": self.mend.counts, "examples": list(self._examples)}
        (folder / LEARNED_FILE).write_text(json.dumps(learned, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, store: AnswerStore) -> Understanding:
        """Read what `save` wrote.

        Raises:
            ModelError: it was learned with another encoder, so that its vectors mean nothing here.
        """
        learned = json.loads((folder / LEARNED_FILE).read_text(encoding="utf-8"))
        if learned["encoder"] != encoder_hash():
            raise ModelError("Das Modell gehört zu einem anderen Encoder als dem in nlu/encoder. Abhilfe: make train")
        wording = WordingModel.from_arrays(_arrays(folder / "wording.npz"))
        stored = AnswerDirections.stored()
        directions = AnswerDirections(
            wording.labels, _arrays(folder / "directions.npz")["directions"], stored.mean, stored.scale
        )
        names = NameFinder(store.names.values())
        evidence = Evidence.from_arrays(_arrays(folder / "evidence.npz"), _foreign_places(), OUTSIDE, names)
        mend = SpellingNormalizer(learned["counts"], _foreign_places())
        language = LanguageDetector(names.surface_forms, WordingModel.from_arrays(_arrays(folder / "language.npz")))
        told = _arrays(folder / "alarm.npz")
        alarm = Alarm(told["weights"], float(told["intercept"]))
        return cls(store, AnswerModel(wording, directions), evidence, mend, language, learned["examples"], alarm)

    def nearest_examples(self, text: str, label: str, count: int = 3) -> list[tuple[str, float]]:
        """The examples of an answer that are most like a text, with their cosines, the nearest first."""
        rows, cosines = self.evidence.similar_examples(label, self._encode([text])[0])
        order = np.argsort(-cosines)[:count]
        return [(self._examples[rows.start + int(row)], float(cosines[row])) for row in order]

    def questions(self, message: str, conversation: Conversation | None = None) -> list[Question]:
        """The questions of a message, each with its candidates (see `MessageReader.questions`)."""
        return self._reader.questions(message, conversation)

    def evidence_of_first(self, text: str, count: int) -> list[tuple[str, np.ndarray]]:
        """The `count` most probable answers to a text with the evidence for each; what the judge is fitted on."""
        shares, vector = self._classified([text])[0]
        told = self._details.without(text)
        asked = self.evidence.asked(told, text, vector, self.evidence.heard([told]))
        return [(label, self.evidence(asked, label, shares)) for label in shares.ranked(count)]

    def _classified(self, texts: Sequence[str]) -> list[tuple[Shares, np.ndarray]]:
        """For each text the share of every label, and its vector."""
        vectors = self._encode(texts)
        rows = self._model.probabilities(texts, vectors)
        return [
            (Shares(self._model.labels, self._columns, OUTSIDE, row), vector)
            for row, vector in zip(rows, vectors, strict=True)
        ]

    def _read(self, readings: list[list[Reading]], message: str) -> list[list[Question]]:
        """Judge all readings at once; the same shape comes back."""
        distinct = list(dict.fromkeys(reading for group in readings for reading in group))
        if not distinct:
            return [[] for _ in readings]
        classified = self._classified([reading.text for reading in distinct])
        told = {reading: self._details.without(reading.asked) for reading in distinct}
        heard = self.evidence.heard(told.values())
        judged = {
            reading: self._judged(reading, shares, self.evidence.asked(told[reading], message, vector, heard))
            for reading, (shares, vector) in zip(distinct, classified, strict=True)
        }
        return [[judged[reading] for reading in group] for group in readings]

    def _judged(self, reading: Reading, shares: Shares, asked: Asked) -> Question:
        ranked = shares.ranked(CANDIDATES)
        judged = [self._candidate(label, asked, shares) for label in ranked[:JUDGED]]
        others = [self._unjudged(label, asked, shares) for label in ranked[JUDGED:]]
        return Question.ranked(reading.asked, [*judged, *others], shares.outside)

    def _unjudged(self, label: str, asked: Asked, shares: Shares) -> Candidate:
        return Candidate(label, shares[label], nearness=self.evidence.nearness(asked, label))

    def _candidate(self, label: str, asked: Asked, shares: Shares) -> Candidate:
        evidence = self.evidence(asked, label, shares)
        return Candidate(label, shares[label], self._judge(evidence), float(evidence[NEAREST_EXAMPLE]))
