"""What `credentials.yml` may set for the visitors' channel, with the values a small server starts with.

Every mistake is reported with the name of the field, when the server starts and not when a visitor comes.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, Extra, Field, ValidationError, validator
from rasa.shared.exceptions import RasaException

PROJECT_FOLDER = Path(__file__).resolve().parent.parent
# A character of a JSON string takes at most twelve bytes (a surrogate pair, both halves escaped).
BYTES_PER_CHAR, BYTES_AROUND = 12, 1024


class SettingsError(RasaException):
    """A setting of the channel is wrong; the message names the field and is meant for the operator."""


class Rate(BaseModel):
    """So many requests in so many seconds; all of them may come at once, then they trickle."""

    count: int = Field(ge=1)
    seconds: int = Field(ge=1, le=86_400)

    class Config:
        extra = Extra.forbid
        allow_mutation = False


class VisitorSettings(BaseModel):
    """The settings under `channels.visitor.VisitorChannel:` in `credentials.yml`.

    Attributes:
        allowed_origins: the web sites that may embed the widget (`https://www.example.org`), as a list or as
        one
            text with spaces or commas (from an environment variable); `"*"` for any. The server's own origin
            may always: the demo page needs it.
        max_chars: the longest message and the longest comment.
        max_body_bytes: the largest request body; by default what `max_chars` can take at worst.
        session_messages: messages of one session.
        address_requests: requests of one address. A school class shares one: keep it generous.
        address_sessions: new sessions of one address.
        session_idle_minutes: after so long without a request a token is void and the conversation is deleted;
            the same time as Rasa's `session_expiration_time` in `domain.yml`.
        max_sessions: sessions running at once; beyond it the longest idle one ends and its conversation is deleted.
        answer_timeout_seconds: after so long without an answer the visitor is told that we are unavailable.
        forwarded_header: the header a trusted proxy puts the visitor's address in (`X-Forwarded-For`,
            `X-Real-IP`). Off by default, because without such a proxy anyone could write it.
        forwarded_hops: how many trusted proxies stand in front; the address is that many from the right.
        serve_site: serve the demo page and the widget; off where a web server does that.
        widget_folder: where `demo/` and `dist/widget.js` are.
        feedback_url: SQLAlchemy URL of the feedback database.
    """

    allowed_origins: Literal["*"] | tuple[str, ...] = ()
    max_chars: int = Field(500, ge=1, le=10_000)
    max_body_bytes: int = Field(0, ge=0, le=1_000_000)
    session_messages: Rate = Rate(count=20, seconds=60)
    address_requests: Rate = Rate(count=300, seconds=60)
    address_sessions: Rate = Rate(count=60, seconds=60)
    session_idle_minutes: int = Field(60, ge=1)
    max_sessions: int = Field(20_000, ge=1)
    answer_timeout_seconds: float = Field(30.0, gt=0)
    forwarded_header: str | None = None
    forwarded_hops: int = Field(1, ge=1, le=10)
    serve_site: bool = True
    widget_folder: Path = Path("widget")
    feedback_url: str = "sqlite:///var/feedback.db"

    class Config:
        extra = Extra.forbid
        allow_mutation = False

    @validator("allowed_origins", pre=True)
    def split_origins(cls, value: Any) -> Any:
        """One text holds several origins when it comes from an environment variable."""
        if isinstance(value, str) and value.strip() != "*":
            return tuple(re.split(r"[\s,]+", value.strip())) if value.strip() else ()
        return value.strip() if isinstance(value, str) else value or ()

    @validator("allowed_origins")
    def check_origins(cls, value: Any) -> Any:
        """An origin is scheme, host and port, nothing more, as browsers send it."""
        if value == "*":
            return value
        return tuple(_origin(entry) for entry in value)

    @validator("max_body_bytes", always=True)
    def fit_body(cls, value: int, values: dict[str, Any]) -> int:
        """The body must hold the longest message."""
        needed = values.get("max_chars", 0) * BYTES_PER_CHAR + BYTES_AROUND
        if value and value < needed:
            raise ValueError(f"must be at least {needed}, so that a message of max_chars fits")
        return value or needed

    @validator("forwarded_header")
    def check_header(cls, value: str | None) -> str | None:
        """An empty text (an environment variable that is not set) means off."""
        if value and not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", value):
            raise ValueError("must be the name of a header, e.g. X-Forwarded-For")
        return value or None

    @validator("widget_folder", always=True)
    def resolve_folder(cls, value: Path) -> Path:
        """A relative folder is one of the project."""
        return (PROJECT_FOLDER / value).resolve()


def _origin(text: str) -> str:
    parts = urlsplit(text.rstrip("/"))
    if parts.scheme not in ("http", "https") or not parts.hostname or text.rstrip("/").count("/") != 2:
        raise ValueError(f"»{text}« is no origin; write https://host or https://host:port")
    return text.rstrip("/").lower()


def read_settings(credentials: dict[str, Any] | None) -> VisitorSettings:
    """The checked settings.

    Args:
        credentials: what stands under the channel's name in `credentials.yml`, `None` if nothing does.

    Raises:
        SettingsError: names each wrong field and what is wrong.
    """
    try:
        return VisitorSettings.parse_obj(credentials or {})
    except ValidationError as error:
        mistakes = "; ".join(f"{_field(e['loc'])}: {e['msg']}" for e in error.errors())
        raise SettingsError(f"credentials.yml, channels.visitor.VisitorChannel: {mistakes}") from None


def _field(location: tuple[Any, ...]) -> str:
    return ".".join(str(part) for part in location if part != "__root__")
