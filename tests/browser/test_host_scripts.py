"""The widget beside the scripts of its page: shortcuts, modals, optimisers, modules, and servers under a path."""

# ruff: noqa: E501 (markup, scripts and sentences are left in one piece)
from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from .chat import Chat
from .fake_server import STUDENTS, WIDGET, FakeServer
from .fake_server import Page as HostPage
from .test_host_pages import has_a_conversation, host, visit

WIDGET_SOURCE = (WIDGET / "dist" / "widget.js").read_text(encoding="utf-8").replace("</", "<\\/")
# Shortcuts of one letter, as pages do it: who types in a field is left alone, and the field is known by the target.
SHORTCUT = """
const isTyping = ({ target }) => /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.isContentEditable;
const search = (event) => {
  if (isTyping(event) || !["s", "/"].includes(event.key)) return;
  event.preventDefault();
  document.getElementById("search").focus();
};
addEventListener("DOMContentLoaded", () => WHERE.addEventListener(TYPE, search, CAPTURE));
"""


@pytest.mark.parametrize("type_", ["keydown", "keypress"])
@pytest.mark.parametrize("capture", ["false", "true"])
@pytest.mark.parametrize("where", ["window", "document", "document.body"])
def test_shortcuts_of_the_page_take_no_letter_from_the_chat(
    page: Page, site: FakeServer, server: FakeServer, where: str, capture: str, type_: str
) -> None:
    script = SHORTCUT.replace("WHERE", where).replace("CAPTURE", capture).replace("TYPE", repr(type_))
    chat = visit(page, site, host(server, "<input id=search>", f"<script>{script}</script>"))
    chat.launcher.click()
    expect(chat.answers).to_have_count(1)
    page.keyboard.type("Was ist los/passiert?")
    expect(chat.field).to_have_value("Was ist los/passiert?")
    chat.ask(STUDENTS)
    chat.button("Nicht hilfreich").click()
    comment = chat.root.locator("#comment")
    comment.click()
    page.keyboard.type("Das stimmt so")
    expect(comment).to_have_value("Das stimmt so")


def test_outside_the_text_fields_the_shortcuts_of_the_page_work(
    page: Page, site: FakeServer, server: FakeServer
) -> None:
    script = SHORTCUT.replace("WHERE", "document").replace("CAPTURE", "false").replace("TYPE", "'keydown'")
    chat = visit(page, site, host(server, "<input id=search>", f"<script>{script}</script>"))
    chat.launcher.focus()
    page.keyboard.press("s")
    expect(page.locator("#search")).to_be_focused()


# How modals of pages (Bootstrap, a11y-dialog, focus-trap, Headless UI …) fetch the focus back.
TRAP = """
const modal = document.getElementById("modal");
WHERE.addEventListener("TYPE", ({ target }) => {
  if (target !== document && target !== modal && !modal.contains(target)) modal.querySelector("button").focus();
}, CAPTURE);
document.addEventListener("keydown", (event) => {
  if (event.key === "Tab" && !modal.contains(event.target)) { event.preventDefault(); modal.querySelector("button").focus(); }
});
modal.querySelector("button").focus();
"""


@pytest.mark.parametrize(
    ("where", "type_", "capture"),
    [("document", "focusin", "false"), ("document", "focusin", "true"), ("document", "focus", "true"),
     ("document.body", "focus", "true"), ("window", "focus", "true")],
)  # fmt: skip
def test_a_modal_of_the_page_does_not_take_the_focus_out_of_the_chat(
    page: Page, site: FakeServer, server: FakeServer, where: str, type_: str, capture: str
) -> None:
    modal = (
        '<div id="modal" role="dialog" aria-modal="true" tabindex="-1"><button>Zustimmen</button></div><input id="own">'
    )
    chat = visit(page, site, host(server, modal))
    page.evaluate(f"() => {{ {TRAP.replace('WHERE', where).replace('TYPE', type_).replace('CAPTURE', capture)} }}")
    has_a_conversation(chat)
    chat.field.click()
    page.keyboard.type("noch eine Frage")
    expect(chat.field).to_have_value("noch eine Frage")
    page.keyboard.press("Tab")
    assert chat.focused() == "send"
    page.locator("#own").focus()
    assert chat.focused() == "BUTTON"  # on its own page the modal rules as before


FOREIGN = ('data-cfasync="false"', 'data-cookieconsent="ignore"', 'data-usercentrics="Chat"', 'data-no-optimize="1"')


