"""What an entry of each content file must look like, checked when it is read."""

from __future__ import annotations

import datetime
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from pydantic import BaseModel, Extra, Field, HttpUrl, ValidationError, constr, validator
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

Lang = Literal["de", "en"]
Area = Literal["strategie", "hochschulen", "standort", "wegweiser"]
Kind = Literal["answer", "signpost", "clarification", "fallback", "smalltalk"]
# Kinds of reply that give what was asked for: the thing itself, or who is responsible for it.
GIVEN = ("answer", "signpost")
# Patterns, and how a message to an editor describes what they ask for.
_ANSWER_ID = r"^[a-z]+/[a-z0-9]+(-[a-z0-9]+)*$"
_NAME_ID = r"^[a-z0-9]+(-[a-z0-9]+)*$"
_MONTH = r"^\d{4}-(0[1-9]|1[0-2])$"
_AS_OF = r"^(unknown|\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?)$"
_EXPECTED = {
    _ANSWER_ID: "thema/frage, nur kleine Buchstaben ohne Umlaute, Ziffern und einzelne Striche",
    _NAME_ID: "nur kleine Buchstaben ohne Umlaute, Ziffern und einzelne Striche",
    _AS_OF: "2020, 2020-11, 2020-11-30 oder unknown",
    _MONTH: "2026-11",
}
if TYPE_CHECKING:
    Title = str
    SourceTitle = str
    Statement = str
    AnswerId = str
    NameId = str
    AsOf = str
    Month = str
else:
    Title = constr(min_length=2, max_length=65)
    SourceTitle = constr(min_length=3)
    Statement = constr(min_length=10)
    AnswerId = constr(regex=_ANSWER_ID)
    NameId = constr(regex=_NAME_ID)
    AsOf = constr(regex=_AS_OF)
    Month = constr(regex=_MONTH)


class ContentError(ValueError):
    """A content file has a mistake; the message names file, entry and field, and is meant for the editor."""


class Strict(BaseModel):
    """A value object that refuses fields it does not know."""

    class Config:
        extra = Extra.forbid
        allow_mutation = False


class Source(Strict):
    """Where an answer comes from."""

    title: SourceTitle
    url: HttpUrl


class Phrase(Strict):
    """Words that complete a sentence, in both languages."""

    de: str
    en: str

    def in_lang(self, lang: str) -> str:
        """The words in `lang` (»de« or »en«)."""
        return self.en if lang == "en" else self.de


class Titles(Phrase):
    """The label of a button in both languages."""

    de: Title
    en: Title


class Texts(Strict):
    """One statement in formal German, Einfache Sprache and English."""

    de: Statement
    easy: Statement
    en: Statement

    def in_style(self, lang: str, easy: bool = False) -> str:
        """The text in `lang`; Einfache Sprache exists in German only."""
        if lang == "en":
            return self.en
        return self.easy if easy else self.de


def _as_text(value: Any) -> Any:
    """A date without quotes in the YAML (2020-11-30) as the text it stands for."""
    return value.isoformat() if isinstance(value, datetime.date) else value


class CuratedAnswer(Strict):
    """An entry of `<topic>.yml`: an answer with everything that is shown with it.

    Attributes:
        kind: »answer«; »guide« (an overview that owns the broad phrasings of a concern); »signpost« (who is
            responsible, not the thing itself); »emergency« (a signpost that comes before everything else).
        as_of: what time the source speaks of.
        checked: the month in which an editor last held the text against its sources.
        review_by: the day from which it wants to be checked again.
    """

    id: AnswerId
    kind: Literal["answer", "guide", "signpost", "emergency"] = "answer"
    title: Titles
    text: Texts
    as_of: AsOf | None = None
    checked: Month | None = None
    review_by: datetime.date | None = None
    sources: list[Source] = []
    facts: list[str] = []
    follow_ups: list[str] = []

    _dated = validator("as_of", pre=True, allow_reuse=True)(_as_text)

    @validator("follow_ups")
    def _offers_nothing_in_an_emergency(cls, value: list[str], values: dict[str, Any]) -> list[str]:
        if value and values.get("kind") == "emergency":
            raise ValueError("muss bei kind: emergency leer sein; in einem Notfall werden keine Fragen angeboten")
        return value

    @property
    def topic(self) -> str:
        """The part of the id before the slash, also the intent Rasa's rules name."""
        return self.id.split("/")[0]


