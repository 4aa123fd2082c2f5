"""Answers computed from one record a Hochschule: »Wie viele Studierende hat die THGA?«, »die älteste?«."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from answers.dates import readable_date
from answers.schema import (
    Attribute,
    ContentError,
    HochschulNames,
    HochschulRecord,
    Lang,
    ProfileQuestion,
    Reply,
    Source,
    Superlative,
    Texts,
    parse_entry,
    read_entries,
    read_sections,
)

TOPIC = "hochschulen"
STUDENTS_IN_TOWN = {"students": "students_bochum"}


class HochschulRecords:
    """The records of `records/hochschulen.yml` with their sentences, asked by intent and Hochschule.

    Attributes:
        questions: the intents `profil/…` by id, as in `profil.yml`.
    """

    def __init__(self, content_dir: Path) -> None:
        """Read records, sentences and questions.

        Raises:
            ContentError: a file has a mistake, or an attribute has no sentence.
        """
        self.questions = read_entries(ProfileQuestion, content_dir, "profil.yml")
        records = read_entries(HochschulRecord, content_dir, "records/hochschulen.yml")
        self._names = {hochschule: record.name for hochschule, record in records.items()}
        self._attributes = {hochschule: record.attributes for hochschule, record in records.items()}
        sections = read_sections(content_dir, "records/texts.yml")
        self._names_in: dict[str, HochschulNames] = {}
        self._texts: dict[str, dict[str, Texts]] = {}
        for hochschule in records:
            self._read_texts(hochschule, sections.get(hochschule))
        self._check_superlatives()

    def _read_texts(self, hochschule: str, section: Any) -> None:
        file = f"records/texts.yml, {hochschule}"
        if not isinstance(section, dict):
            raise ContentError(f"{file}: Namen und Sätze fehlen.")
        self._names_in[hochschule] = parse_entry(HochschulNames, section.get("names"), f"{file}, names")
        for key in self._attributes[hochschule]:
            if key not in section:
                raise ContentError(f"{file}, {key}: Satz fehlt (de, easy, en).")
        self._texts[hochschule] = {
            key: parse_entry(Texts, text, f"{file}, {key}") for key, text in section.items() if key != "names"
        }

    def _check_superlatives(self) -> None:
        """Each comparison can be written, so that a mistake shows now and not to a visitor."""
        for question in self.questions.values():
            if question.superlative is None:
                continue
            try:
                for lang, easy in (("de", False), ("de", True), ("en", False)):
                    self._superlative(question, lang, easy)  # type: ignore[arg-type]
            except (KeyError, IndexError, ValueError) as error:
                raise ContentError(
                    f"profil.yml, {question.id}: Feld »superlative«: Der Vergleich geht nicht auf ({error}). "
                    "Hochschulen in among, ihr Attribut und die Platzhalter im Text prüfen."
                ) from None

    def __contains__(self, hochschule: object) -> bool:
        return hochschule in self._attributes

    @property
    def hochschulen(self) -> list[str]:
        """The ids of all records, in the order of the file."""
        return list(self._attributes)

    def short_name(self, hochschule: str) -> str:
        """The name on a button, e.g. »THGA«."""
        return self._names_in[hochschule].short

    def full_name(self, hochschule: str, form: str = "de") -> str:
        """The name in a sentence: `de` (nominative with article), `de_genitive`, `de_dative`, `en`."""
        return getattr(self._names_in[hochschule], form)

    def attributes_of(self, hochschule: str) -> Mapping[str, Attribute]:
        """The attributes of a record."""
        return self._attributes[hochschule]

    def texts_of(self, hochschule: str) -> Mapping[str, Texts]:
        """The sentences of a record, by attribute."""
        return self._texts[hochschule]

    def known_questions(self, hochschule: str) -> list[str]:
        """The intents that this record can answer, in the order of `profil.yml`."""
        return [question.id for question in self.questions.values() if self._keys(question, hochschule)]

    def sentences(self, question_id: str) -> str:
        """The German sentences of all records that answer a question, in one text."""
        question = self.questions[question_id]
        if question.text:
            return question.text.de
        return " ".join(
            self._texts[hochschule][key].de
            for hochschule in self._attributes
            for key in self._keys(question, hochschule)
        )

    def reply(self, question_id: str, hochschule: str | None, lang: Lang, easy: bool = False) -> Reply:
        """Answer a question from the records.

        An attribute that no source gives is refused honestly (`kind` »fallback«), naming the Hochschule.

        Raises:
            KeyError: unknown question or Hochschule, or a question about one Hochschule without one.
        """
        question = self.questions[question_id]
        if question.superlative:
            return self._superlative(question, lang, easy)
        if hochschule is None or hochschule not in self._attributes:
            raise KeyError(hochschule)
        keys = self._keys(question, hochschule)
        if not keys:
            return self._unknown(question, hochschule, lang)
        texts = [self._texts[hochschule][key].in_style(lang, easy) for key in keys]
        told = [self._attributes[hochschule][key] for key in keys]
        return Reply(
            kind="answer",
            text=" ".join(dict.fromkeys(texts)),
            answer_id=question_id,
            topic=TOPIC,
            lang=lang,
            as_of=readable_date(_oldest(told), lang),
            sources=_sources(told),
            entity=hochschule,
            follow_ups=[],
        )

    def _keys(self, question: ProfileQuestion, hochschule: str) -> list[str]:
        return [key for key in question.attributes if key in self._attributes[hochschule]]

    def _unknown(self, question: ProfileQuestion, hochschule: str, lang: Lang) -> Reply:
        assert question.unknown is not None
        if lang == "en":
            name = self.full_name(hochschule, "en")
            text = f"I have no verified information on {question.unknown.en} for {name}."
        else:
            name = self.full_name(hochschule, "de_genitive")
            text = f"Zu {question.unknown.de} {name} liegt mir keine geprüfte Angabe vor."
        return Reply(kind="fallback", text=text, answer_id=None, topic=TOPIC, lang=lang, entity=hochschule)

    def _superlative(self, question: ProfileQuestion, lang: Lang, easy: bool) -> Reply:
        rule, texts = question.superlative, question.text
        assert rule is not None and texts is not None
        ranking = sorted(rule.among, key=lambda h: self._figure(h, rule), reverse=rule.pick == "max")
        first, second = ranking[:2]
        values = {
            "name": self._names[first],
            "value": self._written(self._figure(first, rule), rule, lang),
            "second_name": self._names[second],
            "second_value": self._written(self._figure(second, rule), rule, lang),
        }
        told = [self._attribute(hochschule, rule) for hochschule in (first, second)]
        return Reply(
            kind="answer",
            text=texts.in_style(lang, easy).format(**values),
            answer_id=question.id,
            topic=TOPIC,
            lang=lang,
            as_of=readable_date(_oldest(told), lang),
            sources=_sources(told),
            entity=first,
        )

    def _attribute(self, hochschule: str, rule: Superlative) -> Attribute:
        attributes = self._attributes[hochschule]
        return attributes.get(STUDENTS_IN_TOWN.get(rule.attribute, ""), attributes[rule.attribute])

    def _figure(self, hochschule: str, rule: Superlative) -> int:
        return int(str(self._attribute(hochschule, rule).value)[:9].split("-")[0])

    @staticmethod
    def _written(figure: int, rule: Superlative, lang: str) -> str:
        if rule.attribute == "founded":
            return str(figure)
        return f"{figure:,}" if lang == "en" else f"{figure:,}".replace(",", ".")


def _oldest(told: Sequence[Attribute]) -> str:
    """The Stand of several attributes is that of the oldest; one without a date says nothing of the others."""
    return min((attribute.as_of for attribute in told if attribute.as_of != "unknown"), default="unknown")


def _sources(told: Sequence[Attribute]) -> list[Source]:
    """The sources of attributes, each once."""
    unique = {attribute.source_url: attribute.source_title for attribute in told}
    return [Source(title=title, url=url) for url, title in unique.items()]
