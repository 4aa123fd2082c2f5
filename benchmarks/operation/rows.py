"""The rows of the table: what is measured, what it is to reach, and whether it does."""

from __future__ import annotations

from dataclasses import dataclass

GOAL, FLOOR, MISSED = "goal", "floor", "missed"


@dataclass(frozen=True)
class Row:
    """One figure and what it has to reach; smaller is better unless `larger_is_better`.

    Attributes:
        unit: of the figures.
        goal, floor: limits of our figure itself; None where only the share counts.
        share_goal, share_floor: limits of our figure as a share of the other's; either limit is enough.
        other: whose figure the share is of.
    """

    name: str
    unit: str
    goal: float | None = None
    floor: float | None = None
    share_goal: float | None = None
    share_floor: float | None = None
    other: str = ""
    larger_is_better: bool = False

    def reaches(self, ours: float, others: float | None = None) -> str:
        """`GOAL`, `FLOOR` or `MISSED` for our figure beside the other's."""
        share = ours / others if others else None
        if self._holds(ours, self.goal) or self._holds(share, self.share_goal):
            return GOAL
        if self._holds(ours, self.floor) or self._holds(share, self.share_floor):
            return FLOOR
        return MISSED

    def _holds(self, figure: float | None, limit: float | None) -> bool:
        if figure is None or limit is None:
            return False
        return figure >= limit if self.larger_is_better else figure <= limit


V111, STOCK = "1.1.1", "stock Rasa"
ROWS = {
    "first_answer": Row("packages installed → first answer", "s", 180, 300, 0.28, 0.45, V111),
    "training": Row("full training, present content", "s", 120, 240, 0.2, 0.4, V111),
    "training_grown": Row("full training, 480 answers and 45,000 examples", "s", 180, 240, 0.3, 0.4, V111),
    "answer_added": Row("an answer with 10 examples added → learned", "s", 30, 60),
    "text_changed": Row("a text changed → live", "s", 5, 15),
    "memory": Row("memory of the server after 1,000 turns (PSS)", "GB", 0.60, 0.80, other=V111),
    "disk": Row("environment without development packages", "GB", 1.2, 1.6),
    "start": Row("start → first answer", "s", share_goal=0.5, share_floor=0.7, other=STOCK),
    "turns": Row("turns a second, 8 visitors", "/s", share_goal=4, share_floor=2.5, other=STOCK, larger_is_better=True),
    "turn": Row("median turn, 1 visitor", "ms", share_goal=0.3, share_floor=0.5, other=STOCK),
    "long": Row("turn 300 of a conversation ÷ turn 10", "", 1.2, 1.5),
    "understanding_median": Row("understanding a message, one core, median", "ms", 8, 14, other=V111),
    "understanding_tail": Row("… 95 %", "ms", 30, 50, other=V111),
}


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` of the values lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
