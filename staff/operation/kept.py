"""The databases in which something of visitors is kept, as `endpoints.yml` and `credentials.yml` name them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import rasa.shared.utils.io
from rasa.shared.exceptions import RasaException
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from channels.feedback import FeedbackStore
from channels.settings import read_settings
from staff.project import ROOT
from storage.conversations import ConversationStore, sqlite_file
from storage.sessions import SessionRecords
from storage.sqlite import StoreError

OUR_STORE = "storage.conversations.ConversationStore"
VISITOR_CHANNEL = "channels.visitor.VisitorChannel"


@dataclass(frozen=True)
class Kept:
    """What is kept; a part is `None` if nothing has been kept there yet.

    Attributes:
        conversations: Rasa's events.
        sessions: the records beside them.
        feedback: the judgements.
    """

    conversations: ConversationStore | None
    sessions: SessionRecords | None
    feedback: FeedbackStore | None


def read_settings_file(file: Path) -> dict[str, Any]:
    """A settings file with its environment variables filled in, as Rasa reads it; empty if there is none.

    Raises:
        StoreError: the file is no YAML, or a variable is missing.
    """
    if not file.exists():
        return {}
    try:
        return dict(rasa.shared.utils.io.read_config_file(file) or {})
    except (RasaException, ValueError) as error:
        raise StoreError(f"{file.name} lässt sich nicht lesen: {error}") from None


@contextmanager
def open_kept(root: Path = ROOT) -> Iterator[Kept]:
    """The databases while the block runs; none is made that is not there.

    Raises:
        StoreError: the tracker store is no SQL database, or a database cannot be used.
    """
    conversations = _conversations(read_settings_file(root / "endpoints.yml").get("tracker_store"), root)
    feedback = _feedback(read_settings_file(root / "credentials.yml").get(VISITOR_CHANNEL), root)
    try:
        yield Kept(conversations, SessionRecords(conversations.engine) if conversations else None, feedback)
    finally:
        if conversations:
            conversations.engine.dispose()
        if feedback:
            feedback.close()


def _conversations(settings: dict[str, Any] | None, root: Path) -> ConversationStore | None:
    if not settings:  # Rasa keeps them in memory, where they end with the server
        return None
    values = dict(settings)
    if (kind := values.pop("type", None)) not in (OUR_STORE, "SQL", "sql"):
        raise StoreError(
            f"endpoints.yml, tracker_store: »{kind}« ist keine SQL-Datenbank; dort löscht dieser Befehl nichts. "
            f"Mit »type: {OUR_STORE}« geht es."
        )
    host = values.pop("url", None)
    file = sqlite_file(values.get("dialect", "sqlite"), host, values.get("db", "var/conversations.db"), root)
    if file is None:
        return ConversationStore(host=host, **values)
    return ConversationStore(db=str(file)) if file.exists() else None


def _feedback(settings: dict[str, Any] | None, root: Path) -> FeedbackStore | None:
    try:
        url = make_url(read_settings(settings).feedback_url)
    except ArgumentError:  # its message shows the address, perhaps with a password
        raise StoreError("credentials.yml, feedback_url: Das ist keine Adresse einer Datenbank.") from None
    if url.get_backend_name() == "sqlite" and url.database:
        file = root / url.database
        return FeedbackStore(f"sqlite:///{file}") if file.exists() else None
    return FeedbackStore(url.render_as_string(hide_password=False))
