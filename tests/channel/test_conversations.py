"""Whose conversation it is, how long it lasts, and that deleted means deleted."""

from __future__ import annotations

import asyncio
import datetime
import gc
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.tracker_store import FailSafeTrackerStore, InMemoryTrackerStore, SQLTrackerStore, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from channels import conversations
from channels.sessions import (
    MAX_OFFERED_PAYLOADS,
    MAX_REMEMBERED_MESSAGES,
    SessionStore,
    sender_id_of,
    token_of,
)
from storage.conversations import ConversationStore
from storage.sqlite import StoreError

from .conftest import ANSWER_PAYLOAD, FakeBot, Server, Visitor, wait_until


def _rows(database: Path) -> list[tuple[Any, ...]]:
    with sqlite3.connect(database) as connection:
        return connection.execute("SELECT conversation, answer_id, helpful, comment, day FROM feedback").fetchall()


@pytest.fixture
def database(start_server: Callable[..., Server], tmp_path: Path) -> tuple[Server, Path]:
    """A server with a feedback database of its own, in a folder that does not exist yet."""
    path = tmp_path / "neu" / "feedback.db"
    return start_server(feedback_url=f"sqlite:///{path}"), path


def test_feedback_is_kept_masked_with_answer_and_day(database: tuple[Server, Path]) -> None:
    server, path = database
    visitor = server.open()
    message_id = visitor.greeting[0]["id"]
    assert visitor.judge(message_id, False, comment="Rufen Sie 0234 123456 an\u0000").status_code == 204
    ((conversation, answer_id, helpful, comment, day),) = _rows(path)
    assert conversation == sender_id_of(visitor.token)
    assert (answer_id, helpful, comment) == ("hochschulen/anzahl", 0, "Rufen Sie [Telefonnummer] an")
    assert day == datetime.date.today().isoformat()


def test_nobody_else_on_the_machine_reads_the_feedback(database: tuple[Server, Path]) -> None:
    _, path = database
    assert path.stat().st_mode & 0o077 == 0


def test_a_second_judgement_takes_the_place_of_the_first(database: tuple[Server, Path]) -> None:
    server, path = database
    visitor = server.open()
    for helpful in (False, True):
        visitor.judge(visitor.greeting[0]["id"], helpful)
    assert [row[2] for row in _rows(path)] == [1]


def test_nobody_judges_a_message_of_another(database: tuple[Server, Path]) -> None:
    server, path = database
    visitor, other = server.open(), server.open()
    assert visitor.judge(other.greeting[0]["id"]).status_code == 400
    assert _rows(path) == []


@pytest.mark.parametrize(
    "body",
    [{"helpful": "true"}, {"helpful": 1}, {"helpful": True, "comment": 5}, {"helpful": True, "extra": 1}, {}],
)
def test_feedback_of_a_wrong_shape_is_refused(visitor: Visitor, body: dict[str, Any]) -> None:
    response = visitor.call("POST", "/feedback", json={"message_id": visitor.greeting[0]["id"], **body})
    assert response.status_code == 400


def test_a_deleted_conversation_leaves_nothing(database: tuple[Server, Path]) -> None:
    server, path = database
    visitor, other = server.open(), server.open()
    for each in (visitor, other):
        each.judge(each.greeting[0]["id"], comment="Danke schön für die Auskunft")
    assert visitor.call("DELETE", "/conversation").status_code == 204
    store = server.bot.tracker_store
    assert asyncio.run(store.retrieve(sender_id_of(visitor.token))) is None
    assert asyncio.run(store.retrieve(sender_id_of(other.token))) is not None
    assert [row[0] for row in _rows(path)] == [sender_id_of(other.token)]
    for response in (
        visitor.say("Hallo"),
        visitor.call("DELETE", "/conversation"),
        visitor.press(ANSWER_PAYLOAD),
    ):
        assert response.status_code == 401
    assert other.say("Hallo").status_code == 200


