"""Does the answer answer *this* question? A second judgement, on evidence of its own.

The classifier says which answer is nearest. What is almost ours (another city, an attribute no fact gives) is
near, too, so a small logistic model weighs evidence on the pair of question and answer: the odds against
»outside«, the kind of question, years, names, and words that nothing in the answer or its examples explains.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from nlu.names import NameFinder
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
    rows: np.ndarray
    names: frozenset[str]


class Evidence:
    """Computes the evidence for pairs of question and answer; all that is constant is prepared once."""

    def __init__(
        self,
        texts: Sequence[str],
        labels: Sequence[str],
        vectors: np.ndarray,
        answer_texts: dict[str, str],
        text_vectors: dict[str, np.ndarray],
        foreign_names: frozenset[str],
        outside: str,
        name_finder: NameFinder,
    ) -> None:
        """
        Args:
            texts, labels, vectors: the training examples and their centred E5 vectors, `[n, 384]`.
            answer_texts: title and text of each answer.
            text_vectors: centred E5 passage vector of each answer's text.
            foreign_names: folded names of other towns.
            outside: the label of messages without an answer.
            name_finder: finds the things that texts name.
        """
        self._vectors = vectors.astype(np.float32)
        self._text_vectors = text_vectors
        self._foreign = foreign_names
        self._outside = outside
        self._find_names = name_finder
        per_label: dict[str, list[int]] = defaultdict(list)
        for row, label in enumerate(labels):
            per_label[label].append(row)
        self._words = sorted({word for text in (*texts, *answer_texts.values()) for word in content_words(text)})
        self._index = {word: number for number, word in enumerate(self._words)}
        self._ngrams = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), dtype=np.float32)
        self._word_vectors = self._ngrams.fit_transform(self._words)
        self._weights = self._word_weights(texts, labels)
        self._answers = {
            label: self._of_answer([texts[row] for row in rows], answer_texts.get(label, ""), rows)
            for label, rows in per_label.items()
        }

    def _word_weights(self, texts: Sequence[str], labels: Sequence[str]) -> np.ndarray:
        """How much a word tells: words that many different answers use tell little."""
        spread: dict[str, set[str]] = defaultdict(set)
        for text, label in zip(texts, labels, strict=True):
            for word in content_words(text):
                spread[word].add(label)
        count = len(set(labels))
        return np.array([np.log(count / (1 + len(spread[word]))) / np.log(count) for word in self._words])

    def _of_answer(self, examples: list[str], text: str, rows: list[int]) -> AnswerEvidence:
        vocabulary = {word for example in (*examples, text) for word in content_words(example)}
        kinds: Counter[str] = Counter()
        for example in examples:
            kinds.update(question_kinds(example))
        return AnswerEvidence(
            vocabulary=np.array(sorted(self._index[word] for word in vocabulary), dtype=int),
            numbers=numbers(" ".join((*examples, text))),
            kind_counts=kinds,
            examples=len(examples),
            rows=np.array(rows),
            names=self._named(" . ".join((*examples, text))),
        )

    def __call__(
        self, text: str, label: str, probabilities: dict[str, float], vector: np.ndarray, message: str
    ) -> np.ndarray:
        """The evidence that `label` answers `text`, one number a feature of `FEATURES`.

        Args:
            message: the message that `text` is a part of; a town that it names counts for all its parts,
                unless it speaks of Bochum, too (»wir kommen aus Hamburg und suchen in Bochum …«).
        """
        answer = self._answers[label]
        outside = self._answers[self._outside]
        first = probabilities[label]
        second = max((p for other, p in probabilities.items() if other not in (label, self._outside)), default=0.0)
        least, mass = self._unexplained(text, answer)
        similarity = self._vectors[answer.rows] @ vector
        words = content_words(text)
        return np.array(
            [
                _log_ratio(first, probabilities[self._outside]),
                _log_ratio(first, second),
                self._kind_rarity(text, answer),
                float(len(numbers(text) - answer.numbers) > 0),
                least,
                mass,
                float(similarity.max()),
                float((self._vectors[outside.rows] @ vector).max()),
                float(self._text_vectors[label] @ vector) if label in self._text_vectors else NO_TEXT,
                float(self._has_foreign_name(words if self._speaks_of_us(message) else content_words(message), answer)),
                float(len(self._named(text) - answer.names)),
                np.log1p(len(words)),
            ]
        )

    def _speaks_of_us(self, message: str) -> bool:
        return HOME_STEM in message.lower() or bool(self._named(message))

    def _named(self, text: str) -> frozenset[str]:
        return frozenset(name["id"] for name in self._find_names.exact(text))

    def _kind_rarity(self, text: str, answer: AnswerEvidence) -> float:
        """How rare the rarest kind of question asked is among the answer's examples (0: common, up to 4)."""
        shares = [(answer.kind_counts[kind] + 0.5) / (answer.examples + 1.0) for kind in question_kinds(text)]
        return max(0.0, -np.log(min(shares)) - 1.5) if shares else 0.0

    def _unexplained(self, text: str, answer: AnswerEvidence) -> tuple[float, float]:
        """How well the least explained word is explained (0–1), and the weight of all that is unexplained."""
        asked = list(dict.fromkeys(content_words(text)))
        if not asked or not len(answer.vocabulary):
            return 1.0, 0.0
        similarity = (self._ngrams.transform(asked) @ self._word_vectors.T).toarray()
        explained = similarity[:, answer.vocabulary].max(axis=1)
        nearest = similarity.argmax(axis=1)
        weights = np.where(similarity.max(axis=1) > 0.6, self._weights[nearest], 1.0)
        gaps = weights * (1.0 - explained)
        return float(1.0 - gaps.max()), float(gaps.sum())

    def _has_foreign_name(self, words: Sequence[str], answer: AnswerEvidence) -> bool:
        known = {self._words[number] for number in answer.vocabulary}
        return any(word in self._foreign and word not in known for word in words)


def _log_ratio(first: float, second: float) -> float:
    return float(np.log((first + 1e-6) / (second + 1e-6)))
