"""openapi.yaml is true: every documented status and code occurs, and every body fits its schema."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import requests
from jsonschema import Draft202012Validator, RefResolver
from ruamel.yaml import YAML

from channels.api import OPENAPI_FILE
from channels.refusals import REFUSAL_TEXTS

from .conftest import ANSWER_PAYLOAD, PAGE, FakeBot, Server, Visitor

SPEC: dict[str, Any] = YAML(typ="safe").load(OPENAPI_FILE.read_text(encoding="utf-8"))
Case = tuple[str, str, int, "str | None"]


def _resolve(node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        target: Any = SPEC
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def _documented() -> set[Case]:
    return {
        (path, method, int(status), code)
        for path, methods in SPEC["paths"].items()
        for method, operation in methods.items()
        for status, response in operation["responses"].items()
        for code in _resolve(response).get("x-codes", [None])
    }


def _check(path: str, method: str, response: requests.Response) -> Case:
    """The case this response shows; fails unless it is as documented."""
    documented = _resolve(SPEC["paths"][path][method]["responses"][str(response.status_code)])
    for name, header in documented.get("headers", {}).items():
        assert name in response.headers
        _validate(response.headers[name], header["schema"])
    content = documented.get("content")
    if content is None:
        assert response.content == b""
        return path, method, response.status_code, None
    (media_type,) = content
    assert response.headers["Content-Type"].startswith(media_type)
    if media_type != "application/json":
        return path, method, response.status_code, None
    _validate(response.json(), content[media_type]["schema"])
    return path, method, response.status_code, response.json().get("error", {}).get("code")


def _validate(value: Any, schema: dict[str, Any]) -> None:
    Draft202012Validator(schema, resolver=RefResolver.from_schema(SPEC)).validate(value)


OTHER_METHOD = {"post": "PUT", "delete": "GET", "get": "DELETE"}


def _broken_requests(path: str, method: str, operation: dict[str, Any]) -> list[dict[str, Any]]:
    """What provokes the refusals that need no special server."""
    upper = method.upper()
    requests_ = [
        {"method": upper, "headers": {"Origin": "https://elsewhere.example"}},
        {"method": OTHER_METHOD[method]},
    ]
    if "security" not in operation:
        requests_ += [{"method": upper, "headers": {"Authorization": "Bearer " + "0" * 32}}]
    if "requestBody" in operation:
        requests_ += [
            {"method": upper, "data": "{", "headers": {"Content-Type": "application/json"}},
            {"method": upper, "json": {"unknown": 1}},
            {"method": upper, "data": "{}", "headers": {"Content-Type": "text/plain"}},
            {"method": upper, "json": {"message": "x" * 9000}},
        ]
    return requests_


SPECIAL = {
    ("/messages", "post"): [{"message": " "}, {"message": "x" * 501}, {"payload": "/restart"}],
    ("/feedback", "post"): [{"message_id": "x", "helpful": True, "comment": "x" * 501}],
}


def _good_body(path: str, visitor: Visitor) -> dict[str, Any] | None:
    if path == "/feedback":
        return {"message_id": visitor.greeting[0]["id"], "helpful": True}
    return {"/messages": {"payload": ANSWER_PAYLOAD}, "/sessions": {"lang": "de"}}.get(path)


def _calls(server: Server) -> set[Case]:
    """Every operation, rightly and wrongly asked."""
    seen: set[Case] = set()
    for path, methods in SPEC["paths"].items():
        for method, operation in methods.items():
            visitor = server.open()
            attempts = _broken_requests(path, method, operation)
            for body in SPECIAL.get((path, method), []):
                body = body | ({"message_id": visitor.greeting[0]["id"]} if path == "/feedback" else {})
                attempts.append({"method": method.upper(), "json": body})
            attempts.append({"method": method.upper(), "json": _good_body(path, visitor)})
            for attempt in attempts:
                seen.add(_check(path, method, visitor.call(attempt.pop("method"), path, **attempt)))
    return seen


def _limited(start_server: Callable[..., Server], **limits: Any) -> set[Case]:
    """Every operation once too often."""
    seen: set[Case] = set()
    for path, methods in SPEC["paths"].items():
        if path == "/health":
            continue
        for method in methods:
            server = start_server(**limits)
            for _ in range(2):
                response = requests.request(method, server.url + path, timeout=10)
            seen.add(_check(path, method, response))
    return seen


class BrokenStore:
    """A tracker store and lock store that is out of order."""

    def __getattr__(self, name: str) -> Any:
        raise ConnectionError("no database")


def _broken(start_server: Callable[..., Server]) -> set[Case]:
    """Every operation while something behind the channel is broken."""
    server = start_server(FakeBot())
    visitor = server.open()
    feedback = {"message_id": visitor.greeting[0]["id"], "helpful": True}
    server.bot.error = ConnectionError("no action server")
    server.bot.lock_store = server.bot.tracker_store = BrokenStore()
    api = next(b for b in server.app.blueprints.values() if b.name == "visitor").ctx.api
    feedback_store, api._feedback = api._feedback, BrokenStore()
    cases = {
        _check("/sessions", "post", requests.post(f"{server.url}/sessions", timeout=10)),
        _check("/messages", "post", visitor.say("Hallo")),
        _check("/feedback", "post", visitor.call("POST", "/feedback", json=feedback)),
        _check("/conversation", "delete", visitor.call("DELETE", "/conversation")),
        _check("/health", "get", requests.get(f"{server.url}/health", timeout=10)),
    }
    api._feedback = feedback_store
    return cases


def test_every_documented_case_occurs_and_no_other(server: Server, start_server: Callable[..., Server]) -> None:
    one = {"count": 1, "seconds": 60}
    seen = _calls(server) | _limited(start_server, address_requests=one) | _broken(start_server)
    documented = _documented()
    assert documented - seen == set()
    assert seen - documented == set()


def test_every_code_is_documented() -> None:
    """`not_found` has no resource it could stand at."""
    assert {code for *_, code in _documented() if code} == set(REFUSAL_TEXTS) - {"not_found"}


def test_the_document_is_valid_and_served_as_it_stands(server: Server) -> None:
    for schema in SPEC["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    response = requests.get(f"{server.url}/openapi.yaml", timeout=10)
    assert response.content == OPENAPI_FILE.read_bytes()


def test_the_examples_of_the_document_fit_their_schemas() -> None:
    for schema in SPEC["components"]["schemas"].values():
        if "example" in schema:
            _validate(schema["example"], schema)


@pytest.mark.parametrize("code", sorted(REFUSAL_TEXTS))
def test_every_refusal_speaks_both_languages(code: str) -> None:
    text = REFUSAL_TEXTS[code]
    for sentence in (text.de, text.en):
        assert sentence.endswith(".") and len(sentence) > 20
    assert text.de != text.en
    assert 400 <= text.status < 600


def test_the_token_is_all_a_request_needs(visitor: Visitor) -> None:
    response = visitor.call(
        "POST",
        "/messages",
        data=json.dumps({"message": "Hallo"}),
        headers={"Content-Type": "Application/JSON; charset=UTF-8", "Origin": PAGE},
    )
    assert response.status_code == 200
    assert not response.cookies
