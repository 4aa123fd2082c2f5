"""Does the answer answer *this* question? A second judgement, on evidence of its own.

The classifier says which answer is nearest. What is almost ours (another city, an attribute no fact gives) is
near, too, so a small logistic model weighs evidence on the pair of question and answer: the odds against
»outside«, the kind of question, years, names, and words that nothing in the answer or its examples explains.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from nlu.names import NameFinder
from nlu.shares import Shares
from nlu.text import content_words, numbers, question_kinds

FEATURES = (
    "odds_against_outside",
    "margin_to_second",
    "kind_rarity",
    "unknown_numbers",
    "least_explained_word",
    "unexplained_mass",
    "nearest_example",
    "nearest_outside",
    "nearest_text",
    "foreign_name",
    "names_not_covered",
    "words",
)


JUDGE_FILE = Path(__file__).with_name("judge.json")
HOME_STEM = "bochum"
# Follow-ups have no text; they get the middle of what answers have.
NO_TEXT = 0.35


@dataclass(frozen=True)
class AnswerEvidence:
    """What is known of one answer: its words, numbers, kinds of question, and where its vectors stand."""

    vocabulary: np.ndarray
    numbers: frozenset[str]
    kind_counts: Counter[str]
    examples: int
    rows: slice
    names: frozenset[str]


@dataclass(frozen=True)
class Heard:
    """The distinct content words of some texts, held against the known words.

    Attributes:
        rows: the row of each word.
        similarity: how alike the words are to all known words, `[words, known words]`.
        weights: how much each word tells, `[words]`.
    """

    rows: dict[str, int]
    similarity: np.ndarray
    weights: np.ndarray


@dataclass(frozen=True)
class Asked:
    """A text as the evidence sees it.

    Attributes:
        words: how many content words it has.
        heard, rows: where its distinct content words stand in what was heard.
        kinds, numbers, names, foreign: kinds of question, numbers, our things and foreign towns in it.
        vector: its centred vector, `[384]`; nearest_outside: cosine to the nearest example without an answer.
    """

    words: int
    heard: Heard
    rows: np.ndarray
    kinds: frozenset[str]
    numbers: frozenset[str]
    names: frozenset[str]
    foreign: frozenset[str]
    vector: np.ndarray
    nearest_outside: float


# A word that is less like every known word than this is unknown, and tells as much as a word can.
KNOWN_FROM = 0.6


class Evidence:
    """Computes the evidence for pairs of question and answer; all that is constant is prepared once."""

    def __init__(
        self,
        words: Sequence[str],
        weights: np.ndarray,
        mean: np.ndarray,
        vectors: np.ndarray,
        text_vectors: dict[str, np.ndarray],
        answers: dict[str, AnswerEvidence],
        foreign_names: frozenset[str],
        outside: str,
        name_finder: NameFinder,
    ) -> None:
        """
        Args:
            words, weights: every content word of examples and answers, sorted, and how much each tells.
            mean: what all examples' vectors share, `[384]`.
            vectors: centred vectors of the examples, those of one answer together, `[n, 384]`.
            text_vectors: the centred vector of each answer's text.
            answers: what is known of each answer.
            foreign_names: folded names of other towns.
            outside: the label of messages without an answer.
            name_finder: finds the things that texts name.
        """
        self._words, self._weights = list(words), weights
        self._mean, self._vectors, self._text_vectors = mean, vectors, text_vectors
        self._answers = answers
        self._foreign = foreign_names
        self._outside = outside
        self._find_names = name_finder
        self._ngrams = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), dtype=np.float32)
        self._word_vectors = self._ngrams.fit_transform(self._words).T.tocsr()

    @classmethod
    def learn(
        cls,
        texts: Sequence[str],
        labels: Sequence[str],
        vectors: np.ndarray,
        answer_texts: dict[str, str],
        text_vectors: dict[str, np.ndarray],
        foreign_names: frozenset[str],
        outside: str,
        name_finder: NameFinder,
    ) -> Evidence:
        """What examples and answers give.

        Args:
            texts, labels, vectors: the training examples and their vectors, `[n, 384]`.
            answer_texts: title and text of each answer.
            text_vectors: the vector of each answer's text.
        """
        # Examples of one answer lie together, so that a view is enough to compare with them.
        order = sorted(range(len(labels)), key=lambda row: labels[row])
        texts, labels = [texts[row] for row in order], [labels[row] for row in order]
        rows: dict[str, list[int]] = defaultdict(list)
        for row, label in enumerate(labels):
            rows[label].append(row)
        told = {text: content_words(text) for text in (*texts, *answer_texts.values())}
        words = sorted({word for content in told.values() for word in content})
        index = {word: number for number, word in enumerate(words)}
        mean = vectors.mean(axis=0)
        return cls(
            words,
            _word_weights(words, [(told[text], label) for text, label in zip(texts, labels, strict=True)]),
            mean,
            _centred(vectors[order], mean),
            {label: _centred(vector, mean) for label, vector in text_vectors.items()},
            {
                label: _of_answer(
                    [texts[row] for row in of_label], answer_texts.get(label, ""), of_label, index, name_finder
                )
                for label, of_label in rows.items()
            },
            foreign_names,
            outside,
            name_finder,
        )

    def arrays(self) -> dict[str, np.ndarray]:
        """What was learned, as plain arrays; `from_arrays` makes the evidence of them."""
        labels = list(self._answers)
        answers = [self._answers[label] for label in labels]
        told = [
            json.dumps([sorted(a.numbers), sorted(a.names), a.kind_counts, a.examples, a.rows.start, a.rows.stop])
            for a in answers
        ]
        return {
            "words": np.array(self._words),
            "weights": self._weights,
            "mean": self._mean,
            "vectors": self._vectors,
            "labels": np.array(labels),
            "told": np.array(told),
            "vocabularies": np.concatenate([a.vocabulary for a in answers]),
            "sizes": np.array([len(a.vocabulary) for a in answers]),
            "text_labels": np.array(list(self._text_vectors)),
            "text_vectors": np.stack(list(self._text_vectors.values())),
        }

    @classmethod
    def from_arrays(
        cls, arrays: dict[str, np.ndarray], foreign_names: frozenset[str], outside: str, name_finder: NameFinder
    ) -> Evidence:
        """The evidence that `arrays` describes."""
        vocabularies = np.split(arrays["vocabularies"], np.cumsum(arrays["sizes"])[:-1])
        answers = {}
        for label, told, vocabulary in zip(
            arrays["labels"].tolist(), arrays["told"].tolist(), vocabularies, strict=True
        ):
            numbers_of, names, kinds, examples, start, stop = json.loads(told)
            answers[label] = AnswerEvidence(
                vocabulary, frozenset(numbers_of), Counter(kinds), examples, slice(start, stop), frozenset(names)
            )
        return cls(
            arrays["words"].tolist(),
            arrays["weights"],
            arrays["mean"],
            arrays["vectors"],
            dict(zip(arrays["text_labels"].tolist(), arrays["text_vectors"], strict=True)),
            answers,
            foreign_names,
            outside,
            name_finder,
        )

    def similar_examples(self, label: str, vector: np.ndarray) -> tuple[slice, np.ndarray]:
        """The rows of an answer's examples (those of one label in the order they were learned) and their cosines.

        Args:
            vector: of a message, `[384]`.
        """
        rows = self._answers[label].rows
        return rows, self._vectors[rows] @ _centred(vector, self._mean)

    def heard(self, texts: Iterable[str]) -> Heard:
        """Every content word of the texts, held against the known words; the readings of a message share most."""
        words = list(dict.fromkeys(word for text in texts for word in content_words(text)))
        if not words:
            return Heard({}, np.zeros((0, len(self._words)), np.float32), np.zeros(0))
        similarity = (self._ngrams.transform(words) @ self._word_vectors).toarray()
        nearest = similarity.argmax(axis=1)
        known = similarity[np.arange(len(words)), nearest] > KNOWN_FROM
        rows = {word: row for row, word in enumerate(words)}
        return Heard(rows, similarity, np.where(known, self._weights[nearest], 1.0))

    def asked(self, text: str, message: str, vector: np.ndarray, heard: Heard) -> Asked:
        """All that the evidence needs to know of a text, whichever answer it is held against.

        Args:
            heard: the words of the text (and others), as `heard` gives them.
            message: the message that `text` is a part of; a town that it names counts for all its parts,
                unless it speaks of Bochum, too (»wir kommen aus Hamburg und suchen in Bochum …«).
            vector: the text's vector, `[384]`.
        """
        vector = _centred(vector, self._mean)
        words = content_words(text)
        named = words if self._speaks_of_us(message) else content_words(message)
        return Asked(
            words=len(words),
            heard=heard,
            rows=np.array([heard.rows[word] for word in dict.fromkeys(words)], dtype=int),
            kinds=question_kinds(text),
            numbers=numbers(text),
            names=self._named(text),
            foreign=self._foreign.intersection(named),
            vector=vector,
            nearest_outside=float((self._vectors[self._answers[self._outside].rows] @ vector).max()),
        )

    def __call__(self, asked: Asked, label: str, shares: Shares) -> np.ndarray:
        """The evidence that `label` answers what is asked, one number a feature of `FEATURES`.

        Args:
            shares: what the classifier gives every label.
        """
        answer = self._answers[label]
        first = shares[label]
        least, mass = self._unexplained(asked, answer)
        return np.array(
            [
                _log_ratio(first, shares.outside),
                _log_ratio(first, shares.rival(label)),
                self._kind_rarity(asked.kinds, answer),
                float(len(asked.numbers - answer.numbers) > 0),
                least,
                mass,
                self.nearness(asked, label),
                asked.nearest_outside,
                float(self._text_vectors[label] @ asked.vector) if label in self._text_vectors else NO_TEXT,
                float(self._has_foreign_name(asked.foreign, answer)),
                float(len(asked.names - answer.names)),
                np.log1p(asked.words),
            ]
        )

    def nearness(self, asked: Asked, label: str) -> float:
        """The cosine of a text to the nearest example of an answer."""
        return float((self._vectors[self._answers[label].rows] @ asked.vector).max())

    def _speaks_of_us(self, message: str) -> bool:
        return HOME_STEM in message.lower() or bool(self._named(message))

    def _named(self, text: str) -> frozenset[str]:
        return _named(text, self._find_names)

    def _kind_rarity(self, kinds: frozenset[str], answer: AnswerEvidence) -> float:
        """How rare the rarest kind of question asked is among the answer's examples (0: common, up to 4)."""
        shares = [(answer.kind_counts[kind] + 0.5) / (answer.examples + 1.0) for kind in kinds]
        return max(0.0, -np.log(min(shares)) - 1.5) if shares else 0.0

    @staticmethod
    def _unexplained(asked: Asked, answer: AnswerEvidence) -> tuple[float, float]:
        """How well the least explained word is explained (0–1), and the weight of all that is unexplained."""
        if not len(asked.rows) or not len(answer.vocabulary):
            return 1.0, 0.0
        explained = asked.heard.similarity[np.ix_(asked.rows, answer.vocabulary)].max(axis=1)
        gaps = asked.heard.weights[asked.rows] * (1.0 - explained)
        return float(1.0 - gaps.max()), float(gaps.sum())

    def _has_foreign_name(self, foreign: frozenset[str], answer: AnswerEvidence) -> bool:
        return bool(foreign) and not foreign <= {self._words[number] for number in answer.vocabulary}


