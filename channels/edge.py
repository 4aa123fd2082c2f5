"""The edge: what every request to the channel passes before a resource sees it, and what every reply gets.

In this order: origin, method, rate of the address, size, content type, JSON. Whatever goes wrong, on either
side, leaves as one error object with a code and a sentence in the visitor's language; no stack trace ever
does.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from sanic.exceptions import PayloadTooLarge, SanicException
from sanic.request import Request
from sanic.response import HTTPResponse

from channels.limits import AddressBook, RateLimit
from channels.refusals import DEFAULT_LANG, LANGS, Lang, Refusal
from channels.responses import add_vary, encode_live, json_response
from channels.settings import VisitorSettings

logger = logging.getLogger(__name__)

ALL_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
PREFLIGHT_SECONDS = 3600


@dataclass
class Call:
    """One request that passed the edge.

    Attributes:
        request: the Sanic request.
        address: key of the address it came from.
        data: the decoded JSON body, `None` if there was none.
        lang: the language to answer in; a resource that knows better sets it.
    """

    request: Request
    address: str
    data: Any = None
    lang: Lang = field(default=DEFAULT_LANG)


Handler = Callable[[Call], Awaitable[HTTPResponse]]


class Edge:
    """The guard of all resources.

    Args:
        settings: origins, sizes, rates.
    """

    def __init__(self, settings: VisitorSettings) -> None:
        self._settings = settings
        self._addresses = AddressBook(settings)
        self._requests = RateLimit(settings.address_requests)

    async def serve(self, request: Request, handlers: dict[str, Handler], is_limited: bool = True) -> HTTPResponse:
        """The response to `request`, whatever happens.

        Args:
            request: a request to one resource.
            handlers: the resource's handler of each method.
            is_limited: whether the request counts towards the rate of its address.
        """
        call = Call(request, self._addresses.key_of(request), lang=_accepted_lang(request))
        try:
            response = await self._pass(call, handlers, is_limited)
        except Refusal as refusal:
            response = _refuse(refusal, call.lang)
        except Exception:
            logger.exception("The visitors' channel failed at %s", request.path)
            response = _refuse(Refusal("unavailable"), call.lang)
        self._finish(request, response)
        return response

    def preflight(self, request: Request) -> HTTPResponse:
        """The answer to a browser that asks whether a page may talk to us."""
        try:
            self._check_origin(request)
            response = HTTPResponse(
                status=204,
                headers={
                    "Access-Control-Allow-Methods": "GET, HEAD, POST, DELETE, OPTIONS",
                    "Access-Control-Allow-Headers": "Authorization, Content-Type",
                    "Access-Control-Max-Age": str(PREFLIGHT_SECONDS),
                },
            )
        except Refusal as refusal:
            response = _refuse(refusal, _accepted_lang(request))
        self._finish(request, response)
        return response

    async def _pass(self, call: Call, handlers: dict[str, Handler], is_limited: bool) -> HTTPResponse:
        self._check_origin(call.request)
        handler = _handler(call.request, handlers)
        if is_limited:
            self._requests.count(call.address)
        call.data = _decode(call.request, await self._body(call.request))
        if isinstance(call.data, dict) and call.data.get("lang") in LANGS:
            call.lang = call.data["lang"]
        return await handler(call)

    def _check_origin(self, request: Request) -> None:
        """Browsers name the page's origin; a program names none and is held by the limits alone.

        Raises:
            Refusal: `origin_not_allowed`.
        """
        origin = request.headers.get("origin")
        if origin is not None and not self._is_allowed(origin.lower(), request):
            raise Refusal("origin_not_allowed")

    def _is_allowed(self, origin: str, request: Request) -> bool:
        allowed = self._settings.allowed_origins
        own = request.headers.get("host", "").lower()
        return allowed == "*" or origin in allowed or (bool(own) and origin in (f"http://{own}", f"https://{own}"))

    async def _body(self, request: Request) -> bytes:
        """The body, read no further than it may be long.

        Raises:
            Refusal: `payload_too_large`, or `invalid_request` if it is not even HTTP.
        """
        if request.stream is None:
            return request.body
        request.stream.request_max_size = self._settings.max_body_bytes
        try:
            await request.receive_body()
        except PayloadTooLarge:
            raise Refusal("payload_too_large") from None
        except SanicException:
            raise Refusal("invalid_request") from None
        return request.body

    def _finish(self, request: Request, response: HTTPResponse) -> None:
        """What belongs on every response: CORS for an allowed page, and compression."""
        origin = request.headers.get("origin")
        if origin is not None and self._is_allowed(origin.lower(), request):
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Access-Control-Expose-Headers"] = "Retry-After"
        add_vary(response, "Origin")
        encode_live(request, response)


def _handler(request: Request, handlers: dict[str, Handler]) -> Handler:
    if not handlers:
        raise Refusal("not_found")
    method = "GET" if request.method == "HEAD" else request.method
    if method not in handlers:
        allowed = [*handlers, *(["HEAD"] if "GET" in handlers else []), "OPTIONS"]
        raise Refusal("method_not_allowed", {"Allow": ", ".join(allowed)})
    return handlers[method]


def _decode(request: Request, body: bytes) -> Any:
    """The JSON value of a body, `None` if there is no body.

    Raises:
        Refusal: `unsupported_media_type`, `invalid_json`.
    """
    if not body:
        return None
    media_type, _, parameters = request.headers.get("content-type", "").lower().partition(";")
    if media_type.strip() != "application/json" or _charset(parameters) not in ("", "utf-8", "utf8"):
        raise Refusal("unsupported_media_type")
    try:
        return json.loads(body.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Refusal("invalid_json") from None


def _charset(parameters: str) -> str:
    name, _, value = parameters.strip().partition("=")
    return value.strip('" ') if name.strip() == "charset" else ""


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _accepted_lang(request: Request) -> Lang:
    """The first of our languages in `Accept-Language`, in the order of its weights."""
    wishes = []
    for index, part in enumerate(request.headers.get("accept-language", "").lower().split(",")[:20]):
        tag, _, weight = part.strip().partition(";q=")
        wishes.append((-_number(weight), index, tag[:2]))
    return next((lang for *_, lang in sorted(wishes) if lang in LANGS), DEFAULT_LANG)  # type: ignore[misc]


def _number(weight: str) -> float:
    try:
        return float(weight or 1)
    except ValueError:
        return 0.0


def _refuse(refusal: Refusal, lang: Lang) -> HTTPResponse:
    logger.debug("Refused: %s", refusal.code)
    response = json_response(refusal.body(lang), refusal.status)
    response.headers.update(refusal.headers)
    response.headers["Content-Language"] = lang
    return response
