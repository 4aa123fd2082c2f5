"""What an entry of each content file must look like, checked when it is read."""

from __future__ import annotations

import datetime
import re
from pathlib import Path
from typing import Any, Literal, Type, TypeVar

from pydantic import BaseModel, Extra, Field, HttpUrl, ValidationError, constr, validator
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

Lang = Literal["de", "en"]
Kind = Literal["answer", "clarification", "fallback", "smalltalk"]
QuestionKind = Literal[
    "was", "wer", "wann", "wo", "wie-viele", "kosten", "warum", "wie", "welche", "rang", "ob"
]  # fmt: skip
Title = constr(min_length=2, max_length=65)
AnswerId = constr(regex=r"^[a-z]+/[a-z0-9]+(-[a-z0-9]+)*$")
AsOf = constr(regex=r"^(unknown|\d{4}(-\d{2}(-\d{2})?)?)$")


class ContentError(ValueError):
    """A content file has a mistake; the message names file, entry and field, and is meant for the editor."""


class Strict(BaseModel):
    """A value object that refuses fields it does not know."""

    class Config:
        extra = Extra.forbid
        allow_mutation = False


class Source(Strict):
    """Where an answer comes from."""

    title: constr(min_length=3)  # type: ignore[valid-type]
    url: HttpUrl


class Titles(Strict):
    """The label of a button in both languages."""

    de: Title  # type: ignore[valid-type]
    en: Title  # type: ignore[valid-type]

    def in_lang(self, lang: str) -> str:
        """The title in `lang` (»de« or »en«)."""
        return self.en if lang == "en" else self.de


class Texts(Strict):
    """One statement in formal German, Einfache Sprache and English."""

    de: constr(min_length=10)  # type: ignore[valid-type]
    easy: constr(min_length=10)  # type: ignore[valid-type]
    en: constr(min_length=10)  # type: ignore[valid-type]

    def in_style(self, lang: str, easy: bool = False) -> str:
        """The text in `lang`; Einfache Sprache exists in German only."""
        if lang == "en":
            return self.en
        return self.easy if easy else self.de


class CuratedAnswer(Strict):
    """An entry of `<topic>.yml`: an answer with everything that is shown with it."""

    id: AnswerId  # type: ignore[valid-type]
    title: Titles
    text: Texts
    kinds: list[QuestionKind] = []
    as_of: AsOf | None = None  # type: ignore[valid-type]
    review_by: datetime.date | None = None
    sources: list[Source] = []
    facts: list[str] = []
    follow_ups: list[str] = []

    @property
    def topic(self) -> str:
        """The part of the id before the slash, also the intent Rasa's rules name."""
        return self.id.split("/")[0]


class Fact(Strict):
    """An entry of `facts/<topic>.yml`: what an answer rests on."""

    id: str
    statement: str
    figures: dict[str, Any] = {}
    as_of: AsOf  # type: ignore[valid-type]
    confidence: Literal["high", "medium"]
    sources: list[HttpUrl]
    conflicts: str = ""


class Topic(Strict):
    """An entry of `topics.yml`: one of the subjects that visitors see."""

    title: Titles
    intro: Texts
    overview: list[AnswerId]  # type: ignore[valid-type]


class Name(Strict):
    """An entry of `names.yml`: a thing with the names that visitors use for it."""

    id: constr(regex=r"^[a-z0-9]+(-[a-z0-9]+)*$")  # type: ignore[valid-type]
    kind: Literal["hochschule", "unternehmen", "organisation", "ort", "projekt", "person"]
    name: str
    aliases: list[str] = []


class Attribute(Strict):
    """One attribute of a Hochschule's record: its value with source and the time it speaks of."""

    value: Any
    as_of: str
    source_url: HttpUrl
    source_title: str
    note: str = ""

    @validator("as_of", pre=True)
    def _as_text(cls, value: Any) -> str:
        return str(value)


class Superlative(Strict):
    """How »die älteste«, »die größte« … is read from the records."""

    attribute: str
    pick: Literal["min", "max"]
    among: list[str]


class Phrase(Strict):
    """Words that complete a sentence, in both languages."""

    de: str
    en: str


class ProfileQuestion(Strict):
    """An entry of `profil.yml`: which attributes of a record answer an intent `profil/…`."""

    id: AnswerId  # type: ignore[valid-type]
    title: Titles
    attributes: list[str] = []
    unknown: Phrase | None = None
    superlative: Superlative | None = None
    text: Texts | None = None


class Reply(Strict):
    """What an action sends: the reply contract of every channel, and the buttons that go with the text."""

    kind: Kind
    text: str
    answer_id: str | None = None
    topic: str | None = None
    lang: Lang = "de"
    as_of: str | None = None
    sources: list[Source] = []
    entity: str | None = Field(None, description="id of the Hochschule a record answer speaks of")
    follow_ups: list[str] = []


Model = TypeVar("Model", bound=BaseModel)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]")


def read_yaml(path: Path) -> Any:
    """The content of a YAML file.

    Raises:
        ContentError: the file is missing or no YAML; the message names the line.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ContentError(f"{path}: Datei fehlt.") from None
    except UnicodeDecodeError:
        raise ContentError(f"{path}: Die Datei ist nicht in UTF-8 gespeichert.") from None
    if _CONTROL.search(text):
        raise ContentError(f"{path}: Die Datei enthält unsichtbare Steuerzeichen; bitte entfernen.")
    try:
        return YAML(typ="safe").load(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise ContentError(
            f"{path}, Zeile {line}: kein gültiges YAML ({error.problem}). "
            "Einrückung, Anführungszeichen und Doppelpunkte prüfen."
        ) from None


def parse_entry(model: Type[Model], entry: Any, where: str) -> Model:
    """Check one entry against its model.

    Args:
        where: file and entry as the message shall name them.

    Raises:
        ContentError: naming `where`, the field and what is wrong.
    """
    if not isinstance(entry, dict):
        raise ContentError(f"{where}: Hier wird ein Eintrag mit Feldern erwartet.")
    try:
        return model(**entry)
    except ValidationError as error:
        problems = "; ".join(
            f"Feld »{'.'.join(str(part) for part in problem['loc'])}«: {_in_german(problem)}"
            for problem in error.errors()
        )
        raise ContentError(f"{where}: {problems}") from None


def _in_german(problem: dict[str, Any]) -> str:
    context = problem.get("ctx", {})
    messages = {
        "value_error.missing": "fehlt",
        "value_error.extra": "ist unbekannt (Tippfehler im Feldnamen?)",
        "value_error.date": "ist kein Datum der Form JJJJ-MM-TT",
        "value_error.any_str.max_length": f"ist zu lang (höchstens {context.get('limit_value')} Zeichen)",
        "value_error.any_str.min_length": f"ist zu kurz (mindestens {context.get('limit_value')} Zeichen)",
        "value_error.str.regex": f"hat nicht die erwartete Form ({context.get('pattern')})",
        "value_error.const": f"muss einer dieser Werte sein: {context.get('permitted')}",
        "type_error.none.not_allowed": "ist leer",
    }
    if problem["type"].startswith("value_error.url"):
        return "ist keine gültige Adresse (erwartet: https://…)"
    return messages.get(problem["type"], f"ist ungültig ({problem['msg']})")
