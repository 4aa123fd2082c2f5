"""What a visitor says reaches the bot, and what the bot says reaches the visitor."""

from __future__ import annotations

import asyncio
import json
import re
import threading

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels.api import GREETING
from channels.replies import BotAnswer, VisitorOutput, is_command, read_replies

from .conftest import ANSWER_PAYLOAD, Server, Visitor, wait_until


def test_a_session_begins_with_a_random_token_and_the_bots_own_greeting(server: Server) -> None:
    first, second = server.open(), server.open()
    assert re.fullmatch("[0-9a-f]{32}", first.token)
    assert first.token != second.token
    assert [message.text for message in server.bot.heard] == [GREETING, GREETING]
    assert first.greeting[0]["text"].startswith("Sie sagten: /greet")


@pytest.mark.parametrize(
    ("body", "header", "lang"),
    [
        ({"lang": "en"}, "de", "en"),
        (None, "en-GB,en;q=0.9", "en"),
        (None, "fr, de;q=0.5, en;q=0.7", "en"),
        (None, "fr", "de"),
    ],
)
def test_the_bot_learns_the_visitors_language(server: Server, body: dict | None, header: str, lang: str) -> None:
    requests.post(f"{server.url}/sessions", json=body, headers={"Accept-Language": header}, timeout=10)
    assert server.bot.heard[-1].metadata == {"lang": lang}


def test_a_message_can_change_the_language(visitor: Visitor, server: Server) -> None:
    visitor.say("How many students?", lang="en")
    visitor.say("And where?")
    assert [message.metadata["lang"] for message in server.bot.heard[1:]] == ["en", "en"]


def test_an_answer_arrives_whole_without_its_source_line(visitor: Visitor) -> None:
    (message,) = visitor.say("Wie viele Hochschulen?").json()["messages"]
    assert re.fullmatch("[0-9a-f]{24}", message.pop("id"))
    assert message == {
        "kind": "answer",
        "text": "Sie sagten: Wie viele Hochschulen?\n\n• ein Punkt",
        "lang": "de",
        "answer_id": "hochschulen/anzahl",
        "topic": "hochschulen",
        "as_of": "Oktober 2020",
        "checked": None,
        "emergency": False,
        "sources": [{"title": "Stadt Bochum", "url": "https://www.bochum.de/"}],
        "buttons": [{"title": "Anzahl", "payload": ANSWER_PAYLOAD}],
    }


def test_rasa_knows_the_conversation_by_a_hash_and_never_sees_the_token(visitor: Visitor, server: Server) -> None:
    visitor.say("Hallo")
    sender_id = server.bot.heard[-1].sender_id
    assert sender_id.startswith("visitor-")
    assert visitor.token not in sender_id


def test_an_offered_button_can_be_pressed(visitor: Visitor, server: Server) -> None:
    assert visitor.press(ANSWER_PAYLOAD).status_code == 200
    assert server.bot.heard[-1].text == ANSWER_PAYLOAD


@pytest.mark.parametrize("payload", ["/restart", '/antwort{"id": "anderes"}', "/greet", "", "Hallo"])
def test_any_other_payload_is_refused(visitor: Visitor, server: Server, payload: str) -> None:
    response = visitor.press(payload)
    assert (response.status_code, response.json()["error"]["code"]) == (422, "payload_not_offered")
    assert len(server.bot.heard) == 1


def test_a_button_of_another_conversation_is_refused(server: Server) -> None:
    server.bot.script[GREETING] = [{"text": "Hallo", "buttons": [{"title": "A", "payload": "/a"}]}]
    one = server.open()
    server.bot.script[GREETING] = [{"text": "Hallo", "buttons": [{"title": "B", "payload": "/b"}]}]
    other = server.open()
    assert one.press("/b").status_code == 422
    assert other.press("/b").status_code == 200


def test_a_command_is_refused_even_if_a_button_offers_it(server: Server) -> None:
    server.bot.script[GREETING] = [{"text": "Hallo", "buttons": [{"title": "Neu", "payload": "/restart"}]}]
    visitor = server.open()
    assert visitor.greeting[0]["buttons"] == []
    assert visitor.press("/restart").status_code == 422


@pytest.mark.parametrize(
    ("payload", "command"),
    [("/restart", True), (" //RESTART ", True), ("/session_start{}", True), ("/back@0.5", True),
     ("/action_listen", True), ("/antwort{}", False), ("/backen", False), ("restart", False)],
)  # fmt: skip
def test_commands_are_told_from_answers(payload: str, command: bool) -> None:
    assert is_command(payload) is command


@pytest.mark.parametrize("text", ["/restart", "/greet", " / restart", '//antwort{"id": "x"}', "/"])
def test_a_typed_slash_is_ordinary_text(visitor: Visitor, server: Server, text: str) -> None:
    assert visitor.say(text).status_code == 200
    assert not server.bot.heard[-1].text.startswith("/")
    assert server.bot.heard[-1].text.strip("／ ") in text


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=520))
def test_any_text_is_answered_or_refused_in_good_order(visitor: Visitor, server: Server, text: str) -> None:
    before = len(server.bot.heard)
    body = json.dumps({"message": text}).encode()  # lone surrogates included, as a browser would send them
    response = visitor.call("POST", "/messages", data=body, headers={"Content-Type": "application/json"})
    heard = server.bot.heard[before:]
    if response.status_code == 200:
        assert not heard[0].text.startswith("/")
        heard[0].text.encode("utf-8")
        assert "\0" not in heard[0].text
    else:
        assert response.json()["error"]["code"] in ("message_empty", "message_too_long")
        assert not heard


