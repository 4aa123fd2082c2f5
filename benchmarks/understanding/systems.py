"""The systems side by side, by name, and what each must be able to do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from benchmarks.understanding.asked import OUTSIDE, Example, Task


@dataclass(frozen=True)
class Guess:
    """What a system makes of a question.

    Attributes:
        label: the best answer (never »outside«).
        score: how well it fits; a probability or a similarity.
        outside: how well »outside« fits, on the same scale; None for a system that does not know »outside«.
    """

    label: str
    score: float
    outside: float | None = None


@dataclass(frozen=True)
class Limits:
    """What a run allows the slow systems."""

    epochs: int = 15
    work_dir: Path = Path(".")


class System(Protocol):
    """Learns once, then is asked one question at a time."""

    def train(self, task: Task) -> None:
        """Learn from the task's examples (site search: from the answers' texts)."""

    def guess(self, text: str) -> Guess:
        """The best answer to a question."""


@dataclass(frozen=True)
class Entry:
    """A line of the table.

    Attributes:
        key: short name for `--only` and results.json.
        title: the name in table and charts.
        group: ours, candidate or peer.
        scale: how `outside` is set against `score`: »share« divides, »distance« subtracts.
        encoders: the sentence vectors it needs; their cost for the examples counts as training.
        build: makes the system.
        slow: trained last and under the time limit.
        notes: what a reader should know.
    """

    key: str
    title: str
    group: str
    scale: str
    build: Callable[[Limits], System]
    encoders: tuple[str, ...] = ()
    slow: bool = False
    notes: str = ""


def guess_from(labels: Sequence[str], scores: Sequence[float]) -> Guess:
    """The guess of a system that scores all labels, »outside« among them."""
    outside = None
    best, best_score = "", float("-inf")
    for label, score in zip(labels, scores, strict=True):
        if label == OUTSIDE:
            outside = float(score)
        elif score > best_score:
            best, best_score = label, float(score)
    return Guess(best, best_score, outside)


def labelled(examples: Sequence[Example]) -> tuple[list[str], list[str]]:
    """Texts and labels as two lists."""
    return [example.text for example in examples], [example.label for example in examples]


def _ours(with_judge: bool) -> Callable[[Limits], System]:
    def build(limits: Limits) -> System:
        from benchmarks.understanding.ours import Ours

        return Ours(with_judge, limits.work_dir)

    return build


def _classifier(features: str, classifier: str) -> Callable[[Limits], System]:
    def build(limits: Limits) -> System:
        from benchmarks.understanding.classifiers import Candidate

        return Candidate(features, classifier, limits.work_dir)

    return build


def _site_search(limits: Limits) -> System:
    from benchmarks.understanding.site_search import SiteSearch

    return SiteSearch()


def _rasa(sentence_vectors: bool) -> Callable[[Limits], System]:
    def build(limits: Limits) -> System:
        from benchmarks.understanding.rasa_pipelines import RasaPipeline

        return RasaPipeline(sentence_vectors, limits.epochs, limits.work_dir)

    return build


def _nlpjs(limits: Limits) -> System:
    from benchmarks.understanding.nlpjs_peer import NlpJs

    return NlpJs(limits.work_dir)


FEATURES = {
    "characters": ("characters", ()),
    "use": ("USE", ("use",)),
    "e5": ("E5, centred", ("e5",)),
    "characters+use+e5": ("characters + USE + E5", ("use", "e5")),
}

ENTRIES: dict[str, Entry] = {
    entry.key: entry
    for entry in (
        Entry("ours", "Ours, with the judge", "ours", "none", _ours(True), ("use", "tuned")),
        Entry("ours-no-judge", "Ours, without the judge", "ours", "share", _ours(False), ("use", "tuned")),
        Entry("words-svm", "words TF-IDF, linear SVM", "candidate", "distance", _classifier("words", "svm")),
        *(
            Entry(
                f"{key}-lr",
                f"{title}, logistic regression",
                "candidate",
                "share",
                _classifier(key, "lr"),
                needed,
            )
            for key, (title, needed) in FEATURES.items()
            if needed  # of 30,000 sparse columns a logistic regression takes longer than all the rest
        ),
        *(
            Entry(
                f"{key}-nn",
                f"{title}, nearest neighbour",
                "candidate",
                "distance",
                _classifier(key, "nn"),
                needed,
            )
            for key, (title, needed) in FEATURES.items()
        ),
        Entry(
            "site-search",
            "Plain site search (words of the answers)",
            "peer",
            "none",
            _site_search,
            notes="sees no examples; words TF-IDF over German and English title and text of each answer",
        ),
        Entry(
            "nlpjs",
            "nlp.js 4 (npm)",
            "peer",
            "share",
            _nlpjs,
            notes="German stemmer, its own neural classifier",
        ),
        Entry(
            "rasa",
            "Rasa's default German pipeline (DIET)",
            "peer",
            "share",
            _rasa(False),
            slow=True,
            notes="full retrieval intents as flat intents; two threads in training",
        ),
        Entry(
            "rasa-use",
            "The same with USE sentence vectors (DIET)",
            "peer",
            "share",
            _rasa(True),
            slow=True,
            notes="as above, with a sentence featurizer of this folder",
        ),
    )
}