def test_deleted_words_are_overwritten_in_the_file(database: tuple[Server, Path]) -> None:
    server, path = database
    visitor = server.open()
    visitor.judge(visitor.greeting[0]["id"], comment="unverwechselbar")
    assert b"unverwechselbar" in path.read_bytes()
    visitor.call("DELETE", "/conversation")
    assert b"unverwechselbar" not in path.read_bytes()


def test_an_answer_still_being_given_does_not_bring_the_conversation_back(server: Server) -> None:
    visitor = server.open()
    server.bot.delay_seconds = 0.3
    slow = threading.Thread(target=visitor.say, args=("langsam",))
    slow.start()
    wait_until(lambda: bool(server.bot.lock_store.conversation_locks))
    assert visitor.call("DELETE", "/conversation").status_code == 204
    slow.join()
    assert asyncio.run(server.bot.tracker_store.retrieve(sender_id_of(visitor.token))) is None


def test_a_conversation_outlives_a_restart(start_server: Callable[..., Server]) -> None:
    """Another process that shares the tracker store: the same token, the same buttons, the same language."""
    bot = FakeBot()
    before = start_server(bot)
    visitor = before.open("en")
    after = Visitor(start_server(bot), visitor.token, visitor.greeting)
    assert after.press(ANSWER_PAYLOAD).status_code == 200
    assert bot.heard[-1].metadata == {"lang": "en"}
    assert after.press("/restart").status_code == 422
    assert after.call("DELETE", "/conversation").status_code == 204
    assert after.say("Hallo").status_code == 401


Workers = Callable[..., Server]


@pytest.fixture
def start_worker(start_server: Callable[..., Server], tmp_path: Path) -> Workers:
    """Start one more server over the same files, as a worker or after a restart: nothing else is shared."""

    def start(**settings: Any) -> Server:
        store = ConversationStore(Domain.empty(), db=str(tmp_path / "conversations.db"))
        return start_server(FakeBot(store), feedback_url=f"sqlite:///{tmp_path}/feedback.db", **settings)

    return start


def _is_kept(server: Server, visitor: Visitor) -> bool:
    """Whether the tracker store knows anything of the conversation."""
    return asyncio.run(server.bot.tracker_store.retrieve_full_tracker(sender_id_of(visitor.token))) is not None


def _on(server: Server, visitor: Visitor) -> Visitor:
    return Visitor(server, visitor.token, visitor.greeting)


def _sweep(server: Server) -> None:
    asyncio.run(server.api.sweep(server.bot))


def _let_pass(monkeypatch: pytest.MonkeyPatch, minutes: float) -> None:
    later = SimpleNamespace(time=lambda: time.time() + minutes * 60)
    monkeypatch.setattr("channels.sessions.time", later)
    monkeypatch.setattr("channels.conversations.time", later)


def test_after_a_restart_all_goes_on(start_worker: Workers, tmp_path: Path) -> None:
    """Language, buttons, transcript – and feedback on a message from before."""
    before = start_worker().open("en")
    after = _on(start_worker(), before)
    assert after.press(ANSWER_PAYLOAD).status_code == 200
    assert after.server.bot.heard[-1].metadata == {"lang": "en"}
    assert after.press('/antwort{"id": "nie/gezeigt"}').status_code == 422
    assert after.judge(before.greeting[0]["id"], comment="gut").status_code == 204
    assert [row[1] for row in _rows(tmp_path / "feedback.db")] == ["hochschulen/anzahl"]
    tracker = asyncio.run(after.server.bot.tracker_store.retrieve_full_tracker(sender_id_of(before.token)))
    assert [event.text for event in tracker.events if isinstance(event, UserUttered)] == ["/greet", ANSWER_PAYLOAD]


def test_what_one_worker_deletes_is_gone_on_all(start_worker: Workers, tmp_path: Path) -> None:
    here = start_worker().open()
    there = _on(start_worker(), here)
    assert there.say("Ein sehr eigenes Wort: Zeppelinkuchen").status_code == 200
    assert here.judge(here.greeting[0]["id"]).status_code == 204
    assert here.call("DELETE", "/conversation").status_code == 204
    assert there.say("Hallo").status_code == there.call("DELETE", "/conversation").status_code == 401
    assert not _is_kept(there.server, there)
    assert _rows(tmp_path / "feedback.db") == []
    assert not any(b"Zeppelinkuchen" in file.read_bytes() for file in tmp_path.glob("*.db*"))


