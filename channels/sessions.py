"""Who is speaking: tokens, and what one running conversation needs to be remembered for.

A token is 128 random bits and known to the visitor's browser alone. Everything on this side (the tracker, the
feedback, the log) knows the conversation by a hash of it, from which the token cannot be computed.

Sessions live in the memory of this process. A session that is not there – the server was restarted, or
another worker began it – is resumed from the conversation that Rasa stored under the same hash
(`conversations`).
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
import time
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field

from channels.refusals import DEFAULT_LANG, Lang

MAX_OFFERED_PAYLOADS = 200
MAX_REMEMBERED_MESSAGES = 500
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


@dataclass
class Session:
    """One running conversation.

    Attributes:
        sender_id: what Rasa calls it.
        lang: the language last asked for.
        last_used: seconds of the monotonic clock.
        is_open: false once the visitor has deleted the conversation.
        turn: held while the bot answers, so that messages are answered in the order they came.
    """

    sender_id: str
    lang: Lang = DEFAULT_LANG
    last_used: float = 0.0
    is_open: bool = True
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _offered: OrderedDict[str, None] = field(default_factory=OrderedDict)
    _answers: OrderedDict[str, str | None] = field(default_factory=OrderedDict)

    def offer(self, payloads: Iterable[str]) -> None:
        """From now on these buttons may be pressed; the oldest offers are forgotten."""
        _remember(self._offered, dict.fromkeys(payloads), MAX_OFFERED_PAYLOADS)

    def was_offered(self, payload: str) -> bool:
        """Whether the bot showed a button with this payload."""
        return payload in self._offered

    def remember_message(self, message_id: str, answer_id: str | None) -> None:
        """The visitor may judge this message; the oldest are forgotten."""
        _remember(self._answers, {message_id: answer_id}, MAX_REMEMBERED_MESSAGES)

    def has_message(self, message_id: str) -> bool:
        """Whether the message was sent in this conversation."""
        return message_id in self._answers

    def answer_id_of(self, message_id: str) -> str | None:
        """The curated answer the message showed."""
        return self._answers.get(message_id)


def _remember(memory: OrderedDict, entries: dict, limit: int) -> None:
    for key, value in entries.items():
        memory[key] = value
        memory.move_to_end(key)
    while len(memory) > limit:
        memory.popitem(last=False)


class SessionStore:
    """The sessions of this process, the longest idle one first.

    Args:
        idle_seconds: after so long without use a session is forgotten.
        max_sessions: beyond it the longest idle one is dropped.
    """

    def __init__(self, idle_seconds: float, max_sessions: int) -> None:
        self._idle_seconds = idle_seconds
        self._max_sessions = max_sessions
        self._sessions: OrderedDict[str, Session] = OrderedDict()

    def open(self, sender_id: str, lang: Lang) -> Session:
        """The session of this conversation, a new one unless it is there already."""
        if not (session := self.find(sender_id)):
            session = self._sessions[sender_id] = Session(sender_id, lang, time.monotonic())
            self._make_room()
        return session

    def find(self, sender_id: str) -> Session | None:
        """The session, now used again; `None` if there is none or it was idle for too long."""
        self._drop_idle()
        if session := self._sessions.get(sender_id):
            session.last_used = time.monotonic()
            self._sessions.move_to_end(sender_id)
        return session

    def close(self, sender_id: str) -> None:
        """The session is over; messages that still wait for their turn find it closed."""
        if session := self._sessions.pop(sender_id, None):
            session.is_open = False

    def __len__(self) -> int:
        return len(self._sessions)

    def _drop_idle(self) -> None:
        oldest_allowed = time.monotonic() - self._idle_seconds
        while self._sessions:
            sender_id, session = next(iter(self._sessions.items()))
            if session.last_used > oldest_allowed:
                return
            self.close(sender_id)

    def _make_room(self) -> None:
        while len(self._sessions) > self._max_sessions:
            self.close(next(iter(self._sessions)))
