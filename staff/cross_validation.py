"""Rasa's own cross-validation over the training examples."""

from __future__ import annotations

import json
import subprocess

from rich.console import Console

from staff.project import LOGS, ROOT, python, quiet_environment

REPORT = ROOT / "reports" / "cross-validation"


def cross_validate(folds: int, console: Console) -> int:
    """Run `rasa test nlu --cross-validation`, keep its report, print the accuracy; returns Rasa's exit code."""
    REPORT.mkdir(parents=True, exist_ok=True)
    LOGS.mkdir(parents=True, exist_ok=True)
    command = [python(), "-m", "rasa", "test", "nlu", "--cross-validation", "--folds", str(folds)]
    options = ["--nlu", "data/nlu", "--config", "config.yml", "--out", str(REPORT), "--no-plot"]
    waiting = console.status(f"Kreuzvalidierung mit {folds} Teilen (etwa zehn Minuten) …")
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
