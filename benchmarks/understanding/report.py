"""The text of docs/understanding/README.md, filled from results.json."""

# ruff: noqa: E501 (prose)

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.understanding.charts import finished
from benchmarks.understanding.scoring import PRICE_OF_WRONG, REFUSED_AT_LEAST
from benchmarks.understanding.systems import ENTRIES
from staff.evaluation import wilson

Results = dict[str, Any]
COLUMNS = (
    "right of answerable",
    "refused of unanswerable",
    "wrong of all",
    "English right",
    "training",
    "a message, median / 95 %",
    "of it processor time",
    "peak memory",
)


def write_report(results: Results, file: Path) -> None:
    """Write the report."""
    parts = [_head(results), _table(results), _reading(results), _threshold_table(results), _how(results)]
    parts += [_pictures(results), _curve(results), _kinds(results), _public_data(), _rerun()]
    file.write_text("\n\n".join(part for part in parts if part) + "\n", encoding="utf-8")


def _percent(count: list[int]) -> str:
    if not count[1]:
        return "–"
    low, high = wilson(*count)
    return f"{100 * count[0] / count[1]:.1f} % ({100 * low:.1f}–{100 * high:.1f})"


def _share(count: list[int]) -> float:
    return count[0] / max(1, count[1])


def _seconds(value: float) -> str:
    return f"{value:.0f} s" if value >= 1 else "< 1 s"


def _head(results: Results) -> str:
    examples, final, development = (
        results["examples"],
        results["questions"]["final"],
        results["questions"]["development"],
    )
    dates = sorted({row["date"] for row in results["systems"].values() if "date" in row})
    when = dates[-1] if len(set(dates)) == 1 else f"{dates[0]} to {dates[-1]}" if dates else "–"
    machine = results["machine"]
    return (
        "# How well messages are understood, side by side\n\n"
        "<!-- Written by `make bench-understanding` from results.json; do not edit. -->\n\n"
        f"Measured {when} on {machine['cpu']}, {machine['cores']} cores, {machine['system']}.\n\n"
        f"Every system learned from the same {examples['all']:,} examples ({examples['answers']} answers, small talk and "
        f"follow-ups among them, {examples['outside']:,} examples of what must be refused) and was asked the same questions, "
        "which nobody trained on: single questions without a conversation before them. "
        f"The threshold from which a system answers was chosen on the development split ({development['all']} questions, "
        f"{development['answerable']} answerable). All figures of the table are from the final split "
        f"({final['all']} questions, {final['answerable']} answerable), which nothing was fitted on. "
        "95 % Wilson intervals in brackets."
    )


def _row(title: str, final: Results, row: Results) -> str:
    encoding = row["encoding_seconds"]
    training = _seconds(row["training_seconds"]) + (f" + {encoding:.0f} s vectors" if encoding else "")
    cells = [_percent(final[name]) for name in ("right", "refused", "wrong", "english")]
    cells += [training, f"{row['median_ms']:.1f} / {row['p95_ms']:.1f} ms"]
    cells += [f"{row['median_cpu_ms']:.1f} / {row['p95_cpu_ms']:.1f} ms", f"{row['peak_memory_mb']} MB"]
    return f"| {title} | {' | '.join(cells)} |"


def _table(results: Results) -> str:
    lines = [f"| system | {' | '.join(COLUMNS)} |", "| --- |" + " --- |" * len(COLUMNS)]
    systems = results["systems"]
    notes = []
    for key in finished(results):
        row = systems[key]
        ours_changed = ENTRIES[key].group == "ours" and row["code"] != results["code"]
        mark = " †" if ours_changed or row["data"] != results["data"] else ""
        title = f"**{ENTRIES[key].title}**" if ENTRIES[key].group == "ours" else ENTRIES[key].title
        epochs = f", {row['epochs']} epochs" if "epochs" in row else ""
        lines.append(_row(f"{title}{epochs}{mark}", row["final"], row))
        notes += ["† measured on an earlier state of the examples, the questions or (ours) the code"] if mark else []
    for key, entry in ENTRIES.items():
        row = systems.get(key, {"status": "not run", "reason": "not part of this run"})
        if row["status"] != "measured":
            lines.append(f"| {entry.title} | {row['status']}: {row['reason']} |" + " |" * (len(COLUMNS) - 1))
    return "\n".join([*lines, *([""] if notes else []), *sorted(set(notes))])


