"""What of the conversations is too old to be kept, counted and deleted.

A conversation goes whole once its last event is too old. Of one that goes on, the events of its earlier sessions go:
no turn reads them any more. The records of sessions go by their last use.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.events import Restarted, SessionStarted
from sqlalchemy.engine import Connection, Engine

from storage.sessions import SESSIONS, SHOWN

EVENTS: sa.Table = SQLTrackerStore.SQLEvent.__table__
_BEGINNINGS = (SessionStarted.type_name, Restarted.type_name)


@dataclass(frozen=True)
class Expired:
    """How much is too old.

    Attributes:
        conversations: those of which nothing stays.
        events: all events that go, also those of conversations that go on.
        sessions: records of visitors' sessions.
    """

    conversations: int
    events: int
    sessions: int

    def __bool__(self) -> bool:
        return bool(self.events or self.sessions)


def count_expired(engine: Engine, before: float) -> Expired:
    """What `delete_expired` would delete; changes nothing.

    Args:
        engine: the database of the conversations, with its tables.
        before: seconds since 1970.
    """
    with engine.connect() as connection:
        return _count(connection, before)


def delete_expired(engine: Engine, before: float) -> Expired:
    """Delete what is older than `before` (seconds since 1970), all of it or, on an error, nothing."""
    with engine.begin() as connection:
        expired = _count(connection, before)
        connection.execute(EVENTS.delete().where(_is_expired(before)))
        gone = sa.select(SESSIONS.c.sender_id).where(_is_unused_since(before))
        connection.execute(SHOWN.delete().where(SHOWN.c.sender_id.in_(gone)))
        connection.execute(SESSIONS.delete().where(_is_unused_since(before)))
    return expired


def _count(connection: Connection, before: float) -> Expired:
    def number(table: Any, *where: Any) -> int:
        return int(connection.execute(sa.select(sa.func.count()).select_from(table).where(*where)).scalar_one())

    return Expired(
        conversations=number(_idle_since(before).subquery()),
        events=number(EVENTS, _is_expired(before)),
        sessions=number(SESSIONS, _is_unused_since(before)),
    )


def _is_unused_since(before: float) -> Any:
    """But not those whose visitor's deletion is still to be finished by the server: its feedback would stay."""
    is_awaited = sa.and_(SESSIONS.c.is_deleted.is_(True), SESSIONS.c.is_cleared.is_(False))
    return sa.and_(SESSIONS.c.last_seen < before, sa.not_(is_awaited))


def _idle_since(before: float) -> Any:
    """The conversations whose last event is older than that."""
    of_each = sa.select(EVENTS.c.sender_id).group_by(EVENTS.c.sender_id)
    return of_each.having(sa.func.max(EVENTS.c.timestamp) < before)


def _is_expired(before: float) -> Any:
    other = EVENTS.alias()
    session_begins = (
        sa.select(sa.func.max(other.c.id))
        .where(other.c.sender_id == EVENTS.c.sender_id, other.c.type_name.in_(_BEGINNINGS))
        .correlate(EVENTS)
        .scalar_subquery()
    )
    is_past = sa.or_(EVENTS.c.sender_id.in_(_idle_since(before)), EVENTS.c.id < session_begins)
    return sa.and_(EVENTS.c.timestamp < before, is_past)
