"""A browser, a stand-in for the server, and a site of another origin that embeds the widget.

With `CHAT_URL` set, the tests that fit any server run against that page instead of the stand-in's demo page.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from .chat import AXE, Chat
from .fake_server import FakeServer

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--js-flags=--expose-gc"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A missing browser fails the run with the mend, once, instead of skipping or failing in every test."""
    missing = []
    if not CHROMIUM:
        missing.append("Chromium (Debian: apt install chromium)")
    if not AXE.exists():
        missing.append("the widget's packages (cd widget && npm ci)")
    if missing and any("/browser/" in str(item.path) for item in items):
        raise pytest.UsageError(f"browser tests need {' and '.join(missing)}; `make browsers` installs both")


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, once for this folder: Playwright's event loop occupies the thread as long as it is open."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def _servers() -> Iterator[tuple[FakeServer, FakeServer]]:
    servers = FakeServer(), FakeServer()
    yield servers
    for server in servers:
        server.stop()


@pytest.fixture
def server(_servers: tuple[FakeServer, FakeServer]) -> FakeServer:
    """The stand-in for the assistant's server."""
    _servers[0].reset()
    return _servers[0]


@pytest.fixture
def site(_servers: tuple[FakeServer, FakeServer]) -> FakeServer:
    """A web site of another origin."""
    _servers[1].reset()
    return _servers[1]


@pytest.fixture
def chat_url(server: FakeServer) -> str:
    """The page with the widget."""
    return os.environ.get("CHAT_URL") or f"{server.url}/"


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Makes tabs, each of a browser profile of its own; options as for Playwright's contexts.

    A test fails if its page reports an error or breaks a content security policy.
    """
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def make(**options: Any) -> Page:
        defaults = {"locale": "de-DE", "reduced_motion": "reduce", "viewport": {"width": 1280, "height": 800}}
        context = browser.new_context(**{**defaults, **options})
        context.set_default_timeout(5000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on(
            "console",
            lambda line: errors.append(line.text) if "Content Security Policy" in line.text else None,
        )
        return page

    yield make
    for context in contexts:
        context.close()
    assert not errors


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """A tab on a large screen."""
    return new_page()


@pytest.fixture
def chat(page: Page, chat_url: str) -> Chat:
    """The widget on the page, not visited yet."""
    return Chat(page, chat_url)
