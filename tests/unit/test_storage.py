"""Conversations on disk: nothing lost, nothing twice, and no more read than the next turn needs."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionReverted,
    AllSlotsReset,
    BotUttered,
    Event,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from ruamel.yaml import YAML

from channels.settings import VisitorSettings
from staff.project import ROOT
from storage.conversations import ConversationStore, sqlite_file
from storage.sqlite import StoreError

SLOTS = ("lang", "last_answer", "misses")
DOMAIN = Domain.from_dict(
    {"slots": {key: {"type": "any", "mappings": [{"type": "custom"}]} for key in SLOTS}, "session_config": {}}
)
VISITOR = "visitor-1"


def _store(file: Path, recent: int = 20) -> ConversationStore:
    return ConversationStore(DOMAIN, db=str(file), recent_events=recent)


def _turn(number: int) -> list[Event]:
    return [
        UserUttered(f"Frage {number}"),
        ActionExecuted("action_strategie"),
        SlotSet("last_answer", f"strategie/{number}"),
        *([SlotSet("lang", "en")] if number == 0 else []),
        BotUttered(f"Antwort {number}"),
        ActionExecuted("action_listen"),
    ]


def _read(store: SQLTrackerStore) -> DialogueStateTracker | None:
    return asyncio.run(store.retrieve(VISITOR))


def _add(store: SQLTrackerStore, events: list[Event], is_full: bool = False) -> DialogueStateTracker:
    """A turn as Rasa makes it: read or begin the conversation (all of it if `is_full`), go on, save."""

    async def turn() -> DialogueStateTracker:
        get = store.get_or_create_full_tracker if is_full else store.get_or_create_tracker
        tracker = await get(VISITOR)
        for event in events:
            tracker.update(event)
        await store.save(tracker)
        return tracker

    return asyncio.run(turn())


def _everything(store: SQLTrackerStore) -> list[str]:
    tracker = asyncio.run(store.retrieve_full_tracker(VISITOR))
    return [f"{event.type_name} {getattr(event, 'text', '')}" for event in tracker.events] if tracker else []


def test_a_conversation_outlasts_a_restart(tmp_path: Path) -> None:
    for number in range(3):
        _add(_store(tmp_path / "c.db"), _turn(number))

    tracker = _read(_store(tmp_path / "c.db"))

    assert tracker and tracker.get_slot("last_answer") == "strategie/2" and tracker.get_slot("lang") == "en"
    assert tracker.latest_message and tracker.latest_message.text == "Frage 2"


def test_of_a_long_conversation_only_the_end_is_read_and_every_slot(tmp_path: Path) -> None:
    store = _store(tmp_path / "c.db")
    for number in range(60):
        _add(store, _turn(number))

    tracker = _read(store)

    assert tracker and len(tracker.events) <= 20 + len(SLOTS)
    assert (tracker.get_slot("lang"), tracker.get_slot("last_answer")) == ("en", "strategie/59")
    assert len(_everything(store)) == 1 + 60 * 5 + 1


@contextmanager
def _rows_read(store: ConversationStore) -> Iterator[list[int]]:
    """Collects how many events each read of the store brought."""
    counts: list[int] = []
    needed = store._needed

    def counting(*arguments: object) -> list[str]:
        events = needed(*arguments)  # type: ignore[arg-type]
        counts.append(len(events))
        return events

    store._needed = counting  # type: ignore[method-assign, assignment]
    yield counts
    del store._needed


def _step_cost(store: ConversationStore, turns: range) -> int:
    """The median of SQLite's own count of its work (each 20 steps of its machine) in one of these turns."""
    ticks = [0]

    @sa.event.listens_for(store.engine, "checkout")
    def watch(connection, _record, _proxy) -> None:  # type: ignore[no-untyped-def]
        connection.set_progress_handler(lambda: ticks.__setitem__(0, ticks[0] + 1), 20)

    costs = []
    for number in turns:
        before = ticks[0]
        _add(store, _turn(number))
        costs.append(ticks[0] - before)
    sa.event.remove(store.engine, "checkout", watch)
    return int(statistics.median(costs))


def test_turn_300_reads_and_costs_what_turn_20_does(tmp_path: Path) -> None:
    """At turn 20 the window is full; from there on the database must work no more, counted and not timed."""
    store = _store(tmp_path / "c.db", recent=80)
    with _rows_read(store) as counts:
        for number in range(20):
            _add(store, _turn(number))
        early = _step_cost(store, range(20, 30))
        for number in range(30, 290):
            _add(store, _turn(number))
        late = _step_cost(store, range(290, 300))

    assert early > 0 and late <= 1.2 * early
    assert max(counts) <= 80 + len(SLOTS)
    tracker = _read(store)
    assert tracker and [tracker.get_slot(key) for key in SLOTS] == ["en", "strategie/299", None]


