"""Whose conversation it is, how long it lasts, and that deleted means deleted."""

from __future__ import annotations

import asyncio
import datetime
import sqlite3
import threading
import time
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
from channels.sessions import MAX_OFFERED_PAYLOADS, Session, SessionStore, sender_id_of, token_of

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


def _store(kind: str, folder: Path) -> TrackerStore:
    if kind == "sql":
        return SQLTrackerStore(Domain.empty(), db=str(folder / "tracker.db"))
    if kind == "failsafe sql":
        return FailSafeTrackerStore(SQLTrackerStore(Domain.empty(), db=str(folder / "tracker.db")))
    return InMemoryTrackerStore(Domain.empty())


@pytest.mark.parametrize("kind", ["memory", "sql", "failsafe sql"])
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
    assert asyncio.run(server.bot.tracker_store.retrieve(sender_id_of(visitor.token))) is None


def test_the_longest_idle_session_makes_room() -> None:
    store = SessionStore(idle_seconds=100, max_sessions=2)
    first, second = store.open("a", "de"), store.open("b", "de")
    store.find("a")
    store.open("c", "de")
    assert (first.is_open, second.is_open, len(store)) == (True, False, 2)


def test_a_session_forgets_its_oldest_buttons() -> None:
    session = Session("a")
    session.offer(f"/{number}" for number in range(MAX_OFFERED_PAYLOADS + 1))
    assert not session.was_offered("/0")
    assert session.was_offered("/1")


def test_a_token_cannot_be_read_from_its_hash() -> None:
    assert sender_id_of("0" * 32) != sender_id_of("1" * 32)
    assert token_of("bearer " + "0" * 32) == "0" * 32
