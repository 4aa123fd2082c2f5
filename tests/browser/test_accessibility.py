"""WCAG 2.2 AA as far as a machine can tell: axe-core in every state, keyboard, focus, announcements, sizes, zoom."""

# ruff: noqa: E501 (markup, scripts and sentences are left in one piece)
from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from . import states
from .chat import Chat
from .fake_server import STUDENTS, FakeServer, Refusal

LOOKS: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "forced-colors": {"forced_colors": "active"},
    "forced-colors-dark": {"forced_colors": "active", "color_scheme": "dark"},
    "zoom-400": {"viewport": {"width": 320, "height": 200}, "device_scale_factor": 4},
    "narrow": {"viewport": {"width": 320, "height": 640}},
    "phone": {
        "viewport": {"width": 390, "height": 760}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2,
    },
    "phone-dark": {
        "viewport": {"width": 390, "height": 760}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2,
        "color_scheme": "dark",
    },
    "wide": {"viewport": {"width": 3840, "height": 2160}},
}  # fmt: skip
THOROUGH = {"light": states.ALL, "dark": states.ALL, "forced-colors": states.CENTRAL, "zoom-400": states.CENTRAL,
            "phone": states.CENTRAL}  # fmt: skip
FEW = (states.closed, states.answered, states.deleting)
CASES = [(look, reach) for look in LOOKS for reach in THOROUGH.get(look, FEW)]
# What can be pressed, with its size and name; links within a sentence may be as high as its line.
CONTROLS = """() => {
  const all = (root) => [...root.querySelectorAll("*")].flatMap((node) =>
    node.shadowRoot ? [node, ...all(node.shadowRoot)] : [node]);
  return all(document.querySelector("bowe-chat").shadowRoot)
    .filter((node) => node.matches("button, textarea, footer a") && node.checkVisibility())
    .map((node) => [node.id || node.className || node.textContent, node.offsetWidth, node.offsetHeight]);
}"""
# Every word and icon that can be seen, with the contrast to what lies behind it; a mark of state may be grey.
CONTRASTS = """() => {
  const all = (root) => [...root.querySelectorAll("*")].flatMap((node) =>
    node.shadowRoot ? [node, ...all(node.shadowRoot)] : [node]);
  const parse = (colour) => { const [r, g, b, a = 1] = colour.match(/[\\d.]+/g).map(Number); return { rgb: [r, g, b], a }; };
  const luminance = ({ rgb }) => rgb.map((part) => part / 255)
    .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
  const contrast = (...colours) => {
    const [dark, light] = colours.map(luminance).sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  };
  const parentOf = (node) => node.parentElement ?? node.getRootNode().host;
  const ground = (node) => {
    for (; node; node = parentOf(node)) {
      const colour = parse(getComputedStyle(node).backgroundColor);
      if (colour.a === 1) return colour;
    }
    return { rgb: matchMedia("(prefers-color-scheme: dark)").matches ? [0, 0, 0] : [255, 255, 255] };
  };
  const hasText = (node) => [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
  return all(document.querySelector("bowe-chat").shadowRoot)
    .filter((node) => node.checkVisibility() && !node.closest(".hidden, [aria-disabled=true]"))
    .filter((node) => node.localName === "path" || hasText(node))
    .map((node) => {
      const style = getComputedStyle(node);
      const ink = parse(node.localName === "path" ? style.stroke : style.color);
      return [`${node.parentElement?.className} ${node.parentElement?.id} ${node.textContent}`, contrast(ink, ground(node)), ink.rgb, ground(node).rgb];
    });
}"""
# What could need scrolling sideways, with the width of its content and its own.
BOXES = """() => [...document.querySelector("bowe-chat").shadowRoot.querySelector("bowe-chat-panel")?.shadowRoot
  .querySelectorAll("dialog, header, .scroll, .composer, .veil, [role=alertdialog]") ?? []]
  .map((node) => [node.className || node.localName, node.scrollWidth, node.clientWidth])"""
