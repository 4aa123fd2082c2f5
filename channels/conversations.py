"""The conversation as Rasa keeps it: recall what was offered in it, and delete it for good."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rasa.core.agent import Agent
from rasa.core.tracker_store import (
    AwaitableTrackerStore,
    FailSafeTrackerStore,
    InMemoryTrackerStore,
    MongoTrackerStore,
    RedisTrackerStore,
    SQLTrackerStore,
    TrackerStore,
)
from rasa.shared.core.events import BotUttered, UserUttered
from sqlalchemy.engine import Engine

from channels.refusals import DEFAULT_LANG, LANGS, Lang


class DeletionError(RuntimeError):
    """The tracker store is of a kind whose conversations this channel cannot delete."""


@dataclass(frozen=True)
class RecalledConversation:
    """What a stored conversation tells about its session.

    Attributes:
        lang: the language of the last message.
        payloads: the payloads of all buttons shown, oldest first.
        idle_seconds: how long ago anything happened.
    """

    lang: Lang
    payloads: tuple[str, ...]
    idle_seconds: float


async def recall(agent: Agent, sender_id: str) -> RecalledConversation | None:
    """The stored conversation, `None` if there is none."""
    tracker = await agent.tracker_store.retrieve_full_tracker(sender_id)
    if tracker is None or not tracker.events:
        return None
    return RecalledConversation(
        lang=next(_langs(tracker.events), DEFAULT_LANG),
        payloads=tuple(_payloads(tracker.events)),
        idle_seconds=time.time() - tracker.events[-1].timestamp,
    )


def _langs(events: Any) -> Iterator[Lang]:
    for event in reversed(events):
        if isinstance(event, UserUttered) and (event.metadata or {}).get("lang") in LANGS:
            yield event.metadata["lang"]


def _payloads(events: Any) -> Iterator[str]:
    for event in events:
        if isinstance(event, BotUttered):
            yield from (b["payload"] for b in event.data.get("buttons") or () if b.get("payload"))


def database(agent: Agent) -> Engine | None:
    """The SQL database of the conversations, `None` if they are in none."""
    stores = _stores(agent.tracker_store)
    return next((store.engine for store in stores if isinstance(store, SQLTrackerStore)), None)


async def delete(agent: Agent, sender_id: str) -> None:
    """Delete everything the tracker store holds of this conversation.

    Rasa's own lock is held meanwhile, so that an answer still being given cannot write the conversation back.

    Raises:
        DeletionError: the store is of an unknown kind and has no `delete` of its own.
        StoreError: a file still holds words of it, because another program reads it; to be tried again.
    """
    async with agent.lock_store.lock(sender_id):
        for store in _stores(agent.tracker_store):
            await _delete_from(store, sender_id)


def _stores(store: TrackerStore) -> Iterator[TrackerStore]:
    """The stores behind Rasa's wrappers; a fallback store may hold a part of the conversation."""
    if isinstance(store, FailSafeTrackerStore):
        yield from _stores(store._tracker_store)
        if store._fallback_tracker_store:
            yield from _stores(store._fallback_tracker_store)
    elif isinstance(store, AwaitableTrackerStore):
        yield from _stores(store._tracker_store)
    else:
        yield store


async def _delete_from(store: Any, sender_id: str) -> None:
    if hasattr(store, "delete"):  # a store of one's own, or a later Rasa
        await store.delete(sender_id)
    elif isinstance(store, InMemoryTrackerStore):
        store.store.pop(sender_id, None)
    elif isinstance(store, SQLTrackerStore):
        with store.session_scope() as session:
            session.query(store.SQLEvent).filter_by(sender_id=sender_id).delete()
            session.commit()
    elif isinstance(store, RedisTrackerStore):
        store.red.delete(store._get_key_prefix() + sender_id)
    elif isinstance(store, MongoTrackerStore):
        store.conversations.delete_one({"sender_id": sender_id})
    else:
        raise DeletionError(f"{type(store).__name__} has no delete(sender_id)")
