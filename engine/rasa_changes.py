"""Changes to Rasa 3.6.21, each tied to the very code it was written for."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from jsonschema import Draft7Validator, ValidationError
from rasa.core.actions.action import RemoteAction

# sha256 of the source that a change replaces.
_KNOWN = {"_validate_action_result": "f8cdb4be6812396167ced74161b2ccd65c5ea676ad86d7d359d8c322d9d8dc42"}


class RasaChangedError(RuntimeError):
    """Rasa's code is another than the one a change was written for; the message names it."""


@lru_cache(maxsize=1)
def _response_validator() -> Draft7Validator:
    return Draft7Validator(RemoteAction.action_response_format_spec())


def _validate_action_result(self: RemoteAction, result: dict[str, Any]) -> bool:
    """As Rasa's own, with the validator built once: `jsonschema.validate` checks the constant schema itself each
    time, which took two thirds of a turn."""
    error = next(iter(_response_validator().iter_errors(result)), None)
    if error is not None:
        raise ValidationError(f"The action server's response is not valid: {error.message}")
    return True


def source_hash(function: Callable[..., Any]) -> str:
    """What `_KNOWN` holds for a function."""
    return hashlib.sha256(inspect.getsource(function).encode()).hexdigest()


def make_rasa_lean() -> None:
    """Make all changes; safe to call again.

    Raises:
        RasaChangedError: Rasa's code has changed under one of them.
    """
    if RemoteAction._validate_action_result is _validate_action_result:
        return
    if source_hash(RemoteAction._validate_action_result) != _KNOWN["_validate_action_result"]:
        raise RasaChangedError(
            "RemoteAction._validate_action_result has changed: look at engine/rasa_changes.py again."
        )
    RemoteAction._validate_action_result = _validate_action_result  # type: ignore[method-assign]
