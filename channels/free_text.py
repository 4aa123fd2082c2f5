"""What a visitor typed, made safe to hand on: clean, masked, and never a command.

Rasa's `RegexMessageHandler` reads a text that begins with `/` as an intent with entities (`/restart`,
`/antwort{"id": …}`). A visitor's text is therefore stripped of leading slashes; the words behind them stay
and are understood like any others. Nothing else in Rasa 3.6 reads commands from a text.
"""

from __future__ import annotations

import re
import unicodedata

from channels.masking import mask_personal_data
from channels.refusals import Refusal

# Lone surrogates and NUL cannot be stored, control characters and direction overrides only mislead.
_UNWANTED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\uffff\ud800-\udfff]"
)
_LEADING_SLASHES = re.compile(r"^[\s/]+")
ONLY_SLASHES = "／"  # a full-width slash: shows what was typed, and is no prefix to Rasa


def clean_text(text: str) -> str:
    """`text` in composed form, without characters that nobody types on purpose."""
    return unicodedata.normalize("NFC", _UNWANTED.sub("", text.replace("\r\n", "\n"))).strip()


def escape_command(text: str) -> str:
    """`text` so that Rasa never reads it as an intent; unchanged unless it begins with a slash."""
    if not text.lstrip().startswith("/"):
        return text
    return _LEADING_SLASHES.sub("", text) or ONLY_SLASHES


def read_message(text: str, max_chars: int) -> str:
    """The text for the bot.

    Raises:
        Refusal: `message_empty`, or `message_too_long` (more than `max_chars` characters).
    """
    cleaned = clean_text(text)
    if not cleaned:
        raise Refusal("message_empty")
    return escape_command(mask_personal_data(_within(cleaned, max_chars)))


def read_comment(text: str | None, max_chars: int) -> str | None:
    """The comment to store, `None` if there is none.

    Raises:
        Refusal: `message_too_long`.
    """
    cleaned = clean_text(text or "")
    return mask_personal_data(_within(cleaned, max_chars)) or None


def _within(text: str, max_chars: int) -> str:
    if len(text) > max_chars:
        raise Refusal("message_too_long", max_chars=max_chars)
    return text