# Every text that an assistive technology would read out from a live region, as it is put there.
LISTEN = """() => {
  window.spoken = [];
  const root = document.querySelector("bowe-chat").shadowRoot.querySelector("bowe-chat-panel").shadowRoot;
  for (const region of root.querySelectorAll("[role=log], [role=status], [role=alert]"))
    new MutationObserver((records) => {
      for (const { type, addedNodes, target } of records)
        for (const node of type === "characterData" ? [target] : addedNodes) {
          if ((node.parentElement ?? region).closest("[aria-hidden=true]")) continue;
          const text = node.textContent.trim();
          if (text) window.spoken.push([region.getAttribute("role"), text]);
        }
    }).observe(region, { childList: true, subtree: true, characterData: true });
}"""


@pytest.mark.parametrize(("look", "reach"), CASES, ids=[f"{look}-{reach.__name__}" for look, reach in CASES])
def test_every_state_is_accessible_in_every_look(
    look: str, reach: states.Reach, new_page: Callable[..., Page], server: FakeServer
) -> None:
    """axe-core finds nothing, every target is at least 24 × 24 pixels, nothing needs scrolling sideways."""
    chat = Chat(new_page(**LOOKS[look]), f"{server.url}/")
    reach(chat, server)
    chat.photograph(f"{reach.__name__}-{look}")
    assert chat.violations(whole_page=look == "light") == []
    controls = chat.page.evaluate(CONTROLS)
    assert controls
    assert [control for control in controls if min(control[1:]) < 24] == []
    assert [box for box in chat.page.evaluate(BOXES) if box[1] > box[2]] == []


@pytest.mark.parametrize("reach", [*states.CENTRAL, states.waiting], ids=lambda reach: reach.__name__)
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_forced_colours_leave_every_word_and_icon_visible(
    scheme: str, width: int, reach: states.Reach, new_page: Callable[..., Page], server: FakeServer
) -> None:
    """axe leaves out icons, and what only the browser's plate behind the letters makes readable."""
    page = new_page(forced_colors="active", color_scheme=scheme, viewport={"width": width, "height": 760})
    chat = Chat(page, f"{server.url}/")
    reach(chat, server)
    contrasts = page.evaluate(CONTRASTS)
    assert contrasts
    assert [found for found in contrasts if found[1] < 4.5] == []


