"""Trains when the inputs have changed, and only then."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from answers import AnswerStore
from staff.project import LOGS, MODEL, ROOT, python, quiet_environment

FINGERPRINT = MODEL.with_suffix(".fingerprint")
INPUTS = ("config.yml", "domain.yml", "uv.lock", "data/**/*.yml", "answers/**/*.yml")
CODE = (
    "answers/*.py",
    "nlu/*.py",
    "nlu/de_bowe/**/*.py",
    "nlu/*.yml",
    "nlu/*.json",
    "nlu/*.txt",
    "nlu/encoder/*.*",
)
LINES_OF_A_FAILURE = 15


class TrainingError(RuntimeError):
    """Training failed; the message shows the end of Rasa's output and where the rest is."""


def fingerprint(root: Path = ROOT) -> str:
    """A hash over all that a model is made of: config, domain, data, answers and our components' code."""
    digest = hashlib.sha256()
    for path in _inputs(root):
        digest.update(str(path.relative_to(root)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _inputs(root: Path) -> Iterator[Path]:
    for pattern in (*INPUTS, *CODE):
        yield from sorted(path for path in root.glob(pattern) if "__pycache__" not in path.parts)


def is_trained() -> bool:
    """Whether the stored model was made from the present inputs."""
    return MODEL.exists() and FINGERPRINT.exists() and FINGERPRINT.read_text() == fingerprint()


def train(console: Console, force: bool = False) -> None:
    """Train a model unless one for the present inputs is there.

    Raises:
        ContentError: an answer file has a mistake.
        TrainingError: Rasa could not train.
    """
    if not force and is_trained():
        console.print("Das Modell passt zu den Inhalten; kein Training nötig.")
        return
    AnswerStore()
    LOGS.mkdir(parents=True, exist_ok=True)
    before = fingerprint()
    FINGERPRINT.unlink(missing_ok=True)
    with console.status("Das Modell wird trainiert (etwa drei Minuten, beim ersten Mal länger) …"):
        _run_rasa_train(LOGS / "training.log")
    FINGERPRINT.write_text(before)
    console.print(f"Modell trainiert: {MODEL.relative_to(ROOT)}")


def _run_rasa_train(log: Path) -> None:
    command = [python(), "-m", "rasa", "train", "--force", "--fixed-model-name", MODEL.name.split(".")[0]]
    with log.open("w", encoding="utf-8") as output:
        result = subprocess.run(
            command,
            cwd=ROOT,
            env=quiet_environment(OMP_NUM_THREADS="2"),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    if result.returncode or not MODEL.exists():
        end = "\n".join(log.read_text(encoding="utf-8").splitlines()[-LINES_OF_A_FAILURE:])
        raise TrainingError(f"Das Training ist gescheitert. Ende des Protokolls ({log}):\n{end}")
