"""What belongs to an installation: the model, the settings of deletion, the licences."""

from __future__ import annotations

from collections.abc import Iterator

from staff.operation.examined import Finding, SetUp
from staff.training import fingerprint
from storage.retention import read_retention
from storage.sqlite import StoreError

MODEL = "models/bowe.tar.gz"
LICENCE_FILES = ("THIRD-PARTY-NOTICES.md",)


def examine_model(setup: SetUp) -> Iterator[Finding]:
    """The model has learned what is to be learned now."""
    model = setup.root / MODEL
    stamp = model.with_suffix(".fingerprint")
    if not model.exists():
        yield Finding(f"Es gibt kein Modell ({MODEL}).", "make train")
    elif not stamp.exists() or stamp.read_text(encoding="utf-8") != fingerprint(setup.root):
        yield Finding(
            "Das Modell ist älter als die Inhalte: Beispiele, Namen oder Programm sind seitdem geändert.",
            "make train, danach die Server neu starten.",
        )


def examine_retention(setup: SetUp) -> Iterator[Finding]:
    """What is to be deleted, and when, can be read."""
    try:
        read_retention(setup.environment, setup.root / "storage" / "retention.yml")
    except StoreError as error:
        yield Finding(str(error), "Die Zeile berichtigen; sonst löscht »staff purge« nichts.")


def examine_licences(setup: SetUp) -> Iterator[Finding]:
    """Notices must travel with what they are about."""
    missing = [name for name in LICENCE_FILES if not (setup.root / name).is_file()]
    if missing:
        yield Finding(
            f"Lizenzhinweise fehlen: {', '.join(missing)}. Ohne sie darf die Installation nicht weitergegeben werden.",
            f"git checkout {' '.join(missing)}",
        )
