"""Down to Safari 15.4, Chrome 100 and Firefox 100 the chat works; below that there is none, and no error on the page.

Older browsers are simulated: what they lack is taken away before the page's scripts run.
"""

# ruff: noqa: E501 (scripts are left in one piece)
from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from .chat import Chat
from .fake_server import STUDENTS, FakeServer
from .fake_server import Page as HostPage
from .test_host_pages import has_a_conversation, host, visit

# What a browser at the floor lacks.
TOO_YOUNG = {
    "URL.canParse": "delete URL.canParse; delete URL.parse",
    "findLast": "delete Array.prototype.findLast; delete Array.prototype.findLastIndex",
    "AbortSignal.timeout": "delete AbortSignal.timeout; delete AbortSignal.any",
    "requestSubmit": "delete HTMLFormElement.prototype.requestSubmit",
    "constructed style sheets": "delete Document.prototype.adoptedStyleSheets;"
    "delete ShadowRoot.prototype.adoptedStyleSheets; window.CSSStyleSheet = class { constructor() { throw new TypeError('Illegal constructor'); } }",
    "inert": "delete HTMLElement.prototype.inert",
    "visualViewport": "delete window.visualViewport",
    "checkVisibility": "delete Element.prototype.checkVisibility; delete window.structuredClone; delete Object.groupBy",
    "trusted types": "delete window.trustedTypes",
}
# What every browser at the floor has.
NEEDED = (
    "window.customElements", "window.HTMLDialogElement", "Element.prototype.attachShadow", "Array.prototype.at",
    "window.AbortController", "window.fetch",
)  # fmt: skip


@pytest.mark.parametrize("lack", TOO_YOUNG.values(), ids=TOO_YOUNG.keys())
def test_what_a_browser_at_the_floor_lacks_is_not_needed(
    page: Page, site: FakeServer, server: FakeServer, lack: str
) -> None:
    page.add_init_script(lack)
    server.answers[STUDENTS] = [
        {**server.answers[STUDENTS][0], "sources": [{"title": "x", "url": "https://x.example/"}]}
    ]
    chat = visit(page, site, host(server, attributes='data-privacy-url="/datenschutz"'))
    has_a_conversation(chat)
    expect(chat.answers.last.get_by_role("link")).to_have_attribute("href", "https://x.example/")
    expect(chat.dialog).to_have_css("position", "fixed")
    chat.button("Hilfreich").click()
    chat.choose_from_menu("Gespräch löschen")
    chat.button("Löschen").click()
    expect(chat.root.locator("#restart")).to_be_focused()


@pytest.mark.parametrize("lack", NEEDED)
def test_below_the_floor_there_is_no_button_and_no_error(
    new_page: Callable[..., Page], site: FakeServer, server: FakeServer, lack: str
) -> None:
    page = new_page()
    page.add_init_script(f"delete {lack}")
    site.pages["/page"] = HostPage(host(server, "<h1>Inhalt</h1>"))
    page.goto(f"{site.url}/page")
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator("bowe-chat")).to_have_count(0)
    assert page.evaluate("typeof BoWEChat") == "undefined"


def test_style_elements_use_the_nonce_of_the_script(page: Page, site: FakeServer, server: FakeServer) -> None:
    page.add_init_script(TOO_YOUNG["constructed style sheets"])
    policy = f"default-src 'none'; script-src 'nonce-abc'; style-src 'nonce-abc'; connect-src {server.url}"
    chat = visit(page, site, host(server, attributes='nonce="abc"'), {"Content-Security-Policy": policy})
    has_a_conversation(chat)
    expect(chat.dialog).to_have_css("position", "fixed")


def test_without_any_style_there_is_no_button(browser: Browser, site: FakeServer, server: FakeServer) -> None:
    context = browser.new_context()  # reports the broken policy, which is what this page has to put up with
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.add_init_script(TOO_YOUNG["constructed style sheets"])
    policy = f"default-src 'none'; script-src {server.url}; style-src 'none'"
    site.pages["/page"] = HostPage(host(server, "<h1>Inhalt</h1>"), {"Content-Security-Policy": policy})
    page.goto(f"{site.url}/page")
    expect(page.locator("bowe-chat")).to_have_count(1)
    expect(Chat(page, "").launcher).to_be_hidden()
    page.evaluate("BoWEChat.element.send('Hallo')")
    expect(Chat(page, "").dialog).to_have_count(0)
    context.close()
    assert not errors


def test_the_text_field_grows_where_the_browser_does_not_do_it(chat: Chat) -> None:
    chat.page.add_init_script(
        "const real = CSS.supports; CSS.supports = (name, ...rest) => name !== 'field-sizing' && real.call(CSS, name, ...rest)"
    )
    chat.open()
    chat.field.evaluate("(field) => { field.style.fieldSizing = 'fixed'; }")
    small = chat.field.evaluate("(field) => field.clientHeight")
    chat.field.fill("Wie viele Menschen studieren in dieser Stadt? " * 2)
    sizes = chat.field.evaluate("(field) => [field.clientHeight, field.scrollHeight]")
    assert sizes[0] == sizes[1] > small
    chat.field.press("Enter")
    expect(chat.answers).to_have_count(2)
    assert chat.field.evaluate("(field) => field.clientHeight") == small


def test_the_question_before_a_deletion_keeps_the_focus_without_inert(chat: Chat) -> None:
    chat.page.add_init_script(
        "const real = Element.prototype.toggleAttribute;"
        "Element.prototype.toggleAttribute = function (name, ...rest) { return name !== 'inert' && real.call(this, name, ...rest); }"
    )
    chat.open().ask(STUDENTS)
    chat.choose_from_menu("Gespräch löschen")
    seen = []
    for keys in ("Tab", "Tab", "Shift+Tab", "Tab"):
        seen.append(chat.focused())
        chat.page.keyboard.press(keys)
    assert seen == ["cancel", "confirm", "cancel", "confirm"]
