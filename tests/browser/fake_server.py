"""A stand-in for the assistant's server: the HTTP contract with scripted answers, and pages with the widget."""

# ruff: noqa: E501 (markup, scripts and sentences are left in one piece)
from __future__ import annotations

import contextlib
import itertools
import json
import secrets
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

WIDGET = Path(__file__).parents[2] / "widget"
PREFIX = "/webhooks/visitor"
PROXIED = "/chat"
MEDIA_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
SITE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)

STUDENTS = "Wie viele Studierende hat Bochum?"
UNIVERSITIES = "Welche Hochschulen gibt es in Bochum?"
_source_strategy = {
    "title": "Bochum Strategie 2030 (Bochum Wirtschaftsentwicklung)",
    "url": "https://www.bochum-wirtschaft.de/standort-bochum/bochum-strategie-2030/",
}


def message(text: str, kind: str = "answer", **fields: Any) -> dict[str, Any]:
    """A message of the contract; every one has an id of its own."""
    base = {"lang": "de", "answer_id": None, "topic": None, "as_of": None, "sources": [], "buttons": []}
    return {"id": secrets.token_hex(12), "kind": kind, "text": text, **base, **fields}


def buttons(*titles: str) -> list[dict[str, str]]:
    """Quick replies."""
    return [{"title": title, "payload": f'/antwort{{"id": "{title}"}}'} for title in titles]


GREETING = {
    "de": message(
        "Guten Tag, wie können wir Ihnen helfen?\n\nSie schreiben mit einem automatisierten Assistenten, nicht mit "
        "einem Menschen. Ich kenne drei Themen: die Bochum Strategie 2030, die Hochschulen und den Standort Bochum.",
        "smalltalk",
        buttons=buttons("Bochum Strategie 2030", "Hochschulen", "Standort"),
    ),
    "en": message(
        "Hello, how can we help you?\n\nYou are writing to an automated assistant, not to a human.",
        "smalltalk",
        lang="en",
        buttons=buttons("Bochum Strategy 2030", "Universities", "Business location"),
    ),
}
ANSWERS: dict[str, list[dict[str, Any]]] = {
    STUDENTS: [
        message(
            "Rund 60.000 Studierende zählt Bochum, alle Hochschulen zusammengenommen.",
            answer_id="hochschulen/studierende-gesamt",
            topic="hochschulen",
            as_of="ohne Datum",
            sources=[_source_strategy],
            buttons=buttons(UNIVERSITIES, "Welche ist die größte Hochschule?"),
        )
    ],
    UNIVERSITIES: [
        message(
            "In Bochum gibt es mehrere Hochschulen, darunter:\n• Ruhr-Universität Bochum\n• Hochschule Bochum\n"
            "• Technische Hochschule Georg Agricola\n\nFragen Sie gern nach einer einzelnen Hochschule.",
            answer_id="hochschulen/liste",
            topic="hochschulen",
            as_of="Oktober 2020",
            sources=[
                _source_strategy,
                {"title": "Stadt Bochum: Hochschulen", "url": "https://www.bochum.de/"},
            ],
            buttons=buttons("Seit wann gibt es die Ruhr-Universität?", STUDENTS),
        )
    ],
    "In English, please": [
        message(
            "Bochum has around 60,000 students at all its universities taken together.",
            lang="en",
            answer_id="hochschulen/studierende-gesamt",
            as_of="undated",
            sources=[_source_strategy],
        )
    ],
    "Bitte einfacher": [
        message(
            "In Bochum studieren rund 60.000 Menschen.",
            answer_id="hochschulen/studierende-gesamt",
            as_of="ohne Datum",
        )
    ],
    "Ich möchte mit einem Menschen sprechen": [
        message(
            "Einen Menschen erreichen Sie bei der Bochum Wirtschaftsentwicklung: kontakt@bochum-wirtschaft.de. "
            "Mehr finden Sie unter www.bochum-wirtschaft.de.",
            answer_id="bot/kontakt",
        )
    ],
    "Hochschule": [
        message("Meinten Sie eine dieser Fragen?", "clarification", buttons=buttons(STUDENTS, UNIVERSITIES))
    ],
}
FALLBACK = "Dazu liegt mir keine Antwort vor. Ich beantworte Fragen zur Bochum Strategie 2030, zu den Hochschulen und zum Standort."


@dataclass
class Refusal:
    """An error response to come; `status` 0 cuts the connection."""

    status: int
    code: str = ""
    text: str = ""
    retry_after: int | None = None


@dataclass
class Heard:
    """A request that reached the API."""

    method: str
    path: str
    body: Any
    headers: dict[str, str]


@dataclass
class Page:
    """A page that embeds the widget."""

    html: str
    headers: dict[str, str] = field(default_factory=dict)
    media_type: str = "text/html; charset=utf-8"


