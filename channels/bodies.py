"""The shapes of the JSON bodies a visitor's browser may send, strictly checked."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel, Extra, Field, StrictBool, StrictStr, ValidationError, root_validator

from channels.refusals import Lang, Refusal


class Body(BaseModel):
    """A request body: unknown fields are refused, and so is an explicit null."""

    class Config:
        extra = Extra.forbid
        allow_mutation = False

    @root_validator(pre=True)
    def refuse_null(cls, values: dict[str, Any]) -> dict[str, Any]:
        """A field is left out or has a value."""
        if any(value is None for value in values.values()):
            raise ValueError("a field must not be null")
        return values


class SessionBody(Body):
    """`POST /sessions`: the page's language, if it is known."""

    lang: Lang | None = None


class MessageBody(Body):
    """`POST /messages`: a typed text or the payload of a button, never both."""

    message: StrictStr | None = None
    payload: StrictStr | None = None
    lang: Lang | None = None

    @root_validator(skip_on_failure=True)
    def exactly_one(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Text and payload exclude each other."""
        if (values["message"] is None) == (values["payload"] is None):
            raise ValueError("either message or payload")
        return values


class FeedbackBody(Body):
    """`POST /feedback`: a judgement on one message of this conversation."""

    message_id: StrictStr = Field(min_length=1, max_length=64)
    helpful: StrictBool
    comment: StrictStr | None = None


AnyBody = TypeVar("AnyBody", bound=Body)


def parse_body(shape: type[AnyBody], data: Any) -> AnyBody:
    """`data` (decoded JSON) as a `shape`.

    Raises:
        Refusal: `invalid_request`.
    """
    if not isinstance(data, dict):
        raise Refusal("invalid_request")
    try:
        return shape.parse_obj(data)
    except ValidationError:
        raise Refusal("invalid_request") from None
