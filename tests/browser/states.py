"""Every state a visitor can see, each as a way to get there."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from .chat import Chat
from .fake_server import STUDENTS, UNIVERSITIES, FakeServer, Refusal

Reach = Callable[[Chat, FakeServer], object]


def closed(chat: Chat, server: FakeServer) -> None:
    chat.visit()
    expect(chat.launcher).to_be_visible()


def greeting(chat: Chat, server: FakeServer) -> None:
    chat.open()


def answered(chat: Chat, server: FakeServer) -> None:
    chat.open().ask(STUDENTS)


def listed(chat: Chat, server: FakeServer) -> None:
    chat.open().ask(UNIVERSITIES)


def english(chat: Chat, server: FakeServer) -> None:
    answered(chat, server)
    chat.button("English").click()
    expect(chat.answers).to_have_count(3)


def clarification(chat: Chat, server: FakeServer) -> None:
    chat.open().ask("Hochschule")


def judged(chat: Chat, server: FakeServer) -> None:
    answered(chat, server)
    chat.button("Nicht hilfreich").click()
    expect(chat.root.locator("#comment")).to_be_visible()


def menu(chat: Chat, server: FakeServer) -> None:
    answered(chat, server)
    chat.root.locator("#menu-button").click()
    expect(chat.button("Gespräch löschen")).to_be_visible()


def deleting(chat: Chat, server: FakeServer) -> None:
    answered(chat, server)
    chat.choose_from_menu("Gespräch löschen")
    expect(chat.root.get_by_role("alertdialog")).to_be_visible()


def deleted(chat: Chat, server: FakeServer) -> None:
    deleting(chat, server)
    chat.button("Löschen").click()
    expect(chat.root.locator("#restart")).to_be_visible()


def waiting(chat: Chat, server: FakeServer) -> None:
    chat.open()
    server.delay_seconds = 1.5
    chat.ask(STUDENTS, wait=False)
    expect(chat.root.locator(".waiting")).to_be_visible()


def failed(chat: Chat, server: FakeServer) -> None:
    chat.open()
    server.refuse(
        "/messages",
        Refusal(503, "unavailable", "Der Assistent ist gerade nicht erreichbar. Bitte versuchen Sie es erneut."),
    )
    chat.ask(STUDENTS, wait=False)
    expect(chat.button("Erneut senden")).to_be_visible()


def offline(chat: Chat, server: FakeServer) -> None:
    answered(chat, server)
    chat.page.context.set_offline(True)
    expect(chat.alert).to_contain_text("offline")


def unreachable(chat: Chat, server: FakeServer) -> None:
    server.refuse("/sessions", Refusal(503, "unavailable", "Der Assistent ist gerade nicht erreichbar."))
    chat.visit()
    chat.page.evaluate("BoWEChat.element.configure({contactUrl: 'mailto:kontakt@example.org'})")
    chat.launcher.click()
    expect(chat.button("Erneut versuchen")).to_be_visible()


def limited(chat: Chat, server: FakeServer) -> None:
    chat.open()
    server.refuse("/messages", Refusal(429, "rate_limited", "Bitte warten.", retry_after=40))
    chat.ask(STUDENTS, wait=False)
    expect(chat.alert).to_contain_text("Bitte warten Sie")


def renewed(chat: Chat, server: FakeServer) -> None:
    chat.open()
    server.tokens.clear()
    chat.ask(STUDENTS)


def counted(chat: Chat, server: FakeServer) -> None:
    chat.open()
    chat.field.fill("Wie viele Menschen studieren und arbeiten in dieser Stadt? " * 8)
    expect(chat.note).to_contain_text("Noch")


def too_long(chat: Chat, server: FakeServer) -> None:
    chat.open()
    chat.field.fill("Wie viele Menschen studieren und arbeiten in dieser Stadt? " * 9)
    expect(chat.note).to_contain_text("zu viel")


def empty(chat: Chat, server: FakeServer) -> None:
    chat.open()
    chat.field.press("Enter")
    expect(chat.note).to_contain_text("zuerst")


ALL: tuple[Reach, ...] = (
    closed, greeting, answered, listed, english, clarification, judged, menu, deleting, deleted,
    waiting, failed, offline, unreachable, limited, renewed, counted, too_long, empty,
)  # fmt: skip
CENTRAL: tuple[Reach, ...] = (closed, greeting, answered, judged, menu, deleting, failed, offline, too_long)