class FakeServer:
    """Serves the contract under `/webhooks/visitor`, the widget, its demo page, and any `pages`.

    Attributes:
        answers: what is answered to a text; other texts get a fallback.
        refusals: errors for the next requests to a path (`/messages`), in order.
        delay_seconds: how long an answer to a message takes.
        heard: the API requests so far.
        tokens: the conversations that exist.
        pages: further pages by path.
        seen: every path that was asked for.
    """

    def __init__(self) -> None:
        self.reset()
        server = self
        handler = type("Handler", (_Handler,), {"fake": server})
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        threading.Thread(target=self._http.serve_forever, daemon=True).start()

    def reset(self) -> None:
        """Forget everything that a test set or left."""
        self.answers = dict(ANSWERS)
        self.refusals: dict[str, list[Refusal]] = {}
        self.delay_seconds = 0.0
        self.heard: list[Heard] = []
        self.tokens: set[str] = set()
        self.pages: dict[str, Page] = {}
        self.seen: list[str] = []
        self.script_delay_seconds = 0.0

    def stop(self) -> None:
        """Serve nothing any more."""
        self._http.shutdown()
        self._http.server_close()

    def refuse(self, path: str, *refusals: Refusal) -> None:
        """Answer the next requests to `path` with errors."""
        self.refusals.setdefault(path, []).extend(refusals)

    def texts(self) -> list[str]:
        """The messages and payloads that reached the bot."""
        return [
            heard.body.get("message") or heard.body.get("payload") for heard in self.heard if heard.path == "/messages"
        ]

    def bodies(self, path: str) -> list[Any]:
        """What was sent to `path`."""
        return [heard.body for heard in self.heard if heard.path == path]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    fake: FakeServer

    def do_OPTIONS(self) -> None:
        self._send(204, b"", "text/plain")

    def do_GET(self) -> None:
        path = self._path()
        page = self.fake.pages.get(path)
        if page:
            return self._send(200, page.html.encode(), page.media_type, page.headers)
        if path == "/widget.js":
            time.sleep(self.fake.script_delay_seconds)
            return self._file(WIDGET / "dist" / "widget.js")
        if path.startswith("/node_modules/"):
            return self._file(WIDGET / path.lstrip("/"))
        name = "index.html" if path == "/" else path.removeprefix("/demo/")
        return self._file(WIDGET / "demo" / name, {"Content-Security-Policy": SITE_POLICY})

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        path = self._path().removeprefix(PREFIX)
        self.fake.heard.append(Heard(self.command, path, body, dict(self.headers)))
        if self.fake.refusals.get(path):
            return self._refuse(self.fake.refusals[path].pop(0))
        if path == "/sessions":
            token = secrets.token_hex(16)
            self.fake.tokens.add(token)
            lang = (body or {}).get("lang", "de")
            return self._json(201, {"token": token, "messages": [GREETING[lang]]})
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        if token not in self.fake.tokens:
            return self._refuse(Refusal(401, "session_unknown", "Dieses Gespräch ist beendet."))
        if path == "/messages":
            time.sleep(self.fake.delay_seconds)
            return self._json(200, {"messages": self._answer(body)})
        if path == "/conversation":
            self.fake.tokens.discard(token)
        self._send(204, b"", "application/json")

    do_DELETE = do_POST

    def _path(self) -> str:
        """The path as a server behind a proxy sees it, which passes on what is under `/chat/`."""
        path = self.path.partition("?")[0]
        self.fake.seen.append(path)
        return path.removeprefix(PROXIED) if path.startswith(f"{PROXIED}/") else path

    def _answer(self, body: dict[str, str]) -> list[dict[str, Any]]:
        said = body.get("message") or body["payload"].removeprefix('/antwort{"id": "').removesuffix('"}')
        known = self.fake.answers.get(said)
        if known is None:
            return [message(FALLBACK, "fallback", buttons=buttons("Hochschulen", "Standort"))]
        return [{**one, "id": secrets.token_hex(12)} for one in known]

    def _refuse(self, refusal: Refusal) -> None:
        if not refusal.status:
            self.close_connection = True
            self.connection.close()
            return
        headers = {} if refusal.retry_after is None else {"Retry-After": str(refusal.retry_after)}
        body = {"error": {"code": refusal.code, "message": refusal.text or f"Fehler {refusal.code}"}}
        self._json(refusal.status, body, headers)

    def _json(self, status: int, data: Any, headers: dict[str, str] | None = None) -> None:
        self._send(status, json.dumps(data, ensure_ascii=False).encode(), "application/json", headers)

    def _file(self, path: Path, headers: dict[str, str] | None = None) -> None:
        if not path.is_file():
            return self._send(404, b"", "text/plain")
        self._send(200, path.read_bytes(), MEDIA_TYPES.get(path.suffix, "text/plain") + "; charset=utf-8", headers)

    def _send(self, status: int, body: bytes, media_type: str, headers: dict[str, str] | None = None) -> None:
        origin = self.headers.get("Origin")
        cors = {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Allow-Methods": "GET, POST, DELETE, OPTIONS",
            "Access-Control-Allow-Headers": "Authorization, Content-Type",
            "Access-Control-Expose-Headers": "Retry-After",
        }
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
        for name, value in itertools.chain((headers or {}).items(), cors.items() if origin else ()):
            self.send_header(name, value)
        self.end_headers()
        if status != 204:
            self.wfile.write(body)

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError, ValueError):  # the browser went away, or a test cut the line
            super().handle()

    def log_message(self, *_arguments: Any) -> None:
        """Quiet."""
