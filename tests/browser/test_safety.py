"""Nothing that a server, a visitor or an attribute says becomes markup, script or a dangerous address."""

from __future__ import annotations

import html

import pytest
from playwright.sync_api import expect

from .chat import Chat
from .fake_server import FakeServer, message
from .fake_server import Page as HostPage

ATTACKS = [
    "<img src=x onerror=hacked()>",
    "<script>hacked()</script>",
    '"><svg onload=hacked()>',
    "</p></div></template><iframe srcdoc='<script>parent.hacked()</script>'>",
    "${hacked()} {{constructor.constructor('hacked()')()}} <!--?lit$1$-->",
    "[klick](javascript:hacked()) <a href='javascript:hacked()'>x</a>",
]
URLS = [
    "javascript:hacked()", " javascript:hacked()", "JaVaScRiPt:hacked()", "java\nscript:hacked()",
    "data:text/html,<script>hacked()</script>", "vbscript:hacked()", "//example.org", "file:///etc/passwd", "https://",
]  # fmt: skip
WATCH = "window.isHacked = false; window.hacked = () => { window.isHacked = true; };"


@pytest.fixture
def watched(chat: Chat) -> Chat:
    chat.page.add_init_script(WATCH)
    return chat


def is_harmless(chat: Chat) -> None:
    chat.page.wait_for_timeout(100)
    assert chat.page.evaluate("window.isHacked") is False
    expect(chat.dialog.locator("img, script, iframe, a[href^=javascript]")).to_have_count(0)
    assert (
        chat.dialog.evaluate("(dialog) => dialog.querySelectorAll('[onerror], [onload], [style]:not(dialog)').length")
        == 0
    )


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_the_visitor_writes_stays_text(watched: Chat, attack: str) -> None:
    watched.open().ask(attack)
    expect(watched.questions.last.locator(".bubble")).to_have_text(attack)
    is_harmless(watched)
    watched.page.reload()  # and when it comes back from the tab's memory
    expect(watched.questions.last.locator(".bubble")).to_have_text(attack)
    is_harmless(watched)


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_the_server_writes_stays_text(watched: Chat, server: FakeServer, attack: str) -> None:
    server.answers["Frage"] = [
        message(
            f"{attack}\n\n• {attack}\n• zweitens",
            as_of=attack,
            answer_id=attack,
            topic=attack,
            sources=[{"title": attack, "url": 'https://example.org/"><img src=x onerror=hacked()>'}],
            buttons=[{"title": attack, "payload": attack}],
        )
    ]
    watched.open().ask("Frage")
    expect(watched.answers.last).to_contain_text(attack)
    expect(watched.root.locator(".choice")).to_have_text(attack)
    is_harmless(watched)


@pytest.mark.parametrize("url", URLS)
def test_only_web_addresses_become_links(watched: Chat, server: FakeServer, url: str) -> None:
    server.answers["Frage"] = [message(f"Siehe {url}", sources=[{"title": "Quelle", "url": url}], as_of="2020")]
    watched.open().ask("Frage")
    expect(watched.answers.last).to_contain_text("Stand: 2020")
    links = watched.answers.last.get_by_role("link")
    assert all(link.get_attribute("href").startswith("https://") for link in links.all())  # type: ignore[union-attr]
    expect(watched.answers.last.locator(".origin a")).to_have_count(0)
    is_harmless(watched)


@pytest.mark.parametrize("attack", ["javascript:hacked()", '"><img src=x onerror=hacked()>', "red;}*{display:none"])
def test_attributes_stay_values(watched: Chat, server: FakeServer, attack: str) -> None:
    names = ("title", "label", "accent", "theme", "position", "lang", "privacy-url", "contact-url", "name")
    attributes = " ".join(f'data-{name}="{html.escape(attack)}"' for name in names)
    server.pages["/page"] = HostPage(
        f'<html lang=de><title>x</title><script src="/widget.js" defer {attributes}></script>'
    )
    watched.url = f"{server.url}/page"
    watched.visit()
    watched.launcher.click()
    expect(watched.answers).to_have_count(1)
    expect(watched.launcher).to_have_css("background-color", "rgb(0, 85, 122)")
    links = watched.root.locator("footer a")
    assert all(link.get_attribute("href").startswith("http://") for link in links.all())  # type: ignore[union-attr]
    is_harmless(watched)


@pytest.mark.parametrize(
    "messages",
    [
        None,
        7,
        "text",
        [None, 7, "x"],
        [{}],
        [{"text": 7}],
        [{"text": "ok", "sources": 7, "buttons": {"a": 1}, "lang": []}],
    ],
    ids=repr,
)
def test_malformed_messages_do_not_break_the_conversation(watched: Chat, server: FakeServer, messages: object) -> None:
    watched.open()
    watched.page.route("**/messages", lambda route: route.fulfill(json={"messages": messages}))
    watched.field.fill("Frage")
    watched.field.press("Enter")
    expect(watched.root.locator(".waiting")).to_have_count(0)
    watched.page.unroute("**/messages")
    watched.ask("Wie viele Studierende hat Bochum?")
    expect(watched.answers.last).to_contain_text("60.000")


def test_the_token_is_sent_to_the_server_only_and_never_in_an_address(watched: Chat, server: FakeServer) -> None:
    watched.open().ask("Frage")
    (token,) = server.tokens
    assert all(token not in path for path in server.seen)
    assert all(token not in heard.path and token not in str(heard.body) for heard in server.heard)
    assert not watched.root.evaluate(f"(node) => document.documentElement.outerHTML.includes('{token}')")
