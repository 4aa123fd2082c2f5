"""The edge: origins, bodies, limits, headers, compression."""

from __future__ import annotations

import gzip
import json
import logging
import socket
from collections.abc import Callable
from urllib.parse import urlsplit

import brotli
import pytest
import requests

from channels.responses import SECURITY_HEADERS, accepted_encoding

from .conftest import PAGE, Server, Visitor


def test_an_allowed_page_may_read_the_response(visitor: Visitor) -> None:
    response = visitor.call("POST", "/messages", json={"message": "Hallo"}, headers={"Origin": PAGE})
    assert response.headers["Access-Control-Allow-Origin"] == PAGE
    assert "Origin" in response.headers["Vary"]
    assert "Retry-After" in response.headers["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Credentials" not in response.headers


def test_an_allowed_page_may_read_a_refusal_too(server: Server) -> None:
    response = requests.post(f"{server.url}/messages", headers={"Origin": PAGE}, timeout=10)
    assert (response.status_code, response.headers["Access-Control-Allow-Origin"]) == (401, PAGE)


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "", PAGE + ".evil.example", "http://www.example.org"]
)
@pytest.mark.parametrize("method", ["POST", "OPTIONS"])
def test_another_page_may_not(server: Server, origin: str, method: str) -> None:
    """Although the server itself was started with `--cors "*"`."""
    response = requests.request(
        method,
        f"{server.url}/sessions",
        headers={"Origin": origin, "Access-Control-Request-Method": "POST"},
        timeout=10,
    )
    assert (response.status_code, response.json()["error"]["code"]) == (403, "origin_not_allowed")
    assert "Access-Control-Allow-Origin" not in response.headers


def test_the_servers_own_page_is_always_allowed(server: Server) -> None:
    response = requests.post(f"{server.url}/sessions", headers={"Origin": server.root}, timeout=10)
    assert response.status_code == 201


@pytest.mark.parametrize("path", ["/sessions", "/messages", "/feedback", "/conversation", "/health"])
def test_a_browser_is_told_what_it_may_send(server: Server, path: str) -> None:
    response = requests.options(
        server.url + path, headers={"Origin": PAGE, "Access-Control-Request-Method": "POST"}, timeout=10
    )
    assert response.status_code == 204
    assert response.headers["Access-Control-Allow-Origin"] == PAGE
    assert "DELETE" in response.headers["Access-Control-Allow-Methods"]
    assert response.headers["Access-Control-Allow-Headers"] == "Authorization, Content-Type"


def test_any_origin_can_be_allowed(start_server: Callable[..., Server]) -> None:
    server = start_server(allowed_origins="*", cors=None)
    response = requests.post(f"{server.url}/sessions", headers={"Origin": "https://x.example"}, timeout=10)
    assert response.headers["Access-Control-Allow-Origin"] == "https://x.example"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "invalid_json"),
        (b"\xff\xfe", "invalid_json"),
        (b'{"message": NaN}', "invalid_json"),
        (b"[" * 5000, "invalid_json"),
        (b"[]", "invalid_request"),
        (b"null", "invalid_request"),
        (b'"text"', "invalid_request"),
        (b"{}", "invalid_request"),
        (b'{"message": 1}', "invalid_request"),
        (b'{"message": null}', "invalid_request"),
        (b'{"message": "a", "payload": "/b"}', "invalid_request"),
        (b'{"message": "a", "lang": "fr"}', "invalid_request"),
        (b'{"message": "a", "sender": "x"}', "invalid_request"),
        (b'{"message": ""}', "message_empty"),
        ('{"message": " \u200b\\n\\u0000"}'.encode(), "message_empty"),
    ],
)
def test_a_wrong_body_is_named(visitor: Visitor, body: bytes, code: str) -> None:
    response = visitor.call("POST", "/messages", data=body, headers={"Content-Type": "application/json"})
    assert response.status_code == 400
    assert response.json()["error"]["code"] == code


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/x-www-form-urlencoded", "", "application/json; charset=latin-1"]
)
def test_only_json_in_utf8_is_accepted(visitor: Visitor, media_type: str) -> None:
    response = visitor.call("POST", "/messages", data=b'{"message": "a"}', headers={"Content-Type": media_type})
    assert (response.status_code, response.json()["error"]["code"]) == (415, "unsupported_media_type")


