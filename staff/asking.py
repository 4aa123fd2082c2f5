"""One message to an assistant over REST, and its replies with their buttons."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests

from staff.stack import running_stack

TIMEOUT_SECONDS = 60


def ask(url: str, sender: str, message: str) -> list[dict[str, Any]]:
    """The replies: the `custom` object of each, with the buttons of its text under `buttons`."""
    body = {"sender": sender, "message": message}
    response = requests.post(f"{url}/webhooks/rest/webhook", json=body, timeout=TIMEOUT_SECONDS)
    response.raise_for_status()
    replies: list[dict[str, Any]] = []
    buttons: list[dict[str, str]] = []
    for part in response.json():
        buttons = part.get("buttons", buttons)
        if "custom" in part:
            replies.append({**part["custom"], "buttons": buttons})
            buttons = []
    return replies


@contextmanager
def assistant(url: str = "") -> Iterator[str]:
    """The address of a running assistant: `url`, or one started for the block."""
    if url:
        yield url.rstrip("/")
        return
    with running_stack() as started:
        yield started
