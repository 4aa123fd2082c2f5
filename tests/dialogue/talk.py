"""A conversation over REST, as short to write as to read."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

import requests


@dataclass(frozen=True)
class Said:
    """What the assistant replied to one message."""

    texts: list[str]
    customs: list[dict[str, Any]]
    buttons: list[dict[str, str]]

    @property
    def text(self) -> str:
        """All text messages of the reply."""
        return "\n".join(self.texts)

    @property
    def kinds(self) -> list[str]:
        """`kind` of each answer."""
        return [custom["kind"] for custom in self.customs]

    @property
    def ids(self) -> list[str | None]:
        """`answer_id` of each answer."""
        return [custom["answer_id"] for custom in self.customs]

    @property
    def payloads(self) -> list[str]:
        """The payloads of the buttons."""
        return [button["payload"] for button in self.buttons]


class Conversation:
    """One visitor's conversation with the assistant at `url`."""

    def __init__(self, url: str) -> None:
        self._url = f"{url}/webhooks/rest/webhook"
        self._sender = uuid.uuid4().hex

    def say(self, message: str) -> Said:
        """Send a message and return the reply."""
        response = requests.post(self._url, json={"sender": self._sender, "message": message}, timeout=60)
        assert response.status_code == 200, response.text
        parts = response.json()
        return Said(
            texts=[part["text"] for part in parts if "text" in part],
            customs=[part["custom"] for part in parts if "custom" in part],
            buttons=[button for part in parts for button in part.get("buttons", [])],
        )
