"""A backup made while the servers run brings a new machine to where the old one was; nothing else gets in."""

from __future__ import annotations

import datetime
import io
import json
import os
import sqlite3
import tarfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from channels.feedback import Feedback, FeedbackStore
from staff import __main__ as command_line
from staff.operation import backup
from staff.operation.backup import BackupError, back_up, restore
from storage.sqlite import open_database

CONTENT = {
    "pyproject.toml": 'version = "1.2.3"\n',
    "credentials.yml": "channels.rest.LocalRestInput:\n",
    "endpoints.yml": "tracker_store:\n",
    "storage/retention.yml": "feedback_days: 7\n",
    "models/bowe.tar.gz": "ein Modell",
    "models/bowe.tar.fingerprint": "abc",
    "answers/bot.yml": "Guten Tag",
    "answers/facts/a.yml": "Fakten",
    "data/nlu/bot.yml": "Beispiele",
}


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """An installation with feedback and conversations, both of them open in a server."""
    root = tmp_path / "alt"
    for name, text in CONTENT.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    _feedback(root).save(Feedback("visitor-1", "m1", "bot/daten", True, "Danke schön"))
    with open_database(root / "var/conversations.db").begin() as connection:
        connection.exec_driver_sql("CREATE TABLE events (data TEXT)")
        connection.exec_driver_sql("INSERT INTO events VALUES ('Zeppelinkuchen')")
    return root


def _feedback(root: Path) -> FeedbackStore:
    return FeedbackStore(f"sqlite:///{root}/var/feedback.db")


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """A new machine, on which a server has been started once."""
    root = tmp_path / "neu"
    (root / "var").mkdir(parents=True)
    (root / "credentials.yml").write_text("wie ausgeliefert")
    _feedback(root).save(Feedback("visitor-9", "m9", None, False, None))
    (root / "var/feedback.db-wal").write_text("Rest eines Vorgängers")
    return root


def test_a_new_machine_goes_on_from_where_the_old_one_was(machine: Path, fresh: Path, tmp_path: Path) -> None:
    archive = back_up(tmp_path / "sicherungen", keep=3, root=machine)

    manifest = restore(archive, fresh)

    assert manifest["version"] == "1.2.3"
    for name, text in CONTENT.items():
        if name != "pyproject.toml":
            assert (fresh / name).read_text() == text
    assert _feedback(fresh).of("visitor-1")[0]["comment"] == "Danke schön"
    assert _feedback(fresh).of("visitor-9") == []
    assert not (fresh / "var/feedback.db-wal").exists()
    assert (fresh / "var/feedback.db").stat().st_mode & 0o077 == 0


def test_conversations_are_in_it_only_if_asked_for(machine: Path, fresh: Path, tmp_path: Path) -> None:
    without, moved = tmp_path / "a", tmp_path / "b"

    with tarfile.open(back_up(without, keep=3, root=machine)) as archive:
        assert backup.CONVERSATIONS not in archive.getnames()
    restore(back_up(moved, keep=3, with_conversations=True, root=machine), fresh)

    with sqlite3.connect(fresh / backup.CONVERSATIONS) as connection:
        assert connection.execute("SELECT data FROM events").fetchall() == [("Zeppelinkuchen",)]


def test_what_is_being_written_meanwhile_is_saved_whole(machine: Path, fresh: Path, tmp_path: Path) -> None:
    """A worker has begun to write and not ended: the backup holds all before it and nothing of it."""
    writer = open_database(machine / "var/conversations.db").connect()
    with writer.begin():
        writer.exec_driver_sql("INSERT INTO events VALUES ('unfertig')")
        restore(back_up(tmp_path / "s", keep=1, with_conversations=True, root=machine), fresh)

    with sqlite3.connect(fresh / backup.CONVERSATIONS) as connection:
        assert connection.execute("SELECT data FROM events").fetchall() == [("Zeppelinkuchen",)]


