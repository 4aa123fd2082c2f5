"""The raw REST channel on a small app: honest at its edges, never silent."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
import requests
from rasa.core.channels.channel import UserMessage
from sanic import Sanic

from channels.rest import FORWARDING_HEADERS, MAX_BODY_BYTES, MAX_MESSAGE_CHARS, LocalRestInput, is_from_this_machine

Sanic.test_mode = True  # several apps of one name in one process
Bot = Callable[[UserMessage], Awaitable[None]]


class Channel:
    """The channel in a running server; `bot` is what answers behind it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.heard: list[UserMessage] = []
        self.bot: Bot = self.echo

    async def receive(self, message: UserMessage) -> None:
        """Hand a message to the bot."""
        self.heard.append(message)
        await self.bot(message)

    @staticmethod
    async def echo(message: UserMessage) -> None:
        """Answer with the text heard."""
        await message.output_channel.send_text_message(message.sender_id, f"Sie sagten: {message.text}")

    @staticmethod
    async def silent(_: UserMessage) -> None:
        """Say nothing, as Rasa does where the action server is gone."""

    @staticmethod
    async def failing(_: UserMessage) -> None:
        """Fail, as Rasa does where a component raises."""
        raise RuntimeError("Traceback of the framework")

    def post(self, body: Any, headers: dict[str, str] | None = None) -> requests.Response:
        """Send a body as it is, or as JSON."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return requests.post(f"{self.url}/webhook", data=data, headers=headers, timeout=10)

    def through(self, address: str) -> Channel:
        """The same channel by another address of this machine."""
        other = Channel(self.url.replace("127.0.0.1", address))
        other.heard = self.heard
        return other


def _serve(channel: LocalRestInput) -> Iterator[Channel]:
    listening = socket.socket()
    listening.bind(("0.0.0.0", 0))  # as a careless set-up would, so that the channel itself is what refuses
    served = Channel(f"http://127.0.0.1:{listening.getsockname()[1]}/webhooks/rest")
    app = Sanic("rest_test", configure_logging=False)
    app.blueprint(channel.blueprint(served.receive), url_prefix="/webhooks/rest")  # as Rasa mounts it
    loop = asyncio.new_event_loop()

    async def start() -> None:
        server = await app.create_server(sock=listening, return_asyncio_server=True, access_log=False)
        await server.startup()
        await server.start_serving()

    loop.run_until_complete(start())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    yield served
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)
    listening.close()


@pytest.fixture(scope="module")
def _served() -> Iterator[Channel]:
    yield from _serve(LocalRestInput())


@pytest.fixture
def channel(_served: Channel) -> Channel:
    """The channel with an echoing bot that has heard nothing yet."""
    _served.heard.clear()
    _served.bot = _served.echo
    return _served


@pytest.fixture
def closed_channel() -> Iterator[Channel]:
    """The channel as production turns it off."""
    yield from _serve(LocalRestInput.from_credentials({"enabled": False}))


def test_a_message_gets_the_bots_answer_as_everyone_knows_it(channel: Channel) -> None:
    response = channel.post({"sender": "a", "message": "Guten Tag", "metadata": {"lang": "de"}, "stream": False})

    assert response.status_code == 200
    assert response.json() == [{"recipient_id": "a", "text": "Sie sagten: Guten Tag"}]
    assert (channel.heard[0].input_channel, channel.heard[0].metadata) == ("rest", {"lang": "de"})


def test_the_address_says_that_it_is_well(channel: Channel) -> None:
    assert requests.get(f"{channel.url}/", timeout=10).json() == {"status": "ok"}


@pytest.mark.parametrize("body", [b"{", b"{'message': 'x'}", b"\xff\xfe", b"Guten Tag"])
def test_broken_json_gets_a_clear_400(channel: Channel, body: bytes) -> None:
    response = channel.post(body)

    assert response.status_code == 400
    assert response.json()["error"] == {"code": "invalid_json", "message": "Die Anfrage ist kein gültiges JSON."}
    assert channel.heard == []


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"sender": "a"}, "message"),
        ({"message": None}, "message"),
        ({"message": 9}, "message"),
        ({"message": ["Guten Tag"]}, "message"),
        ({"sender": 7, "message": "x"}, "sender"),
        ({"sender": "", "message": "x"}, "sender"),
        ({"sender": "a" * 256, "message": "x"}, "sender"),
        ({"message": "x", "metadata": "de"}, "metadata"),
        ({"sender": 7, "message": 9}, "message, sender"),
        ([["message", "x"]], "JSON-Objekt"),
        ("Guten Tag", "JSON-Objekt"),
        (None, "JSON-Objekt"),
        (b"", "JSON-Objekt"),
    ],
)
def test_wrong_types_get_a_400_that_names_the_field_in_german(channel: Channel, body: Any, named: str) -> None:
    response = channel.post(body)

    assert response.status_code == 400
    assert response.json()["error"]["code"] == "invalid_request"
    assert named in response.json()["error"]["message"]
    assert "__root__" not in response.text
    assert channel.heard == []


def test_a_message_far_too_long_gets_a_413(channel: Channel) -> None:
    response = channel.post({"message": "x" * (MAX_MESSAGE_CHARS + 1)})

    assert (response.status_code, response.json()["error"]["code"]) == (413, "message_too_long")


@pytest.mark.parametrize(
    "text", ["", "   ", "😀", "x" * 10_000, "<script>alert(1)</script>", "a\x00b\u202e", "/restart"]
)
def test_odd_messages_reach_the_bot(channel: Channel, text: str) -> None:
    response = channel.post({"message": text})

    assert response.status_code == 200
    assert channel.heard[0].text == text.strip()


def test_half_a_character_neither_breaks_the_bot_nor_the_reply(channel: Channel) -> None:
    response = channel.post(b'{"sender": "a\\ud83d", "message": "Guten \\ud83d Tag"}')

    assert response.json() == [{"recipient_id": "a?", "text": "Sie sagten: Guten ? Tag"}]


@pytest.mark.parametrize("bot", [Channel.silent, Channel.failing], ids=["silent", "failing"])
def test_silence_and_failure_behind_the_channel_get_a_polite_answer(channel: Channel, bot: Bot) -> None:
    channel.bot = bot

    response = channel.post({"sender": "a", "message": "Guten Tag"})

    text, custom = response.json()
    assert response.status_code == 200
    assert text["text"].startswith("Der Assistent ist gerade nicht erreichbar.")
    assert custom["custom"] == {
        "kind": "fallback",
        "answer_id": None,
        "topic": None,
        "lang": "de",
        "as_of": None,
        "sources": [],
        "entity": None,
        "text": text["text"],
    }


def test_the_conversation_goes_on_after_a_failure(channel: Channel) -> None:
    channel.bot = channel.failing
    channel.post({"sender": "a", "message": "eins"})
    channel.bot = channel.echo

    response = channel.post({"sender": "a", "message": "zwei"})

    assert response.json()[0]["text"] == "Sie sagten: zwei"


def test_a_channel_turned_off_answers_nobody(closed_channel: Channel) -> None:
    response = closed_channel.post({"message": "Guten Tag"})

    assert (response.status_code, response.json()["error"]["code"]) == (404, "rest_disabled")
    assert closed_channel.heard == []


@pytest.fixture
def open_channel() -> Iterator[Channel]:
    """The channel as somebody opened it on purpose."""
    yield from _serve(LocalRestInput.from_credentials({"local_only": False}))


@pytest.fixture
def own_address() -> str:
    """An address of this machine by which others reach it; the connection's other end then has it, too."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing, only asks for the route
            address = str(probe.getsockname()[0])
        except OSError:
            address = "127.0.0.1"
    if address.startswith("127."):
        pytest.skip("this machine has no address but its own")
    return address