def _reading(results: Results) -> str:
    systems, order = results["systems"], finished(results)
    others = [key for key in order if ENTRIES[key].group != "ours"]
    if "ours" not in order or not others:
        return ""
    lines = ["## What the table says"]
    for group, name in (
        ("candidate", "candidate for the classifier"),
        ("peer", "system one would pick instead"),
    ):
        best = next((key for key in others if ENTRIES[key].group == group), None)
        if best:
            lines.append(f"- Best {name}: {ENTRIES[best].title}. {_difference(systems['ours'], systems[best])}")
    if "ours-no-judge" in order:
        lines.append(f"- What the judge gives: {_difference(systems['ours'], systems['ours-no-judge'])}")
    shipped = systems["ours"].get("as_shipped")
    if shipped:
        final = shipped["final"]
        lines.append(
            f"- At the thresholds the product ships with ({shipped['threshold']:g}; small talk {shipped['smalltalk_threshold']:g}) ours gives {_percent(final['right'])} right, "
            f"refuses {_percent(final['refused'])} and is wrong in {_percent(final['wrong'])}."
        )
    missed = [ENTRIES[key].title for key in order if _share(systems[key]["final"]["refused"]) < REFUSED_AT_LEAST]
    if missed:
        lines.append(
            f"- Below {REFUSED_AT_LEAST:.0%} refused on the final split, though the threshold reached it on development: "
            f"{'; '.join(missed)}."
        )
    slower = systems["ours"]["median_ms"]
    if slower > 8 or systems["ours"]["p95_ms"] > 30:
        lines.append(
            f"- The price: {slower:.1f} ms a message at the median and {systems['ours']['p95_ms']:.1f} ms at the 95th percentile "
            "on one core, above the aim of 8 and 30 ms."
        )
    lines.append(_overlap(results))
    slow = [key for key in order if "epochs" in systems[key]]
    if slow:
        lines.append(
            f"- DIET had {systems[slow[0]]['epochs']} epochs, because of the time they take on this data; the configuration that "
            "Rasa generates has 100. More might help it: its rows say what it gives at this price, not what it could give."
        )
    lines.append(
        "- The rows are measured on the same questions, so differences are somewhat surer than overlapping intervals "
        "suggest; still, a point or two between neighbours means little."
    )
    return "\n".join(lines)


def _overlap(results: Results) -> str:
    final, near = results["questions"]["final"]["all"], results["overlap"]["final"]
    ours = results["systems"]["ours"]["final_without_near"]
    return (
        f"- How new are the questions? {near['same_words']} of {final} have the very words of an example (in any order) and "
        f"{near['near']} are close to one (cosine of characters above 0.8; short keywords and common wordings meet by "
        f"themselves). Without the close ones ours gives {_percent(ours['right'])} right, refuses {_percent(ours['refused'])} "
        f"and is wrong in {_percent(ours['wrong'])}."
    )


def _difference(ours: Results, other: Results) -> str:
    gains = [
        100 * (_share(ours["final"][name]) - _share(other["final"][name])) for name in ("right", "refused", "wrong")
    ]
    equal = 100 * (_share(ours["final_at_equal_refusal"]) - _share(other["final_at_equal_refusal"]))
    return (
        f"Ours has {gains[0]:+.1f} points right, {gains[1]:+.1f} refused, {gains[2]:+.1f} wrong; "
        f"where both refuse 95 % of the unanswerable, {equal:+.1f} points right."
    )


def _threshold_table(results: Results) -> str:
    lines = ["## Thresholds, and the development split", ""]
    lines += [
        "| system | answers from | right | refused | wrong | right if it must always answer | final: right where 95 % are refused |",
        "| --- |" + " --- |" * 6,
    ]
    for key in finished(results):
        row = results["systems"][key]
        figures = row["development"]
        cells = [_percent(figures[name]) for name in ("right", "refused", "wrong", "forced")]
        cells.append(_percent(row["final_at_equal_refusal"]))
        lines.append(f"| {ENTRIES[key].title} | {row['threshold']:.3f} ({row['scoring']}) | {' | '.join(cells)} |")
    lines += [
        "",
        "The last column puts all systems at the same refusal: the threshold that refuses 95 % of the final split's own "
        "unanswerable questions. It is read off afterwards, so nobody reaches it in advance; use it to compare, not to promise.",
    ]
    return "\n".join(lines)