class Fact(Strict):
    """An entry of `facts/<topic>.yml`: what an answer rests on."""

    id: str
    statement: str
    figures: dict[str, Any] = {}
    as_of: AsOf
    confidence: Literal["high", "medium"]
    sources: list[HttpUrl]
    conflicts: str = ""
    audited: AsOf | None = None

    _dated = validator("as_of", pre=True, allow_reuse=True)(_as_text)


class Door(Strict):
    """An entry of `doors.yml`: whom to ask where no answer fits a concern.

    Attributes:
        id: the guide of the concern.
        concern: as it follows »Zu …« and “On …”.
        first, second: for the first miss, and for the next one.
    """

    id: AnswerId
    concern: Phrase
    first: Texts
    second: Texts


class Topic(Strict):
    """An entry of `topics.yml`: a subject with its answers in `<topic>.yml`.

    Attributes:
        area: what the topic belongs to; its action is `action_<area>`.
        listed: whether visitors see it among the topics.
        guide: the guide of whoever asks about the topic, where no other fits better.
        overview: the answers asked for most, shown behind the topic's button.
    """

    area: Area
    listed: bool = True
    title: Titles
    intro: Texts
    guide: AnswerId | None = None
    overview: list[AnswerId]


class Unconfirmed(Strict):
    """Something that only the agency can confirm.

    Attributes:
        what: as an editor reads it.
        answers: ids of the answers that say it.
        confirmed: the month in which the agency confirmed it; none while it is open.
    """

    what: str
    answers: list[AnswerId]
    confirmed: Month | None = None


class Place(Strict):
    """`place.yml`: the town with its quarters and its agency, named once."""

    town: str
    agency: str
    email: str
    website: str
    quarters: list[str] = []
    unconfirmed: list[Unconfirmed] = []


class Language(Strict):
    """An entry of `languages.yml`: a language that the assistant does not speak, and what it says in it.

    Attributes:
        id: ISO 639-1 code; spaCy's function words of that language tell it from others.
        reply: that German and English work, said in that language.
        letters: letters that only this language (of these) uses.
        words: what visitors who write it often say, besides function words.
    """

    id: str
    reply: Statement
    letters: str = ""
    words: list[str] = []


class Name(Strict):
    """An entry of `names.yml`: a thing with the names that visitors use for it."""

    id: NameId
    kind: Literal["hochschule", "unternehmen", "organisation", "ort", "projekt", "person"]
    name: str
    aliases: list[str] = []


class Attribute(Strict):
    """One attribute of a Hochschule's record: its value with source and the time it speaks of."""

    value: Any
    as_of: AsOf
    source_url: HttpUrl
    source_title: str
    review_by: datetime.date | None = None
    note: str = ""

    _dated = validator("as_of", pre=True, allow_reuse=True)(_as_text)


class HochschulRecord(Strict):
    """An entry of `records/hochschulen.yml`: one Hochschule with its attributes."""

    id: NameId
    name: str
    status: str
    attributes: dict[str, Attribute]
    conflicts: list[dict[str, Any]] = []


class HochschulNames(Strict):
    """A Hochschule's name in the cases of a sentence, and short for a button."""

    de: str
    de_genitive: str
    de_dative: str
    short: str
    en: str


class Superlative(Strict):
    """How »die älteste«, »die größte« … is read from the records."""

    attribute: str
    pick: Literal["min", "max"]
    among: list[str] = Field(..., min_items=2)


class ProfileQuestion(Strict):
    """An entry of `profil.yml`: which attributes of a record answer an intent `profil/…`."""

    id: AnswerId
    title: Titles
    attributes: list[str] = []
    superlative: Superlative | None = None
    unknown: Phrase | None = None
    text: Texts | None = None

    @validator("superlative", always=True)
    def _asks_something(cls, value: Superlative | None, values: dict[str, Any]) -> Superlative | None:
        if value is None and not values.get("attributes"):
            raise ValueError("fehlt; ohne superlative braucht die Frage attributes")
        return value

    @validator("unknown", always=True)
    def _can_refuse(cls, value: Phrase | None, values: dict[str, Any]) -> Phrase | None:
        if value is None and values.get("attributes"):
            raise ValueError("fehlt; ohne diese Worte lässt sich ein unbekanntes Attribut nicht ablehnen")
        return value

    @validator("text", always=True)
    def _can_compare(cls, value: Texts | None, values: dict[str, Any]) -> Texts | None:
        if value is None and values.get("superlative"):
            raise ValueError("fehlt; zu superlative gehört der Satz mit {name} und {value}")
        return value