def test_five_hundred_characters_fit_however_they_are_written(visitor: Visitor, server: Server) -> None:
    text = "😀" * 500
    assert visitor.call("POST", "/messages", json={"message": text}).status_code == 200  # twelve bytes each
    assert server.bot.heard[-1].text == text
    response = visitor.say("😀" * 501)
    assert (response.status_code, response.json()["error"]["code"]) == (413, "message_too_long")
    assert "500" in response.json()["error"]["message"]


def test_a_large_body_is_not_read_to_its_end(server: Server) -> None:
    """Announced with its length, or sent in chunks without end."""
    address = urlsplit(server.url)
    for header, body in (
        ("Content-Length: 90000000", b"x" * 10_000),
        ("Transfer-Encoding: chunked", b"4000\r\n" + b"x" * 0x4000),
    ):
        with socket.create_connection((address.hostname, address.port), 5) as connection:
            head = f"POST /webhooks/visitor/sessions HTTP/1.1\r\nHost: x\r\n{header}\r\n\r\n"
            connection.sendall(head.encode() + body)
            answer = connection.recv(100_000)
        assert b" 413 " in answer.split(b"\r\n")[0]
        assert b"payload_too_large" in answer


def test_head_is_get_without_a_body(server: Server) -> None:
    response = requests.head(f"{server.url}/openapi.yaml", timeout=10)
    assert response.status_code == 200
    assert response.content == b""


@pytest.mark.parametrize("path", ["", "/", "/nothing", "/messages/x", "/../visitor/nothing"])
def test_an_unknown_address_is_refused_like_everything_else(server: Server, path: str) -> None:
    response = requests.get(server.url + path, headers={"Accept-Language": "en"}, timeout=10)
    assert response.status_code == 404
    assert response.json()["error"] == {"code": "not_found", "message": "There is nothing at this address."}


@pytest.mark.parametrize(
    "token", [None, "", "Bearer", "Bearer x", "Bearer " + "g" * 32, "Basic " + "0" * 32, "Bearer " + "0" * 33]
)
def test_a_token_that_was_never_issued_is_unknown(server: Server, token: str | None) -> None:
    headers = {} if token is None else {"Authorization": token}
    response = requests.post(f"{server.url}/messages", json={"message": "Hallo"}, headers=headers, timeout=10)
    assert (response.status_code, response.json()["error"]["code"]) == (401, "session_unknown")


def test_a_session_that_says_too_much_waits(start_server: Callable[..., Server]) -> None:
    server = start_server(session_messages={"count": 2, "seconds": 40})
    eager, other = server.open(), server.open("en")
    assert [eager.say("Hallo").status_code for _ in range(3)] == [200, 200, 429]
    refusal = eager.say("Hallo")
    assert refusal.headers["Retry-After"] == "20"
    assert "20 Sekunden" in refusal.json()["error"]["message"]
    assert other.say("Hello").status_code == 200


def test_an_address_that_opens_too_many_sessions_waits(start_server: Callable[..., Server]) -> None:
    server = start_server(address_sessions={"count": 2, "seconds": 60})
    statuses = [requests.post(f"{server.url}/sessions", timeout=10).status_code for _ in range(3)]
    assert statuses == [201, 201, 429]


def _statuses(server: Server, addresses: list[str]) -> list[int]:
    return [
        requests.post(f"{server.url}/sessions", headers={"X-Forwarded-For": address}, timeout=10).status_code
        for address in addresses
    ]


def test_a_forwarded_address_is_believed_only_if_a_proxy_is_trusted(
    start_server: Callable[..., Server],
) -> None:
    one = {"count": 1, "seconds": 60}
    assert _statuses(start_server(address_sessions=one), ["192.0.2.1", "192.0.2.2"]) == [201, 429]
    trusting = start_server(address_sessions=one, forwarded_header="X-Forwarded-For")
    assert _statuses(trusting, ["192.0.2.1", "192.0.2.2", "192.0.2.9, 192.0.2.2"]) == [201, 201, 429]


