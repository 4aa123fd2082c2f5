"""What the bot sent, collected and turned into the messages of the HTTP contract.

An answer comes from Rasa as a text with buttons, followed by a `custom` object with kind, id, source and
Stand (see `Reply` in the answers room). A text without such an object is small talk.
"""

from __future__ import annotations

import logging
import re
import secrets
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, Extra, ValidationError, constr, validator
from rasa.core.channels.channel import CollectingOutputChannel
from rasa.shared.core.constants import DEFAULT_INTENTS

from channels.refusals import Lang

if TYPE_CHECKING:
    TextLang = str
else:
    # German and English, and the sentence that says so in another language.
    TextLang = constr(regex=r"^[a-z]{2}$")
logger = logging.getLogger(__name__)

_COMMAND = re.compile(rf"\s*/+\s*(?:{'|'.join(map(re.escape, DEFAULT_INTENTS))}|action_\w+)\b", re.IGNORECASE)


def is_command(payload: str) -> bool:
    """Whether a payload steers Rasa itself (`/restart`, `/back`, `/session_start` …) instead of asking it."""
    return bool(_COMMAND.match(payload))


class Source(BaseModel):
    """Where an answer comes from."""

    title: str
    url: str


class Button(BaseModel):
    """A quick reply."""

    title: str
    payload: str


class BotAnswer(BaseModel):
    """The `custom` object of a reply; unknown fields are ignored, sources without a web address dropped."""

    kind: Literal["answer", "signpost", "clarification", "fallback", "smalltalk"]
    answer_id: str | None = None
    topic: str | None = None
    lang: TextLang = "de"
    as_of: str | None = None
    checked: str | None = None
    emergency: bool = False
    sources: tuple[Source, ...] = ()
    text: str | None = None

    @validator("sources", pre=True)
    def only_web_sources(cls, value: Any) -> Any:
        """The widget makes links of them: only http and https may pass."""
        return [source for source in value or () if str(source.get("url", "")).startswith(("https://", "http://"))]


class VisitorMessage(BaseModel):
    """One message of the bot as the widget shows it."""

    id: str
    kind: Literal["answer", "signpost", "clarification", "fallback", "smalltalk"]
    text: str
    lang: TextLang
    answer_id: str | None
    topic: str | None
    as_of: str | None
    checked: str | None
    emergency: bool
    sources: tuple[Source, ...]
    buttons: tuple[Button, ...]

    class Config:
        extra = Extra.forbid
        allow_mutation = False


class VisitorOutput(CollectingOutputChannel):
    """Collects what the bot sends in one turn; unlike Rasa's own collector it keeps a text in one piece."""

    @classmethod
    def name(cls) -> str:
        """The channel's name in Rasa's responses and trackers."""
        return "visitor"

    async def send_text_message(self, recipient_id: str, text: str, **kwargs: Any) -> None:
        """Keep `text` whole: paragraphs belong to one message."""
        await self._persist_message(self._message(recipient_id, text=text))


def read_replies(sent: list[dict[str, Any]], lang: Lang) -> list[VisitorMessage]:
    """The messages for the visitor.

    Args:
        sent: what a `VisitorOutput` collected: texts (perhaps with buttons) and custom objects, in order.
        lang: the language of a text that does not say its own.
    """
    messages: list[VisitorMessage] = []
    waiting: dict[str, Any] | None = None  # a text whose custom object may come next
    for part in sent:
        if "custom" not in part:
            messages += _message(waiting, None, lang)
            waiting = part
            continue
        messages += _message(waiting, _bot_answer(part["custom"]), lang)
        waiting = None
    return messages + _message(waiting, None, lang)


def _bot_answer(custom: Any) -> BotAnswer | None:
    try:
        return BotAnswer.parse_obj(custom)
    except (ValidationError, AttributeError, TypeError) as error:
        logger.warning("A custom object of the bot is malformed: %s", type(error).__name__)
        return None


def _message(part: dict[str, Any] | None, answer: BotAnswer | None, lang: Lang) -> list[VisitorMessage]:
    """One message, or none if there is nothing to show."""
    part = part or {}
    text = (answer and answer.text) or part.get("text") or ""
    if not text.strip():
        return []
    known = answer or BotAnswer(kind="smalltalk", lang=lang)
    fields = known.dict(exclude={"text"}) | {"text": text.strip(), "buttons": _buttons(part)}
    return [VisitorMessage(id=secrets.token_hex(12), **fields)]


def _buttons(part: dict[str, Any]) -> list[Button]:
    buttons = [
        Button(title=button["title"], payload=button.get("payload") or button["title"])
        for button in part.get("buttons") or ()
        if isinstance(button, dict) and button.get("title")
    ]
    return [button for button in buttons if not is_command(button.payload)]
