"""What is kept in PostgreSQL is purged, exported and deleted as on SQLite, in a real server on a socket of its own."""

from __future__ import annotations

import asyncio
import json
import os
import pwd
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SessionStarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from channels.feedback import FEEDBACK, Feedback, FeedbackStore
from channels.sessions import new_token, sender_id_of
from staff.operation.kept import open_kept
from staff.operation.purging import DAY_SECONDS
from staff.operation.single_conversation import delete_conversation, export_conversation
from staff.project import ROOT
from staff.stack import free_port
from storage.conversations import ConversationStore
from storage.expiry import Expired, count_expired, delete_expired
from storage.sessions import SessionRecords

NOW = time.time()
BINARIES = max(Path("/usr/lib/postgresql").glob("*/bin/initdb"), default=Path(shutil.which("initdb") or "")).parent
USER = "postgres"
HAS_USER = os.geteuid() != 0 or any(entry.pw_name == USER for entry in pwd.getpwall())
pytestmark = pytest.mark.skipif(
    not os.environ.get("CI") and (not (BINARIES / "initdb").exists() or not HAS_USER),
    reason="PostgreSQL is not installed",
)


def _run(*command: str | Path) -> None:
    """As a user PostgreSQL starts for: never root."""
    as_user = {"user": USER, "group": USER} if os.geteuid() == 0 else {}
    words = [str(word) for word in command]
    subprocess.run(words, check=True, capture_output=True, timeout=60, cwd="/", **as_user)  # type: ignore[call-overload]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A database with nothing in it."""
    with tempfile.TemporaryDirectory(prefix="postgresql-") as folder:
        if os.geteuid() == 0:
            shutil.chown(folder, USER, USER)
        data, port = Path(folder) / "data", free_port()
        _run(BINARIES / "initdb", "-D", data, "-U", "bot", "--auth=trust", "-E", "UTF8")
        options = f"-c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off -p {port}"
        _run(BINARIES / "pg_ctl", "-D", data, "-w", "-l", f"{folder}/log", "-o", options, "start")
        try:
            yield f"postgresql://bot@127.0.0.1:{port}/postgres"
        finally:
            _run(BINARIES / "pg_ctl", "-D", data, "-m", "immediate", "stop")


@pytest.fixture
def store(address: str) -> Iterator[ConversationStore]:
    """The conversations in it, none yet."""
    store = ConversationStore(Domain.empty(), dialect="postgresql", host=address)
    SessionRecords(store.engine)
    yield store
    with store.engine.begin() as connection:
        for table in ("events", "visitor_sessions", "visitor_session_shown"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
    store.engine.dispose()


def _say(store: ConversationStore, sender: str, text: str, days_ago: float) -> None:
    when = NOW - days_ago * DAY_SECONDS

    async def save() -> None:
        tracker = await store.retrieve_full_tracker(sender) or DialogueStateTracker(sender, [])
        for event in (SessionStarted(timestamp=when), UserUttered(text, timestamp=when)):
            tracker.update(event)
        await store.save(tracker)

    asyncio.run(save())


def _texts(store: ConversationStore, sender: str) -> list[str]:
    tracker = asyncio.run(store.retrieve_full_tracker(sender))
    return [event.text for event in tracker.events if isinstance(event, UserUttered)] if tracker else []


def test_what_is_too_old_goes_and_the_rest_stays(store: ConversationStore) -> None:
    for sender, text, days in (("alt", "a", 31), ("stamm", "b", 40), ("stamm", "c", 1), ("jung", "d", 2)):
        _say(store, sender, text, days)
    SessionRecords(store.engine).open("alt", "de", NOW - 31 * DAY_SECONDS)
    before = NOW - 30 * DAY_SECONDS

    counted = count_expired(store.engine, before)

    assert counted == Expired(conversations=1, events=4, sessions=1)
    assert _texts(store, "alt") == ["a"]
    assert delete_expired(store.engine, before) == counted
    assert [_texts(store, sender) for sender in ("alt", "stamm", "jung")] == [[], ["c"], ["d"]]
    assert count_expired(store.engine, before) == Expired(0, 0, 0)


def test_one_conversation_is_exported_and_deleted(
    store: ConversationStore, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the settings that docs/betrieb.md shows."""
    settings = re.search(r"```yaml\n(tracker_store:.*?)```", (ROOT / "docs/betrieb.md").read_text("utf-8"), re.DOTALL)
    assert settings
    (tmp_path / "endpoints.yml").write_text(settings[1])
    (tmp_path / "credentials.yml").write_text("channels.visitor.VisitorChannel:\n  feedback_url: ${DB_URL}\n")
    monkeypatch.setenv("DB_URL", address)
    token = new_token()
    for sender in (sender_id_of(token), "andere"):
        _say(store, sender, "Guten Tag", 0)
        SessionRecords(store.engine).open(sender, "de", NOW)
        FeedbackStore(address).save(Feedback(sender, "m1", None, True, "Danke"))

    exported = json.loads(export_conversation(token, tmp_path))
    gone = delete_conversation(token, tmp_path)

    assert [event["event"] for event in exported["events"]] == ["session_started", "user"]
    assert exported["feedback"][0]["comment"] == "Danke"
    assert gone == {"events": 2, "feedback": 1}
    assert _texts(store, sender_id_of(token)) == [] and _texts(store, "andere") == ["Guten Tag"]
    with open_kept(tmp_path) as kept:
        assert kept.feedback and kept.feedback.of("andere") and not kept.feedback.has(sender_id_of(token))
    with FeedbackStore(address)._engine.begin() as connection:
        connection.execute(FEEDBACK.delete())
