"""Rasa's own cross-validation over a part of the training examples."""

from __future__ import annotations

import json
import random
import subprocess
from pathlib import Path

from rich.console import Console

from staff.checking import gather
from staff.project import LOGS, ROOT, python, quiet_environment

REPORT = ROOT / "reports" / "cross-validation"
# Every message is understood four times (as training and as test, with and without its answer): all take half an hour.
EXAMPLES_AN_INTENT = 8


def cross_validate(folds: int, console: Console) -> int:
    """Run `rasa test nlu --cross-validation`, keep its report, print the accuracy; returns Rasa's exit code.

    The tuned encoder has seen all examples, so the figures are too good; the evaluation questions are the measure.
    """
    REPORT.mkdir(parents=True, exist_ok=True)
    LOGS.mkdir(parents=True, exist_ok=True)
    examples = _write_sample(REPORT / "examples.yml")
    command = [python(), "-m", "rasa", "test", "nlu", "--cross-validation", "--folds", str(folds)]
    options = ["--nlu", str(examples), "--config", "config.yml", "--out", str(REPORT), "--no-plot"]
    waiting = console.status(f"Kreuzvalidierung mit {folds} Teilen (einige Minuten) …")
    with waiting, (LOGS / "cross-validation.log").open("w", encoding="utf-8") as log:
        result = subprocess.run(
            [*command, *options],
            cwd=ROOT,
            env=quiet_environment(OMP_NUM_THREADS="2"),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    if result.returncode:
        console.print(f"[red]Die Kreuzvalidierung ist gescheitert; Protokoll: {LOGS / 'cross-validation.log'}[/red]")
        return result.returncode
    for name in ("intent_report.json", "response_selection_report.json"):
        path = REPORT / name
        if path.exists():
            report = json.loads(path.read_text(encoding="utf-8"))
            total = report.get("accuracy", report.get("micro avg", {}).get("f1-score", 0.0))
            console.print(f"{name}: {total:.1%} ({report['macro avg']['support']} examples)")
    return 0


def _write_sample(file: Path) -> Path:
    """A file of examples with a few of each intent, drawn with a fixed seed; »outside« in proportion."""
    chance = random.Random(0)
    lines = ['version: "3.1"', "nlu:"]
    examples = gather().examples
    answers = sum(EXAMPLES_AN_INTENT for intent in examples if "/" in intent)
    for intent, messages in sorted(examples.items()):
        count = EXAMPLES_AN_INTENT if "/" in intent else answers // 3
        chosen = chance.sample(messages, min(count, len(messages)))
        lines += [f"- intent: {intent}", "  examples: |", *(f"    - {message}" for message in chosen)]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file