def _how(results: Results) -> str:
    lines = [
        "## How it was measured",
        f"- **Threshold**: the one with most right − {PRICE_OF_WRONG} · wrong answers on the development split among those that "
        f"refuse at least {REFUSED_AT_LEAST:.0%} of the unanswerable. Where a system scores »outside« too, both its own score (»first«) "
        "and the score against »outside« were tried, and the better one on development was taken: every peer gets this help.",
        "- **Right**: the first answer is one of those that count. For questions to the records it is the question that counts, "
        "not which Hochschule; names are found elsewhere. **Wrong**: another answer given, or any answer to an unanswerable question; "
        "small talk to an unanswerable question claims nothing and counts as refused, as in `make evaluate`.",
        "- The judge of ours was fitted on the development split, so ours looks better there than it is; the final split does not have that.",
        "- These are parts, not whole assistants: follow-ups, clarifications, two questions at once and record look-ups are measured "
        "over REST by `make evaluate`, and differ.",
        "- **Training** is on one thread (Rasa: two), in a process of its own; »vectors« is the time to encode all examples, "
        "which the product keeps between trainings. **A message** is asked alone, in process, on one core. "
        "Other work ran on the machine at times, so the clock is noisy; processor time is not. "
        f"**Peak memory** is that process's, training included and without a server around it; {_imports(results)}",
    ]
    lines.append(
        "- The tuned encoder of ours is not trained in this run: it is tuned on the same examples by `make encoder`, which takes "
        "a quarter of an hour, and is shipped; its training time is not in the table."
    )
    lines += [f"- {entry.title}: {entry.notes}." for entry in ENTRIES.values() if entry.notes]
    return "\n".join(lines)


def _imports(results: Results) -> str:
    search = results["systems"].get("site-search", {})
    if "imported_mb" not in search:
        return "libraries included."
    return (
        f"{search['imported_mb']} MB of each Python row but Rasa's are there before it learns anything "
        "(spaCy, and the TensorFlow that it loads where it finds it)."
    )


def _pictures(results: Results) -> str:
    parts = ["## Pictures", "![All systems, final split](comparison.png)"]
    if "reliability" in results:
        parts += [
            "![Reliability diagram](reliability.png)\n\nEach point is a tenth of the confidence scale with the share that was right.",
            "![Risk–coverage curve](risk_coverage.png)",
        ]
    return "\n\n".join(parts)


def _curve(results: Results) -> str:
    curve = results.get("learning_curve", {})
    if "points" not in curve:
        return f"## Learning curve\n\nNot measured: {curve.get('reason', 'not part of this run')}."
    lines = [
        "## Learning curve",
        "",
        "![Learning curve](learning_curve.png)",
        "",
        "The logistic regression on characters, USE and untuned E5 (our tuned encoder has seen all examples, so it cannot show "
        "this), trained on few to all examples an answer (drawn with a fixed seed; »outside« in proportion), asked the development "
        f"split at the one threshold {curve['threshold']:.3f}.",
        "",
        "| examples an answer | in all | right | refused | wrong | right if it must always answer |",
        "| --- |" + " --- |" * 5,
    ]
    for point in curve["points"]:
        cells = [_percent(point[name]) for name in ("right", "refused", "wrong", "forced")]
        lines.append(f"| {point['label']} | {point['examples']:,} | {' | '.join(cells)} |")
    if _curve_is_stale(results):
        lines += ["", "Measured on an earlier state of the examples, the questions or the code."]
    before, last = curve["points"][-2:]
    gain = 100 * (_share(last["right"]) - _share(before["right"]))
    lines += ["", f"From {before['label']} to all examples an answer: {gain:+.1f} points right."]
    return "\n".join(lines)


def _curve_is_stale(results: Results) -> bool:
    curve = results["learning_curve"]
    return (curve["data"], curve["code"]) != (results["data"], results["code"])


def _kinds(results: Results) -> str:
    row = results["systems"].get("ours", {})
    if row.get("status") != "measured":
        return ""
    peers = [key for key in finished(results) if ENTRIES[key].group == "peer"]
    shown = ["ours", *peers]
    lines = [
        "## By kind of question, final split",
        "",
        "Right for answerable kinds, refused for the others.",
        "",
    ]
    lines += [
        f"| kind | {' | '.join(ENTRIES[key].title for key in shown)} |",
        "| --- |" + " --- |" * len(shown),
    ]
    for kind in row["final"]["by_kind"]:
        cells = [_percent(results["systems"][key]["final"]["by_kind"].get(kind, [0, 0])) for key in shown]
        lines.append(f"| {kind} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _public_data() -> str:
    return (
        "## Public German intent data\n\n"
        "None of the installed packages (Python environment and the Node packages of nlp.js) ships a German intent set as data: "
        "their data files were looked through for intents, CSV, TSV, CoNLL and JSON lines. Nothing was downloaded for it, "
        "so there is no figure on a public set here."
    )


def _rerun() -> str:
    return (
        "## Again\n\n"
        "`make bench-understanding` measures everything (the two DIET rows last). Parts: "
        "`.venv/bin/python -m benchmarks.understanding.compare --only ours ours-no-judge curve`; "
        "only pictures and text: `--report`. See [benchmarks/README.md](../../benchmarks/README.md)."
    )
