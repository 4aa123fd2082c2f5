"""A backup that a new machine can go on from, and the way back.

In it: model, content, settings and the feedback. Not in it, unless asked for: the conversations. They end an hour after
the last message, and what a visitor has deleted must not come back from a backup.
"""

from __future__ import annotations

import datetime
import hashlib
import io
import json
import os
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path, PurePosixPath
from typing import Any

from channels.health import project_version
from staff.project import ROOT

PREFIX, SUFFIX = "bowe-chat-", ".tar.gz"
MANIFEST = "manifest.json"
FILES = (
    "credentials.yml",
    "endpoints.yml",
    "storage/retention.yml",
    "models/bowe.tar.gz",
    "models/bowe.tar.fingerprint",
    "answers/**/*.yml",
    "data/**/*.yml",
)
FEEDBACK, CONVERSATIONS = "var/feedback.db", "var/conversations.db"
MAX_FILE_BYTES = 4_000_000_000


class BackupError(RuntimeError):
    """The backup cannot be made or brought back; the message says why and what to do."""


def back_up(folder: Path, keep: int, with_conversations: bool = False, root: Path = ROOT) -> Path:
    """Write a backup while the servers run; returns its file.

    Args:
        folder: where backups are; those beyond the newest `keep` are deleted.
        keep: at least 1.
        with_conversations: the conversations too, for a move to another machine.
        root: the installation.

    Raises:
        BackupError: the folder cannot be written, or a database not be read.
    """
    stamp = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H%M%SZ")
    target = folder / f"{PREFIX}{stamp}{SUFFIX}"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write(target, root, (FEEDBACK, CONVERSATIONS) if with_conversations else (FEEDBACK,))
        for old in sorted(folder.glob(f"{PREFIX}*{SUFFIX}"))[:-keep]:
            old.unlink()
    except (OSError, sqlite3.Error) as error:
        raise BackupError(f"{target}: Die Sicherung ist nicht gelungen ({error}). Rechte und Platz prüfen.") from None
    return target


def _write(target: Path, root: Path, databases: tuple[str, ...]) -> None:
    """The archive, whole or not at all, for nobody else to read."""
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        fresh = Path(folder) / target.name
        with open(os.open(fresh, os.O_CREAT | os.O_WRONLY, 0o600), "wb") as raw:
            with tarfile.open(fileobj=raw, mode="w:gz", compresslevel=6) as archive:
                _add_all(archive, root, databases, Path(folder))
            raw.flush()
            os.fsync(raw.fileno())
        fresh.replace(target)


def _add_all(archive: tarfile.TarFile, root: Path, databases: tuple[str, ...], scratch: Path) -> None:
    sums: dict[str, str] = {}
    for name, file in (*_files(root), *_copies(root, databases, scratch)):
        archive.add(file, name, recursive=False)
        sums[name] = _sum(file)
    manifest = {"version": project_version(root), "sha256": sums}
    content = json.dumps(manifest, indent=1).encode()
    entry = tarfile.TarInfo(MANIFEST)
    entry.size, entry.mode = len(content), 0o600
    archive.addfile(entry, io.BytesIO(content))


def _files(root: Path) -> Iterator[tuple[str, Path]]:
    for pattern in FILES:
        for file in sorted(root.glob(pattern)):
            if file.is_file() and not file.is_symlink():
                yield file.relative_to(root).as_posix(), file


def _copies(root: Path, databases: tuple[str, ...], scratch: Path) -> Iterator[tuple[str, Path]]:
    """Whole copies of databases that are being written meanwhile."""
    for name in databases:
        if (root / name).exists():
            copy = scratch / Path(name).name
            with closing(sqlite3.connect(root / name)) as source, closing(sqlite3.connect(copy)) as destination:
                source.backup(destination)
            yield name, copy


def restore(file: Path, root: Path = ROOT) -> dict[str, Any]:
    """Bring a backup back, in the place of what is there; returns its manifest. The servers must be stopped.

    Args:
        file: the backup.
        root: the installation, checked out and set up.

    Raises:
        BackupError: the file is no backup, is damaged or holds what does not belong in one. Nothing is changed then.
    """
    try:
        with tempfile.TemporaryDirectory(dir=root) as folder, tarfile.open(file) as archive:
            manifest = _unpack(archive, Path(folder))
            for name in manifest["sha256"]:
                _put(Path(folder) / name, root / name)
            return manifest
    except (OSError, tarfile.TarError, EOFError, ValueError, KeyError, TypeError) as error:
        raise BackupError(f"{file}: lässt sich nicht wiederherstellen ({error}).") from None


def _unpack(archive: tarfile.TarFile, folder: Path) -> dict[str, Any]:
    """Unpack what may be in a backup and hold it against its manifest.

    Raises:
        BackupError: something does not belong there, or differs.
    """
    for member in archive:
        if not member.isfile() or not _belongs(member.name) or member.size > MAX_FILE_BYTES:
            raise BackupError(f"»{member.name}« gehört in keine Sicherung; es ist nichts geändert.")
        archive.extract(member, folder, filter="data")
    manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    found = {file.relative_to(folder).as_posix(): _sum(file) for file in folder.rglob("*") if file.is_file()}
    found.pop(MANIFEST)
    if found != manifest["sha256"]:
        raise BackupError("Die Sicherung ist unvollständig oder verändert; es ist nichts geändert.")
    return manifest


def _belongs(name: str) -> bool:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        return False
    if name in (MANIFEST, FEEDBACK, CONVERSATIONS) or name in FILES:
        return True
    return path.parts[0] in ("answers", "data") and path.suffix == ".yml"


def _put(source: Path, target: Path) -> None:
    """Put a file in its place. A database leaves no log of its predecessor beside it: that would spoil it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.suffix == ".db":
        for log in ("-wal", "-shm", "-journal"):
            target.with_name(target.name + log).unlink(missing_ok=True)
        source.chmod(0o600)
    if os.geteuid() == 0:  # the servers are another user, who owns what they write
        owner = target.parent.stat()
        os.chown(source, owner.st_uid, owner.st_gid)
    os.replace(source, target)


def _sum(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as content:
        while block := content.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
