"""The resources of the visitors' API; what goes in and out of each stands in `openapi.yaml`."""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from rasa.core.channels.channel import UserMessage
from sanic import Sanic
from sanic.response import HTTPResponse, raw

from channels import conversations
from channels.bodies import FeedbackBody, MessageBody, SessionBody, parse_body
from channels.edge import Call, Handler
from channels.feedback import Feedback, FeedbackStore
from channels.free_text import read_comment, read_message
from channels.health import HealthCheck
from channels.limits import RateLimit
from channels.refusals import Refusal
from channels.replies import VisitorMessage, VisitorOutput, is_command, read_replies
from channels.responses import json_response
from channels.sessions import Session, SessionStore, new_token, sender_id_of, token_of
from channels.settings import VisitorSettings
from storage.sessions import SessionRecords
from storage.sqlite import StoreError

logger = logging.getLogger(__name__)

OnNewMessage = Callable[[UserMessage], Awaitable[Any]]
GREETING = "/greet"
SWEEP_SECONDS = 60.0  # so often conversations that are over are looked for
OPENAPI_FILE = Path(__file__).with_name("openapi.yaml")


class VisitorApi:
    """Sessions, messages, feedback, deletion and health.

    Args:
        settings: the channel's settings.
        on_new_message: hands a message to Rasa and returns when the bot has answered.
        channel_name: what Rasa calls the channel the messages come through.
    """

    def __init__(self, settings: VisitorSettings, on_new_message: OnNewMessage, channel_name: str) -> None:
        self._settings = settings
        self._on_new_message = on_new_message
        self._channel_name = channel_name
        self._sessions: SessionStore | None = None
        self._sweeper: asyncio.Task[None] | None = None
        self._session_messages = RateLimit(settings.session_messages)
        self._address_sessions = RateLimit(settings.address_sessions)
        self._health = HealthCheck()
        self._openapi = OPENAPI_FILE.read_bytes()
        self._feedback: FeedbackStore | None = None

    async def start(self, app: Sanic, _loop: Any) -> None:
        """Open the feedback database; once a worker, so that no connection is shared between processes."""
        self._feedback = await _in_thread(FeedbackStore, self._settings.feedback_url)
        self._sweeper = asyncio.create_task(self._sweep_for_ever(app))

    async def stop(self, _app: Sanic, _loop: Any) -> None:
        """Close the feedback database."""
        if self._sweeper:
            self._sweeper.cancel()
        if self._feedback:
            await _in_thread(self._feedback.close)

    def resources(self) -> dict[str, dict[str, Handler]]:
        """The handlers of each path, by method."""
        return {
            "/sessions": {"POST": self.open_session},
            "/messages": {"POST": self.answer_message},
            "/feedback": {"POST": self.keep_feedback},
            "/conversation": {"DELETE": self.delete_conversation},
            "/health": {"GET": self.show_health},
            "/openapi.yaml": {"GET": self.show_openapi},
        }

    async def open_session(self, call: Call) -> HTTPResponse:
        """A new session with its greeting, which comes from the bot like everything else."""
        self._address_sessions.count(call.address)
        body = parse_body(SessionBody, {} if call.data is None else call.data)
        token = new_token()
        sessions = self._all_sessions(_agent(call))
        session = sessions.open(sender_id_of(token), body.lang or call.lang)
        try:
            messages = await self._ask(call, session, GREETING)
        except Refusal:
            sessions.close(session.sender_id)
            raise
        return json_response({"token": token, "messages": [message.dict() for message in messages]}, 201)

    async def answer_message(self, call: Call) -> HTTPResponse:
        """The bot's answer to a typed text or a pressed button."""
        session = await self._session(call)
        body = parse_body(MessageBody, call.data)
        self._session_messages.count(session.sender_id)
        session.lang = body.lang or session.lang
        if body.payload is not None:
            text = await self._offered(call, session, body.payload)
        else:
            text = read_message(body.message or "", self._settings.max_chars)
        messages = await self._ask(call, session, text)
        return json_response({"messages": [message.dict() for message in messages]})

    async def keep_feedback(self, call: Call) -> HTTPResponse:
        """Keep a judgement on one message of this conversation."""
        session = await self._session(call)
        body = parse_body(FeedbackBody, call.data)
        self._session_messages.count(session.sender_id)
        if not session.has_message(body.message_id):
            raise Refusal("invalid_request")
        feedback = Feedback(
            conversation=session.sender_id,
            message_id=body.message_id,
            answer_id=session.answer_id_of(body.message_id),
            helpful=body.helpful,
            comment=read_comment(body.comment, self._settings.max_chars),
        )
        async with session.turn:  # not after a deletion that is under way
            _still_open(session)
            await _in_thread(self._feedback_store().save, feedback)
        return HTTPResponse(status=204, headers={"Cache-Control": "no-store"})

    async def delete_conversation(self, call: Call) -> HTTPResponse:
        """Delete tracker, feedback and session; also of a conversation that was idle for long.

        The session is closed first: from then on no worker answers in it, and what fails is tried again by the
        sweep.
        """
        session = await self._session(call, even_if_idle=True)
        async with session.turn:
            if session.is_deleted:
                raise Refusal("session_unknown")
            self._all_sessions(_agent(call)).close(session.sender_id)
            await self._clear(_agent(call), session.sender_id, with_feedback=True)
        return HTTPResponse(status=204, headers={"Cache-Control": "no-store"})

    async def show_health(self, call: Call) -> HTTPResponse:
        """Whether model and action server are ready."""
        report = await self._health.report(getattr(call.request.app.ctx, "agent", None))
        return json_response(report, 200 if report["status"] == "ok" else 503)

    async def show_openapi(self, _call: Call) -> HTTPResponse:
        """The contract."""
        return raw(self._openapi, headers={"Cache-Control": "public, max-age=300"}, content_type="application/yaml")

    async def _session(self, call: Call, even_if_idle: bool = False) -> Session:
        """The session of the request's token.

        Raises:
            Refusal: `session_unknown`.
        """
        token = token_of(call.request.headers.get("authorization"))
        if token is None:
            raise Refusal("session_unknown")
        sender_id = sender_id_of(token)
        sessions = self._all_sessions(_agent(call))
        find = sessions.find_undeleted if even_if_idle else sessions.find
        session = find(sender_id) or await self._resume(call, sender_id, even_if_idle)
        if not isinstance(call.data, dict) or "lang" not in call.data:
            call.lang = session.lang
        return session

    async def _resume(self, call: Call, sender_id: str, even_if_idle: bool) -> Session:
        """A session without a record: from the conversation that Rasa stored (its store may be no SQL database,
        whose records end with the process), or only to delete the feedback that outlasts an idle conversation.

        Raises:
            Refusal: `session_unknown`.
        """
        sessions = self._all_sessions(_agent(call))
        if sessions.is_known(sender_id):  # and over: what is left of its conversation is about to be deleted
            raise Refusal("session_unknown")
        recalled = await conversations.recall(_agent(call), sender_id)
        if recalled is None:
            if even_if_idle and await _in_thread(self._feedback_store().has, sender_id):
                return sessions.open(sender_id, call.lang)
            raise Refusal("session_unknown")
        if recalled.idle_seconds > self._settings.session_idle_minutes * 60 and not even_if_idle:
            raise Refusal("session_unknown")
        session = sessions.open(sender_id, recalled.lang)
        session.remember((payload for payload in recalled.payloads if not is_command(payload)), {})
        return session

    def _all_sessions(self, agent: Any) -> SessionStore:
        """The sessions, whose records are beside the conversations that the agent keeps."""
        if self._sessions is None:
            engine = conversations.database(agent)
            records = SessionRecords(engine) if engine is not None else SessionRecords.in_memory()
            idle_seconds = self._settings.session_idle_minutes * 60
            self._sessions = SessionStore(idle_seconds, self._settings.max_sessions, records)
        return self._sessions

    async def _sweep_for_ever(self, app: Sanic) -> None:
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            try:
                if agent := getattr(app.ctx, "agent", None):
                    await self.sweep(agent)
            except Exception:  # whatever it is: the next sweep may succeed
                logger.exception("Beendete Gespräche ließen sich nicht löschen; in einer Minute der nächste Versuch")

    async def sweep(self, agent: Any) -> None:
        """Delete the conversations of sessions that are over; feedback stays unless the visitor deleted it.

        Raises:
            StoreError: the database cannot do it now.
            Exception: the first of those that single conversations met; the others at hand are deleted.
        """
        errors: list[Exception] = []
        while not errors and (overdue := self._all_sessions(agent).end_overdue()):
            for over in overdue:
                try:
                    await self._clear(agent, over.sender_id, with_feedback=over.is_deleted)
                except StoreError:  # the database as a whole: each of the others would wait as long
                    raise
                except Exception as error:
                    errors.append(error)
        if errors:
            raise errors[0]

    async def _clear(self, agent: Any, sender_id: str, with_feedback: bool) -> None:
        """Delete what is kept of a session that is over."""
        await conversations.delete(agent, sender_id)
        if with_feedback:
            await _in_thread(self._feedback_store().delete, sender_id)
        self._session_messages.forget(sender_id)
        self._all_sessions(agent).mark_cleared(sender_id)

    async def _offered(self, call: Call, session: Session, payload: str) -> str:
        """`payload`, if the bot offered it here; another worker may have, so Rasa is asked too.

        Raises:
            Refusal: `payload_not_offered`.
        """
        if is_command(payload):
            raise Refusal("payload_not_offered")
        if not session.was_offered(payload):
            recalled = await conversations.recall(_agent(call), session.sender_id)
            if recalled is None or payload not in recalled.payloads:
                raise Refusal("payload_not_offered")
        return payload

    async def _ask(self, call: Call, session: Session, text: str) -> list[VisitorMessage]:
        """What the bot answers to `text`, which is safe to hand on.

        Raises:
            Refusal: `session_unknown` if the conversation was deleted meanwhile; `unavailable` if the bot
            says
                nothing. It has nothing to say only when something is broken: Rasa logs that the action server
                is down or an action failed, and goes on without a message.
        """
        output = VisitorOutput()
        metadata = {"lang": session.lang}
        message = UserMessage(text, output, session.sender_id, input_channel=self._channel_name, metadata=metadata)
        async with session.turn:
            _still_open(session)
            try:
                await asyncio.wait_for(self._on_new_message(message), self._settings.answer_timeout_seconds)
            except TimeoutError:
                logger.error("The bot gave no answer within %s s", self._settings.answer_timeout_seconds)
            finally:
                is_over = not session.is_open
                if is_over:  # on another worker: the bot has just written in it again
                    await conversations.delete(_agent(call), session.sender_id)
            if is_over:
                raise Refusal("session_unknown")
            messages = read_replies(output.messages, session.lang)
            self._remember(session, messages)
        if not messages:
            raise Refusal("unavailable")
        return messages

    def _remember(self, session: Session, messages: list[VisitorMessage]) -> None:
        payloads = [button.payload for message in messages for button in message.buttons]
        session.remember(payloads, {message.id: message.answer_id for message in messages})

    def _feedback_store(self) -> FeedbackStore:
        if self._feedback is None:
            raise Refusal("unavailable")
        return self._feedback


def _still_open(session: Session) -> None:
    if not session.is_open:
        raise Refusal("session_unknown")


def _agent(call: Call) -> Any:
    """Rasa's agent, which the server sets when it starts."""
    agent = getattr(call.request.app.ctx, "agent", None)
    if agent is None:
        raise Refusal("unavailable")
    return agent


async def _in_thread(function: Callable[..., Any], *arguments: Any) -> Any:
    return await asyncio.get_running_loop().run_in_executor(None, functools.partial(function, *arguments))
