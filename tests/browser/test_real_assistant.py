"""The widget against the real servers: first visit to sourced answer, by mouse, by keyboard and on a phone."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from .chat import SCREENSHOTS, Chat

QUESTION = "Wie viele Studierende hat Bochum?"
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}


def _expect_the_sourced_answer(chat: Chat) -> None:
    answer = chat.answers.last
    expect(answer).to_contain_text("60.000")
    expect(answer.get_by_role("link").first).to_have_attribute(
        "href", "https://www.bochum-wirtschaft.de/standort-bochum/bochum-strategie-2030/"
    )
    expect(answer).to_contain_text("Stand")


def test_by_mouse(stack: str, page: Page) -> None:
    chat = Chat(page, f"{stack}/").open()
    expect(chat.answers.first).to_contain_text("Guten Tag, wie können wir Ihnen helfen?")
    expect(chat.answers.first).to_contain_text("automatisiert")
    chat.ask(QUESTION)
    _expect_the_sourced_answer(chat)
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / "real-answered.png")


def test_by_keyboard_alone(stack: str, page: Page) -> None:
    chat = Chat(page, f"{stack}/").visit()
    chat.launcher.focus()
    page.keyboard.press("Enter")
    expect(chat.answers.first).to_be_visible()
    expect(chat.field).to_be_focused()
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    expect(chat.answers).to_have_count(2)
    _expect_the_sourced_answer(chat)
    page.keyboard.press("Escape")
    expect(chat.launcher).to_be_focused()


def test_on_a_phone(stack: str, new_page: Callable[..., Page]) -> None:
    page = new_page(**PHONE)
    chat = Chat(page, f"{stack}/").open()
    chat.ask(QUESTION)
    _expect_the_sourced_answer(chat)
    page.screenshot(path=SCREENSHOTS / "real-phone.png")


def test_topic_button_plain_language_english_and_feedback(stack: str, page: Page) -> None:
    chat = Chat(page, f"{stack}/").open()
    chat.button("Bochum Strategie 2030").click()
    expect(chat.answers).to_have_count(2)
    chat.button("Was ist die Bochum Strategie?").last.click()
    expect(chat.answers).to_have_count(3)
    expect(chat.answers.last).to_contain_text("Strategie")
    chat.button("Bitte einfacher").last.click()
    expect(chat.answers).to_have_count(4)
    chat.button("English").last.click()
    expect(chat.answers).to_have_count(5)
    expect(chat.answers.last).to_contain_text("Source")


def test_a_question_without_an_answer_offers_the_contact(stack: str, page: Page) -> None:
    chat = Chat(page, f"{stack}/").open()
    chat.ask("Wie wird das Wetter morgen?")
    expect(chat.answers.last).to_contain_text("Dazu liegt mir keine Antwort vor")
    chat.button("Kontakt zu einem Menschen").last.click()
    expect(chat.answers.last).to_contain_text("kontakt@bochum-wirtschaft.de")


def test_a_deleted_conversation_is_gone_on_the_server(stack: str, page: Page) -> None:
    chat = Chat(page, f"{stack}/").open()
    chat.ask(QUESTION)
    token = page.evaluate("Object.values(sessionStorage).join(' ').match(/[0-9a-f]{32}/)[0]")
    page.once("dialog", lambda dialog: dialog.accept())
    chat.choose_from_menu("Gespräch löschen")
    confirm = chat.root.get_by_role("button", name="Löschen", exact=True)
    if confirm.count():
        confirm.click()
    expect(chat.questions).to_have_count(0)
    response = page.request.post(
        f"{stack}/webhooks/visitor/messages",
        headers={"Authorization": f"Bearer {token}"},
        data={"message": QUESTION},
    )
    assert response.status == 401