def _named(text: str, names: NameFinder) -> frozenset[str]:
    return frozenset(name["id"] for name in names.exact(text))


def _centred(vectors: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Without what all messages share, of length 1: the vectors of short messages crowd together."""
    centred = vectors - mean
    return (centred / (np.linalg.norm(centred, axis=-1, keepdims=True) + 1e-9)).astype(np.float32)


def _word_weights(words: Sequence[str], told: Sequence[tuple[list[str], str]]) -> np.ndarray:
    """How much a word tells: words that many different answers use tell little."""
    spread: dict[str, set[str]] = defaultdict(set)
    for content, label in told:
        for word in content:
            spread[word].add(label)
    count = len({label for _, label in told})
    return np.array([np.log(count / (1 + len(spread[word]))) / np.log(count) for word in words])


def _of_answer(
    examples: list[str], text: str, rows: list[int], index: dict[str, int], names: NameFinder
) -> AnswerEvidence:
    vocabulary = {word for example in (*examples, text) for word in content_words(example)}
    kinds: Counter[str] = Counter()
    for example in examples:
        kinds.update(question_kinds(example))
    return AnswerEvidence(
        vocabulary=np.array(sorted(index[word] for word in vocabulary), dtype=int),
        numbers=numbers(" ".join((*examples, text))),
        kind_counts=kinds,
        examples=len(examples),
        rows=slice(rows[0], rows[-1] + 1),
        names=_named(" . ".join((*examples, text)), names),
    )


def _log_ratio(first: float, second: float) -> float:
    return float(np.log((first + 1e-6) / (second + 1e-6)))


@dataclass(frozen=True)
class Judge:
    """A logistic model over the evidence; its weights stand in `judge.json` with how they were found."""

    mean: np.ndarray
    scale: np.ndarray
    weights: np.ndarray
    intercept: float

    @classmethod
    def load(cls, path: Path = JUDGE_FILE) -> Judge:
        """Read the weights.

        Raises:
            ValueError: the file's features are not those of `FEATURES`.
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
