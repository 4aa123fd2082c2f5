"""Whatever is sent, the visitor gets a polite answer or a clear refusal, and the conversation goes on."""

from __future__ import annotations

import os
import signal
from contextlib import ExitStack

import pytest
import requests

from staff.serving import HOST, commands
from staff.stack import free_port, process, wait_until_answers
from tests.dialogue.talk import Conversation

NOISE = {
    "empty": "",
    "spaces": "   ",
    "emoji": "😀🎉",
    "long": "Hochschule " * 1000,
    "html": "<script>alert(1)</script><b>Wie?</b>",
    "control characters": "\u0000\u0007\u202eabc",
    "punctuation": "?!?!",
    "braces": "{{7*7}} ${HOME} %s",
}


@pytest.mark.parametrize("message", NOISE.values(), ids=NOISE)
def test_noise_gets_a_polite_answer_and_the_conversation_goes_on(stack: str, message: str) -> None:
    conversation = Conversation(stack)
    said = conversation.say(message)
    assert len(said.customs) >= 1
    assert said.text.strip()
    assert "Traceback" not in said.text
    assert conversation.say("Wie viele Einwohner hat Bochum?").ids == ["standort/einwohnerzahl"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("{kaputt", "invalid_json"),
        ('["keine", "Felder"]', "invalid_request"),
        ('{"sender": "a"}', "invalid_request"),
        ('{"sender": "a", "message": 7}', "invalid_request"),
        ('{"sender": {"$ne": 1}, "message": "x"}', "invalid_request"),
        ('{"sender": "a", "message": null}', "invalid_request"),
    ],
)
def test_broken_requests_get_a_clear_refusal(stack: str, body: str, code: str) -> None:
    response = requests.post(f"{stack}/webhooks/rest/webhook", data=body.encode(), timeout=10)
    assert response.status_code == 400
    assert response.json()["error"]["code"] == code


def test_a_lost_action_server_is_admitted_and_the_conversation_goes_on_after_it() -> None:
    port, action_port = free_port(), free_port()
    lines = commands(port, action_port)
    address = f"http://{HOST}:{action_port}/health"
    with ExitStack() as servers:
        actions = servers.enter_context(process("actions-lost", lines["actions"]))
        rasa = servers.enter_context(process("rasa-lost", lines["rasa"]))
        wait_until_answers(address, actions, "actions")
        wait_until_answers(f"http://{HOST}:{port}/webhooks/rest/", rasa, "rasa")
        conversation = Conversation(f"http://{HOST}:{port}")
        assert conversation.say("Was ist die THGA?").kinds == ["answer"]
        os.killpg(actions.pid, signal.SIGKILL)
        actions.wait(10)
        lost = conversation.say("Wie viele Einwohner hat Bochum?")
        assert lost.kinds == ["fallback"]
        assert "nicht erreichbar" in lost.text
        again = servers.enter_context(process("actions-again", lines["actions"]))
        wait_until_answers(address, again, "actions")
        assert conversation.say("Wie viele Einwohner hat Bochum?").kinds == ["answer"]
