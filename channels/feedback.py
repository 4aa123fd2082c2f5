"""»Hilfreich / nicht hilfreich«: kept in a database of its own until the conversation is deleted or the
retention is over (`storage/retention.yml`).

Kept are the hashed conversation, message and answer id, the judgement, the masked comment and the day (no
time of day: it would tell apart visitors of one day). SQLite for one server, PostgreSQL through the same URL
for several.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, make_url

_METADATA = sa.MetaData()
FEEDBACK = sa.Table(
    "feedback",
    _METADATA,
    sa.Column("conversation", sa.String(64), primary_key=True),
    sa.Column("message_id", sa.String(64), primary_key=True),
    sa.Column("answer_id", sa.String(200), index=True),
    sa.Column("helpful", sa.Boolean, nullable=False),
    sa.Column("comment", sa.Text),
    sa.Column("day", sa.Date, nullable=False, index=True),
)


@dataclass(frozen=True)
class Feedback:
    """A visitor's judgement on one message; `comment` is masked already."""

    conversation: str
    message_id: str
    answer_id: str | None
    helpful: bool
    comment: str | None


class FeedbackStore:
    """The feedback database. Its methods block: call them in a thread.

    Args:
        url: SQLAlchemy URL; the folder of a SQLite file is made if it is missing, and so is the table.
    """

    def __init__(self, url: str) -> None:
        self._engine = _engine(url)
        _METADATA.create_all(self._engine)

    def save(self, feedback: Feedback) -> None:
        """Keep the judgement; a second one on the same message takes the place of the first."""
        row = {**vars(feedback), "day": datetime.date.today()}
        with self._engine.begin() as connection:
            _delete(connection, FEEDBACK.c.conversation == feedback.conversation, feedback.message_id)
            connection.execute(FEEDBACK.insert().values(**row))

    def has(self, conversation: str) -> bool:
        """Whether anything of this conversation is kept."""
        wanted = sa.select(FEEDBACK.c.message_id).where(FEEDBACK.c.conversation == conversation).limit(1)
        with self._engine.connect() as connection:
            return connection.execute(wanted).first() is not None

    def delete(self, conversation: str) -> None:
        """Forget everything of this conversation."""
        with self._engine.begin() as connection:
            _delete(connection, FEEDBACK.c.conversation == conversation)

    def of(self, conversation: str) -> list[dict[str, Any]]:
        """All judgements of this conversation, oldest first, as plain data."""
        wanted = FEEDBACK.select().where(FEEDBACK.c.conversation == conversation).order_by(FEEDBACK.c.day)
        with self._engine.connect() as connection:
            return [dict(row) for row in connection.execute(wanted).mappings()]

    def count_before(self, day: datetime.date) -> int:
        """How many judgements are older than this day."""
        older = sa.select(sa.func.count()).select_from(FEEDBACK).where(FEEDBACK.c.day < day)
        with self._engine.connect() as connection:
            return int(connection.execute(older).scalar_one())

    def delete_before(self, day: datetime.date) -> int:
        """Forget the judgements that are older than this day; returns how many."""
        with self._engine.begin() as connection:
            return int(connection.execute(FEEDBACK.delete().where(FEEDBACK.c.day < day)).rowcount)

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()


def _delete(connection: Connection, condition: sa.sql.ColumnElement, message_id: str | None = None) -> None:
    if message_id is not None:
        condition = sa.and_(condition, FEEDBACK.c.message_id == message_id)
    connection.execute(FEEDBACK.delete().where(condition))


def _engine(url: str) -> Engine:
    """An engine whose errors never show a visitor's words (`hide_parameters`)."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return sa.create_engine(parsed, hide_parameters=True, pool_pre_ping=True, future=True)
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        Path(parsed.database).touch(mode=0o600)  # visitors' words: nobody else's to read
    engine = sa.create_engine(parsed, hide_parameters=True, connect_args={"timeout": 5}, future=True)

    @sa.event.listens_for(engine, "connect")
    def overwrite_deleted(connection, _record) -> None:  # type: ignore[no-untyped-def]
        connection.execute("PRAGMA secure_delete = ON")  # deleted words leave no trace in the file

    return engine
