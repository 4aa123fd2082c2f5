"""One conversation on request of its visitor: all that is kept of it (GDPR, Art. 15), and its end (Art. 17)."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import Any

from channels.sessions import sender_id_of, token_of
from staff.operation.kept import Kept, open_kept
from staff.project import ROOT
from storage.conversations import ConversationStore
from storage.sqlite import StoreError


class UnknownConversationError(LookupError):
    """Nothing is kept under this name; the message says so."""


def export_conversation(name: str, root: Path = ROOT) -> str:
    """All that is kept of a conversation, as JSON.

    Args:
        name: the visitor's token, or what Rasa calls the conversation.

    Raises:
        UnknownConversationError: nothing is kept of it.
        StoreError: a database cannot be used.
    """
    with open_kept(root) as kept:
        found = _find(kept, name)
        return json.dumps(found, ensure_ascii=False, indent=2, default=str)


def delete_conversation(name: str, root: Path = ROOT) -> dict[str, int]:
    """Delete a conversation everywhere; returns how much of each kind went.

    Its session ends first, as when the visitor deletes it: a running server answers in it no more, and deletes what
    an answer that is just being given still writes.

    Raises:
        UnknownConversationError: nothing is kept of it.
        StoreError: a database cannot be used; or all is deleted, but a file still holds words of it.
    """
    with open_kept(root) as kept:
        found = _find(kept, name)
        sender_id = found["conversation"]
        if kept.sessions:
            kept.sessions.end(sender_id, time.time())
        if kept.feedback:
            kept.feedback.delete(sender_id)
        if kept.conversations:
            asyncio.run(kept.conversations.delete(sender_id))
        if kept.sessions:
            kept.sessions.mark_cleared(sender_id)
        return {"events": len(found["events"]), "feedback": len(found["feedback"])}


def _find(kept: Kept, name: str) -> dict[str, Any]:
    """What is kept under a name or under the hash of a token."""
    names = [name, *([sender_id_of(name)] if token_of(f"Bearer {name}") else [])]
    for sender_id in names:
        found = _all_of(kept, sender_id)
        if found["events"] or found["session"] or found["feedback"]:
            return found
    raise UnknownConversationError("Unter diesem Namen ist kein Gespräch gespeichert. Es ist nichts zu tun.")


def _all_of(kept: Kept, sender_id: str) -> dict[str, Any]:
    record = kept.sessions.read(sender_id) if kept.sessions else None
    if record and record.is_deleted:  # a bare mark that the session is over
        record = None
    return {
        "conversation": sender_id,
        "events": _events(kept.conversations, sender_id) if kept.conversations else [],
        "session": vars(record) if record else None,
        "feedback": kept.feedback.of(sender_id) if kept.feedback else [],
    }


def _events(store: ConversationStore, sender_id: str) -> list[Any]:
    """The stored events as they are; Rasa would need the model's domain to read them."""
    try:
        with store.session_scope() as session:
            rows = session.query(store.SQLEvent.data).filter_by(sender_id=sender_id).order_by(store.SQLEvent.id)
            return [json.loads(data) for (data,) in rows]
    except ValueError:
        raise StoreError(f"Ein Ereignis des Gesprächs »{sender_id}« ist beschädigt.") from None
