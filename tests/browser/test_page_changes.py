"""Back, Forward and swapped content: the chat is always there once, and says what was said last – or nothing."""

# ruff: noqa: E501 (markup and scripts are left in one piece)
from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from .chat import Chat
from .conftest import CHROMIUM, FLAGS
from .fake_server import STUDENTS, UNIVERSITIES, FakeServer
from .fake_server import Page as HostPage
from .test_host_pages import has_a_conversation, host

CAME_BACK = "addEventListener('pageshow', ({ persisted }) => { window.cameBack = persisted; })"


@pytest.fixture(scope="module")
def caching_browser(browser: Browser) -> Iterator[Browser]:
    """A browser with a back/forward cache, which Playwright turns off."""
    caching = browser.browser_type.launch(
        executable_path=CHROMIUM, args=FLAGS, ignore_default_args=["--disable-back-forward-cache"]
    )
    yield caching
    caching.close()


@pytest.fixture
def cached(caching_browser: Browser, site: FakeServer, server: FakeServer) -> Iterator[Chat]:
    """The chat on `/one`, which links to `/two`; both go into the cache when they are left."""
    for name, other in (("/one", "/two"), ("/two", "/one")):
        site.pages[name] = HostPage(host(server, f'<a id="go" href="{other}">weiter</a><script>{CAME_BACK}</script>'))
    context = caching_browser.new_context(locale="de-DE", reduced_motion="reduce")
    context.set_default_timeout(5000)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield Chat(page, f"{site.url}/one")
    context.close()
    assert not errors


def go_back(chat: Chat) -> None:
    chat.page.go_back(wait_until="commit")
    chat.page.wait_for_function("window.cameBack === true")


def test_back_shows_what_was_said_on_the_other_page(cached: Chat, server: FakeServer) -> None:
    cached.open().ask(STUDENTS)
    cached.page.locator("#go").click()
    expect(cached.answers).to_have_count(2)
    cached.ask(UNIVERSITIES)
    go_back(cached)
    expect(cached.questions.locator(".bubble")).to_have_text([STUDENTS, UNIVERSITIES])
    cached.ask("Hochschule")
    cached.page.go_forward(wait_until="commit")
    cached.page.wait_for_function("window.cameBack === true")
    expect(cached.questions).to_have_count(3)
    cached.page.reload()
    expect(cached.questions).to_have_count(3)
    assert len(server.tokens) == 1


def test_a_deleted_conversation_does_not_come_back(cached: Chat, server: FakeServer) -> None:
    cached.open().ask(STUDENTS)
    cached.page.locator("#go").click()
    expect(cached.answers).to_have_count(2)
    cached.choose_from_menu("Gespräch löschen")
    cached.button("Löschen").click()
    expect(cached.root.locator("#restart")).to_be_visible()
    go_back(cached)
    expect(cached.launcher).to_be_visible()
    expect(cached.questions).to_have_count(0)
    cached.launcher.click()
    expect(cached.answers).to_have_count(1)
    cached.field.press_sequentially("a")
    assert STUDENTS not in str(cached.kept())
    cached.page.reload()
    expect(cached.answers).to_have_count(1)
    expect(cached.questions).to_have_count(0)


def test_who_leaves_during_the_deletion_does_not_meet_the_conversation_again(cached: Chat) -> None:
    cached.open().ask(STUDENTS)
    cached.page.route("**/conversation", lambda route: None)  # on its way for ever
    cached.choose_from_menu("Gespräch löschen")
    cached.button("Löschen").click()
    cached.page.evaluate("location = '/two'")
    cached.page.wait_for_url("**/two")
    cached.launcher.click()
    expect(cached.answers).to_have_count(1)
    expect(cached.questions).to_have_count(0)


def test_an_answer_on_its_way_does_not_overwrite_what_was_said_since(cached: Chat, server: FakeServer) -> None:
    cached.open()
    server.delay_seconds = 1.5
    cached.ask(STUDENTS, wait=False)
    expect(cached.root.locator(".waiting")).to_be_visible()
    # As if the page came back from the cache with its request still running.
    cached.page.evaluate(
        "sessionStorage.clear(); dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))"
    )
    cached.page.wait_for_timeout(1800)
    assert cached.kept() == {}
    expect(cached.launcher).to_be_visible()


def test_a_closed_chat_stays_closed_on_the_way_back(cached: Chat) -> None:
    cached.visit()
    cached.page.locator("#go").click()
    expect(cached.launcher).to_be_visible()
    go_back(cached)
    expect(cached.launcher).to_be_visible()
    has_a_conversation(cached)


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


def test_a_chat_whose_options_were_changed_stays_the_only_one(page: Page, site: FakeServer, server: FakeServer) -> None:
    turbo_pages(site, server, "body")
    chat = Chat(page, f"{site.url}/a").visit()
    has_a_conversation(chat)
    page.evaluate("BoWEChat.element.configure({ title: 'Anders' })")
    page.locator("#next").click()
    expect(page.locator("p").first).to_have_text("Seite b")
    page.wait_for_timeout(300)
    expect(page.locator("bowe-chat")).to_have_count(1)
    expect(chat.dialog).to_have_accessible_name("Anders")


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