def test_an_answer_of_another_worker_does_not_bring_the_conversation_back(start_worker: Workers) -> None:
    here = start_worker().open()
    there = _on(start_worker(), here)
    there.server.bot.delay_seconds = 0.5
    answers: list[int] = []
    slow = threading.Thread(target=lambda: answers.append(there.say("langsam").status_code))
    slow.start()
    wait_until(lambda: bool(there.server.bot.lock_store.conversation_locks))
    assert here.call("DELETE", "/conversation").status_code == 204
    slow.join()
    assert answers == [401]
    assert not _is_kept(here.server, here)


def test_an_idle_conversation_is_deleted_and_its_feedback_stays(
    start_worker: Workers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = start_worker()
    idle, busy = server.open(), server.open()
    idle.judge(idle.greeting[0]["id"])
    _let_pass(monkeypatch, 59)
    assert busy.say("Hallo").status_code == 200
    _sweep(server)
    assert _is_kept(server, idle)
    _let_pass(monkeypatch, 61)
    _sweep(server)
    assert (_is_kept(server, idle), _is_kept(server, busy)) == (False, True)
    assert idle.say("Hallo").status_code == 401
    assert len(_rows(tmp_path / "feedback.db")) == 1


@pytest.mark.parametrize("minutes", [61, 24 * 60])
def test_feedback_can_be_deleted_long_after_the_conversation(
    minutes: int, start_worker: Workers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when nothing but the feedback is left."""
    server = start_worker()
    visitor, silent = server.open(), server.open()
    visitor.judge(visitor.greeting[0]["id"])
    for passed in (61, minutes + 61):
        _let_pass(monkeypatch, passed)
        _sweep(server)
    assert visitor.say("Hallo").status_code == 401
    assert visitor.call("DELETE", "/conversation").status_code == 204
    assert _rows(tmp_path / "feedback.db") == []
    if minutes > 61:
        assert silent.call("DELETE", "/conversation").status_code == 401  # there is nothing left to delete


def test_the_conversation_that_makes_room_is_deleted(start_worker: Workers) -> None:
    server = start_worker(max_sessions=2)
    first, second, third = server.open(), server.open(), server.open()
    assert first.say("Hallo").status_code == 401
    _sweep(server)
    assert [_is_kept(server, each) for each in (first, second, third)] == [False, True, True]


def test_the_server_sweeps_by_itself_and_after_a_restart(
    start_worker: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = start_worker()
    visitor = before.open()
    _let_pass(monkeypatch, 61)
    monkeypatch.setattr("channels.api.SWEEP_SECONDS", 0.05)
    after = start_worker()
    wait_until(lambda: not _is_kept(after, visitor))


def test_a_deletion_that_fails_holds_and_is_made_up_for(
    start_worker: Workers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = start_worker()
    visitor = server.open()
    visitor.judge(visitor.greeting[0]["id"])
    (store,) = conversations._stores(server.bot.tracker_store)

    async def fail(_sender_id: str) -> None:
        raise StoreError("Platte voll")

    with monkeypatch.context() as broken:
        broken.setattr(store, "delete", fail)
        assert visitor.call("DELETE", "/conversation").status_code == 503
        assert visitor.say("Hallo").status_code == 401
        with pytest.raises(StoreError):
            _sweep(server)
    assert _is_kept(server, visitor)
    _sweep(server)
    assert not _is_kept(server, visitor)
    assert _rows(tmp_path / "feedback.db") == []


def test_one_conversation_that_cannot_be_deleted_does_not_keep_the_others(
    start_worker: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = start_worker()
    stuck, other = server.open(), server.open()
    (store,) = conversations._stores(server.bot.tracker_store)
    delete = store.delete  # type: ignore[attr-defined]

    async def fail_for_one(sender_id: str) -> None:
        if sender_id == sender_id_of(stuck.token):
            raise ValueError
        await delete(sender_id)

    monkeypatch.setattr(store, "delete", fail_for_one)
    _let_pass(monkeypatch, 61)
    with pytest.raises(ValueError):
        _sweep(server)
    assert (_is_kept(server, stuck), _is_kept(server, other)) == (True, False)


def _store(kind: str, folder: Path) -> TrackerStore:
    if kind == "sql":
        return SQLTrackerStore(Domain.empty(), db=str(folder / "tracker.db"))
    if kind == "ours":
        return ConversationStore(Domain.empty(), db=str(folder / "tracker.db"))
    if kind == "failsafe sql":
        return FailSafeTrackerStore(SQLTrackerStore(Domain.empty(), db=str(folder / "tracker.db")))
    return InMemoryTrackerStore(Domain.empty())


@pytest.mark.parametrize("kind", ["memory", "sql", "failsafe sql", "ours"])
def test_a_conversation_is_deleted_from_every_kind_of_store(kind: str, tmp_path: Path) -> None:
    async def story() -> None:
        agent = FakeBot()
        agent.tracker_store, agent.lock_store = _store(kind, tmp_path), InMemoryLockStore()
        for sender in ("visitor-a", "visitor-b"):
            tracker = DialogueStateTracker.from_events(sender, [UserUttered("Hallo", metadata={"lang": "en"})])
            await agent.tracker_store.save(tracker)
        recalled = await conversations.recall(agent, "visitor-a")
        assert recalled is not None and recalled.lang == "en" and recalled.idle_seconds < 60
        await conversations.delete(agent, "visitor-a")
        await conversations.delete(agent, "visitor-a")
        assert await conversations.recall(agent, "visitor-a") is None
        assert await conversations.recall(agent, "visitor-b") is not None

    asyncio.run(story())


def test_a_store_that_cannot_delete_is_no_secret() -> None:
    agent = FakeBot()
    agent.tracker_store = TrackerStore(Domain.empty())
    with pytest.raises(conversations.DeletionError, match="TrackerStore"):
        asyncio.run(conversations.delete(agent, "visitor-a"))


def test_an_idle_session_ends_but_can_still_be_deleted(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = server.open()
    three_hours_later = SimpleNamespace(
        monotonic=lambda: time.monotonic() + 3 * 3600, time=lambda: time.time() + 3 * 3600
    )
    monkeypatch.setattr("channels.sessions.time", three_hours_later)
    monkeypatch.setattr("channels.conversations.time", three_hours_later)
    assert visitor.say("Hallo").status_code == 401
    assert visitor.call("DELETE", "/conversation").status_code == 204
    assert not _is_kept(server, visitor)


def test_the_longest_idle_session_makes_room() -> None:
    store = SessionStore(idle_seconds=100, max_sessions=2)
    first, second = store.open("a", "de"), store.open("b", "de")
    store.find("a")
    store.open("c", "de")
    assert (first.is_open, second.is_open, len(store)) == (True, False, 2)


def test_a_session_forgets_its_oldest_buttons_and_messages() -> None:
    session = SessionStore(idle_seconds=100, max_sessions=2).open("a", "de")
    session.remember([f"/{number}" for number in range(MAX_OFFERED_PAYLOADS)], {"first": "x/eins"})
    session.remember(["/0", "/new"], {str(number): None for number in range(MAX_REMEMBERED_MESSAGES)})
    assert [session.was_offered(payload) for payload in ("/0", "/1", "/2", "/new")] == [True, False, True, True]
    assert (session.has_message("first"), session.has_message("0")) == (False, True)


def test_in_memory_is_only_a_session_that_is_spoken_to() -> None:
    store = SessionStore(idle_seconds=100, max_sessions=2)
    session = store.open("a", "de")
    assert store.find("a") is session  # whoever else speaks in it waits for the same turn
    gone = weakref.ref(session)
    del session
    gc.collect()
    assert gone() is None and len(store) == 1


def test_a_token_cannot_be_read_from_its_hash() -> None:
    assert sender_id_of("0" * 32) != sender_id_of("1" * 32)
    assert token_of("bearer " + "0" * 32) == "0" * 32
