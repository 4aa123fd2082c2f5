"""Conversations that outlast a restart, and turns that cost the same however long a conversation is."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Restarted, SessionStarted, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException
from sqlalchemy.orm import Session

PROJECT_FOLDER = Path(__file__).resolve().parents[1]
# A turn leaves about a dozen events; the dialogue itself needs the last one, its memory are the slots.
RECENT_EVENTS = 80
_STORED = "stored_events"
# What came before these is forgotten, the slots included.
_BEGINNINGS = (SessionStarted.type_name, Restarted.type_name)
_INDEX = "CREATE INDEX IF NOT EXISTS events_by_kind ON events (sender_id, type_name, action_name, id)"
_SETTINGS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA busy_timeout = 5000",
    "PRAGMA secure_delete = ON",
)


class StoreError(RasaException):
    """The database cannot be used; the message names it and the mend, and is meant for the operator."""


class ConversationStore(SQLTrackerStore):
    """Rasa's SQL tracker store, which reads of a conversation what its next turn needs.

    That is: the events of the present session from the last `recent_events` on, and before them the last value of
    every slot. Rasa's own reads and rebuilds all of it, so that turn 300 costs five times turn 10.
    """

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
            host: a host, or a whole address (`postgresql://…`); not used with SQLite.
            dialect, db: kind and name of the database; a SQLite file is relative to the project's folder.
            recent_events: so many events of a conversation are read.
            settings: the other settings of Rasa's SQL tracker store.

        Raises:
            StoreError: the SQLite file cannot be written, or is no database.
        """
        self._recent = recent_events
        if dialect == "sqlite":
            db = str(_writable(PROJECT_FOLDER / db))
        super().__init__(domain, dialect=dialect, host=host, db=db, event_broker=event_broker, **settings)
        if dialect == "sqlite":
            sa.event.listen(self.engine, "connect", _set_up)
            self.engine.dispose()
        with self.engine.begin() as connection:
            connection.execute(sa.text(_INDEX))

    async def _retrieve(self, sender_id: str, fetch_events_from_all_sessions: bool) -> DialogueStateTracker | None:
        if fetch_events_from_all_sessions:
            return await super()._retrieve(sender_id, True)
        with self.session_scope() as session:
            events = [json.loads(data) for data in self._needed(session, sender_id)]
        if not self.domain or not events:
            return None
        tracker = DialogueStateTracker.from_dict(sender_id, events, self.domain.slots)
        setattr(tracker, _STORED, len(tracker.events))
        return tracker

    def _needed(self, session: Session, sender_id: str) -> list[str]:
        """The stored events that the next turn needs, in order."""
        event = self.SQLEvent
        started = (
            session.query(sa.func.max(event.id))
            .filter(event.sender_id == sender_id, event.type_name.in_(_BEGINNINGS))
            .scalar()
        )
        of_session = (event.sender_id == sender_id, event.id >= (started or 0))
        recent = (
            session.query(event.id, event.data)
            .filter(*of_session)
            .order_by(event.id.desc())
            .limit(self._recent)
            .all()[::-1]
        )
        if len(recent) < self._recent:
            return [data for _, data in recent]
        latest = (
            session.query(sa.func.max(event.id))
            .filter(*of_session, event.type_name == SlotSet.type_name, event.id < recent[0].id)
            .group_by(event.action_name)
        )
        slots = session.query(event.data).filter(event.id.in_(latest)).order_by(event.id).all()
        return [*(data for (data,) in slots), *(data for _, data in recent)]

    def _additional_events(self, session: Session, tracker: DialogueStateTracker) -> Iterator[Any]:
        """The events that are new since the tracker was read or last saved."""
        stored = getattr(tracker, _STORED, None)
        if stored is None:
            return super()._additional_events(session, tracker)
        return itertools.islice(tracker.events, stored, None)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Append what is new."""
        await super().save(tracker)
        setattr(tracker, _STORED, len(tracker.events))

    async def delete(self, sender_id: str) -> None:
        """Delete a conversation so that no file holds a word of it."""
        with self.session_scope() as session:
            session.query(self.SQLEvent).filter_by(sender_id=sender_id).delete()
            session.commit()
        if self.engine.dialect.name == "sqlite":
            with self.engine.connect() as connection:
                connection.execute(sa.text("PRAGMA wal_checkpoint(TRUNCATE)"))


def _writable(file: Path) -> Path:
    """The database file, whose folder is there now.

    Raises:
        StoreError: it cannot be written, or it is no SQLite database. Rasa would try again for ever, in silence.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(f"sqlite:///{file}")
        with engine.begin() as connection:
            connection.execute(sa.text("PRAGMA user_version = 1"))
        engine.dispose()
        os.chmod(file, 0o600)
    except OSError as error:
        raise StoreError(f"{file}: Die Gespräche lassen sich hier nicht speichern ({error.strerror}).") from None
    except sa.exc.DatabaseError as error:
        raise StoreError(
            f"{file}: Die Gespräche lassen sich nicht öffnen ({error.orig}). Rechte und freien Platz prüfen; "
            "eine beschädigte Datei umbenennen, dann wird eine neue angelegt."
        ) from None
    return file


def _set_up(connection: Any, _record: Any) -> None:
    for setting in _SETTINGS:
        connection.execute(setting)