def test_personal_data_never_reaches_the_bot(visitor: Visitor, server: Server) -> None:
    visitor.say("Schreiben Sie an max@example.org oder 0234 123456")
    assert server.bot.heard[-1].text == "Schreiben Sie an [E-Mail-Adresse] oder [Telefonnummer]"


def test_two_messages_at_once_are_answered_in_order(visitor: Visitor, server: Server) -> None:
    server.bot.delay_seconds = 0.2
    first = threading.Thread(target=visitor.say, args=("eins",))
    second = threading.Thread(target=visitor.say, args=("zwei",))
    first.start()
    wait_until(lambda: bool(server.bot.lock_store.conversation_locks))
    second.start()
    first.join()
    second.join()
    assert [message.text for message in server.bot.heard[1:]] == ["eins", "zwei"]


def test_one_visitor_does_not_wait_for_another(server: Server) -> None:
    one, other = server.open(), server.open()
    server.bot.delay_seconds = 0.5
    slow = threading.Thread(target=one.say, args=("langsam",))
    slow.start()
    wait_until(lambda: bool(server.bot.lock_store.conversation_locks))
    server.bot.delay_seconds = 0.0
    assert other.say("schnell").status_code == 200
    assert [message.text for message in server.bot.heard[2:]] == ["schnell"]
    slow.join()


def test_silence_of_the_bot_is_told_politely(visitor: Visitor, server: Server) -> None:
    server.bot.script["Hallo"] = []
    response = visitor.say("Hallo")
    assert response.status_code == 503
    assert response.json()["error"]["code"] == "unavailable"
    assert "nicht erreichbar" in response.json()["error"]["message"]


def test_an_error_of_the_bot_shows_no_detail(visitor: Visitor, server: Server) -> None:
    server.bot.error = ValueError("secret detail")
    response = visitor.say("Hallo", lang="en")
    assert response.status_code == 503
    assert "cannot be reached" in response.json()["error"]["message"]
    assert "secret" not in response.text
    assert "Traceback" not in response.text


def test_a_session_without_greeting_does_not_begin(server: Server) -> None:
    server.bot.script[GREETING] = []
    assert requests.post(f"{server.url}/sessions", timeout=10).status_code == 503


def test_a_bot_that_thinks_too_long_is_unavailable(start_server) -> None:  # type: ignore[no-untyped-def]
    server = start_server(answer_timeout_seconds=0.2)
    visitor = server.open()
    server.bot.delay_seconds = 1.0
    assert visitor.say("Hallo").status_code == 503


def test_several_answers_keep_their_own_buttons() -> None:
    sent = [
        {"text": "eins", "buttons": [{"title": "A", "payload": "/a"}]},
        {"custom": {"kind": "answer", "answer_id": "x/eins", "text": "EINS"}},
        {"text": "zwei"},
        {"custom": {"kind": "clarification"}},
    ]
    one, two = read_replies(sent, "de")
    assert (one.text, one.answer_id, len(one.buttons)) == ("EINS", "x/eins", 1)
    assert (two.text, two.kind, len(two.buttons)) == ("zwei", "clarification", 0)


@pytest.mark.parametrize("custom", [None, "text", {"kind": "unknown"}, {}, [1], {"kind": "answer", "sources": ["x"]}])
def test_a_malformed_custom_object_leaves_the_text(custom: object) -> None:
    (message,) = read_replies([{"text": "Hallo"}, {"custom": custom}], "en")
    assert (message.text, message.kind, message.lang) == ("Hallo", "smalltalk", "en")


def test_only_web_addresses_become_sources() -> None:
    sources = [{"title": "a", "url": "javascript:alert(1)"}, {"title": "b", "url": "https://b.de"}]
    assert [source.title for source in BotAnswer(kind="answer", sources=sources).sources] == ["b"]


def test_paragraphs_stay_one_message() -> None:
    output = VisitorOutput()
    asyncio.run(output.send_text_message("x", "eins\n\nzwei"))
    assert [message["text"] for message in output.messages] == ["eins\n\nzwei"]


def test_rasa_reads_no_command_from_an_escaped_text() -> None:
    from rasa.shared.core.domain import Domain
    from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
    from rasa.shared.nlu.constants import INTENT, TEXT
    from rasa.shared.nlu.training_data.message import Message

    from channels.free_text import escape_command

    domain = Domain.from_dict({"intents": ["greet", "restart"]})
    for text in ("/greet", " /greet", "/ /restart", "\u2003/restart", "//greet{}"):
        parsed = YAMLStoryReader.unpack_regex_message(Message({TEXT: escape_command(text)}), domain)
        assert parsed.get(INTENT) is None, text
    assert YAMLStoryReader.unpack_regex_message(Message({TEXT: "/greet"}), domain).get(INTENT) is not None
