"""The records of the visitors' sessions, in the database of the conversations and shared by all workers.

A session is known by the hash of its token, the name of its conversation. Its record tells when it began and was
last used, its language, whether it is over, which buttons it showed and which messages may be judged. A session that
is over keeps its bare record for a while, so that no worker takes it for a running one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import StaticPool
from sqlalchemy.schema import CreateIndex, CreateTable

_METADATA = sa.MetaData()
SESSIONS = sa.Table(
    "visitor_sessions",
    _METADATA,
    sa.Column("sender_id", sa.String(64), primary_key=True),
    sa.Column("lang", sa.String(8), nullable=False),
    sa.Column("opened", sa.Float, nullable=False),
    sa.Column("last_seen", sa.Float, nullable=False),
    sa.Column("ended", sa.Float),
    sa.Column("is_deleted", sa.Boolean, nullable=False),
    sa.Column("is_cleared", sa.Boolean, nullable=False),
    sa.Index("visitor_sessions_by_use", "ended", "last_seen"),
    sa.Index("visitor_sessions_by_clearing", "is_cleared", "ended"),
)
SHOWN = sa.Table(
    "visitor_session_shown",
    _METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("sender_id", sa.String(64), nullable=False),
    sa.Column("kind", sa.String(8), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("answer_id", sa.String(200)),
    sa.Index("visitor_session_shown_by_name", "sender_id", "kind", "name"),
    sa.Index("visitor_session_shown_in_order", "sender_id", "kind", "id"),
)
BUTTON, MESSAGE = "button", "message"


@dataclass(frozen=True)
class SessionRecord:
    """A session as all workers know it.

    Attributes:
        sender_id: the hash of the token.
        lang: the language last asked for.
        opened, last_seen: seconds since 1970.
        is_over: it was idle for too long, made room for others or was deleted.
        is_deleted: its visitor deleted it.
    """

    sender_id: str
    lang: str
    opened: float
    last_seen: float
    is_over: bool
    is_deleted: bool


class SessionRecords:
    """The records. The methods block, for some hundred microseconds; times are seconds since 1970.

    Args:
        engine: the database; missing tables are made.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        with engine.begin() as connection:
            for table in _METADATA.sorted_tables:
                connection.execute(CreateTable(table, if_not_exists=True))
                for index in sorted(table.indexes, key=lambda index: str(index.name)):
                    connection.execute(CreateIndex(index, if_not_exists=True))

    @classmethod
    def in_memory(cls) -> SessionRecords:
        """Records that end with the process, for tests and for tracker stores that are no SQL database."""
        shared = {"check_same_thread": False}
        return cls(sa.create_engine("sqlite://", poolclass=StaticPool, connect_args=shared, hide_parameters=True))

    def open(self, sender_id: str, lang: str, now: float) -> None:
        """Begin a session; one that has a record keeps it."""
        row = {"sender_id": sender_id, "lang": lang, "opened": now, "last_seen": now}
        try:
            with self._engine.begin() as connection:
                connection.execute(SESSIONS.insert().values(**row, is_deleted=False, is_cleared=False))
        except sa.exc.IntegrityError:  # another worker was faster
            return

    def read(self, sender_id: str) -> SessionRecord | None:
        """The record, `None` if there is none."""
        with self._engine.connect() as connection:
            row = connection.execute(SESSIONS.select().where(SESSIONS.c.sender_id == sender_id)).first()
        if row is None:
            return None
        is_over = row.ended is not None
        return SessionRecord(row.sender_id, row.lang, row.opened, row.last_seen, is_over, row.is_deleted)

    def use(self, sender_id: str, now: float, used_after: float) -> bool:
        """Note that the session is used; false if it is over, unknown or was last used before `used_after`."""
        is_running = (SESSIONS.c.ended.is_(None), SESSIONS.c.last_seen > used_after)
        with self._engine.begin() as connection:
            used = SESSIONS.update().where(SESSIONS.c.sender_id == sender_id, *is_running).values(last_seen=now)
            return bool(connection.execute(used).rowcount)

    def count_running(self) -> int:
        """How many sessions are not over."""
        with self._engine.connect() as connection:
            running = sa.select(sa.func.count()).select_from(SESSIONS).where(SESSIONS.c.ended.is_(None))
            return int(connection.execute(running).scalar_one())

    def remember(
        self,
        sender_id: str,
        lang: str,
        buttons: Iterable[str] = (),
        messages: Mapping[str, str | None] | None = None,
        limits: tuple[int, int] = (200, 500),
    ) -> None:
        """What a running session showed; nothing is kept of one that is over.

        Args:
            lang: the language it speaks now.
            buttons: the payloads of the buttons.
            messages: the answer's id, if there is one, by the message's id.
            limits: so many buttons and messages are kept, the last ones.
        """
        with self._engine.begin() as connection:
            running = SESSIONS.update().where(SESSIONS.c.sender_id == sender_id, SESSIONS.c.ended.is_(None))
            if not connection.execute(running.values(lang=lang)).rowcount:
                return
            _show(connection, sender_id, BUTTON, dict.fromkeys(buttons), limits[0])
            _show(connection, sender_id, MESSAGE, messages or {}, limits[1])

    def shown(self, sender_id: str, kind: str, name: str) -> tuple[str | None] | None:
        """The answer's id of a BUTTON or MESSAGE as a tuple of one, `None` if the session did not show it."""
        wanted = (SHOWN.c.sender_id == sender_id, SHOWN.c.kind == kind, SHOWN.c.name == name)
        with self._engine.connect() as connection:
            row = connection.execute(sa.select(SHOWN.c.answer_id).where(*wanted)).first()
        return None if row is None else (row.answer_id,)

    def end(self, sender_id: str, now: float) -> None:
        """The visitor has deleted the session, on whatever worker."""
        with self._engine.begin() as connection:
            # One that was idle before may have left feedback: all is cleared again.
            values = {"ended": now, "is_deleted": True, "is_cleared": False, "lang": ""}
            connection.execute(SESSIONS.update().where(SESSIONS.c.sender_id == sender_id).values(**values))
            connection.execute(SHOWN.delete().where(SHOWN.c.sender_id == sender_id))

    def end_idle(self, used_before: float, now: float) -> None:
        """End the sessions last used before that."""
        with self._engine.begin() as connection:
            idle = (SESSIONS.c.ended.is_(None), SESSIONS.c.last_seen <= used_before)
            connection.execute(SESSIONS.update().where(*idle).values(ended=now))

    def end_beyond(self, limit: int, now: float) -> None:
        """End the longest unused sessions while more than `limit` are running."""
        if (surplus := self.count_running() - limit) <= 0:
            return
        longest_unused = sa.select(SESSIONS.c.sender_id).where(SESSIONS.c.ended.is_(None))
        longest_unused = longest_unused.order_by(SESSIONS.c.last_seen).limit(surplus)
        with self._engine.begin() as connection:
            connection.execute(SESSIONS.update().where(SESSIONS.c.sender_id.in_(longest_unused)).values(ended=now))

    def uncleared(self, limit: int) -> list[SessionRecord]:
        """The sessions that are over and whose conversations are still to be deleted, the first `limit` of them."""
        query = SESSIONS.select().where(SESSIONS.c.is_cleared.is_(False), SESSIONS.c.ended.isnot(None))
        with self._engine.connect() as connection:
            rows: list[Any] = connection.execute(query.order_by(SESSIONS.c.ended).limit(limit)).all()
        return [SessionRecord(r.sender_id, r.lang, r.opened, r.last_seen, True, r.is_deleted) for r in rows]

    def mark_cleared(self, sender_id: str) -> None:
        """The conversation of this session is deleted; nothing of it but the bare record stays."""
        with self._engine.begin() as connection:
            connection.execute(SHOWN.delete().where(SHOWN.c.sender_id == sender_id))
            cleared = SESSIONS.update().where(SESSIONS.c.sender_id == sender_id)
            connection.execute(cleared.values(is_cleared=True, lang=""))

    def forget(self, ended_before: float) -> None:
        """Delete the bare records of the sessions that ended before that."""
        gone = (SESSIONS.c.is_cleared.is_(True), SESSIONS.c.ended <= ended_before)
        with self._engine.begin() as connection:
            connection.execute(SESSIONS.delete().where(*gone))


def _show(connection: Connection, sender_id: str, kind: str, entries: Mapping[str, str | None], limit: int) -> None:
    """Add what was shown as the latest, and forget what is older than the last `limit`."""
    if not entries:
        return
    of_kind = (SHOWN.c.sender_id == sender_id, SHOWN.c.kind == kind)
    connection.execute(SHOWN.delete().where(*of_kind, SHOWN.c.name.in_(list(entries))))
    rows = [{"sender_id": sender_id, "kind": kind, "name": name, "answer_id": id_} for name, id_ in entries.items()]
    connection.execute(SHOWN.insert(), rows)
    last = sa.select(SHOWN.c.id).where(*of_kind).order_by(SHOWN.c.id.desc()).offset(limit).limit(1)
    oldest_gone = connection.execute(last).scalar()
    if oldest_gone is not None:
        connection.execute(SHOWN.delete().where(*of_kind, SHOWN.c.id <= oldest_gone))
