"""Rasa's raw REST channel for local use and tests, made honest at its edges.

`POST /webhooks/rest/webhook` with `{"sender": …, "message": …}` as everyone knows it; broken JSON and wrong
types get a clear 4xx, and where the action server does not answer the visitor is told so instead of silence.

It knows no tokens, limits and masking, so it answers this machine alone: a request from another address is refused,
and so is one that a proxy on this machine has passed on.
"""

from __future__ import annotations

import inspect
import ipaddress
import logging
from collections.abc import Awaitable, Callable, Container
from typing import Any

from pydantic import BaseModel, Extra, StrictStr, ValidationError, constr
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.channels.rest import RestInput
from sanic import Blueprint
from sanic.exceptions import InvalidUsage
from sanic.request import Request
from sanic.response import HTTPResponse, json

from answers.live import live_content

MAX_MESSAGE_CHARS = 20_000
# Holds the longest message however it is written, and bounds the metadata, which goes into the tracker.
MAX_BODY_BYTES = 256 * 1024
# A proxy adds at least one of these; a program on this machine has no reason to.
FORWARDING_HEADERS = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via")
logger = logging.getLogger(__name__)


class RestMessage(BaseModel):
    """The body of a request."""

    sender: constr(strict=True, min_length=1, max_length=255) = "default"  # type: ignore[valid-type]
    message: StrictStr
    metadata: dict[str, Any] | None = None

    class Config:
        extra = Extra.ignore


class LocalRestInput(RestInput):
    """The channel »rest« with checked input and no silence.

    Args:
        enabled: whether it answers at all.
        local_only: whether it answers this machine alone.
    """

    def __init__(self, enabled: bool = True, local_only: bool = True) -> None:
        self._enabled = enabled
        self._local_only = local_only
        self._unavailable = live_content().store.phrase("unavailable", "de")

    @classmethod
    def name(cls) -> str:
        """The channel's name, part of its address."""
        return "rest"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> LocalRestInput:
        """`enabled: false` in `credentials.yml` turns the channel off, `local_only: false` opens it to everybody."""
        return cls(**(credentials or {}))

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[None]]) -> Blueprint:
        """The routes of the channel."""
        blueprint = Blueprint("rest_webhook", inspect.getmodule(self).__name__)  # type: ignore[union-attr]

        @blueprint.get("/")
        async def health(request: Request) -> HTTPResponse:
            return self._closed_to(request) or json({"status": "ok"})

        @blueprint.post("/webhook")
        async def receive(request: Request) -> HTTPResponse:
            if not self._enabled:
                return _refusal(404, "rest_disabled", "Dieser Zugang ist abgeschaltet.")
            if refusal := self._closed_to(request):
                return refusal
            if len(request.body) > MAX_BODY_BYTES:
                return _refusal(413, "payload_too_large", f"Die Anfrage ist größer als {MAX_BODY_BYTES} Bytes.")
            try:
                # pydantic would take a list of pairs for an object
                body = RestMessage.parse_obj(request.json if isinstance(request.json, dict) else None)
            except InvalidUsage:
                return _refusal(400, "invalid_json", "Die Anfrage ist kein gültiges JSON.")
            except ValidationError as error:
                return _refusal(400, "invalid_request", _complaint(error))
            if len(body.message) > MAX_MESSAGE_CHARS:
                return _refusal(413, "message_too_long", f"Die Nachricht ist länger als {MAX_MESSAGE_CHARS} Zeichen.")
            return json(await self._answers(body, on_new_message))

        return blueprint

    def _closed_to(self, request: Request) -> HTTPResponse | None:
        """The refusal of a request that does not come from this machine."""
        if not self._local_only or is_from_this_machine(request.ip, request.headers):
            return None
        return _refusal(403, "rest_local_only", "Dieser Zugang antwortet nur dem eigenen Rechner.")

    async def _answers(
        self, body: RestMessage, on_new_message: Callable[[UserMessage], Awaitable[None]]
    ) -> list[dict[str, Any]]:
        collector = CollectingOutputChannel()
        text, sender = _whole(body.message), _whole(body.sender)
        message = UserMessage(text, collector, sender, input_channel=self.name(), metadata=body.metadata)
        try:
            await on_new_message(message)
        except Exception:  # whatever failed behind the channel, the visitor gets an answer
            logger.exception("A message could not be answered.")
        if collector.messages:
            return collector.messages
        fallback: dict[str, Any] = {
            "kind": "fallback",
            "answer_id": None,
            "topic": None,
            "lang": "de",
            "as_of": None,
            "sources": [],
            "entity": None,
        }
        return [
            {"recipient_id": sender, "text": self._unavailable},
            {"recipient_id": sender, "custom": {**fallback, "text": self._unavailable}},
        ]


def is_from_this_machine(peer: str | None, headers: Container[str]) -> bool:
    """Whether the other end of the connection is this machine, and passes nothing on for another.

    Args:
        peer: the IP address of the other end; there is none on a Unix socket, behind which only a proxy stands.
        headers: the names of the request's headers, in any case.
    """
    try:
        ip = ipaddress.ip_address((peer or "").partition("%")[0])
    except ValueError:
        return False
    is_loopback = (getattr(ip, "ipv4_mapped", None) or ip).is_loopback
    return is_loopback and not any(name in headers for name in FORWARDING_HEADERS)


def _whole(text: str) -> str:
    """The text without halves of characters (lone surrogates), which no tokenizer and no encoder takes."""
    return text.encode("utf-8", "replace").decode()


def _complaint(error: ValidationError) -> str:
    fields = sorted({str(problem["loc"][0]) for problem in error.errors()})
    if "__root__" in fields:
        return "Erwartet wird ein JSON-Objekt mit den Feldern sender und message."
    return f"Diese Felder fehlen oder haben nicht die erwartete Form: {', '.join(fields)}."


def _refusal(status: int, code: str, message: str) -> HTTPResponse:
    return json({"error": {"code": code, "message": message}}, status=status)
