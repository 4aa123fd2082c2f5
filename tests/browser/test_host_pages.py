"""The widget on other people's pages: it breaks none of them, and none breaks it."""

# ruff: noqa: E501 (markup, scripts and sentences are left in one piece)
from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from .chat import Chat
from .fake_server import STUDENTS, FakeServer
from .fake_server import Page as HostPage

HOSTILE_CSS = """
* { all: unset !important; display: none !important; color: lime !important; font: 3px cursive !important;
    position: static !important; visibility: hidden !important; opacity: 0.1 !important; transform: rotate(9deg) !important;
    pointer-events: none !important; direction: rtl !important; z-index: -1 !important; animation: none !important; }
html, body { display: block !important; visibility: visible !important; opacity: 1 !important; transform: none !important;
    pointer-events: auto !important; }
html { font-size: 4px !important; } body { line-height: 9 !important; letter-spacing: 2em !important; }
bowe-chat, button, dialog, textarea, svg { width: 1px !important; height: 1px !important; background: red !important; }
body > * { transform: scale(0.1) !important; filter: blur(9px) !important; clip-path: inset(50%) !important; }
"""


def host(server: FakeServer, body: str = "", head: str = "", lang: str = "de", attributes: str = "") -> str:
    """The markup of a page of another origin that embeds the widget."""
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>Eine Seite</title>{head}'
        f'<script src="{server.url}/widget.js" defer {attributes}></script></head><body>{body}</body></html>'
    )


def visit(page: Page, site: FakeServer, html: str, headers: dict[str, str] | None = None) -> Chat:
    site.pages["/page"] = HostPage(html, headers or {})
    return Chat(page, f"{site.url}/page").visit()


def has_a_conversation(chat: Chat) -> None:
    """The launcher can be seen and pressed, and a question is answered."""
    chat.launcher.click()
    expect(chat.answers).to_have_count(1)
    chat.ask(STUDENTS)
    expect(chat.answers.last).to_contain_text("60.000")


def test_a_page_of_another_origin_has_it_with_one_tag(page: Page, site: FakeServer, server: FakeServer) -> None:
    chat = visit(page, site, host(server))
    box = chat.launcher.bounding_box()
    assert box and box["x"] + box["width"] > 1200 and box["y"] + box["height"] > 740  # lower right
    has_a_conversation(chat)


@pytest.mark.parametrize("tag", ["defer", "async", ""])
def test_the_tag_may_be_anywhere(page: Page, site: FakeServer, server: FakeServer, tag: str) -> None:
    html = f'<!doctype html><title>x</title><script {tag} src="{server.url}/widget.js"></script><p>Text'
    has_a_conversation(visit(page, site, html))


def test_the_strictest_policy_is_kept(page: Page, site: FakeServer, server: FakeServer) -> None:
    policy = (
        f"default-src 'none'; script-src {server.url}; connect-src {server.url}; style-src 'none'; base-uri 'none'; "
        "form-action 'none'; require-trusted-types-for 'script'; trusted-types lit-html"
    )
    chat = visit(page, site, host(server), {"Content-Security-Policy": policy})
    has_a_conversation(chat)
    chat.button("Nicht hilfreich").click()
    expect(chat.root.locator("#comment")).to_be_visible()
    # Styles are applied although the page allows none of its own.
    expect(chat.dialog).to_have_css("position", "fixed")
    with page.expect_download():
        chat.choose_from_menu("Gespräch herunterladen")
    chat.choose_from_menu("Gespräch löschen")
    chat.button("Löschen").click()
    expect(chat.root.locator("#restart")).to_be_visible()


def test_hostile_styles_do_not_reach_it(page: Page, site: FakeServer, server: FakeServer) -> None:
    quiet = visit(page, site, host(server, "<p>Text"))
    quiet.launcher.click()
    quiet.ask(STUDENTS)
    expected = quiet.dialog.bounding_box()
    page.evaluate("sessionStorage.clear()")
    chat = visit(page, site, host(server, "<p>Text", f"<style>{HOSTILE_CSS}</style>"))
    has_a_conversation(chat)
    chat.photograph("host-hostile-css")
    assert chat.dialog.bounding_box() == expected
    expect(chat.field).to_have_css("font-size", "16px")
    expect(chat.answers.last).to_have_css("letter-spacing", "normal")
    expect(chat.root).to_have_css("opacity", "1")
    expect(chat.root).to_have_css("filter", "none")


def test_its_styles_do_not_reach_the_page(page: Page, site: FakeServer, server: FakeServer) -> None:
    body = "<main><h2>Titel</h2><ul><li>Punkt</ul><button>Knopf</button><dialog open>x</dialog><textarea></textarea></main>"
    read = "() => [...document.querySelectorAll('main *')].map((node) => JSON.stringify(Object.entries(getComputedStyle(node))))"
    site.pages["/bare"] = HostPage(f"<!doctype html><html lang=de><title>x</title><body>{body}")
    page.goto(f"{site.url}/bare")
    before = page.evaluate(read)
    chat = visit(page, site, host(server, body))
    has_a_conversation(chat)
    assert page.evaluate(read) == before