@pytest.mark.parametrize(
    ("peer", "is_local"),
    [
        ("127.0.0.1", True),
        ("127.8.9.10", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("192.0.2.7", False),
        ("10.0.0.4", False),
        ("::ffff:192.0.2.7", False),
        ("fe80::1%eth0", False),
        ("2001:db8::1", False),
        ("0.0.0.0", False),
        ("localhost", False),
        ("", False),
        (None, False),
    ],
)
def test_this_machine_is_told_from_others_by_the_address_of_the_connection(peer: str | None, is_local: bool) -> None:
    assert is_from_this_machine(peer, {}) is is_local


def test_another_machine_is_refused_and_nothing_reaches_the_bot(channel: Channel, own_address: str) -> None:
    other = channel.through(own_address)

    response = other.post({"message": "Guten Tag"})

    assert (response.status_code, response.json()["error"]["code"]) == (403, "rest_local_only")
    assert requests.get(f"{other.url}/", timeout=10).status_code == 403
    assert channel.heard == []


@pytest.mark.parametrize("header", FORWARDING_HEADERS)
def test_what_a_proxy_passes_on_is_refused_even_if_it_claims_to_be_local(channel: Channel, header: str) -> None:
    response = channel.post({"message": "Guten Tag"}, headers={header.title(): "127.0.0.1"})

    assert (response.status_code, response.json()["error"]["code"]) == (403, "rest_local_only")
    assert channel.heard == []


def test_no_header_makes_another_machine_this_one(channel: Channel, own_address: str) -> None:
    response = channel.through(own_address).post({"message": "x"}, headers={"Host": "127.0.0.1:5005"})

    assert response.status_code == 403


def test_who_opens_it_on_purpose_gets_it_open(open_channel: Channel, own_address: str) -> None:
    response = open_channel.through(own_address).post({"message": "x"}, headers={"X-Forwarded-For": "192.0.2.7"})

    assert response.status_code == 200


def test_metadata_of_any_size_is_refused(channel: Channel) -> None:
    response = channel.post({"message": "x", "metadata": {"a": "x" * MAX_BODY_BYTES}})

    assert (response.status_code, response.json()["error"]["code"]) == (413, "payload_too_large")
    assert channel.heard == []