@pytest.mark.parametrize("accent", ["#ffcc00", "#f5f5f5", "#111111", "#e2001a", "#00ff88"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_any_accent_stays_readable(accent: str, scheme: str, new_page: Callable[..., Page], server: FakeServer) -> None:
    chat = Chat(new_page(color_scheme=scheme), f"{server.url}/").visit()
    chat.page.evaluate(f"BoWEChat.element.configure({{accent: '{accent}'}})")
    chat.launcher.click()
    chat.ask(STUDENTS)
    chat.photograph(f"accent-{accent[1:]}-{scheme}")
    assert chat.violations() == []


def test_at_400_percent_zoom_everything_can_be_scrolled_to_and_used(
    new_page: Callable[..., Page], server: FakeServer
) -> None:
    chat = Chat(new_page(**LOOKS["zoom-400"]), f"{server.url}/").open().ask(STUDENTS)
    expect(chat.questions.last).to_be_in_viewport()
    for control in (chat.button("Hilfreich"), chat.field, chat.button("Mit einem Menschen sprechen")):
        control.scroll_into_view_if_needed()
        expect(control).to_be_in_viewport(ratio=0.9)


def test_from_first_visit_to_a_sourced_answer_by_keyboard_alone(chat: Chat) -> None:
    keyboard = chat.page.keyboard
    chat.visit()
    for _ in range(60):
        keyboard.press("Tab")
        if chat.focused() == "launcher":
            break
    assert chat.focused() == "launcher"
    keyboard.press("Enter")
    expect(chat.field).to_be_focused()
    expect(chat.answers).to_have_count(1)
    keyboard.type(STUDENTS)
    keyboard.press("Enter")
    expect(chat.answers.last).to_contain_text("60.000")
    expect(chat.field).to_be_focused()
    path = []
    for _ in range(9):
        keyboard.press("Shift+Tab")
        path.append(chat.focused())
    assert path == ["choice", "choice", "tool", "tool", "tool", "tool", "A", "scroll", "close"]
    keyboard.press("Escape")
    expect(chat.launcher).to_be_focused()
    expect(chat.dialog).to_be_hidden()


def test_the_order_of_focus_follows_the_reading_order(chat: Chat) -> None:
    chat.open().ask(STUDENTS)
    chat.button("Weitere Funktionen").focus()
    path = []
    for _ in range(13):
        path.append(chat.focused())
        chat.page.keyboard.press("Tab")
    assert path == [
        "menu-button", "close", "scroll", "A", "tool", "tool", "tool", "tool", "choice", "choice", "field", "send",
        "person",
    ]  # fmt: skip


def test_focus_is_always_visible(chat: Chat) -> None:
    chat.open().ask(STUDENTS)
    chat.button("Weitere Funktionen").focus()
    for _ in range(13):
        style = chat.page.evaluate(
            """() => {
              let node = document.activeElement;
              while (node.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
              const { outlineStyle, outlineWidth } = getComputedStyle(node);
              const around = getComputedStyle(node.parentElement).boxShadow;
              return [node.id || node.className, outlineStyle === "solid" && parseFloat(outlineWidth) >= 2 || around !== "none"];
            }"""
        )
        assert style[1], style
        chat.page.keyboard.press("Tab")


def test_escape_closes_the_innermost_thing_first(chat: Chat) -> None:
    chat.open()
    chat.root.locator("#menu-button").click()
    chat.page.keyboard.press("Escape")
    expect(chat.root.locator("#menu")).to_be_hidden()
    assert chat.focused() == "menu-button"
    chat.page.keyboard.press("Escape")
    expect(chat.launcher).to_be_focused()


def test_escape_on_the_page_does_not_close_the_chat(chat: Chat) -> None:
    chat.open()
    chat.page.locator("main button").first.focus()
    chat.page.keyboard.press("Escape")
    expect(chat.dialog).to_be_visible()


def test_the_focus_returns_to_what_opened_the_chat(chat: Chat) -> None:
    chat.visit()
    opener = chat.page.locator("[data-ask='']")
    opener.focus()
    chat.page.keyboard.press("Enter")
    expect(chat.field).to_be_focused()
    chat.page.keyboard.press("Escape")
    expect(opener).to_be_focused()


def test_the_focus_stays_in_the_question_before_a_deletion(chat: Chat) -> None:
    states.deleting(chat, None)  # type: ignore[arg-type]
    seen = set()
    for _ in range(4):
        seen.add(chat.focused())
        chat.page.keyboard.press("Tab")
    assert {"cancel", "confirm"} <= seen
    assert not seen & {"field", "close", "menu-button", "scroll"}


def test_on_a_phone_the_page_behind_the_chat_cannot_be_reached(
    new_page: Callable[..., Page], server: FakeServer
) -> None:
    chat = Chat(new_page(**LOOKS["narrow"]), f"{server.url}/").open()
    assert chat.dialog.evaluate("(dialog) => dialog.matches(':modal')")
    chat.page.keyboard.press("Escape")
    expect(chat.launcher).to_be_focused()
    chat.launcher.click()
    expect(chat.dialog).to_be_visible()


def test_turning_to_a_small_window_keeps_focus_and_draft(chat: Chat) -> None:
    chat.open()
    chat.field.fill("halb fertig")
    chat.page.set_viewport_size({"width": 360, "height": 640})
    expect(chat.field).to_be_focused()
    assert chat.dialog.evaluate("(dialog) => dialog.matches(':modal')")
    chat.page.set_viewport_size({"width": 1280, "height": 800})
    expect(chat.field).to_be_focused()
    expect(chat.field).to_have_value("halb fertig")
    assert not chat.dialog.evaluate("(dialog) => dialog.matches(':modal')")


def test_new_messages_are_announced_once(chat: Chat) -> None:
    chat.open()
    chat.page.evaluate(LISTEN)
    chat.ask(STUDENTS)
    chat.button("Hilfreich").click()
    expect(chat.status).to_have_text("Danke für Ihre Rückmeldung.")
    chat.field.press_sequentially("noch eine Frage")
    chat.page.keyboard.press("Escape")
    chat.launcher.click()
    expect(chat.field).to_be_focused()
    spoken = chat.page.evaluate("window.spoken")
    log = [text for role, text in spoken if role == "log"]
    assert len([text for text in log if "60.000" in text]) == 1
    assert len([text for text in log if STUDENTS in text]) == 1
    assert not [text for text in log if "Guten Tag" in text]  # it was there before
    assert not [text for text in log if "Hilfreich" in text]  # buttons are not news
    assert [text for role, text in spoken if role == "status"] == ["Danke für Ihre Rückmeldung."]
    assert not [text for role, text in spoken if role == "alert"]


def test_a_failure_is_announced_at_once(chat: Chat, server: FakeServer) -> None:
    chat.open()
    chat.page.evaluate(LISTEN)
    server.refuse("/messages", Refusal(503, "unavailable", "Gerade nicht erreichbar."))
    chat.ask(STUDENTS, wait=False)
    expect(chat.alert).to_contain_text("Gerade nicht erreichbar.")
    alerts = [text for role, text in chat.page.evaluate("window.spoken") if role == "alert"]
    assert len(alerts) == 1


def test_the_browser_tells_assistive_technology_what_is_what(chat: Chat) -> None:
    chat.open().ask(STUDENTS)
    expect(chat.dialog).to_have_role("dialog")
    expect(chat.dialog).to_have_accessible_name("Fragen zu Bochum")
    expect(chat.dialog).to_have_accessible_description("Automatisierter Assistent")
    expect(chat.log).to_have_accessible_name("Gesprächsverlauf")
    expect(chat.field).to_have_accessible_name("Ihre Frage")
    expect(chat.root.locator(".send")).to_have_accessible_name("Senden")
    expect(chat.root.get_by_role("group", name="War das hilfreich?")).to_be_visible()
    expect(chat.answers.last.get_by_role("link")).to_have_accessible_name(re.compile("öffnet in neuem Tab"))
    tree = chat.page.context.new_cdp_session(chat.page).send("Accessibility.getFullAXTree")["nodes"]
    log = next(node for node in tree if node.get("role", {}).get("value") == "log")
    assert {one["name"]: one["value"]["value"] for one in log["properties"]}["live"] == "polite"


def test_the_speaker_of_each_message_is_named_in_words(chat: Chat) -> None:
    chat.open().ask(STUDENTS)
    expect(chat.questions.last.locator(".hidden").first).to_have_text("Sie:")
    expect(chat.answers.last.locator(".hidden").first).to_have_text("Assistent:")


def test_passages_in_another_language_are_marked(chat: Chat, server: FakeServer) -> None:
    states.answered(chat, server)
    expect(chat.button("English")).to_have_attribute("lang", "en")
    chat.button("English").click()
    expect(chat.button("Deutsch")).to_have_attribute("lang", "de")
    expect(chat.answers.first.locator(".bubble")).to_have_attribute("lang", "de")
    expect(chat.answers.last.locator(".bubble")).to_have_attribute("lang", "en")


def test_nothing_moves_for_those_who_do_not_want_it(chat: Chat, server: FakeServer) -> None:
    states.waiting(chat, server)
    moving = chat.dialog.evaluate(
        "(dialog) => [dialog, ...dialog.querySelectorAll('*')].flatMap((n) => n.getAnimations()).length"
    )
    assert moving == 0
