"""Trains when something that is learned has changed, and only then; the old model serves until the new one is whole."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import portalocker
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from answers import AnswerStore
from staff.project import LOGS, MODEL, ROOT, python, quiet_environment

FINGERPRINT = MODEL.with_suffix(".fingerprint")
# How long the last training took here, for the bar of the next one.
DURATION = MODEL.with_suffix(".seconds")
# What is learned. What an answer says is read by the servers from `answers/`, whatever model they run.
INPUTS = (
    "config.yml",
    "domain.yml",
    "uv.lock",
    "data/**/*.yml",
    "answers/names.yml",
    "answers/topics.yml",
    "answers/profil.yml",
)
CODE = (
    "answers/*.py",
    "nlu/*.py",
    "nlu/*.yml",
    "nlu/judge.json",
    "nlu/*.txt",
    "nlu/encoder/*.onnx",
    "nlu/encoder/*.json",
    "nlu/encoder/directions.npz",
)
LINES_OF_A_FAILURE = 15
FIRST_ESTIMATE_SECONDS = 60.0
NEEDED_BYTES = 600_000_000


class TrainingError(RuntimeError):
    """Training failed; the message says why, or shows the end of Rasa's output and where the rest is."""


def fingerprint(root: Path = ROOT) -> str:
    """A hash over all that a model is made of: config, domain, examples, names and our components' code."""
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
        TrainingError: another training is running, the disk is full, or Rasa could not train; the old model stays.
    """
    if not force and is_trained():
        console.print("Das Modell passt zu den Inhalten; kein Training nötig.")
        return
    AnswerStore()
    LOGS.mkdir(parents=True, exist_ok=True)
    MODEL.parent.mkdir(parents=True, exist_ok=True)
    with _alone():
        before, began = fingerprint(), time.monotonic()
        _require_space()
        with _progress(console):
            _run_rasa_train(LOGS / "training.log")
        FINGERPRINT.write_text(before)
        DURATION.write_text(f"{time.monotonic() - began:.0f}")
    console.print(f"Modell trainiert in {time.monotonic() - began:.0f} s: {MODEL.relative_to(ROOT)}")


@contextmanager
def _alone() -> Iterator[None]:
    try:
        with portalocker.Lock(MODEL.with_suffix(".lock"), timeout=0, flags=portalocker.LOCK_EX | portalocker.LOCK_NB):
            yield
    except portalocker.LockException:
        raise TrainingError(
            "Es läuft schon ein Training. Warten, bis es fertig ist, und noch einmal starten."
        ) from None


def _require_space() -> None:
    free = shutil.disk_usage(MODEL.parent).free
    if free < NEEDED_BYTES:
        raise TrainingError(
            f"Auf der Platte sind nur {free // 1_000_000} MB frei; ein Training braucht {NEEDED_BYTES // 1_000_000} MB."
        )


@contextmanager
def _progress(console: Console) -> Iterator[None]:
    """A bar with the time left where there is a terminal, a plain line elsewhere."""
    expected = float(DURATION.read_text()) if DURATION.exists() else FIRST_ESTIMATE_SECONDS
    if not console.is_terminal:
        console.print(f"Das Modell wird trainiert (etwa {expected:.0f} s) …")
        yield
        return
    columns = (TextColumn("Das Modell wird trainiert"), BarColumn(), TimeElapsedColumn(), TextColumn("noch etwa"))
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as progress:
        bar = progress.add_task("", total=expected)
        with _ticking(lambda: progress.advance(bar, 1.0)):
            yield


@contextmanager
def _ticking(tick: Callable[[], None]) -> Iterator[None]:
    """Call `tick` once a second while the block runs."""
    done = threading.Event()

    def run() -> None:
        while not done.wait(1.0):
            tick()

    clock = threading.Thread(target=run, daemon=True)
    clock.start()
    try:
        yield
    finally:
        done.set()
        clock.join()


def _run_rasa_train(log: Path) -> None:
    """Run `rasa train` beside the present model and put the new one in its place when it is whole."""
    fresh = MODEL.parent / "neu"
    shutil.rmtree(fresh, ignore_errors=True)
    command = [python(), "-m", "rasa", "train", "--force", "--skip-validation", "--out", str(fresh)]
    with log.open("w", encoding="utf-8") as output:
        result = subprocess.run(
            [*command, "--fixed-model-name", MODEL.name.split(".")[0]],
            cwd=ROOT,
            env=quiet_environment(OMP_NUM_THREADS="2"),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    if result.returncode or not (fresh / MODEL.name).exists():
        end = "\n".join(log.read_text(encoding="utf-8").splitlines()[-LINES_OF_A_FAILURE:])
        raise TrainingError(f"Das Training ist gescheitert. Ende des Protokolls ({log}):\n{end}")
    FINGERPRINT.unlink(missing_ok=True)
    (fresh / MODEL.name).replace(MODEL)
    shutil.rmtree(fresh, ignore_errors=True)