class Reply(Strict):
    """What an action sends: the reply contract of every channel, and the buttons that go with the text.

    Attributes:
        lang: code of the text's language; German or English, but for the sentence that says so in another.
        as_of, checked: the Stand and the month of the last check, as people read them.
        entity: id of the Hochschule a record answer speaks of.
        concern: id of the guide of what the visitor came for.
        emergency: comes before everything, and nothing is offered with it.
    """

    kind: Kind
    text: str
    answer_id: str | None = None
    topic: str | None = None
    lang: str = "de"
    as_of: str | None = None
    checked: str | None = None
    sources: list[Source] = []
    entity: str | None = None
    concern: str | None = None
    emergency: bool = False
    follow_ups: list[str] = []


Model = TypeVar("Model", bound=BaseModel)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")


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
    except (YAMLError, ValueError) as error:
        raise ContentError(f"{path}: kein gültiges YAML ({error}). Gibt es jedes Datum der Datei?") from None


def read_entries(model: type[Model], content_dir: Path, file_name: str) -> dict[str, Model]:
    """The entries of a file that lists them, by their id, in the order of the file.

    Raises:
        ContentError: the file is no list, an entry has a mistake, or an id stands twice.
    """
    listed = read_yaml(content_dir / file_name) or []
    if not isinstance(listed, list):
        raise ContentError(f"{file_name}: Hier wird eine Liste erwartet; jeder Eintrag beginnt mit »- id:«.")
    entries: dict[str, Model] = {}
    for position, entry in enumerate(listed, start=1):
        name = entry.get("id") if isinstance(entry, dict) else None
        parsed = parse_entry(model, entry, f"{file_name}, {name or f'Eintrag {position}'}")
        if name in entries:
            raise ContentError(f"{file_name}, {name}: Feld »id«: gibt es schon; jeder Eintrag braucht eine eigene.")
        entries[str(name)] = parsed
    return entries


def read_sections(content_dir: Path, file_name: str) -> dict[str, Any]:
    """The sections of a file that names them (`name: …`), not yet checked.

    Raises:
        ContentError: the file does not consist of named sections.
    """
    sections = read_yaml(content_dir / file_name) or {}
    if not isinstance(sections, dict):
        raise ContentError(f"{file_name}: Hier werden benannte Abschnitte erwartet (»name:«), keine Liste.")
    return sections


def parse_entry(model: type[Model], entry: Any, where: str) -> Model:
    """Check one entry against its model.

    Args:
        where: file and entry as the message shall name them.

    Raises:
        ContentError: naming `where`, the field and what is wrong.
    """
    if not isinstance(entry, dict):
        raise ContentError(f"{where}: Hier wird ein Eintrag mit Feldern erwartet.")
    try:
        return model.parse_obj(entry)
    except ValidationError as error:
        problems = "; ".join(
            f"Feld »{'.'.join(str(part) for part in problem['loc'])}«: {_in_german(dict(problem))}"
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
        "value_error.str.regex": f"hat nicht die erwartete Form ({_EXPECTED.get(context.get('pattern'))})",
        "value_error.list.min_items": f"braucht mindestens {context.get('limit_value')} Einträge",
        "value_error": problem["msg"],
        "type_error.str": "muss ein Text sein",
        "type_error.list": "muss eine Liste sein (jede Zeile beginnt mit »- «)",
        "type_error.dict": "braucht benannte Felder",
        "value_error.const": f"muss einer dieser Werte sein: {context.get('permitted')}",
        "type_error.none.not_allowed": "ist leer",
    }
    if problem["type"].startswith("value_error.url"):
        return "ist keine gültige Adresse (erwartet: https://…)"
    return messages.get(problem["type"], f"ist ungültig ({problem['msg']})")