def test_nobody_else_may_read_it_and_nothing_half_is_left(machine: Path, tmp_path: Path) -> None:
    folder = tmp_path / "s"
    archive = back_up(folder, keep=1, root=machine)

    assert (archive.stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (0o600, 0o700)
    assert list(folder.iterdir()) == [archive]


def test_only_the_newest_stay(machine: Path, tmp_path: Path) -> None:
    folder = tmp_path / "s"
    folder.mkdir()
    names = [f"bowe-chat-2026-01-0{day}T000000Z.tar.gz" for day in (1, 2, 3)]
    for name in (*names, "anderes.tar.gz"):
        (folder / name).touch()

    newest = back_up(folder, keep=2, root=machine)

    assert {file.name for file in folder.iterdir()} == {names[2], newest.name, "anderes.tar.gz"}
    assert newest.name.startswith(f"bowe-chat-{datetime.datetime.now(datetime.timezone.utc).year}")


def test_a_folder_that_cannot_be_written_is_named(machine: Path, tmp_path: Path) -> None:
    (tmp_path / "datei").touch()

    with pytest.raises(BackupError, match=r"datei.*Rechte und Platz prüfen"):
        back_up(tmp_path / "datei", keep=1, root=machine)


def _archive(file: Path, entries: dict[str, bytes], sums: dict[str, str] | None = None, link: str = "") -> Path:
    """An archive as somebody else made it."""
    with tarfile.open(file, "w:gz") as archive:
        manifest = json.dumps({"version": "1", "sha256": sums or {}}).encode()
        for name, content in {**entries, backup.MANIFEST: manifest}.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
        if link:
            entry = tarfile.TarInfo("answers/link.yml")
            entry.type, entry.linkname = tarfile.SYMTYPE, link
            archive.addfile(entry)
    return file


def _everything(root: Path) -> dict[str, bytes]:
    return {str(file): file.read_bytes() for file in sorted(root.rglob("*")) if file.is_file()}


@pytest.mark.parametrize(
    "name",
    ["../evil.yml", "/etc/evil.yml", "answers/../../evil.yml", "staff/__main__.py", "answers/evil.py", "var/x.db"],
)
def test_what_does_not_belong_in_a_backup_is_refused_and_nothing_changes(
    fresh: Path, tmp_path: Path, name: str
) -> None:
    before = _everything(tmp_path)
    archive = _archive(tmp_path / "böse.tar.gz", {"credentials.yml": b"x", name: b"x"})

    with pytest.raises(BackupError, match="gehört in keine Sicherung"):
        restore(archive, fresh)
    archive.unlink()
    assert _everything(tmp_path) == before


def test_a_link_is_refused(fresh: Path, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match=r"link\.yml"):
        restore(_archive(tmp_path / "b.tar.gz", {}, link="/etc/passwd"), fresh)


@pytest.mark.parametrize("sums", [{}, {"credentials.yml": "0" * 64}, {"endpoints.yml": "0" * 64}])
def test_a_changed_backup_is_refused_and_nothing_changes(fresh: Path, tmp_path: Path, sums: dict[str, str]) -> None:
    archive = _archive(tmp_path / "b.tar.gz", {"credentials.yml": b"x"}, sums)

    with pytest.raises(BackupError, match="unvollständig oder verändert"):
        restore(archive, fresh)
    assert (fresh / "credentials.yml").read_text() == "wie ausgeliefert"


def test_half_a_backup_is_refused(machine: Path, fresh: Path, tmp_path: Path) -> None:
    archive = back_up(tmp_path / "s", keep=1, root=machine)
    archive.write_bytes(archive.read_bytes()[:-200])

    with pytest.raises(BackupError, match=r"wiederherstellen|verändert"):
        restore(archive, fresh)
    assert (fresh / "credentials.yml").read_text() == "wie ausgeliefert"


def test_something_else_is_refused(fresh: Path, tmp_path: Path) -> None:
    (tmp_path / "bild.tar.gz").write_bytes(os.urandom(100))

    with pytest.raises(BackupError, match=r"bild\.tar\.gz"):
        restore(tmp_path / "bild.tar.gz", fresh)


def test_while_the_servers_run_nothing_is_restored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("staff.operation.machine.running_servers", lambda _: 1)

    result = CliRunner().invoke(command_line.app, ["restore", str(tmp_path / "b.tar.gz")])

    assert result.exit_code == 1 and "Zuerst die Server beenden" in result.stdout


def test_the_command_says_where_the_backup_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, machine: Path) -> None:
    monkeypatch.setattr(backup.back_up, "__defaults__", (False, machine))

    result = CliRunner().invoke(command_line.app, ["backup", str(tmp_path / "s")])

    assert result.exit_code == 0 and "Gesichert:" in result.stdout and len(list((tmp_path / "s").iterdir())) == 1
