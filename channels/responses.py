"""What every response carries: security headers, compression, validators for caches."""

from __future__ import annotations

import functools
import gzip
import hashlib
import json
from dataclasses import dataclass
from typing import Any, Literal

import brotli
from sanic.request import Request
from sanic.response import BaseHTTPResponse, HTTPResponse, raw

Encoding = Literal["br", "gzip"]
# Below this a compressed body is hardly smaller than its headers.
MIN_COMPRESSED_BYTES = 600
# Quality a request pays for, and quality that is paid once a file.
LIVE_QUALITY, FILE_QUALITY = 4, 11

API_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
# The demo page lives by what the widget promises: no inline script or style, nothing from elsewhere.
SITE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
SECURITY_HEADERS = {
    "Content-Security-Policy": API_POLICY,
    "Permissions-Policy": "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "
    "magnetometer=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


async def harden(_request: Request, response: BaseHTTPResponse) -> HTTPResponse | None:
    """Response middleware: every response of the server gets the security headers it does not set itself."""
    if response is not None:
        for name, value in SECURITY_HEADERS.items():
            response.headers.setdefault(name, value)
    return None


def accepted_encoding(accept_encoding: str) -> Encoding | None:
    """The better of Brotli and gzip that the client takes (RFC 9110, 12.5.3), `None` for neither."""
    weights: dict[str, float] = {}
    for part in accept_encoding.lower().split(","):
        name, _, parameter = part.partition(";")
        weights[name.strip()] = _weight(parameter)
    anything = weights.get("*", 0.0)
    offers: list[tuple[float, int, Encoding]] = [
        (weights.get("br", anything), 1, "br"),
        (max(weights.get("gzip", anything), weights.get("x-gzip", 0.0)), 0, "gzip"),
    ]
    weight, _, best = max(offers)
    return best if weight > 0 else None


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def compress(body: bytes, encoding: Encoding, quality: int) -> bytes:
    """`body`, encoded; `quality` runs from 0 (fast) to 11 (small)."""
    if encoding == "br":
        return brotli.compress(body, quality=quality)
    return gzip.compress(body, compresslevel=min(quality, 9), mtime=0)


def json_response(data: Any, status: int = 200) -> HTTPResponse:
    """A JSON response in UTF-8, not to be kept by any cache, and a download for who opens its address in a browser."""
    body = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
    headers = {"Cache-Control": "no-store", "Content-Disposition": 'attachment; filename="api.json"'}
    return raw(body, status, headers, "application/json")


def encode_live(request: Request, response: HTTPResponse) -> None:
    """Compress a body made for this request, if that pays and the client takes it."""
    add_vary(response, "Accept-Encoding")
    encoding = accepted_encoding(request.headers.get("accept-encoding", ""))
    body = response.body or b""
    if encoding and len(body) >= MIN_COMPRESSED_BYTES:
        response.body = compress(body, encoding, LIVE_QUALITY)
        response.headers["Content-Encoding"] = encoding


def add_vary(response: HTTPResponse, name: str) -> None:
    """Tell caches that the response depends on this request header."""
    known = response.headers.get("Vary")
    response.headers["Vary"] = f"{known}, {name}" if known else name


@dataclass(frozen=True)
class StaticFile:
    """A file as it is served.

    Attributes:
        body: its content.
        media_type: its content type.
        digest: twelve characters of its SHA-256; part of the widget's versioned name and of the validator.
    """

    body: bytes
    media_type: str

    @functools.cached_property
    def digest(self) -> str:
        """What names this content."""
        return hashlib.sha256(self.body).hexdigest()[:12]

    @functools.cached_property
    def _encoded(self) -> dict[Encoding, bytes]:
        small = len(self.body) < MIN_COMPRESSED_BYTES or not _is_text(self.media_type)
        return {} if small else {e: compress(self.body, e, FILE_QUALITY) for e in ("br", "gzip")}

    def respond(self, request: Request, cache_control: str, headers: dict[str, str]) -> HTTPResponse:
        """The file in the encoding the client likes best, or 304 if it has it already."""
        encoding = accepted_encoding(request.headers.get("accept-encoding", ""))
        body = self._encoded.get(encoding, self.body) if encoding else self.body
        is_encoded = body is not self.body
        etag = f'"{self.digest}-{encoding}"' if is_encoded else f'"{self.digest}"'
        headers = {"Cache-Control": cache_control, "ETag": etag, "Vary": "Accept-Encoding", **headers}
        if _has_current(request, etag):
            return HTTPResponse(status=304, headers=headers)
        if is_encoded and encoding:
            headers["Content-Encoding"] = encoding
        return raw(body, 200, headers, self.media_type)


def _is_text(media_type: str) -> bool:
    return media_type.startswith("text/") or any(kind in media_type for kind in ("json", "svg", "javascript"))


def _has_current(request: Request, etag: str) -> bool:
    known = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    return etag in known or known == ["*"]
