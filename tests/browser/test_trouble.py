"""What a visitor sees when something goes wrong, and how it goes on."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from .chat import Chat
from .fake_server import STUDENTS, FakeServer, Refusal

UNAVAILABLE = Refusal(503, "unavailable", "Der Assistent ist gerade nicht erreichbar.")
CUT = Refusal(0)


def test_a_message_under_way_is_shown_as_such(chat: Chat, server: FakeServer) -> None:
    chat.open()
    server.delay_seconds = 2.0
    chat.ask(STUDENTS, wait=False)
    expect(chat.questions.last).to_contain_text("Wird gesendet")
    expect(chat.root.locator(".waiting")).to_contain_text("Antwort wird gesucht")
    expect(chat.root.locator(".send")).to_have_attribute("aria-disabled", "true")
    expect(chat.status).to_have_text("Antwort wird gesucht …")
    expect(chat.answers).to_have_count(2)
    expect(chat.status).to_have_text("")


def test_a_long_wait_is_excused(chat: Chat, server: FakeServer) -> None:
    chat.page.clock.install()
    chat.open()
    server.delay_seconds = 1.0
    chat.ask(STUDENTS, wait=False)
    chat.page.clock.fast_forward(9000)
    expect(chat.root.locator(".waiting")).to_contain_text("länger als gewöhnlich")
    expect(chat.answers).to_have_count(2)


@pytest.mark.parametrize("refusal", [UNAVAILABLE, CUT, Refusal(502)], ids=["unavailable", "cut", "proxy"])
def test_a_failed_message_can_be_sent_again(chat: Chat, server: FakeServer, refusal: Refusal) -> None:
    chat.open()
    server.refuse("/messages", refusal, *([CUT] if refusal is CUT else []))  # browsers try a cut line once more
    chat.ask(STUDENTS, wait=False)
    expect(chat.questions.last).to_contain_text("Nicht gesendet.")
    expect(chat.alert).not_to_be_empty()
    server.refusals.clear()
    chat.button("Erneut senden").click()
    expect(chat.answers.last).to_contain_text("60.000")
    expect(chat.alert).to_be_empty()
    expect(chat.questions).to_have_count(1)


def test_offline_is_said_at_once_and_taken_back(chat: Chat) -> None:
    chat.open()
    chat.page.context.set_offline(True)
    expect(chat.alert).to_contain_text("Sie sind offline")
    chat.ask(STUDENTS, wait=False)
    expect(chat.questions.last).to_contain_text("Nicht gesendet.")
    expect(chat.alert).to_contain_text("Sie sind offline")
    chat.page.context.set_offline(False)
    expect(chat.alert).to_be_empty()
    expect(chat.status).to_have_text("Sie sind wieder online.")
    chat.button("Erneut senden").click()
    expect(chat.answers.last).to_contain_text("60.000")


FALSELY_OFFLINE = "Object.defineProperty(Navigator.prototype, 'onLine', { get: () => false })"


def test_a_network_that_works_is_not_called_offline(chat: Chat) -> None:
    """Browsers behind a VPN or a virtual adapter may report no network."""
    chat.page.add_init_script(FALSELY_OFFLINE)
    chat.open()
    expect(chat.alert).to_be_empty()
    chat.ask(STUDENTS)
    chat.page.evaluate("dispatchEvent(new Event('offline'))")
    chat.page.wait_for_timeout(300)
    expect(chat.alert).to_be_empty()


def test_without_a_network_the_first_visit_says_so(chat: Chat) -> None:
    chat.visit()
    chat.page.context.set_offline(True)
    chat.launcher.click()
    expect(chat.alert).to_contain_text("Sie sind offline")
    chat.page.context.set_offline(False)
    expect(chat.answers).to_have_count(1)


def test_a_missing_server_is_said_and_can_be_tried_again(chat: Chat, server: FakeServer) -> None:
    server.refuse("/sessions", UNAVAILABLE)
    chat.visit().launcher.click()
    expect(chat.alert).to_contain_text("nicht erreichbar")
    chat.button("Erneut versuchen").click()
    expect(chat.answers).to_have_count(1)


def test_a_question_after_a_failed_start_begins_the_conversation(chat: Chat, server: FakeServer) -> None:
    server.refuse("/sessions", UNAVAILABLE)
    chat.visit().launcher.click()
    expect(chat.alert).to_contain_text("nicht erreichbar")
    chat.ask(STUDENTS)
    expect(chat.root.locator("ol > li").first).to_contain_text("Guten Tag")
    expect(chat.answers.last).to_contain_text("60.000")


def test_the_way_to_a_person_is_open_without_the_server(chat: Chat, server: FakeServer) -> None:
    server.refuse("/sessions", UNAVAILABLE)
    chat.visit()
    chat.page.evaluate("BoWEChat.element.configure({contactUrl: 'mailto:kontakt@example.org'})")
    chat.launcher.click()
    expect(chat.alert.get_by_role("link", name="Kontakt aufnehmen")).to_have_attribute(
        "href", "mailto:kontakt@example.org"
    )


def test_too_many_messages_wait_for_a_countdown_that_is_read_out_once(chat: Chat, server: FakeServer) -> None:
    chat.page.clock.install()
    chat.open()
    server.refuse("/messages", Refusal(429, "rate_limited", "Bitte warten.", retry_after=30))
    chat.ask(STUDENTS, wait=False)
    expect(chat.alert).to_contain_text("viele Nachrichten in kurzer Zeit")
    expect(chat.button("Erneut senden")).to_have_attribute("aria-disabled", "true")
    spoken = chat.alert.locator(".hidden")
    expect(spoken).to_have_text("Bitte warten Sie noch 30 Sekunden.")
    chat.page.clock.run_for(10_000)
    expect(chat.alert.locator("[aria-hidden=true]").nth(1)).to_contain_text("noch 20 Sekunden")
    expect(spoken).to_have_text("Bitte warten Sie noch 30 Sekunden.")
    chat.ask("noch etwas", wait=False)
    assert server.texts() == [STUDENTS]
    expect(chat.field).to_have_value("noch etwas")
    chat.page.clock.run_for(21_000)
    expect(chat.alert).to_be_empty()
    expect(chat.status).to_have_text("Sie können jetzt weiterschreiben.")
    chat.button("Erneut senden").click()
    expect(chat.answers.last).to_contain_text("60.000")


def test_an_expired_session_is_replaced_and_the_question_asked_again(chat: Chat, server: FakeServer) -> None:
    chat.open()
    server.tokens.clear()
    chat.ask(STUDENTS)
    expect(chat.answers.last).to_contain_text("60.000")
    expect(chat.log).to_contain_text("Das vorige Gespräch war abgelaufen")
    expect(chat.answers).to_have_count(2)
    assert len(server.tokens) == 1


def test_a_quick_reply_of_an_expired_session_is_asked_as_a_question(chat: Chat, server: FakeServer) -> None:
    chat.open()
    server.tokens.clear()
    chat.button("Hochschulen").click()
    expect(chat.answers).to_have_count(2)
    assert server.texts()[-1] == "Hochschulen"


def test_a_quick_reply_that_is_no_longer_offered_is_asked_as_a_question(chat: Chat, server: FakeServer) -> None:
    chat.open()
    server.refuse("/messages", Refusal(422, "payload_not_offered"))
    chat.button("Standort").click()
    expect(chat.answers).to_have_count(2)
    assert server.texts()[-1] == "Standort"


def test_an_answer_that_was_lost_with_the_page_can_be_asked_for_again(chat: Chat, server: FakeServer) -> None:
    chat.open()
    server.delay_seconds = 1.0
    chat.ask(STUDENTS, wait=False)
    expect(chat.root.locator(".waiting")).to_be_visible()
    chat.page.reload()
    expect(chat.questions.last).to_contain_text("Nicht gesendet.")
    server.delay_seconds = 0.0
    chat.button("Erneut senden").click()
    expect(chat.answers.last).to_contain_text("60.000")


def test_the_counter_appears_near_the_limit_and_what_is_too_long_is_not_sent(chat: Chat, server: FakeServer) -> None:
    chat.open()
    chat.field.fill("x" * 399)
    expect(chat.note).to_be_empty()
    chat.field.fill("x" * 450)
    expect(chat.note).to_have_text("Noch 50 Zeichen")
    expect(chat.status).to_have_text("Noch 50 Zeichen")
    chat.field.fill("👍" * 503)
    expect(chat.note).to_contain_text("3 Zeichen zu viel")
    expect(chat.field).to_have_attribute("aria-invalid", "true")
    expect(chat.field).to_have_accessible_description("3 Zeichen zu viel. Bitte kürzen Sie Ihre Frage.")
    chat.field.press("Enter")
    chat.field.fill("👍" * 500)
    chat.field.press("Enter")
    expect(chat.answers).to_have_count(2)
    assert server.texts() == ["👍" * 500]


def test_an_empty_question_is_an_error_of_its_field(chat: Chat, server: FakeServer) -> None:
    chat.open()
    chat.field.press("Enter")
    expect(chat.field).to_have_accessible_description("Bitte schreiben Sie zuerst Ihre Frage.")
    expect(chat.field).to_have_attribute("aria-invalid", "true")
    chat.field.press_sequentially("a")
    expect(chat.field).to_have_attribute("aria-invalid", "false")
    assert not server.texts()


def test_a_text_the_server_refuses_comes_back_to_the_field(chat: Chat, server: FakeServer) -> None:
    chat.open()
    server.refuse("/messages", Refusal(413, "message_too_long", "Ihr Text ist zu lang."))
    chat.ask("zu lang für den Server", wait=False)
    expect(chat.field).to_have_value("zu lang für den Server")
    expect(chat.field).to_have_accessible_description("Ihr Text ist zu lang.")
    expect(chat.questions).to_have_count(0)


def test_feedback_that_is_not_kept_is_not_claimed(chat: Chat, server: FakeServer) -> None:
    chat.open().ask(STUDENTS)
    server.refuse("/feedback", UNAVAILABLE)
    chat.button("Hilfreich").click()
    expect(chat.note).to_contain_text("konnte nicht gespeichert werden")
    expect(chat.button("Hilfreich")).to_have_attribute("aria-pressed", "false")


@pytest.mark.parametrize(
    "refusal", [Refusal(400, "invalid_request"), Refusal(401, "session_unknown"), Refusal(404, "not_found")]
)
@pytest.mark.parametrize("lang", ["de", "en"])
def test_feedback_that_can_never_be_kept_says_so(chat: Chat, server: FakeServer, refusal: Refusal, lang: str) -> None:
    chat.open().ask(STUDENTS)
    if lang == "en":
        chat.button("English").click()
        expect(chat.answers).to_have_count(3)
    server.refuse("/feedback", refusal)
    chat.button({"de": "Nicht hilfreich", "en": "Not helpful"}[lang]).click()
    expect(chat.note).to_contain_text({"de": "lässt sich keine Rückmeldung mehr", "en": "can no longer be saved"}[lang])
    expect(chat.note).not_to_contain_text({"de": "noch einmal", "en": "again"}[lang])
    expect(chat.root.locator("#comment")).to_have_count(0)


def test_a_comment_that_can_never_be_kept_says_so(chat: Chat, server: FakeServer) -> None:
    chat.open().ask(STUDENTS)
    chat.button("Nicht hilfreich").click()
    chat.root.locator("#comment").fill("Die Zahl ist alt")
    server.tokens.clear()
    chat.button("Absenden").click()
    expect(chat.note).to_contain_text("lässt sich keine Rückmeldung mehr")


def test_a_deletion_that_fails_keeps_the_conversation_and_says_so(chat: Chat, server: FakeServer) -> None:
    chat.open().ask(STUDENTS)
    server.refuse("/conversation", UNAVAILABLE)
    chat.choose_from_menu("Gespräch löschen")
    chat.button("Löschen").click()
    expect(chat.note).to_contain_text("konnte nicht gelöscht werden")
    expect(chat.answers).to_have_count(2)
    chat.choose_from_menu("Gespräch löschen")
    chat.button("Löschen").click()
    expect(chat.answers).to_have_count(0)


def test_a_conversation_the_server_has_forgotten_can_still_be_deleted(chat: Chat, server: FakeServer) -> None:
    chat.open()
    server.tokens.clear()
    chat.choose_from_menu("Gespräch löschen")
    chat.button("Löschen").click()
    expect(chat.answers).to_have_count(0)


def test_an_answer_that_comes_after_the_deletion_is_not_shown(chat: Chat, server: FakeServer) -> None:
    chat.open()
    server.delay_seconds = 1.0
    chat.ask(STUDENTS, wait=False)
    chat.choose_from_menu("Gespräch löschen")
    chat.button("Löschen").click()
    expect(chat.root.locator("#restart")).to_be_visible()
    chat.page.wait_for_timeout(1200)
    expect(chat.root.locator("li.bot, li.visitor")).to_have_count(0)
    assert STUDENTS not in str(chat.kept())


def test_on_slow_3g_the_launcher_is_there_before_the_server_answers(new_page: Any, server: FakeServer) -> None:
    page = new_page()
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000},
    )
    chat = Chat(page, f"{server.url}/").visit()
    expect(chat.launcher).to_be_visible()
    chat.launcher.click()
    expect(chat.root.locator(".waiting")).to_contain_text("Verbindung wird hergestellt")
    expect(chat.answers).to_have_count(1)
    chat.ask(STUDENTS)
