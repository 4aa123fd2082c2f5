"""Conversations that outlast a restart, and turns that cost the same however long a conversation is."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionReverted,
    ActiveLoop,
    AllSlotsReset,
    ConversationPaused,
    ConversationResumed,
    LoopInterrupted,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
)
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.orm import Session, sessionmaker

from storage.sqlite import StoreError, open_database, overwrite_deleted

PROJECT_FOLDER = Path(__file__).resolve().parents[1]
# A turn leaves about a dozen events; the dialogue itself needs the last one, its memory are the slots.
RECENT_EVENTS = 80
_STORED = "stored_events"
# What came before these is forgotten, the slots included.
_BEGINNINGS = (SessionStarted.type_name, Restarted.type_name)
# What these mean depends on everything before them. This assistant makes none; a session that holds one is read whole.
_LOOKING_BACK = tuple(
    kind.type_name
    for kind in (
        *(UserUtteranceReverted, ActionReverted, ActiveLoop, LoopInterrupted),
        *(ConversationPaused, ConversationResumed),
    )
)
# With these each question below is a few steps down a tree. Rasa's own index, on sender_id, leads through all events.
_INDEXES = (
    "CREATE INDEX IF NOT EXISTS events_by_type ON events (sender_id, type_name, id)",
    "CREATE INDEX IF NOT EXISTS events_by_kind ON events (sender_id, type_name, action_name, id)",
)


class ConversationStore(SQLTrackerStore):
    """Rasa's SQL tracker store, which reads of a conversation what its next turn needs.

    That is: the events of the present session from the last `recent_events` on, and before them the last value of
    every slot. Rasa's own reads and rebuilds all of it, so that turn 300 costs five times turn 10.
    """

    engine: Engine

    def __init__(
        self,
        domain: Domain | None = None,
        host: str | None = None,
        event_broker: EventBroker | None = None,
        dialect: str = "sqlite",
        db: str = "var/conversations.db",
        recent_events: int = RECENT_EVENTS,
        **settings: Any,
    ) -> None:
        """
        Args:
            domain, event_broker: as Rasa hands them over.
            host: the `url` of endpoints.yml: a host, or a whole address (`postgresql://…`), which goes before
                `dialect` and `db`.
            dialect, db: kind and name of the database; a SQLite file is relative to the project's folder.
            recent_events: so many events of a conversation are read.
            settings: the other settings of Rasa's SQL tracker store.

        Raises:
            StoreError: the SQLite file cannot be written, is no database or is damaged; `recent_events` is no
                number above 0.
        """
        self._recent = _positive(recent_events)
        if file := sqlite_file(dialect, host, db):
            # First of all: Rasa would try a database that does not open again for ever, in silence.
            engine = open_database(file)
            super().__init__(domain, db=str(file), event_broker=event_broker, **settings)
            self.engine.dispose()
            self.engine, self.sessionmaker = engine, sessionmaker(bind=engine)
        else:
            super().__init__(domain, dialect=dialect, host=host, db=db, event_broker=event_broker, **settings)
        with self.engine.begin() as connection:
            for index in _INDEXES:
                connection.execute(sa.text(index))

    async def _retrieve(self, sender_id: str, fetch_events_from_all_sessions: bool) -> DialogueStateTracker | None:
        if fetch_events_from_all_sessions:
            tracker = await super()._retrieve(sender_id, True)
        else:
            tracker = self._retrieve_needed(sender_id)
        if tracker is not None:
            setattr(tracker, _STORED, len(tracker.events))
        return tracker

    def _retrieve_needed(self, sender_id: str) -> DialogueStateTracker | None:
        with self.session_scope() as session:
            events = [json.loads(data) for data in self._needed(session, sender_id)]
        if not self.domain or not events:
            return None
        return DialogueStateTracker.from_dict(sender_id, events, self.domain.slots)

    def _needed(self, session: Session, sender_id: str) -> list[str]:
        """The stored events that the next turn needs, in order."""
        started = self._last_of(session, sender_id, _BEGINNINGS)
        recent = self._events_since(session, sender_id, started, self._recent)
        if len(recent) < self._recent:
            return [data for _, data in recent]
        if self._last_of(session, sender_id, _LOOKING_BACK) > started:
            return [data for _, data in self._events_since(session, sender_id, started, None)]
        forgotten = max(started, self._last_of(session, sender_id, (AllSlotsReset.type_name,)))
        return [*self._slots(session, sender_id, forgotten, recent[0].id), *(data for _, data in recent)]

    def _last_of(self, session: Session, sender_id: str, kinds: tuple[str, ...]) -> int:
        """The id of the last event of these kinds, 0 if there is none."""
        event = self.SQLEvent
        of_each = (
            sa.select(sa.func.max(event.id).label("id")).where(event.sender_id == sender_id, event.type_name == kind)
            for kind in kinds
        )
        return session.query(sa.func.max(sa.union_all(*of_each).subquery().c.id)).scalar() or 0

    def _events_since(self, session: Session, sender_id: str, first: int, limit: int | None) -> list[Any]:
        """Id and data of the last `limit` events from the id `first` on, in order."""
        event = self.SQLEvent
        events = session.query(event.id, event.data).filter(event.sender_id == sender_id, event.id >= first)
        return events.order_by(event.id.desc()).limit(limit).all()[::-1]

    def _slots(self, session: Session, sender_id: str, after: int, before: int) -> list[str]:
        """The last SlotSet of every slot between two ids, in order.

        Each slot is looked up by itself, because a search of all would take longer with every turn.
        """
        event = self.SQLEvent
        of_slots = (event.sender_id == sender_id, event.type_name == SlotSet.type_name)
        between = (event.id > after, event.id < before)
        latest = [
            sa.select(sa.func.max(event.id)).where(*of_slots, event.action_name == slot.name, *between)
            for slot in self.domain.slots
        ]
        if not latest:
            return []
        events = session.query(event.data).filter(event.id.in_(sa.union_all(*latest))).order_by(event.id)
        return [data for (data,) in events]

    def _additional_events(self, session: Session, tracker: DialogueStateTracker) -> Iterator[Any]:
        """The events that are new since the tracker was read or last saved."""
        stored = getattr(tracker, _STORED, None)
        if stored is None:
            return super()._additional_events(session, tracker)
        return itertools.islice(tracker.events, stored, None)

    async def stream_events(self, tracker: DialogueStateTracker) -> None:
        """Tell the event broker, if there is one, what is new since the tracker was read or last saved."""
        stored = getattr(tracker, _STORED, None)
        if self.event_broker is None or stored is None:
            return await super().stream_events(tracker)
        events = list(itertools.islice(tracker.events, stored, None))
        return await self._stream_new_events(self.event_broker, events, tracker.sender_id)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Append what is new."""
        await super().save(tracker)
        setattr(tracker, _STORED, len(tracker.events))

    async def delete(self, sender_id: str) -> None:
        """Delete a conversation so that no file holds a word of it.

        Raises:
            StoreError: it is deleted, but the file still holds words of it, because somebody reads the file; call
                it again.
        """
        with self.session_scope() as session:
            session.query(self.SQLEvent).filter_by(sender_id=sender_id).delete()
            session.commit()
        if self.engine.dialect.name == "sqlite":
            # It may have to wait for another worker; meanwhile this one goes on.
            await asyncio.get_running_loop().run_in_executor(None, overwrite_deleted, self.engine)


def sqlite_file(dialect: str, host: str | None, db: str, folder: Path = PROJECT_FOLDER) -> Path | None:
    """The SQLite file that these settings mean, `None` if they mean another database.

    Args:
        dialect, host, db: as for `ConversationStore`.
        folder: what a relative file is relative to.
    """
    if host and "://" in host:
        url = make_url(host)
        return folder / (url.database or db) if url.get_backend_name() == "sqlite" else None
    return folder / db if dialect.partition("+")[0] == "sqlite" else None


def _positive(recent_events: Any) -> int:
    """Raises StoreError unless it is a number above 0; an environment variable gives it as text."""
    try:
        if (number := int(recent_events)) > 0:
            return number
    except (TypeError, ValueError):
        pass
    raise StoreError(f"endpoints.yml, tracker_store, recent_events: »{recent_events}« ist keine Zahl über 0.")
