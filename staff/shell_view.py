"""What the staff's shell shows: answers, why they were given, and the table of a file of questions."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TextIO

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

KINDS = {
    "answer": ("Antwort", "green"),
    "clarification": ("Rückfrage", "yellow"),
    "fallback": ("keine Antwort", "red"),
    "smalltalk": ("Gespräch", "cyan"),
}
COLUMNS = ("Frage", "Art", "Antwort-Id", "Antworttext", "Quelle")
WHY_COLUMNS = ("Verstanden", "Wert", "Danach", "Beispiele")
SHOWN_CHARS = 120
ID_WIDTH = 32
INDENT = (0, 0, 0, 2)


@dataclass(frozen=True)
class Button:
    """A quick reply: its label, and what is sent for it."""

    title: str
    payload: str


@dataclass(frozen=True)
class Answer:
    """One answer of a reply, as the channel's `custom` object gives it, with the buttons of its text."""

    kind: str
    text: str
    lang: str = "de"
    answer_id: str | None = None
    entity: str | None = None
    as_of: str | None = None
    sources: tuple[tuple[str, str], ...] = ()
    buttons: tuple[Button, ...] = ()

    @classmethod
    def from_custom(cls, custom: dict[str, Any], buttons: tuple[Button, ...]) -> Answer:
        """Read a `custom` object.

        Raises:
            KeyError, TypeError: it is not one of ours.
        """
        sources = tuple((str(source["title"]), str(source["url"])) for source in custom["sources"])
        optional = {name: custom.get(name) for name in ("answer_id", "entity", "as_of")}
        return cls(custom["kind"], custom["text"], custom["lang"], sources=sources, buttons=buttons, **optional)

    @property
    def key(self) -> str:
        """`id` or `id@hochschule`; empty where there is none."""
        return f"{self.answer_id}@{self.entity}" if self.answer_id and self.entity else self.answer_id or ""

    @property
    def label(self) -> str:
        """The kind of answer in German."""
        return KINDS.get(self.kind, (self.kind, ""))[0]


@dataclass(frozen=True)
class Guess:
    """An answer that was weighed: its id and title, the judge's confidence, the classifier's probability."""

    id: str
    title: str
    confidence: float
    probability: float


@dataclass(frozen=True)
class Explanation:
    """How one question of a message was understood.

    Attributes:
        text: the question as it was read.
        best, others: the answer in front and the next three.
        outside: the classifier's share of »nothing of ours«.
        answers_from: the confidence from which the best one is given.
        examples: the training examples of the best one nearest to the question, with their cosines.
    """

    text: str
    best: Guess
    others: tuple[Guess, ...]
    outside: float
    answers_from: float
    examples: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Asked:
    """A question of a file, what came back, and how it was understood (empty unless wanted)."""

    question: str
    answers: Sequence[Answer]
    explanations: Sequence[Explanation] = ()


def number(value: float) -> str:
    """Two decimals with a comma."""
    return f"{value:.2f}".replace(".", ",")


def shortened(text: str, length: int = SHOWN_CHARS) -> str:
    """The text on one line, cut at `length` characters."""
    line = " ".join(text.split())
    return line if len(line) <= length else f"{line[: length - 1].rstrip()}…"


# ---------------------------------------------------------------------- a conversation


def answer_view(answer: Answer, first_number: int) -> RenderableType:
    """An answer with its source and Stand, its buttons numbered from `first_number` on."""
    style = KINDS.get(answer.kind, ("", ""))[1]
    head = Text.assemble((answer.label, f"bold {style}".strip()), ("  " + answer.key, "dim"))
    parts: list[RenderableType] = [head, Padding(Text(answer.text), INDENT)]
    if answer.sources or answer.as_of:
        parts.append(Padding(_source_view(answer), INDENT))
    if answer.buttons:
        parts.append(Padding(_buttons_view(answer.buttons, first_number), INDENT))
    return Group(*parts)