STEPS = st.lists(
    st.sampled_from(
        ["turn", "turn", "turn", "session", "carry over", "restart", "reset", "rewind", "undo", "save twice", "full"]
    ),
    min_size=1,
    max_size=25,
)
SESSION = [ActionExecuted("action_session_start"), SessionStarted(), ActionExecuted("action_listen")]
EVENTS: dict[str, list[Event]] = {
    "session": SESSION,
    "carry over": [*SESSION[:2], SlotSet("misses", 1), SESSION[2]],
    "restart": [Restarted(), ActionExecuted("action_listen")],
    "reset": [AllSlotsReset()],
    "rewind": [UserUtteranceReverted()],
    "undo": [ActionReverted()],
}


@given(steps=STEPS, reopened=st.sets(st.integers(0, 24)))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_event_is_stored_once_and_in_order_as_rasas_own_store_does(
    steps: list[str], reopened: set[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Also when the server is started again in between, and when a tracker that holds all sessions is saved (there
    Rasa's own store repeats events, so that it gets an ordinary turn)."""
    folder = tmp_path_factory.mktemp("stores")
    ours, rasas = _store(folder / "ours.db", recent=8), SQLTrackerStore(DOMAIN, db=str(folder / "rasas.db"))
    for number, step in enumerate(steps):
        if number in reopened:
            ours.engine.dispose()
            ours = _store(folder / "ours.db", recent=8)
        events = EVENTS.get(step, _turn(number))
        for store in (ours, rasas):
            tracker = _add(store, events, is_full=step == "full" and store is ours)
            if step == "save twice":
                asyncio.run(store.save(tracker))

        kept, whole = _read(ours), _read(rasas)
        assert kept and whole
        assert [kept.get_slot(key) for key in SLOTS] == [whole.get_slot(key) for key in SLOTS]
    assert _everything(ours) == _everything(rasas)


class _Listener(EventBroker):
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def publish(self, event: dict) -> None:  # type: ignore[type-arg, override]
        self.told.append(event["event"])


def test_an_event_broker_hears_each_event_once(tmp_path: Path) -> None:
    broker = _Listener()
    store = ConversationStore(DOMAIN, db=str(tmp_path / "c.db"), recent_events=8, event_broker=broker)
    for number in range(6):
        tracker = _add(store, _turn(number))
        asyncio.run(store.save(tracker))

    assert broker.told == [line.split()[0] for line in _everything(store)]


def test_deleted_means_that_no_file_holds_a_word_of_it_and_no_other_worker_either(tmp_path: Path) -> None:
    one, other = _store(tmp_path / "c.db"), _store(tmp_path / "c.db")
    _add(one, [UserUttered("Ein sehr eigenes Wort: Zeppelinkuchen")])
    _read(other)

    asyncio.run(one.delete(VISITOR))

    assert _read(one) is None and _read(other) is None
    assert not any(b"Zeppelinkuchen" in file.read_bytes() for file in tmp_path.iterdir())


def test_words_that_cannot_be_overwritten_yet_are_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody reads the file (a backup): the deletion says so and can be made again."""
    monkeypatch.setattr("storage.sqlite.BUSY_SECONDS", 0.1)
    store = _store(tmp_path / "c.db")
    _add(store, [UserUttered("Zeppelinkuchen")])
    reader = sqlite3.connect(tmp_path / "c.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM events").fetchall()

    with pytest.raises(StoreError, match=r"c\.db.*noch nicht überschrieben"):
        asyncio.run(store.delete(VISITOR))
    assert _read(store) is None
    reader.close()
    asyncio.run(store.delete(VISITOR))

    assert not any(b"Zeppelinkuchen" in file.read_bytes() for file in tmp_path.iterdir())


def test_the_file_is_in_wal_mode_and_the_owners_alone(tmp_path: Path) -> None:
    store = _store(tmp_path / "neu" / "c.db")
    with store.engine.connect() as connection:
        values = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")]
        busy, secure = (
            connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("busy_timeout", "secure_delete")
        )

    assert values == ["wal", 1] and busy == 5000 and secure == 1
    assert (tmp_path / "neu" / "c.db").stat().st_mode & 0o077 == 0


def test_several_workers_may_open_a_new_file_at_once(tmp_path: Path) -> None:
    code = f"from storage.conversations import ConversationStore as S; S(db={str(tmp_path / 'c.db')!r})"
    command = [sys.executable, "-W", "ignore", "-c", code]
    workers = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(3)]

    for worker in workers:
        _, error = worker.communicate(timeout=60)
        assert worker.returncode == 0, error
        assert "locked" not in error and "already exists" not in error


@pytest.mark.parametrize(
    ("dialect", "host", "db", "file"),
    [
        ("sqlite", None, "var/x.db", ROOT / "var/x.db"),
        ("sqlite", "sqlite:///var/x.db", "var/conversations.db", ROOT / "var/x.db"),
        ("sqlite", "sqlite:////srv/x.db", "var/conversations.db", Path("/srv/x.db")),
        ("sqlite", "postgresql://bot@db.example/chat", "var/conversations.db", None),
        ("postgresql", "db.example", "chat", None),
    ],
)
def test_an_address_goes_before_the_dialect(dialect: str, host: str | None, db: str, file: Path | None) -> None:
    assert sqlite_file(dialect, host, db) == file


@pytest.mark.parametrize("value", [0, -1, "viele", None])
def test_a_wrong_number_of_recent_events_is_named(value: object, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="recent_events"):
        ConversationStore(DOMAIN, db=str(tmp_path / "c.db"), recent_events=value)  # type: ignore[arg-type]


def test_a_file_that_is_no_database_is_named_with_the_mend(tmp_path: Path) -> None:
    (tmp_path / "c.db").write_text("kein SQLite, aber lang genug, um wie eine Datei auszusehen " * 20)

    with pytest.raises(StoreError, match=r"c\.db.*beschädigte Datei umbenennen"):
        _store(tmp_path / "c.db")


def test_a_database_with_garbled_pages_is_named_with_the_mend(tmp_path: Path) -> None:
    store = _store(tmp_path / "c.db")
    for number in range(30):
        _add(store, _turn(number))
    store.engine.dispose()
    content = bytearray((tmp_path / "c.db").read_bytes())
    content[2 * 4096 : 6 * 4096] = os.urandom(4 * 4096)
    (tmp_path / "c.db").write_bytes(content)

    with pytest.raises(StoreError, match=r"c\.db.*beschädigte Datei umbenennen"):
        _store(tmp_path / "c.db")


@contextmanager
def _nobody() -> Iterator[None]:
    """Without root's rights, which no file can refuse; an ordinary user stays as he is."""
    me = os.geteuid()
    if me == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(me)


def test_a_file_that_may_not_be_written_is_named() -> None:
    with tempfile.TemporaryDirectory() as folder:  # tmp_path lies where only root may look
        os.chmod(folder, 0o755)
        file = Path(folder) / "c.db"
        _store(file).engine.dispose()
        os.chmod(file, 0o444)
        with _nobody(), pytest.raises(StoreError, match=r"c\.db.*(Rechte|nicht speichern)"):
            _store(file)


def test_the_server_ends_with_the_message_and_no_stack_trace(tmp_path: Path) -> None:
    (tmp_path / "c.db").write_bytes(os.urandom(8192))
    endpoints = tmp_path / "endpoints.yml"
    store = {"type": "storage.conversations.ConversationStore", "db": str(tmp_path / "c.db")}
    YAML().dump({"tracker_store": store}, endpoints)
    command = [sys.executable, "-W", "ignore", "-m", "rasa", "run", "--enable-api", "--port", "0"]
    environment = {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(
        [*command, "--interface", "127.0.0.1", "--endpoints", str(endpoints)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    output = ended.stdout + ended.stderr

    assert ended.returncode == 1
    assert "beschädigte Datei umbenennen" in output
    assert "Traceback" not in output


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("eine Datei, wo ein Ordner hingehört")

    with pytest.raises(StoreError, match=r"nicht speichern"):
        _store(tmp_path / "var" / "c.db")


def test_rasa_and_the_channel_forget_a_conversation_after_the_same_time() -> None:
    domain = YAML(typ="safe").load((ROOT / "domain.yml").read_text(encoding="utf-8"))

    assert domain["session_config"]["session_expiration_time"] == VisitorSettings().session_idle_minutes


def test_the_endpoints_name_this_store() -> None:
    endpoints = YAML(typ="safe").load((ROOT / "endpoints.yml").read_text(encoding="utf-8"))

    assert endpoints["tracker_store"]["type"] == f"{ConversationStore.__module__}.{ConversationStore.__name__}"
