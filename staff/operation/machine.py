"""The machine: workers, disk, clock, rights."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from staff.operation.examined import Finding, SetUp
from staff.operation.sockets import PROC

NEEDED_BYTES = 1_000_000_000
CLOCK_TOLERANCE_SECONDS = 60
# These are as old as the release and the last training: a clock that is behind them is wrong.
DATED_FILES = ("CHANGELOG.md", "models/bowe.tar.gz")


def examine_workers(setup: SetUp) -> Iterator[Finding]:
    """Several workers need locks and conversations that all of them see."""
    workers = max(_number(setup.environment.get("SANIC_WORKERS", "1")), running_servers(setup.root, setup.proc))
    store = setup.endpoints.get("tracker_store") or {}
    if workers > 1 and not _has_shared_locks(setup):
        yield Finding(
            f"{workers} Worker ohne gemeinsame Sperren: zwei Nachrichten eines Gesprächs können sich überholen "
            "(mit SANIC_WORKERS allein startet Rasa stillschweigend nur einen).",
            "endpoints.yml: »lock_store: {type: redis, url: …}« eintragen, oder bei einem Worker bleiben.",
        )
    if not store:
        yield Finding(
            "endpoints.yml nennt keinen »tracker_store«: Gespräche enden mit dem Server, und jeder Worker kennt nur "
            "seine eigenen.",
            "»tracker_store: {type: storage.conversations.ConversationStore}« eintragen.",
        )


def _has_shared_locks(setup: SetUp) -> bool:
    kind = str((setup.endpoints.get("lock_store") or {}).get("type", "in_memory"))
    return kind not in ("in_memory", "")


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 1


def running_servers(root: Path, proc: Path = PROC) -> int:
    """How many Rasa servers run from this folder, as far as this user may see them."""
    return sum(_is_server(folder, root) for folder in proc.iterdir() if folder.name.isdigit())


def _is_server(process: Path, root: Path) -> bool:
    try:
        # Whatever options Python was given before (`-W ignore`), but no shell that only speaks of it.
        is_rasa = b"\0-m\0rasa\0run\0" in (process / "cmdline").read_bytes()
        return is_rasa and Path(os.readlink(process / "cwd")) == root
    except OSError:  # it has just ended, or is another user's
        return False


def examine_disk(setup: SetUp) -> Iterator[Finding]:
    """A full disk loses conversations and ends a training half-way."""
    folder = next(folder for folder in (setup.root / "var", setup.root) if folder.exists())
    free = shutil.disk_usage(folder).free
    if free < NEEDED_BYTES:
        yield Finding(
            f"Auf dem Datenträger von {folder} sind nur {free // 1_000_000} MB frei.",
            "Platz schaffen (alte Protokolle und Sicherungen); nötig ist 1 GB, für ein Training kurzzeitig 600 MB.",
        )


def examine_clock(setup: SetUp) -> Iterator[Finding]:
    """Times decide when a session ends and what is deleted."""
    dated = [setup.root / name for name in DATED_FILES if (setup.root / name).exists()]
    ahead = max((file.stat().st_mtime for file in dated), default=0.0) - time.time()
    if ahead > CLOCK_TOLERANCE_SECONDS:
        yield Finding(
            "Die Uhr geht nach: Dateien der Installation sind von einem späteren Zeitpunkt als jetzt.",
            "timedatectl set-ntp true; danach die Server neu starten.",
        )
    synchronized = _is_synchronized()
    if synchronized is None:
        text = "Ob die Uhr gestellt wird, ist hier nicht zu prüfen (kein timedatectl)."
        yield Finding(text, "In einem Container: auf dem Wirt prüfen.", is_wrong=False)
    elif not synchronized:
        yield Finding(
            "Die Uhr wird nicht aus dem Netz gestellt.", "apt install systemd-timesyncd; timedatectl set-ntp true"
        )


def _is_synchronized() -> bool | None:
    """What systemd says, `None` if it says nothing."""
    command = ["timedatectl", "show", "--property", "NTPSynchronized", "--value"]
    try:
        output = subprocess.run(command, capture_output=True, text=True, timeout=5).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        return None
    return {"yes": True, "no": False}.get(output)


def examine_rights(setup: SetUp) -> Iterator[Finding]:
    """`var/` is the one place that is written, and nobody else's to read."""
    folder = setup.root / "var"
    if problem := _unwritable(folder):
        yield Finding(
            f"{folder} lässt sich nicht beschreiben ({problem}): Gespräche und Rückmeldungen gingen verloren.",
            f"install -d -o bowe-chat -g bowe-chat -m 700 {folder}, und doctor als dieser Benutzer ausführen.",
        )
    elif os.geteuid() == 0:
        yield Finding(
            "Als root geprüft: über die Schreibrechte der Dienste sagt das nichts.",
            "deploy/staff doctor",
            is_wrong=False,
        )
    for file in sorted(folder.glob("*.db")):
        if file.stat().st_mode & 0o077:
            yield Finding(f"{file} ist auch für andere Benutzer lesbar.", f"chmod 600 {file}*")


def _unwritable(folder: Path) -> str | None:
    """Why the folder cannot be written, `None` if it can."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            return None
    except OSError as error:
        return error.strerror or type(error).__name__
