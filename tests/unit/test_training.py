"""A model is trained when its inputs have changed, and only then."""

from __future__ import annotations

import io
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console

from answers import ContentError
from staff import training

INPUTS = (
    "config.yml",
    "domain.yml",
    "uv.lock",
    "data/nlu/strategie.yml",
    "data/rules/topics.yml",
    "answers/names.yml",
    "answers/store.py",
    "nlu/components.py",
    "nlu/judge.json",
    "nlu/foreign_places.txt",
    "nlu/context_words.yml",
    "nlu/encoder/encoder.onnx",
    "nlu/encoder/directions.npz",
)
OTHERS = (
    "README.md",
    "credentials.yml",
    "answers/strategie.yml",  # what an answer says is not learned
    "answers/records/texts.yml",
    "answers/facts/strategie.yml",
    "nlu/encoder/vectors.npz",
    "channels/rest.py",
    "actions/respond.py",
    "nlu/tuning/tune.py",
    "nlu/__pycache__/x.py",
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project in which every file says its own name."""
    for name in (*INPUTS, *OTHERS):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name, encoding="utf-8")
    return tmp_path


def test_the_fingerprint_of_unchanged_inputs_is_the_same(root: Path) -> None:
    assert training.fingerprint(root) == training.fingerprint(root)


@pytest.mark.parametrize("name", INPUTS)
def test_a_changed_input_changes_the_fingerprint(root: Path, name: str) -> None:
    before = training.fingerprint(root)

    (root / name).write_text("anders", encoding="utf-8")

    assert training.fingerprint(root) != before


@pytest.mark.parametrize("change", ["new", "gone", "renamed"])
def test_a_file_that_comes_goes_or_moves_changes_the_fingerprint(root: Path, change: str) -> None:
    before, file, other = training.fingerprint(root), root / "data/nlu/strategie.yml", root / "data/nlu/neu.yml"

    if change == "new":
        other.touch()
    elif change == "gone":
        file.unlink()
    else:
        file.rename(other)

    assert training.fingerprint(root) != before


def test_what_no_model_is_made_of_does_not_change_the_fingerprint(root: Path) -> None:
    before = training.fingerprint(root)

    for name in OTHERS:
        (root / name).write_text("anders", encoding="utf-8")

    assert training.fingerprint(root) == before


@pytest.fixture
def trained(root: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The trainings that took place; each writes a model."""
    trainings: list[str] = []

    def run(log: Path) -> None:
        trainings.append(log.name)
        training.MODEL.touch()

    (root / "models").mkdir()
    monkeypatch.setattr(training, "DURATION", root / "models" / "bowe.seconds")
    fingerprint = training.fingerprint
    monkeypatch.setattr(training, "ROOT", root)
    monkeypatch.setattr(training, "MODEL", root / "models" / "bowe.tar.gz")
    monkeypatch.setattr(training, "FINGERPRINT", root / "models" / "bowe.fingerprint")
    monkeypatch.setattr(training, "LOGS", root / "var" / "log")
    monkeypatch.setattr(training, "fingerprint", lambda: fingerprint(root))
    monkeypatch.setattr(training, "AnswerStore", lambda: None)
    monkeypatch.setattr(training, "_run_rasa_train", run)
    return trainings


def test_a_second_start_does_not_train(trained: list[str]) -> None:
    console = Console(file=io.StringIO())

    training.train(console)
    training.train(console)

    assert len(trained) == 1


@pytest.mark.parametrize("lost", ["models/bowe.tar.gz", "models/bowe.fingerprint"])
def test_a_lost_model_or_fingerprint_is_trained_again(root: Path, trained: list[str], lost: str) -> None:
    console = Console(file=io.StringIO())
    training.train(console)

    (root / lost).unlink()
    training.train(console)

    assert len(trained) == 2


def test_a_change_trains_again_and_force_always_does(root: Path, trained: list[str]) -> None:
    console = Console(file=io.StringIO())
    training.train(console)

    (root / "data/nlu/strategie.yml").write_text("anders", encoding="utf-8")
    training.train(console)
    training.train(console, force=True)

    assert len(trained) == 3


def test_after_a_failed_training_the_old_model_still_counts_for_what_it_learned(
    root: Path, trained: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    console = Console(file=io.StringIO())
    training.train(console)

    def fail(log: Path) -> None:
        raise training.TrainingError("gescheitert")

    monkeypatch.setattr(training, "_run_rasa_train", fail)
    with pytest.raises(training.TrainingError):
        training.train(console, force=True)

    assert training.is_trained()
    (root / "data/nlu/strategie.yml").write_text("anders", encoding="utf-8")
    assert not training.is_trained()


def test_two_trainings_at_once_are_refused_in_a_sentence(trained: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def second(log: Path) -> None:
        training.train(Console(file=io.StringIO()), force=True)

    monkeypatch.setattr(training, "_run_rasa_train", second)

    with pytest.raises(training.TrainingError, match="läuft schon ein Training"):
        training.train(Console(file=io.StringIO()), force=True)


def test_a_full_disk_is_named_before_anything_is_written(trained: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training.shutil, "disk_usage", lambda _: SimpleNamespace(free=5_000_000))

    with pytest.raises(training.TrainingError, match="nur 5 MB frei"):
        training.train(Console(file=io.StringIO()))

    assert trained == []


def test_a_training_that_breaks_off_leaves_the_old_model_whole(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = root / "models" / "bowe.tar.gz"
    model.parent.mkdir()
    model.write_text("das alte")
    monkeypatch.setattr(training, "ROOT", root)
    monkeypatch.setattr(training, "MODEL", model)

    def killed(command: list[str], **_: object) -> SimpleNamespace:
        half = Path(command[command.index("--out") + 1]) / "bowe.tar.gz.part"
        half.parent.mkdir(parents=True)
        half.write_text("ein halbes")
        return SimpleNamespace(returncode=-9)

    monkeypatch.setattr(training.subprocess, "run", killed)
    with pytest.raises(training.TrainingError, match="gescheitert"):
        training._run_rasa_train(root / "training.log")

    assert model.read_text() == "das alte"


def test_broken_content_is_named_before_anything_is_trained(
    trained: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise ContentError("strategie.yml, strategie/was: Feld »title«: fehlt")

    monkeypatch.setattr(training, "AnswerStore", broken)

    with pytest.raises(ContentError, match="strategie/was"):
        training.train(Console(file=io.StringIO()))

    assert trained == []
