"""A real Rasa server app with the visitors' channel on a real port; only the bot behind it is a stand-in."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from rasa.core.channels.channel import UserMessage
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.run import configure_app
from rasa.core.tracker_store import FailSafeTrackerStore, InMemoryTrackerStore, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.utils.endpoints import EndpointConfig
from sanic import Sanic
from sanic.response import json as sanic_json

from channels.api import VisitorApi
from channels.visitor import VisitorChannel

PAGE = "https://www.example.org"
ANSWER_PAYLOAD = '/antwort{"id": "hochschulen/anzahl"}'
Sanic.test_mode = True  # several apps of one name in one process


class FakeBot:
    """Stands where Rasa's agent stands: answers every message, keeps the conversation as Rasa does.

    Attributes:
        heard: the messages that reached it, oldest first.
        script: what it sends for a text, instead of its usual answer.
        delay_seconds: how long it thinks.
        error: what it raises instead of answering.
    """

    def __init__(self, tracker_store: TrackerStore | None = None) -> None:
        self.tracker_store: Any = FailSafeTrackerStore(tracker_store or InMemoryTrackerStore(Domain.empty()))
        self.lock_store = InMemoryLockStore()
        self.action_endpoint: EndpointConfig | None = None
        self.reset()

    def reset(self) -> None:
        """Forget all instructions and everything heard."""
        self.heard: list[UserMessage] = []
        self.script: dict[str, list[dict[str, Any]]] = {}
        self.delay_seconds: float = 0.0
        self.error: Exception | None = None

    def is_ready(self) -> bool:
        """A model is loaded."""
        return True

    async def handle_message(self, message: UserMessage) -> None:
        """Answer as an action of the bot does: a text with buttons, then the structured answer."""
        async with self.lock_store.lock(message.sender_id):
            await asyncio.sleep(self.delay_seconds)
            self.heard.append(message)
            if self.error:
                raise self.error
            tracker = await self.tracker_store.get_or_create_tracker(message.sender_id, append_action_listen=False)
            tracker.update(UserUttered(message.text, metadata=message.metadata))
            for part in self.script.get(message.text, self.answer(message.text)):
                tracker.update(BotUttered(part.get("text"), {"buttons": part.get("buttons")}))
                await message.output_channel.send_response(message.sender_id, dict(part))
            await self.tracker_store.save(tracker)

    @staticmethod
    def answer(text: str) -> list[dict[str, Any]]:
        """The usual answer."""
        return [
            {
                "text": f"Sie sagten: {text}\n\nQuelle: Stadt Bochum",
                "buttons": [{"title": "Anzahl", "payload": ANSWER_PAYLOAD}],
            },
            {
                "custom": {
                    "kind": "answer",
                    "answer_id": "hochschulen/anzahl",
                    "topic": "hochschulen",
                    "lang": "de",
                    "as_of": "Oktober 2020",
                    "sources": [{"title": "Stadt Bochum", "url": "https://www.bochum.de/"}],
                    "text": f"Sie sagten: {text}\n\n• ein Punkt",
                }
            },
        ]


class Server:
    """A running server and the ways a test talks to it."""

    def __init__(self, bot: FakeBot, url: str, app: Sanic, api: VisitorApi) -> None:
        self.bot = bot
        self.api = api
        self.root = url
        self.url = f"{url}/webhooks/visitor"
        self.app = app

    def open(self, lang: str | None = "de") -> Visitor:
        """A new session."""
        response = requests.post(f"{self.url}/sessions", json={"lang": lang} if lang else None, timeout=10)
        assert response.status_code == 201, response.text
        return Visitor(self, response.json()["token"], response.json()["messages"])


class Visitor:
    """One visitor with a token."""

    def __init__(self, server: Server, token: str, greeting: list[dict[str, Any]]) -> None:
        self.server = server
        self.token = token
        self.greeting = greeting

    @property
    def headers(self) -> dict[str, str]:
        """What a request of this visitor carries."""
        return {"Authorization": f"Bearer {self.token}"}

    def call(self, method: str, path: str, **arguments: Any) -> requests.Response:
        """Any request of this visitor."""
        headers = self.headers | arguments.pop("headers", {})
        return requests.request(method, self.server.url + path, headers=headers, timeout=20, **arguments)

    def say(self, message: str, **more: Any) -> requests.Response:
        """A typed message."""
        return self.call("POST", "/messages", json={"message": message, **more})

    def press(self, payload: str) -> requests.Response:
        """A pressed button."""
        return self.call("POST", "/messages", json={"payload": payload})

    def judge(self, message_id: str, helpful: bool = True, **more: Any) -> requests.Response:
        """Feedback."""
        return self.call("POST", "/feedback", json={"message_id": message_id, "helpful": helpful, **more})


class _Background:
    """A Sanic app served by an event loop in a thread of its own."""

    def __init__(self, app: Sanic) -> None:
        self._app = app
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> _Background:
        self._thread.start()
        assert self._ready.wait(20), "the server did not start"
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._start())
        self._ready.set()
        self._loop.run_forever()

    async def _start(self) -> None:
        self._server = await self._app.create_server(sock=self._socket, return_asyncio_server=True, access_log=False)
        await self._server.startup()
        await self._server.before_start()
        await self._server.start_serving()
        await self._server.after_start()

    async def _stop(self) -> None:
        self._server.close()
        await self._server.wait_closed()
        await self._server.after_stop()


def _collect_api(channel: VisitorChannel) -> list[VisitorApi]:
    """The API behind the routes, once they are made."""
    apis: list[VisitorApi] = []
    blueprint = channel.blueprint

    def collecting(on_new_message: Any) -> Any:
        routes = blueprint(on_new_message)
        apis.append(routes.ctx.api)
        return routes

    channel.blueprint = collecting  # type: ignore[method-assign]
    return apis


def _widget_folder(folder: Path) -> Path:
    (folder / "demo" / "bilder").mkdir(parents=True)
    (folder / "dist").mkdir()
    (folder / "demo" / "index.html").write_text("<!doctype html><title>Demo</title>" + "<p>Bochum</p>" * 200)
    (folder / "demo" / "demo.css").write_text("body { color: black }")
    (folder / "demo" / "bilder" / "plan.svg").write_text("<svg/>")
    (folder / "demo" / "notiz.md").write_text("not for visitors")
    (folder / "demo" / ".env").write_text("secret")
    (folder / "geheim.txt").write_text("secret")
    (folder / "dist" / "widget.js").write_text("console.log('widget');\n" * 200)
    return folder


@pytest.fixture(scope="session")
def action_server() -> Iterator[str]:
    """The address of an action server that is well."""
    app = Sanic("actions")

    @app.get("/health")
    async def health(_request: Any) -> Any:
        return sanic_json({"status": "ok"})

    with _Background(app) as background:
        yield f"{background.url}/webhook"


@pytest.fixture(scope="session")
def start_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Server]]:
    """Start a server with these settings; it runs until the tests end."""
    running: list[_Background] = []

    def start(bot: FakeBot | None = None, cors: str | None = "*", enable_api: bool = False, **settings: Any) -> Server:
        folder = tmp_path_factory.mktemp("server")
        defaults = {
            "allowed_origins": [PAGE],
            "feedback_url": f"sqlite:///{folder}/var/feedback.db",
            "widget_folder": str(_widget_folder(folder / "widget")),
            "session_messages": {"count": 1000, "seconds": 1},
            "address_requests": {"count": 10_000, "seconds": 1},
            "address_sessions": {"count": 1000, "seconds": 1},
        }
        channel = VisitorChannel.from_credentials(defaults | settings)
        apis = _collect_api(channel)
        app = configure_app([channel], cors=cors, enable_api=enable_api)
        app.ctx.agent = bot or FakeBot()
        background = _Background(app)
        background.__enter__()
        running.append(background)
        return Server(app.ctx.agent, background.url, app, apis[-1])

    yield start
    for background in running:
        background.__exit__()


@pytest.fixture(scope="session")
def _server(start_server: Callable[..., Server], action_server: str) -> Server:
    server = start_server()
    server.bot.action_endpoint = EndpointConfig(action_server)
    return server


@pytest.fixture
def server(_server: Server) -> Server:
    """A server with generous limits, shared by all tests; its bot starts afresh in each."""
    _server.bot.reset()
    return _server


@pytest.fixture
def visitor(server: Server) -> Visitor:
    """A visitor who has just been greeted."""
    return server.open()


def wait_until(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    """Wait for something another thread does."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)