def test_the_page_can_restyle_it_through_properties_and_parts(page: Page, site: FakeServer, server: FakeServer) -> None:
    style = (
        "<style>bowe-chat { --bowe-chat-radius: 3px; --bowe-chat-font: monospace; --bowe-chat-bottom: 90px }"
        "bowe-chat::part(launcher) { border-radius: 2px } bowe-chat::part(header) { padding: 30px }</style>"
    )
    chat = visit(page, site, host(server, head=style, attributes='data-accent="#7a0055"'))
    expect(chat.launcher).to_have_css("border-radius", "2px")
    expect(chat.launcher).to_have_css("background-color", "rgb(122, 0, 85)")
    chat.launcher.click()
    expect(chat.dialog).to_have_css("border-radius", "3px")
    expect(chat.dialog).to_have_css("font-family", "monospace")
    expect(chat.dialog).to_have_css("bottom", "90px")
    expect(chat.dialog.locator("header")).to_have_css("padding", "30px")


def test_jquery_and_its_delegated_events_live_beside_it(page: Page, site: FakeServer, server: FakeServer) -> None:
    script = (
        "window.clicks = 0; $(document).on('click', 'button', () => { window.clicks += 1; });"
        "$(document).on('keydown', (event) => { if (event.key === 'Enter' && event.target === document.body) throw event; });"
        "$(() => $('body').append('<button id=own>Eigener Knopf</button>'));"
    )
    head = f'<script src="{server.url}/node_modules/jquery/dist/jquery.min.js"></script><script>{script}</script>'
    chat = visit(page, site, host(server, head=head))
    has_a_conversation(chat)
    assert page.evaluate("window.clicks") == 0  # its buttons are not the page's
    page.locator("#own").click()
    assert page.evaluate("window.clicks") == 1
    assert page.evaluate("jQuery.fn.jquery")


def test_a_framework_may_own_the_element(page: Page, site: FakeServer, server: FakeServer) -> None:
    script = """
      const { h, render } = preact;
      const place = document.getElementById("app");
      window.show = (isShown, title) => render(h("main", null, h("p", null, title),
        isShown && h("bowe-chat", { "data-title": title, "data-server": SERVER })), place);
      window.show(true, "Erster Titel");
    """.replace("SERVER", repr(server.url))
    body = (
        f'<div id="app"></div><script src="{server.url}/node_modules/preact/dist/preact.min.js"></script>'
        f"<script>{script}</script>"
    )
    chat = visit(page, site, host(server, body, attributes="data-manual"))
    expect(page.locator("bowe-chat")).to_have_count(1)
    has_a_conversation(chat)
    page.evaluate("show(true, 'Zweiter Titel')")
    expect(chat.dialog).to_have_accessible_name("Zweiter Titel")
    expect(chat.answers).to_have_count(2)
    page.evaluate("show(false, 'weg')")
    expect(page.locator("bowe-chat")).to_have_count(0)
    page.evaluate("show(true, 'wieder da')")
    expect(chat.answers.last).to_contain_text("60.000")  # it was open when it went


def test_several_widgets_keep_to_themselves(page: Page, site: FakeServer, server: FakeServer) -> None:
    chat = visit(page, site, host(server))
    page.evaluate("BoWEChat.mount({server: BoWEChat.element.dataset.server, position: 'left', title: 'Zweiter'})")
    second = Chat(page, chat.url)
    second.root = page.locator("bowe-chat").nth(1)
    left = second.root.locator("[part=launcher]")
    box = left.bounding_box()
    assert box and box["x"] < 40
    has_a_conversation(chat)
    left.click()
    expect(second.root.locator("dialog")).to_have_accessible_name("Zweiter")
    expect(second.root.locator("li.bot")).to_have_count(1)
    expect(chat.answers).to_have_count(2)
    assert len(server.tokens) == 2
    page.keyboard.press("Escape")
    expect(left).to_be_focused()
    expect(chat.dialog).to_be_visible()


def test_the_same_tag_twice_is_one_widget(page: Page, site: FakeServer, server: FakeServer) -> None:
    tag = f'<script src="{server.url}/widget.js" defer></script>'
    chat = visit(page, site, host(server, head=tag))
    expect(page.locator("bowe-chat")).to_have_count(1)
    has_a_conversation(chat)


def test_right_to_left_pages_have_it_as_it_is(page: Page, site: FakeServer, server: FakeServer) -> None:
    html = host(server, "<p>نص", lang="ar", attributes='data-lang="de"').replace("<html", '<html dir="rtl"')
    chat = visit(page, site, html)
    has_a_conversation(chat)
    chat.photograph("host-rtl")
    expect(chat.dialog).to_have_css("direction", "ltr")
    box = chat.dialog.bounding_box()
    assert box and box["x"] > 600


