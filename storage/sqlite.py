"""SQLite as this room uses it: write-ahead log, deleted words overwritten, and a damaged file named at the start."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from rasa.shared.exceptions import RasaException
from sqlalchemy.engine import Engine
from sqlalchemy.pool import QueuePool

BUSY_SECONDS = 5.0  # so long one worker waits for another


class StoreError(RasaException):
    """The database cannot be used; the message names it and the mend, and is meant for the operator."""


class _OneLine(logging.Filter):
    """Sanic logs a stack trace of whatever ends the start; an operator's mistake is one line instead."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, that of a StoreError as its message alone."""
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, StoreError):
            record.msg, record.args, record.exc_info = str(error), (), None
        return True


logging.getLogger("sanic.error").addFilter(_OneLine())


def open_database(file: Path) -> Engine:
    """The database in this file, which is made with its folder if it is missing.

    Connections are kept open: with the last one SQLite would write the whole log back, that is at each turn.

    Raises:
        StoreError: the file cannot be written, is no SQLite database or is damaged.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)  # the log and its index get the same rights from SQLite
    except OSError as error:
        raise StoreError(f"{file}: Die Gespräche lassen sich hier nicht speichern ({error.strerror}).") from None
    engine = sa.create_engine(
        f"sqlite:///{file}",
        poolclass=QueuePool,
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
        hide_parameters=True,  # no visitor's words in error messages
    )
    sa.event.listen(engine, "connect", _set_up)
    try:
        _require_sound(engine)
    except sa.exc.DatabaseError as error:
        engine.dispose()
        raise StoreError(
            f"{file}: Die Gespräche lassen sich nicht öffnen ({error.orig}). Rechte und freien Platz prüfen; "
            "eine beschädigte Datei umbenennen, dann wird eine neue angelegt."
        ) from None
    return engine


def _require_sound(engine: Engine) -> None:
    """Raises DatabaseError unless every page is in order and the file can be written."""
    with engine.begin() as connection:
        report = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
        if report != "ok":
            raise sa.exc.DatabaseError("PRAGMA quick_check", None, ValueError("beschädigt"))
        connection.exec_driver_sql("PRAGMA user_version = 1")


def _set_up(connection: Any, _record: Any) -> None:
    # The wait comes first: switching to WAL needs the file for itself.
    connection.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA secure_delete = ON")


def overwrite_deleted(engine: Engine) -> None:
    """Write the log back and empty it, so that no file holds what was deleted. Blocks for up to BUSY_SECONDS.

    Raises:
        StoreError: somebody reads the file all the while; it can be tried again.
    """
    with engine.connect() as connection:
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")
        is_busy, _, _ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
    if is_busy:
        raise StoreError(
            f"{engine.url.database}: Gelöschtes ist noch nicht überschrieben, "
            "weil ein anderes Programm die Datei liest."
        )
