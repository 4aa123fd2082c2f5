"""Everything the channel says no to: one code, one status, one sentence in each language.

The sentences stand in `messages.yml`, so that an editor can change them without touching code.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import BaseModel, Extra
from ruamel.yaml import YAML

Lang = Literal["de", "en"]
LANGS: tuple[Lang, ...] = get_args(Lang)
DEFAULT_LANG: Lang = "de"
MESSAGES_FILE = Path(__file__).with_name("messages.yml")


class RefusalText(BaseModel):
    """The HTTP status of a code and what the visitor reads."""

    status: int
    de: str
    en: str

    class Config:
        extra = Extra.forbid
        allow_mutation = False


class Refusal(Exception):
    """A request is turned down.

    Args:
        code: the machine-readable code, an entry of `messages.yml`.
        headers: response headers that belong to this refusal (`Retry-After`, `Allow`).
        values: what fills the placeholders of the sentence, e.g. `max_chars`.
    """

    def __init__(self, code: str, headers: dict[str, str] | None = None, **values: Any) -> None:
        super().__init__(code)
        self.text = REFUSAL_TEXTS[code]
        self.code = code
        self.headers = headers or {}
        self.values = values

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.text.status

    def body(self, lang: Lang) -> dict[str, dict[str, str]]:
        """The JSON body, with the sentence in `lang`."""
        sentence = self.text.en if lang == "en" else self.text.de
        return {"error": {"code": self.code, "message": sentence.format(**self.values)}}


def read_refusal_texts(path: Path = MESSAGES_FILE) -> dict[str, RefusalText]:
    """All refusals by code.

    Raises:
        pydantic.ValidationError: an entry lacks a language or its status.
    """
    entries = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    return {code: RefusalText.parse_obj(entry) for code, entry in entries.items()}


REFUSAL_TEXTS = read_refusal_texts()
