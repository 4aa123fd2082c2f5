"""The pictures of docs/understanding, drawn from results.json."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

from benchmarks.understanding.systems import ENTRIES
from staff.evaluation import wilson

COLOURS = {"ours": "#00748f", "candidate": "#9aa7ad", "peer": "#c46a1b"}
Results = dict[str, Any]
SPLIT_TITLES = {
    "development": "development (the judge was fitted on it)",
    "final": "final (nothing was fitted on it)",
}


def draw_all(results: Results, folder: Path) -> None:
    """Draw what the results have."""
    plt.rcParams.update({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False})
    if finished(results):
        _comparison(results, folder / "comparison.png")
    if "reliability" in results:
        _reliability(results, folder / "reliability.png")
        _risk_coverage(results, folder / "risk_coverage.png")
    if "points" in results.get("learning_curve", {}):
        _learning_curve(results, folder / "learning_curve.png")


def finished(results: Results) -> list[str]:
    """Keys of the systems that were measured, the best first."""
    measured = results["systems"]
    keys = [key for key in ENTRIES if measured.get(key, {}).get("status") == "measured"]
    return sorted(keys, key=lambda key: -_share(measured[key]["final"]["right"]))


def _share(count: list[int]) -> float:
    return count[0] / max(1, count[1])


def _percent(count: list[int]) -> tuple[float, float, float]:
    low, high = wilson(*count)
    share = _share(count)
    return 100 * share, 100 * (share - low), 100 * (high - share)


def _save(figure: Any, file: Path) -> None:
    figure.tight_layout()
    figure.savefig(file, dpi=100, metadata={"Software": None})
    plt.close(figure)


def _comparison(results: Results, file: Path) -> None:
    keys = finished(results)[::-1]
    figure, panels = plt.subplots(1, 3, figsize=(11.5, 0.9 + 0.33 * len(keys)), sharey=True)
    columns = (
        ("right", "right answer, % of answerable", (0, 100)),
        ("refused", "refused, % of unanswerable", (0, 100)),
        ("wrong", "wrong answer given, % of all", (0, None)),
    )
    for panel, (name, label, limits) in zip(panels, columns, strict=True):
        values = [_percent(results["systems"][key]["final"][name]) for key in keys]
        panel.barh(
            range(len(keys)),
            [value[0] for value in values],
            xerr=[[value[1] for value in values], [value[2] for value in values]],
            color=[COLOURS[ENTRIES[key].group] for key in keys],
            error_kw={"elinewidth": 0.8, "ecolor": "#333"},
        )
        panel.set_xlabel(label)
        panel.set_xlim(*limits)
    panels[0].set_yticks(range(len(keys)), [ENTRIES[key].title for key in keys])
    handles = [plt.Rectangle((0, 0), 1, 1, color=colour) for colour in COLOURS.values()]
    names = ["ours", "candidate for our classifier", "what one would pick instead"]
    figure.legend(handles, names, loc="upper center", ncol=3, frameon=False)
    figure.tight_layout(rect=(0, 0, 1, 0.95))
    figure.savefig(file, dpi=100, metadata={"Software": None})
    plt.close(figure)


def _reliability(results: Results, file: Path) -> None:
    figure, panel = plt.subplots(figsize=(4.8, 4.5))
    panel.plot([0, 100], [0, 100], color="#999", linewidth=0.8, label="perfectly calibrated")
    for split, colour in (("development", COLOURS["ours"]), ("final", COLOURS["peer"])):
        bins = results["reliability"][split]
        values = [_percent(part["right"]) for part in bins]
        panel.errorbar(
            [100 * part["confidence"] for part in bins],
            [value[0] for value in values],
            yerr=[[value[1] for value in values], [value[2] for value in values]],
            marker="o",
            markersize=4,
            linewidth=1,
            capsize=2,
            color=colour,
            label=SPLIT_TITLES[split],
        )
    panel.set(xlabel="confidence of the first answer, %", ylabel="right, %", xlim=(0, 100), ylim=(0, 100))
    panel.set_title("Ours: does confidence mean what it says?", fontsize=10)
    panel.legend(frameon=False, fontsize=8)
    _save(figure, file)


def _risk_coverage(results: Results, file: Path) -> None:
    figure, panel = plt.subplots(figsize=(5.6, 4))
    lines = (
        ("ours", "development", "ours, development", "-", COLOURS["ours"]),
        ("ours", "final", "ours, final", "-", COLOURS["peer"]),
        ("ours-no-judge", "development", "without the judge, development", "--", COLOURS["ours"]),
    )
    for key, split, label, style, colour in lines:
        curve = results["risk_coverage"].get(f"{key} {split}")
        if curve:
            panel.plot([100 * x for x, _ in curve], [100 * y for _, y in curve], style, color=colour, label=label)
    answerable = results["questions"]["development"]
    share = 100 * answerable["answerable"] / answerable["all"]
    panel.axvline(share, color="#999", linewidth=0.8, linestyle=":", label="share of questions with an answer")
    panel.set(xlabel="questions that get an answer, % of all", ylabel="wrong among these answers, %", xlim=(0, 100))
    panel.set_ylim(bottom=0)
    panel.set_title("Ours: what answering more costs", fontsize=10)
    panel.legend(frameon=False, fontsize=8)
    _save(figure, file)


def _learning_curve(results: Results, file: Path) -> None:
    curve = results["learning_curve"]["points"]
    figure, panel = plt.subplots(figsize=(5.6, 4))
    positions = range(len(curve))
    lines = (
        ("forced", "right if it must always answer", "#9aa7ad"),
        ("right", "right at the threshold", COLOURS["ours"]),
        ("refused", "unanswerable refused at the threshold", COLOURS["peer"]),
    )
    for name, label, colour in lines:
        values = [_percent(point[name]) for point in curve]
        panel.errorbar(
            positions,
            [value[0] for value in values],
            yerr=[[value[1] for value in values], [value[2] for value in values]],
            marker="o",
            markersize=4,
            linewidth=1.2,
            capsize=2,
            color=colour,
            label=label,
        )
    panel.set_xticks(positions, [f"{point['label']}\n({point['examples']:,})" for point in curve])
    panel.set(xlabel="examples an answer (in all)", ylabel="% of the development questions", ylim=(0, 101))
    panel.set_title("What more examples give (untuned vectors)", fontsize=10)
    panel.legend(frameon=False, fontsize=8, loc="lower right")
    _save(figure, file)
