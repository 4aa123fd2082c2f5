"""Swapped content: the chat is always there, once, and says what was said last."""

# ruff: noqa: E501 (markup and scripts are left in one piece)
from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from .chat import Chat
from .fake_server import UNIVERSITIES, FakeServer
from .fake_server import Page as HostPage
from .test_host_pages import has_a_conversation, host

# Content that is swapped without a page load.

TURBO = '<script src="{url}/node_modules/@hotwired/turbo/dist/turbo.es2017-umd.js"></script>'
LINKS = '<a id="next" href="/{next}">weiter</a><p>Seite {name}</p>'


def turbo_pages(site: FakeServer, server: FakeServer, where: str, head: str = "") -> None:
    tag = f'<script src="{server.url}/widget.js" defer></script>'
    for name, follower in (("a", "b"), ("b", "c"), ("c", "a")):
        body = LINKS.format(next=follower, name=name)
        site.pages[f"/{name}"] = HostPage(
            f'<!doctype html><html lang="de"><head><meta charset="utf-8"><title>{name}</title>{head}'
            f"{TURBO.format(url=server.url)}{tag if where == 'head' else ''}</head>"
            f"<body>{body}{tag if where == 'body' else ''}</body></html>"
        )


@pytest.mark.parametrize("where", ["head", "body"])
def test_turbo_keeps_the_chat_wherever_the_tag_stands(
    page: Page, site: FakeServer, server: FakeServer, where: str
) -> None:
    turbo_pages(site, server, where)
    chat = Chat(page, f"{site.url}/a").visit()
    page.evaluate("window.sameDocument = true")
    has_a_conversation(chat)
    for name in ("b", "c"):
        page.locator("#next").click()
        expect(page.locator("p").first).to_have_text(f"Seite {name}")
        expect(page.locator("bowe-chat")).to_have_count(1)
        expect(chat.answers.last).to_contain_text("60.000")
    page.go_back()
    expect(page.locator("p").first).to_have_text("Seite b")
    page.wait_for_timeout(300)
    expect(page.locator("bowe-chat")).to_have_count(1)
    chat.ask(UNIVERSITIES)
    expect(chat.questions).to_have_count(2)
    assert page.evaluate("window.sameDocument")
    assert len(server.tokens) == 1


def test_turbos_morphing_keeps_the_chat(page: Page, site: FakeServer, server: FakeServer) -> None:
    turbo_pages(site, server, "head", '<meta name="turbo-refresh-method" content="morph">')
    chat = Chat(page, f"{site.url}/a").visit()
    has_a_conversation(chat)
    page.evaluate(
        "new Promise((done) => { addEventListener('turbo:render', done, { once: true }); Turbo.visit(location.href, { action: 'replace' }); })"
    )
    expect(page.locator("bowe-chat")).to_have_count(1)
    expect(chat.answers.last).to_contain_text("60.000")


SWAPS = {
    "body.innerHTML": "document.body.innerHTML = '<p>neu</p>'",
    "new body": "const body = document.createElement('body'); body.innerHTML = '<p>neu</p>'; document.body.replaceWith(body)",
    "all of html": "document.documentElement.innerHTML = '<head></head><body><p>neu</p></body>'",
    "one after the other": "while (document.body.firstChild) document.body.firstChild.remove(); document.body.append(Object.assign(document.createElement('p'), { textContent: 'neu' }))",
    "replaceChildren": "document.body.replaceChildren(Object.assign(document.createElement('p'), { textContent: 'neu' }))",
}


@pytest.mark.parametrize("swap", SWAPS.values(), ids=SWAPS.keys())
def test_other_swaps_keep_the_chat(page: Page, site: FakeServer, server: FakeServer, swap: str) -> None:
    site.pages["/page"] = HostPage(host(server, "<main>alt</main><footer>x</footer>"))
    chat = Chat(page, f"{site.url}/page").visit()
    has_a_conversation(chat)
    for _ in range(2):
        page.evaluate(f"() => {{ {swap} }}")
        expect(page.locator("p").first).to_have_text("neu")
        expect(page.locator("bowe-chat")).to_have_count(1)
        expect(chat.answers.last).to_contain_text("60.000")


@pytest.mark.parametrize("gone", ["BoWEChat.element.remove()", "document.body.removeChild(BoWEChat.element)"])
def test_who_takes_the_chat_away_keeps_it_away(page: Page, site: FakeServer, server: FakeServer, gone: str) -> None:
    site.pages["/page"] = HostPage(host(server, "<main>Inhalt</main><aside>x</aside>"))
    Chat(page, f"{site.url}/page").visit()
    page.evaluate(gone)
    page.evaluate("document.querySelector('aside').remove()")
    page.wait_for_timeout(100)
    expect(page.locator("bowe-chat")).to_have_count(0)
