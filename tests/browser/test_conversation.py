"""What a visitor does when everything works."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from .chat import Chat
from .fake_server import STUDENTS, UNIVERSITIES, FakeServer, message
from .fake_server import Page as HostPage

RECORD_EVENTS = """() => {
  window.heard = [];
  for (const name of ["opened", "closed", "message", "answered", "feedback"])
    document.addEventListener(name, (event) => window.heard.push([name, event.target.localName, event.detail]));
}"""


def test_nothing_is_asked_of_the_server_before_the_visitor_opens_the_chat(chat: Chat, server: FakeServer) -> None:
    chat.visit()
    expect(chat.launcher).to_be_visible()
    assert not server.heard
    assert chat.kept() == {}


def test_the_first_words_greet_name_the_automat_and_offer_the_topics(chat: Chat) -> None:
    chat.open()
    expect(chat.answers).to_contain_text("Guten Tag, wie können wir Ihnen helfen?")
    expect(chat.answers).to_contain_text("automatisierten Assistenten")
    expect(chat.dialog.get_by_text("Automatisierter Assistent", exact=True)).to_be_visible()
    expect(chat.root.locator(".choice")).to_have_text(["Bochum Strategie 2030", "Hochschulen", "Standort"])


def test_a_typed_question_gets_its_answer_with_source_and_stand(chat: Chat) -> None:
    chat.open().ask(STUDENTS)
    answer = chat.answers.last
    expect(answer).to_contain_text("60.000")
    expect(answer).to_contain_text("Stand: ohne Datum")
    link = answer.get_by_role("link")
    expect(link).to_have_attribute("href", re.compile("^https://www.bochum-wirtschaft.de/"))
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    expect(answer.locator("time")).to_have_text(re.compile(r"^\d\d:\d\d$"))


def test_lists_and_paragraphs_are_told_apart(chat: Chat) -> None:
    chat.open().ask(UNIVERSITIES)
    bubble = chat.answers.last.locator(".bubble")
    expect(bubble.locator(":scope > p")).to_have_count(2)
    expect(bubble.locator(":scope > ul > li")).to_have_count(3)
    expect(chat.answers.last.locator(".origin a")).to_have_count(2)


def test_shift_enter_breaks_the_line_and_enter_sends(chat: Chat, server: FakeServer) -> None:
    chat.open()
    chat.field.press_sequentially("Guten Tag")
    chat.field.press("Shift+Enter")
    chat.field.press_sequentially("zweite Zeile")
    chat.field.press("Enter")
    expect(chat.answers).to_have_count(2)
    assert server.texts() == ["Guten Tag\nzweite Zeile"]
    expect(chat.field).to_have_value("")


def test_a_quick_reply_sends_its_payload_and_shows_its_title(chat: Chat, server: FakeServer) -> None:
    chat.open()
    chat.button("Hochschulen").click()
    expect(chat.questions).to_contain_text("Hochschulen")
    assert server.texts() == ['/antwort{"id": "Hochschulen"}']
    assert chat.focused() == "field"


def test_two_answers_in_one_turn_are_both_shown_and_judged_together(chat: Chat, server: FakeServer) -> None:
    server.answers["Beides?"] = server.answers[STUDENTS] + server.answers[UNIVERSITIES]
    chat.open().ask("Beides?")
    expect(chat.answers).to_have_count(3)
    chat.button("Hilfreich").click()
    expect(chat.button("Hilfreich")).to_have_attribute("aria-pressed", "true")
    chat.page.wait_for_timeout(100)
    assert len({body["message_id"] for body in server.bodies("/feedback")}) == 2


def test_feedback_is_sent_at_once_and_a_comment_after_it(chat: Chat, server: FakeServer) -> None:
    chat.open().ask(STUDENTS)
    chat.button("Nicht hilfreich").click()
    expect(chat.status).to_have_text("Danke für Ihre Rückmeldung.")
    chat.root.locator("#comment").fill("Zu knapp.")
    chat.button("Absenden").click()
    expect(chat.root.locator("#comment")).to_have_count(0)
    expect(chat.root.locator(".thanks")).to_be_focused()
    first, second = server.bodies("/feedback")
    assert first == {"message_id": second["message_id"], "helpful": False}
    assert second["comment"] == "Zu knapp."


def test_only_curated_answers_can_be_judged(chat: Chat) -> None:
    chat.open().ask("Wie wird das Wetter?")
    expect(chat.button("Hilfreich")).to_have_count(0)
    expect(chat.root.locator(".choice")).to_have_count(2)


def test_an_answer_can_be_told_more_simply(chat: Chat, server: FakeServer) -> None:
    chat.open().ask(STUDENTS)
    chat.button("Bitte einfacher").click()
    expect(chat.answers.last).to_contain_text("In Bochum studieren")
    assert server.texts()[-1] == "Bitte einfacher"
    expect(chat.button("Bitte einfacher")).to_have_count(0)


def test_an_answer_can_be_told_in_english_and_the_labels_follow(chat: Chat, server: FakeServer) -> None:
    chat.open().ask(STUDENTS)
    chat.button("English").click()
    expect(chat.answers.last).to_contain_text("60,000 students")
    expect(chat.answers.last.locator(".bubble")).to_have_attribute("lang", "en")
    expect(chat.answers.last).to_contain_text("As of: undated")
    assert server.texts()[-1] == "In English, please"
    expect(chat.button("Close chat")).to_be_visible()
    expect(chat.dialog).to_have_attribute("lang", "en")
    expect(chat.answers.first.locator(".bubble")).to_have_attribute("lang", "de")
    expect(chat.button("Deutsch")).to_be_visible()


def test_a_person_can_be_asked_for_at_any_time(chat: Chat, server: FakeServer) -> None:
    chat.open()
    chat.button("Mit einem Menschen sprechen").click()
    answer = chat.answers.last
    expect(answer.get_by_role("link", name="kontakt@bochum-wirtschaft.de")).to_have_attribute(
        "href", "mailto:kontakt@bochum-wirtschaft.de"
    )
    expect(answer.get_by_role("link", name="www.bochum-wirtschaft.de")).to_have_attribute(
        "href", "https://www.bochum-wirtschaft.de"
    )
    assert server.texts() == ["Ich möchte mit einem Menschen sprechen"]


def test_the_privacy_notice_is_one_click_away(chat: Chat) -> None:
    chat.open()
    expect(chat.root.get_by_role("link", name="Datenschutz")).to_have_attribute("href", re.compile("datenschutz"))


def test_the_conversation_can_be_downloaded_as_text(chat: Chat, tmp_path: Path) -> None:
    chat.open().ask(STUDENTS)
    with chat.page.expect_download() as download:
        chat.choose_from_menu("Gespräch herunterladen")
    assert re.fullmatch(r"gespraech-\d{4}-\d\d-\d\d\.txt", download.value.suggested_filename)
    download.value.save_as(tmp_path / "file.txt")
    text = (tmp_path / "file.txt").read_text(encoding="utf-8")
    for part in (
        "Automatisierter Assistent",
        STUDENTS,
        "60.000",
        "Quelle: Bochum Strategie 2030",
        "Stand: ohne Datum",
    ):
        assert part in text


def test_the_conversation_can_be_deleted_here_and_on_the_server(chat: Chat, server: FakeServer) -> None:
    chat.open().ask(STUDENTS)
    chat.choose_from_menu("Gespräch löschen")
    assert chat.focused() == "cancel"
    chat.button("Löschen").click()
    expect(chat.dialog.get_by_text("Ihr Gespräch ist gelöscht.").first).to_be_visible()
    assert not server.tokens
    expect(chat.root.locator("li.bot, li.visitor")).to_have_count(0)
    assert STUDENTS not in str(chat.kept())
    assert chat.focused() == "restart"
    chat.button("Neues Gespräch beginnen").click()
    expect(chat.answers).to_have_count(1)
    assert len(server.tokens) == 1


def test_a_deletion_can_be_called_off(chat: Chat, server: FakeServer) -> None:
    chat.open()
    chat.choose_from_menu("Gespräch löschen")
    chat.page.keyboard.press("Escape")
    expect(chat.root.get_by_role("alertdialog")).to_have_count(0)
    expect(chat.answers).to_have_count(1)
    assert chat.focused() == "menu-button"
    assert len(server.tokens) == 1


def test_the_conversation_survives_a_page_change_in_the_tab(chat: Chat, server: FakeServer) -> None:
    chat.open().ask(STUDENTS)
    chat.field.fill("noch nicht fertig")
    chat.page.goto(f"{chat.url}demo/datenschutz.html")
    expect(chat.answers.last).to_contain_text("60.000")
    expect(chat.dialog).to_be_visible()
    expect(chat.field).to_have_value("noch nicht fertig")
    assert chat.focused() == "BODY"  # an open chat does not take the focus of the next page
    chat.ask(UNIVERSITIES)
    assert len(server.tokens) == 1


def test_a_closed_chat_stays_closed_on_the_next_page(chat: Chat) -> None:
    chat.open()
    chat.button("Chat schließen").click()
    chat.page.reload()
    expect(chat.launcher).to_be_visible()
    expect(chat.dialog).to_have_count(0)


def test_an_answer_to_a_closed_chat_is_marked_on_the_launcher(chat: Chat, server: FakeServer) -> None:
    chat.open()
    server.delay_seconds = 0.5
    chat.ask(STUDENTS, wait=False)
    chat.button("Chat schließen").click()
    expect(chat.root.get_by_role("button", name="Neue Antwort")).to_be_visible()
    expect(chat.root.locator(".badge")).to_be_visible()
    chat.launcher.click()
    expect(chat.answers.last).to_contain_text("60.000")


def test_a_long_answer_is_shown_from_its_beginning(chat: Chat, server: FakeServer) -> None:
    server.answers["lang"] = [message("\n\n".join(f"Absatz {number}: " + "Wort " * 40 for number in range(12)))]
    chat.open().ask("lang")
    expect(chat.questions.last).to_be_in_viewport()


def test_two_tabs_hold_two_conversations(chat: Chat, server: FakeServer) -> None:
    chat.open().ask(STUDENTS)
    other = Chat(chat.page.context.new_page(), chat.url).open()
    expect(other.questions).to_have_count(0)
    other.ask(UNIVERSITIES)
    expect(chat.questions).to_have_count(1)
    assert len(server.tokens) == 2
    tokens = [heard.headers["Authorization"] for heard in server.heard if heard.path == "/messages"]
    assert len(set(tokens)) == 2


def test_the_page_hears_what_happens(chat: Chat, server: FakeServer) -> None:
    chat.visit()
    chat.page.evaluate(RECORD_EVENTS)
    chat.page.evaluate("() => { window.atWindow = 0; addEventListener('message', () => { window.atWindow += 1; }); }")
    chat.launcher.click()
    expect(chat.answers).to_have_count(1)
    chat.ask(STUDENTS)
    chat.button("Hilfreich").click()
    expect(chat.status).to_have_text("Danke für Ihre Rückmeldung.")
    chat.button("Chat schließen").click()
    heard: list[list[Any]] = chat.page.evaluate("window.heard")
    assert [name for name, *_ in heard] == ["opened", "message", "answered", "feedback", "closed"]
    assert {target for _, target, _ in heard} == {"bowe-chat"}
    details = {name: detail for name, _, detail in heard}
    assert details["message"] == {"text": STUDENTS}
    assert details["answered"]["messages"][0]["answerId"] == "hochschulen/studierende-gesamt"
    assert details["feedback"]["helpful"] is True
    # At the window »message« is how frames talk to each other: a page's listeners for that are left in peace.
    assert chat.page.evaluate("window.atWindow") == 0


def test_everything_can_be_set_and_called_from_javascript(chat: Chat, server: FakeServer) -> None:
    chat.visit()
    chat.page.evaluate("BoWEChat.element.configure({title: 'Rat & Tat', lang: 'en', accent: '#ffcc00'})")
    chat.page.evaluate(f"BoWEChat.element.send({STUDENTS!r})")
    expect(chat.answers).to_have_count(2)
    expect(chat.dialog).to_have_accessible_name("Rat & Tat")
    expect(chat.field).to_have_attribute("placeholder", "Your question …")
    assert server.bodies("/sessions") == [{"lang": "en"}]
    chat.page.evaluate("BoWEChat.element.close()")
    expect(chat.launcher).to_be_focused()
    chat.page.evaluate("BoWEChat.element.configure({title: null, lang: null})")
    expect(chat.launcher).to_contain_text("Frage stellen")


@pytest.mark.parametrize(
    ("page_lang", "browser_lang", "attribute", "expected"),
    [
        ("de", "en-GB", None, "Frage stellen"),
        ("en-US", "de-DE", None, "Ask a question"),
        ("ar", "de-DE", None, "Ask a question"),
        ("", "de-DE", None, "Frage stellen"),
        ("", "fr-FR", None, "Ask a question"),
        ("en", "en-GB", "de", "Frage stellen"),
        ("de", "de-DE", "page", "Frage stellen"),
    ],
)
def test_the_language_is_the_pages_unless_it_is_set(
    new_page: Any, server: FakeServer, page_lang: str, browser_lang: str, attribute: str | None, expected: str
) -> None:

    lang = f'data-lang="{attribute}"' if attribute else ""
    server.pages["/page"] = HostPage(
        f'<html lang="{page_lang}"><title>x</title><body><script src="/widget.js" {lang}></script>'
    )
    page: Page = new_page(locale=browser_lang)
    expect(Chat(page, f"{server.url}/page").visit().launcher).to_contain_text(expected)