def _source_view(answer: Answer) -> Table:
    grid = _grid()
    grid.columns[0].style = "dim"
    for title, url in answer.sources:
        # An address on a line of its own stays whole where the terminal is wide enough, and can be clicked.
        grid.add_row("Quelle", Text.assemble(title, "\n", (url, f"link {url}"), overflow="fold"))
    if answer.as_of:
        grid.add_row("Stand", Text(answer.as_of))
    return grid


def _buttons_view(buttons: Sequence[Button], first_number: int) -> Table:
    grid = _grid()
    grid.columns[0].justify = "right"
    for position, button in enumerate(buttons, first_number):
        grid.add_row(Text(str(position), "bold cyan"), Text(button.title))
    return grid


def explanation_view(explanation: Explanation) -> RenderableType:
    """What was understood, its score, the next three, and the examples that decided."""
    grid = _grid()
    grid.columns[0].style = "dim"
    grid.add_row("gelesen als", Text(f"»{explanation.text}«"))
    grid.add_row("verstanden", _guess_text(explanation.best, "bold"))
    scores = f"{number(explanation.best.confidence)} (beantwortet ab {number(explanation.answers_from)})"
    grid.add_row("Wert", Text(f"{scores}, Anteil »nichts davon« {number(explanation.outside)}"))
    for label, guess in zip(("danach", "", ""), explanation.others, strict=False):
        grid.add_row(label, Text.assemble(number(guess.confidence), "  ", _guess_text(guess)))
    for position, (example, cosine) in enumerate(explanation.examples):
        grid.add_row("" if position else "Beispiele", Text(f"{number(cosine)}  »{example}«"))
    return Padding(grid, INDENT)


def _guess_text(guess: Guess, style: str = "") -> Text:
    return Text.assemble((guess.id, style), (f"  {guess.title}" if guess.title else "", "dim"))


def _grid() -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    return grid


# ---------------------------------------------------------------------- a file of questions


def questions_table(asked: Sequence[Asked], why: bool) -> Table:
    """One row an answer, the question before its first one; with `why` how it was understood."""
    table = Table(*COLUMNS, *(WHY_COLUMNS if why else ()), show_lines=True)
    for column in table.columns:
        column.overflow = "fold"
    # In a narrow terminal the texts give way, not what the eye looks for.
    table.columns[1].no_wrap = True
    ids = [answer.key for one in asked for answer in one.answers]
    table.columns[2].width = min(ID_WIDTH, max(map(len, (COLUMNS[2], *ids))))
    for one in asked:
        for position, answer in enumerate(one.answers):
            question = "" if position else shortened(one.question)
            cells = [question, answer.label, answer.key, shortened(answer.text), _first_source(answer)]
            table.add_row(*map(Text, (*cells, *(_reasons(one, answer, "\n") if why else ()))))
    return table


def write_csv(asked: Iterable[Asked], why: bool, file: TextIO) -> None:
    """The same with whole texts and all sources, and the question in each row."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([*COLUMNS, *(WHY_COLUMNS if why else ())])
    for one in asked:
        for answer in one.answers:
            sources = " ".join(url for _, url in answer.sources)
            cells = [one.question, answer.label, answer.key, answer.text, sources]
            writer.writerow([*cells, *(_reasons(one, answer, "; ") if why else ())])


def _first_source(answer: Answer) -> str:
    if not answer.sources:
        return ""
    more = len(answer.sources) - 1
    return answer.sources[0][1] + (f" (und {more} weitere)" if more else "")


def _reasons(asked: Asked, answer: Answer, between: str) -> list[str]:
    """How the question was understood that the answer answers; else the whole message, which comes first."""
    if not asked.explanations:
        return ["" for _ in WHY_COLUMNS]
    fitting = (explanation for explanation in asked.explanations if explanation.best.id == answer.answer_id)
    # Where a message is answered in parts, the part that was sure decided, not the message.
    chosen = max(fitting, key=lambda explanation: explanation.best.confidence, default=asked.explanations[0])
    others = between.join(f"{guess.id} {number(guess.confidence)}" for guess in chosen.others)
    examples = between.join(text for text, _ in chosen.examples)
    return [chosen.best.id, number(chosen.best.confidence), others, examples]