def test_a_page_without_main_or_with_little_else_stays_accessible(
    page: Page, site: FakeServer, server: FakeServer
) -> None:
    chat = visit(page, site, host(server))
    has_a_conversation(chat)
    assert chat.violations() == []


def test_a_page_with_a_modal_dialog_of_its_own_goes_on(page: Page, site: FakeServer, server: FakeServer) -> None:
    chat = visit(page, site, host(server, "<dialog id=own><button>OK</button></dialog>"))
    chat.launcher.click()
    page.evaluate("document.getElementById('own').showModal()")
    page.keyboard.press("Escape")
    expect(page.locator("#own")).not_to_be_visible()
    expect(chat.dialog).to_be_visible()


def test_a_slow_script_does_not_hold_up_the_page(page: Page, site: FakeServer, server: FakeServer) -> None:
    server.script_delay_seconds = 1.0
    site.pages["/page"] = HostPage(host(server, "<h1>Inhalt</h1>"))
    page.goto(f"{site.url}/page", wait_until="commit")
    expect(page.locator("h1")).to_be_visible(timeout=900)
    expect(Chat(page, "").launcher).to_be_visible()


def test_a_missing_server_leaves_the_page_alone(page: Page, site: FakeServer, server: FakeServer) -> None:
    html = host(server, "<h1>Inhalt</h1>", attributes='data-server="http://127.0.0.1:9"')
    chat = visit(page, site, html)
    chat.launcher.click()
    expect(chat.alert).to_contain_text("nicht erreichbar")
    expect(page.locator("h1")).to_be_visible()


def test_it_adds_one_name_and_nothing_else_to_the_page(page: Page, site: FakeServer, server: FakeServer) -> None:
    site.pages["/bare"] = HostPage("<!doctype html><html lang=de><title>x</title><body>")
    names = "() => Object.getOwnPropertyNames(window)"
    page.goto(f"{site.url}/bare")
    before = set(page.evaluate(names))
    chat = visit(page, site, host(server))
    has_a_conversation(chat)
    added = set(page.evaluate(names)) - before - {"litHtmlVersions"}
    assert added == {"BoWEChat"}
    assert page.evaluate("[...document.body.children].map((node) => node.localName)") == ["bowe-chat"]


def test_nothing_is_stored_but_the_tabs_memory_and_nothing_asked_of_third_parties(
    page: Page, site: FakeServer, server: FakeServer
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    chat = visit(page, site, host(server))
    has_a_conversation(chat)
    origins = {re.match(r"\w+://[^/]+", url).group() for url in asked if not url.startswith("blob:")}  # type: ignore[union-attr]
    assert origins == {site.url, server.url}
    assert page.context.cookies() == []
    assert page.evaluate("localStorage.length") == 0
    assert page.evaluate("indexedDB.databases()") == []
    assert list(chat.kept()) == [f"bowe-chat:{server.url}"]


def test_a_browser_that_forbids_storage_still_has_a_conversation(
    page: Page, site: FakeServer, server: FakeServer
) -> None:
    page.add_init_script("Object.defineProperty(window, 'sessionStorage', { get() { throw new DOMException('no'); } })")
    has_a_conversation(visit(page, site, host(server)))


@pytest.mark.parametrize(
    "junk",
    ["{", "7", '{"version":1,"entries":7}', '{"version":1,"draft":"","entries":[null]}',
     '{"version":1,"draft":"","entries":[{"id":"1","from":"bot"}]}', '{"version":2,"entries":[]}'],
)  # fmt: skip
def test_what_others_left_in_the_storage_does_no_harm(
    page: Page, site: FakeServer, server: FakeServer, junk: str
) -> None:
    page.add_init_script(f"sessionStorage.setItem('bowe-chat:{server.url}', '{junk}')")
    has_a_conversation(visit(page, site, host(server)))


def test_a_phone_has_it_on_the_whole_screen(
    new_page: Callable[..., Page], site: FakeServer, server: FakeServer
) -> None:
    phone: dict[str, Any] = {"viewport": {"width": 360, "height": 640}, "has_touch": True, "is_mobile": True}
    meta = '<meta name="viewport" content="width=device-width">'
    chat = visit(new_page(**phone), site, host(server, "<p>Text", meta))
    chat.launcher.tap()
    expect(chat.answers).to_have_count(1)
    assert chat.dialog.bounding_box() == {"x": 0, "y": 0, "width": 360, "height": 640}
    assert chat.focused() == "scroll"  # a keyboard would cover the greeting
    chat.ask(STUDENTS)
    chat.button("Chat schließen").tap()
    expect(chat.launcher).to_be_focused()