@pytest.mark.parametrize("attribute", FOREIGN)
def test_attributes_of_others_make_no_second_chat(
    page: Page, site: FakeServer, server: FakeServer, attribute: str
) -> None:
    tag = f'<script src="{server.url}/widget.js" defer data-lang="de"></script>'
    html = host(server, head=tag.replace("defer", f"defer {attribute}"), attributes='data-lang="de"')
    chat = visit(page, site, html)
    expect(page.locator("bowe-chat")).to_have_count(1)
    has_a_conversation(chat)


def test_two_tags_with_different_options_are_two_chats(page: Page, site: FakeServer, server: FakeServer) -> None:
    tag = f'<script src="{server.url}/widget.js" defer data-position="left" data-name="zweiter"></script>'
    visit(page, site, host(server, head=tag))
    expect(page.locator("bowe-chat")).to_have_count(2)


@pytest.mark.parametrize("options", ["", 'data-server="/chat"', 'data-server="/chat/"'])
def test_a_server_under_a_path_is_found_beside_the_script(page: Page, server: FakeServer, options: str) -> None:
    server.pages["/page"] = HostPage(
        f'<!doctype html><html lang="de"><script src="/chat/widget.js" defer {options}></script>'
    )
    has_a_conversation(Chat(page, f"{server.url}/page").visit())
    assert {path for path in server.seen if "/visitor/" in path} == {
        "/chat/webhooks/visitor/sessions", "/chat/webhooks/visitor/messages",
    }  # fmt: skip


@pytest.mark.parametrize("folder", ["", "/chat"])
def test_a_module_tag_is_a_tag_like_any_other(page: Page, site: FakeServer, server: FakeServer, folder: str) -> None:
    html = f'<!doctype html><html lang="de"><script type="module" src="{server.url}{folder}/widget.js?v=2" data-label="Fragen?"></script>'
    chat = visit(page, site, html)
    expect(chat.launcher).to_contain_text("Fragen?")
    has_a_conversation(chat)


def test_an_imported_file_says_what_is_missing(page: Page, site: FakeServer, server: FakeServer) -> None:
    lines: list[str] = []
    page.on("console", lambda line: lines.append(line.text))
    html = f'<!doctype html><script type="module">import "{server.url}/widget.js"</script>'
    visit(page, site, html)
    page.wait_for_timeout(1300)
    assert [line for line in lines if "BoWEChat.mount" in line]
    expect(page.locator("bowe-chat")).to_have_count(0)


def test_an_imported_file_that_is_mounted_says_nothing(page: Page, site: FakeServer, server: FakeServer) -> None:
    lines: list[str] = []
    page.on("console", lambda line: lines.append(line.text))
    html = f"""<!doctype html><html lang="de"><script type="module">import "{server.url}/widget.js";
      BoWEChat.mount({{ server: "{server.url}" }})</script>"""
    has_a_conversation(visit(page, site, html))
    page.wait_for_timeout(1300)
    assert not [line for line in lines if "BoWEChat" in line]


def test_a_tag_made_by_a_script_works(page: Page, site: FakeServer, server: FakeServer) -> None:
    script = (
        f"document.head.append(Object.assign(document.createElement('script'), {{ src: '{server.url}/widget.js' }}))"
    )
    has_a_conversation(visit(page, site, f'<!doctype html><html lang="de"><title>x</title><script>{script}</script>'))


def test_an_inlined_file_asks_the_server_it_is_told(page: Page, site: FakeServer, server: FakeServer) -> None:
    """Optimisers put scripts into the page, or into a file of their own."""
    script = f'<script data-server="{server.url}">{WIDGET_SOURCE}</script>'
    has_a_conversation(
        visit(page, site, f'<!doctype html><html lang="de"><meta charset="utf-8"><title>x</title>{script}')
    )


# What input methods send: Safari ends the composition first, and says it by the old number only.
COMPOSED = """(field, init) => field.dispatchEvent(Object.defineProperty(
  new KeyboardEvent("keydown", { bubbles: true, composed: true, cancelable: true, ...init }), "keyCode", { value: init.keyCode }))"""


@pytest.mark.parametrize("key", ["Enter", "Escape"])
@pytest.mark.parametrize("sign", [{"keyCode": 229}, {"keyCode": 13, "isComposing": True}], ids=["safari", "others"])
def test_the_keys_of_an_input_method_stay_its_own(
    chat: Chat, server: FakeServer, key: str, sign: dict[str, object]
) -> None:
    chat.open()
    chat.field.fill("ボーフム")
    chat.field.evaluate(COMPOSED, {"key": key, **sign})
    expect(chat.field).to_have_value("ボーフム")
    expect(chat.dialog).to_be_visible()
    assert not server.texts()
    chat.field.press("Enter")
    expect(chat.answers).to_have_count(2)
    assert server.texts() == ["ボーフム"]
