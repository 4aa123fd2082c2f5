"""What the understanding hands on: the questions of a message, each with the answers that may fit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace


@dataclass(frozen=True)
class Candidate:
    """An answer that may fit a question.

    Attributes:
        id: the answer's id.
        probability: the classifier's share of it among all answers and »outside«.
        confidence: the judge's calibrated probability that it answers the question; 0 where not judged.
        nearness: cosine of the question to the answer's nearest example.
    """

    id: str
    probability: float
    confidence: float = 0.0
    nearness: float = 0.0

    def trusted(self, share: float) -> Candidate:
        """The same answer with only a share of the confidence."""
        return replace(self, confidence=self.confidence * share)


@dataclass(frozen=True)
class Question:
    """One question of a message, with its candidates, the most confident first.

    Attributes:
        text: the question as it was read.
        outside: the classifier's share of »outside«.
    """

    text: str
    candidates: list[Candidate]
    outside: float

    @classmethod
    def ranked(cls, text: str, candidates: Iterable[Candidate], outside: float) -> Question:
        """A question whose candidates are put in order."""
        return cls(text, sorted(candidates, key=lambda c: (-c.confidence, -c.probability, c.id)), outside)

    @classmethod
    def certain(cls, text: str, answer_id: str) -> Question:
        """A question whose answer is beyond doubt."""
        return cls(text, [Candidate(answer_id, 1.0, 1.0, 1.0)], 0.0)

    @property
    def best(self) -> Candidate:
        """The most confident candidate."""
        return self.candidates[0]

    def as_dict(self) -> dict[str, object]:
        """The question as plain data for the tracker."""
        return asdict(self)
