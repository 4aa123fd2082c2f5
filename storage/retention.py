"""For how long things are kept: `retention.yml`, the one place that says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML, YAMLError

from storage.sqlite import StoreError

RETENTION_FILE = Path(__file__).with_name("retention.yml")
PREFIX = "RETENTION_"


@dataclass(frozen=True)
class Retention:
    """So many days something is kept.

    Attributes:
        conversations_days: a conversation, its events and its session, after its last message.
        feedback_days: a judgement on an answer.
    """

    conversations_days: int
    feedback_days: int


def read_retention(environment: Mapping[str, str], file: Path = RETENTION_FILE) -> Retention:
    """The retention of the file, each entry replaced by its environment variable if there is one.

    Raises:
        StoreError: an entry is missing, unknown or no number of days; names file and entry.
    """
    names = [field.name for field in fields(Retention)]
    entries = _entries(file)
    if unknown := sorted(set(entries) - set(names)):
        raise StoreError(f"{file.name}: unbekannt: {', '.join(unknown)}. Möglich sind {', '.join(names)}.")
    values = {name: environment.get(PREFIX + name.upper(), entries.get(name)) for name in names}
    return Retention(**{name: _days(file, name, value) for name, value in values.items()})


def _entries(file: Path) -> dict[str, Any]:
    try:
        entries = YAML(typ="safe").load(file.read_text(encoding="utf-8"))
    except (OSError, YAMLError, UnicodeDecodeError) as error:
        raise StoreError(f"{file}: Die Fristen lassen sich nicht lesen ({error}).") from None
    if not isinstance(entries, dict):
        raise StoreError(f"{file.name}: Erwartet werden Zeilen wie »feedback_days: 180«.")
    return entries


def _days(file: Path, name: str, value: Any) -> int:
    """Raises StoreError unless the value is a whole number above 0; zero would delete what is going on."""
    text = str(value).strip()
    if isinstance(value, bool) or not text.isascii() or not text.isdecimal() or not 0 < int(text) < 36_500:
        raise StoreError(f"{file.name}, {name} ({PREFIX}{name.upper()}): »{value}« ist keine Zahl von Tagen ab 1.")
    return int(text)
