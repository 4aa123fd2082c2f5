"""The table and the picture in `docs/operation/`."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot
from rich.console import Console

from benchmarks.operation.rows import ROWS, STOCK, V111, Row
from staff.project import ROOT

FOLDER = ROOT / "docs" / "operation"
INTRODUCTION = """# How quick and how small

`make bench` measures this version beside 1.1.1 (commit 42273bb) and stock Rasa 3.6.21 in one run on one machine. Stock
Rasa is its default pipeline (words and pieces of words, DIET with 100 epochs, RulePolicy) on 20 intents of 20 examples
each, every one answered by a one-line custom action, so that its turn takes the same ways. TED and UnexpecTED are left
out there: they would only make it slower. A row is at its goal if the figure itself or its share of the other's is.
"""


def _limits(row: Row) -> str:
    own = f"{row.goal:g} / {row.floor:g}" if row.goal is not None else ""
    share = f"{row.share_goal:g} / {row.share_floor:g} of {row.other}" if row.share_goal is not None else ""
    return " or ".join(filter(None, (own, share)))


def table(figures: dict[str, dict[str, float]]) -> str:
    """The Markdown table of all rows that were measured."""
    lines = [f"| | ours | {V111} | {STOCK} | share | goal / floor | |", "| --- | --- | --- | --- | --- | --- | --- |"]
    ours = figures.get("ours", {})
    for key, row in ROWS.items():
        if key not in ours:
            continue
        others = figures.get(row.other, {}).get(key)
        cells = [f"{figures.get(name, {})[key]:.3g}" if key in figures.get(name, {}) else "" for name in (V111, STOCK)]
        share = f"{ours[key] / others:.2f}" if others else ""
        name = f"{row.name} ({row.unit})" if row.unit else row.name
        reached = row.reaches(ours[key], others)
        lines.append(f"| {name} | {ours[key]:.3g} | {' | '.join(cells)} | {share} | {_limits(row)} | {reached} |")
    return "\n".join(lines)


def _picture(figures: dict[str, dict[str, float]], file: Path) -> None:
    """Ours as a share of the others', a bar a row."""
    bars = [
        (row.name, figures["ours"][key] / figures[row.other][key], row.other)
        for key, row in ROWS.items()
        if row.other and key in figures.get(row.other, {}) and key in figures["ours"]
    ]
    figure, axes = pyplot.subplots(figsize=(9, 0.45 * len(bars) + 1))
    axes.barh([f"{name}, of {other}" for name, _, other in bars], [share for _, share, _ in bars], color="#00589c")
    axes.axvline(1.0, color="black", linewidth=1)
    axes.invert_yaxis()
    axes.set_xlabel("ours as a share of the other's")
    figure.tight_layout()
    figure.savefig(file, dpi=110)


def write_report(figures: dict[str, dict[str, float]], day: date, machine: str, console: Console) -> None:
    """Write README.md, results.json and operation.png, and print the table."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    shown = table(figures)
    text = f"{INTRODUCTION}\nMeasured on {day:%d %B %Y} ({machine}, 2 cores).\n\n{shown}\n\n![Shares](operation.png)\n"
    (FOLDER / "README.md").write_text(text, encoding="utf-8")
    (FOLDER / "results.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    _picture(figures, FOLDER / "operation.png")
    console.print(shown)
