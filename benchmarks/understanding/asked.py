"""What every system is given: examples to learn from, the answers' texts, and the questions it is asked."""

from __future__ import annotations

import hashlib
import json
import random
from collections import defaultdict
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data" / "nlu"
QUESTIONS = ROOT / "tests" / "questions"
SPLITS = ("development", "final")
OUTSIDE = "out_of_scope"
# Small talk and follow-ups claim nothing: never a wrong answer to an unanswerable question.
CLAIMLESS = ("bot/", "kontext/")


@dataclass(frozen=True)
class Example:
    """A training example and the id of its answer (or »out_of_scope«)."""

    text: str
    label: str


@dataclass(frozen=True)
class Question:
    """A single question nobody trained on; no `expect` means that it must be refused."""

    text: str
    kind: str
    split: str
    expect: tuple[str, ...]

    @property
    def answerable(self) -> bool:
        """Whether there is an answer."""
        return bool(self.expect)


@dataclass(frozen=True)
class Task:
    """The same for all systems."""

    examples: list[Example]
    questions: list[Question]
    answer_texts: dict[str, str]

    @property
    def fingerprint(self) -> str:
        """Changes when an example, a question or an answer's text changes; not with what counts as right."""
        given = [asdict(example) for example in self.examples], [q.text for q in self.questions], self.answer_texts
        return hashlib.sha256(json.dumps(given, ensure_ascii=False).encode()).hexdigest()[:12]

    @property
    def distinct_texts(self) -> int:
        """How many texts have to be encoded."""
        return len({example.text for example in self.examples})

    def _json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    def save(self, path: Path) -> None:
        """Write it for the workers, so that they need not load Rasa to read examples."""
        path.write_text(self._json(), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Task:
        """Read what `save` wrote."""
        stored = json.loads(path.read_text(encoding="utf-8"))
        return cls(
            [Example(**entry) for entry in stored["examples"]],
            [Question(**{**entry, "expect": tuple(entry["expect"])}) for entry in stored["questions"]],
            stored["answer_texts"],
        )


def code_fingerprint() -> str:
    """Changes when the product's understanding changes: its code, word lists, and the judge's weights."""
    files = sorted(path for ext in ("py", "yml", "json", "txt") for path in (ROOT / "nlu").glob(f"*.{ext}"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:12]


def read_task() -> Task:
    """All examples of `data/nlu`, all single questions of both splits, title and text of all answers."""
    from rasa.shared.nlu.training_data.loading import load_data

    from answers import AnswerStore
    from nlu.text import clean
    from nlu.understanding import texts_of_answers

    store = AnswerStore()
    read = load_data(str(DATA)).intent_examples
    examples = [Example(clean(example.get("text")), example.get_full_intent()) for example in read]
    texts = texts_of_answers(store) | {
        answer.id: " ".join((answer.title.de, answer.text.de, answer.title.en, answer.text.en))
        for answer in store.answers.values()
    }
    return Task(examples, [q for split in SPLITS for q in read_questions(split)], texts)


def read_questions(split: str) -> list[Question]:
    """The questions of a split that stand alone: no conversation before them, one question in the message."""
    from answers.schema import read_yaml
    from nlu.text import clean

    entries: list[dict[str, Any]] = read_yaml(QUESTIONS / f"{split}.yml")
    return [
        Question(
            clean(entry["question"]),
            entry["kind"],
            split,
            tuple(key.split("@")[0] for key in entry["expect"]),
        )
        for entry in entries
        if "before" not in entry and "expect" in entry
    ]


def first_examples(examples: list[Example], an_answer: int) -> list[Example]:
    """At most `an_answer` examples of each answer, drawn with a fixed seed.

    »Outside« shrinks in proportion, so that it does not drown the answers.
    """
    by_label: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        by_label[example.label].append(example)
    drawn = random.Random(0)
    kept: list[Example] = []
    outside = by_label.pop(OUTSIDE, [])
    for group in by_label.values():
        kept.extend(drawn.sample(group, min(an_answer, len(group))))
    answers = sum(len(group) for group in by_label.values())
    return kept + drawn.sample(outside, round(len(outside) * len(kept) / max(1, answers)))


def quick(task: Task) -> Task:
    """A small part that shows that everything runs; its figures mean nothing."""
    return Task(first_examples(task.examples, 8), task.questions[::8], task.answer_texts)
