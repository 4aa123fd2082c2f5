"""Who is speaking: tokens, and what one running conversation needs to be remembered for.

A token is 128 random bits and known to the visitor's browser alone. Everything on this side (the tracker, the
feedback, the records, the log) knows the conversation by a hash of it, from which the token cannot be computed.

What is to be remembered stands in the records (`storage.sessions`), which outlast a restart and are shared by all
workers. In memory is only a session whose request is being answered.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import cast
from weakref import WeakValueDictionary

from channels.refusals import DEFAULT_LANG, LANGS, Lang
from storage.sessions import BUTTON, MESSAGE, SessionRecord, SessionRecords

MAX_OFFERED_PAYLOADS = 200
MAX_REMEMBERED_MESSAGES = 500
# So many conversations are deleted at a time, so that visitors do not wait for it.
CLEARED_AT_ONCE = 100
SENDER_PREFIX = "visitor-"
_TOKEN = re.compile(r"[0-9a-f]{32}")


def new_token() -> str:
    """A fresh token: 128 random bits as 32 hexadecimal characters."""
    return secrets.token_hex(16)


def sender_id_of(token: str) -> str:
    """The name under which Rasa and the feedback know the conversation of `token`."""
    return SENDER_PREFIX + hashlib.sha256(b"bowe visitor\0" + token.encode()).hexdigest()[:40]


def token_of(authorization: str | None) -> str | None:
    """The token of an `Authorization: Bearer …` header, `None` if there is no well-formed one."""
    scheme, _, token = (authorization or "").partition(" ")
    token = token.strip()
    return token if scheme.lower() == "bearer" and _TOKEN.fullmatch(token) else None


@dataclass(eq=False)
class Session:
    """One running conversation.

    Attributes:
        sender_id: what Rasa calls it.
        records: where it is remembered.
        lang: the language last asked for.
        turn: held while the bot answers, so that messages are answered in the order they came.
    """

    sender_id: str
    records: SessionRecords
    lang: Lang = DEFAULT_LANG
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def is_open(self) -> bool:
        """False once the conversation is deleted or over, on whatever worker."""
        record = self.records.read(self.sender_id)
        return record is not None and not record.is_over

    @property
    def is_deleted(self) -> bool:
        """Whether the visitor deleted it, on whatever worker."""
        record = self.records.read(self.sender_id)
        return record is None or record.is_deleted

    def remember(self, payloads: Iterable[str], messages: Mapping[str, str | None]) -> None:
        """From now on these buttons may be pressed and these messages judged; the oldest are forgotten.

        Args:
            payloads: those of the buttons.
            messages: the curated answer each message showed, if it showed one, by the message's id.
        """
        limits = (MAX_OFFERED_PAYLOADS, MAX_REMEMBERED_MESSAGES)
        self.records.remember(self.sender_id, self.lang, payloads, messages, limits)

    def was_offered(self, payload: str) -> bool:
        """Whether the bot showed a button with this payload."""
        return self.records.shown(self.sender_id, BUTTON, payload) is not None

    def has_message(self, message_id: str) -> bool:
        """Whether the message was sent in this conversation."""
        return self.records.shown(self.sender_id, MESSAGE, message_id) is not None

    def answer_id_of(self, message_id: str) -> str | None:
        """The curated answer the message showed."""
        return (self.records.shown(self.sender_id, MESSAGE, message_id) or (None,))[0]


class SessionStore:
    """The sessions of all workers that share the records.

    Args:
        idle_seconds: after so long without use a session is over.
        max_sessions: beyond it the longest idle one is over.
        records: where they are remembered; in memory if left out.
    """

    def __init__(self, idle_seconds: float, max_sessions: int, records: SessionRecords | None = None) -> None:
        self._idle_seconds = idle_seconds
        self._max_sessions = max_sessions
        self._records = records or SessionRecords.in_memory()
        # The requests of one conversation share a session, and so its lock; with the last of them it goes.
        self._in_use: WeakValueDictionary[str, Session] = WeakValueDictionary()

    def open(self, sender_id: str, lang: Lang) -> Session:
        """The session of this conversation, a new one unless it is there already."""
        now = time.time()
        self._records.open(sender_id, lang, now)
        self._records.end_beyond(self._max_sessions, now)
        return self._session(sender_id, lang)

    def find(self, sender_id: str) -> Session | None:
        """The session, now used again; `None` if there is none or it is over."""
        now = time.time()
        if not self._records.use(sender_id, now, used_after=now - self._idle_seconds):
            return None
        return self._recorded(self._records.read(sender_id))

    def find_undeleted(self, sender_id: str) -> Session | None:
        """The session, also one that is over, unless its visitor deleted it."""
        record = self._records.read(sender_id)
        return None if record and record.is_deleted else self._recorded(record)

    def is_known(self, sender_id: str) -> bool:
        """Whether there is such a session or was until lately."""
        return self._records.read(sender_id) is not None

    def close(self, sender_id: str) -> None:
        """The visitor deletes the session; messages that still wait for their turn find it closed."""
        self._records.end(sender_id, time.time())

    def end_overdue(self) -> list[SessionRecord]:
        """End idle sessions; returns those that are over and whose conversations are still to be deleted, not all
        at once. Forgets what is over for as long as a session may be idle."""
        now = time.time()
        self._records.end_idle(now - self._idle_seconds, now)
        self._records.forget(now - self._idle_seconds)
        return self._records.uncleared(CLEARED_AT_ONCE)

    def mark_cleared(self, sender_id: str) -> None:
        """The conversation of this session is deleted."""
        self._records.mark_cleared(sender_id)

    def __len__(self) -> int:
        return self._records.count_running()

    def _recorded(self, record: SessionRecord | None) -> Session | None:
        if record is None:
            return None
        return self._session(record.sender_id, cast(Lang, record.lang) if record.lang in LANGS else DEFAULT_LANG)

    def _session(self, sender_id: str, lang: Lang) -> Session:
        session = self._in_use.get(sender_id)
        if session is None:
            session = self._in_use[sender_id] = Session(sender_id, self._records, lang)
        return session