def test_a_proxy_nobody_trusts_is_warned_of_once_without_naming_the_visitor(
    start_server: Callable[..., Server], caplog: pytest.LogCaptureFixture
) -> None:
    server, trusting = start_server(), start_server(forwarded_header="X-Forwarded-For")
    with caplog.at_level(logging.WARNING):
        for each in (server, server, trusting):
            requests.get(f"{each.url}/health", headers={"X-Forwarded-For": "203.0.113.7"}, timeout=10)

    warned = [record.message for record in caplog.records if record.name == "channels.limits"]
    assert len(warned) == 1 and warned[0].startswith("Eine Anfrage kam durch einen Proxy")
    assert "203.0.113.7" not in caplog.text


def test_one_ipv6_network_is_one_address(start_server: Callable[..., Server]) -> None:
    server = start_server(address_sessions={"count": 1, "seconds": 60}, forwarded_header="X-Forwarded-For")
    assert _statuses(server, ["2001:db8::1", "2001:db8::2", "2001:db8:0:1::1"]) == [201, 429, 201]


def test_health_checks_are_not_counted(start_server: Callable[..., Server]) -> None:
    server = start_server(address_requests={"count": 1, "seconds": 60})
    assert {requests.get(f"{server.url}/health", timeout=10).status_code for _ in range(5)} == {503}


def test_health_tells_what_is_missing(server: Server, start_server: Callable[..., Server]) -> None:
    well = requests.get(f"{server.url}/health", timeout=10)
    assert (well.status_code, well.json()["status"], well.json()["actions"]) == (200, "ok", True)
    ill = requests.get(f"{start_server().url}/health", timeout=10)
    assert (ill.status_code, ill.json()["status"], ill.json()["actions"]) == (503, "degraded", False)


@pytest.mark.parametrize("path", ["/webhooks/visitor/health", "/webhooks/visitor/x", "/", "/widget.js", "/nothing"])
def test_every_response_of_the_server_is_hardened(server: Server, path: str) -> None:
    headers = requests.get(server.root + path, timeout=10).headers
    for name in SECURITY_HEADERS:
        assert headers[name]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_no_browser_shows_a_reply_of_the_api_as_a_page(visitor: Visitor, server: Server) -> None:
    for response in (visitor.say("Hallo"), requests.get(f"{server.url}/nirgends", timeout=10)):
        assert response.headers["Content-Disposition"] == 'attachment; filename="api.json"'


def test_no_cache_keeps_a_conversation(visitor: Visitor) -> None:
    assert visitor.say("Hallo").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("header", "encoding"),
    [("gzip, deflate, br", "br"), ("gzip", "gzip"), ("br;q=0.1, gzip", "gzip"), ("br;q=0, *", "gzip"),
     ("*", "br"), ("", None), ("identity", None), ("br;q=0, gzip;q=0", None),
     ("br;q=x", None), ("x-gzip", "gzip")],
)  # fmt: skip
def test_the_better_encoding_is_chosen(header: str, encoding: str | None) -> None:
    assert accepted_encoding(header) == encoding


@pytest.mark.parametrize(("encoding", "decode"), [("br", brotli.decompress), ("gzip", gzip.decompress)])
def test_long_answers_are_compressed(visitor: Visitor, encoding: str, decode: Callable[[bytes], bytes]) -> None:
    response = visitor.call(
        "POST",
        "/messages",
        json={"message": "lang " * 100},
        headers={"Accept-Encoding": encoding},
        stream=True,
    )
    assert response.headers["Content-Encoding"] == encoding
    assert "Accept-Encoding" in response.headers["Vary"]
    assert json.loads(decode(response.raw.read()))["messages"]


def test_neither_token_nor_words_are_logged(visitor: Visitor, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        visitor.say("geheimes Wort")
        visitor.press("/geheimes")
        visitor.server.bot.error = RuntimeError("kaputt")
        visitor.say("geheimes Wort")
    assert caplog.records
    assert visitor.token not in caplog.text
    assert "geheimes" not in caplog.text
