"""Answers computed from one record a Hochschule: »Wie viele Studierende hat die THGA?«, »Welche ist die älteste?«."""

from __future__ import annotations

from pathlib import Path

from answers.dates import readable_date
from answers.schema import (
    Attribute,
    ContentError,
    ProfileQuestion,
    Reply,
    Source,
    Superlative,
    Texts,
    parse_entry,
    read_yaml,
)

TOPIC = "hochschulen"
# A record holds these beside its attributes; they are answered from `texts.yml` like an attribute.
PLAIN_FIELDS = ("carrier", "kind")
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
        self.questions: dict[str, ProfileQuestion] = {
            entry["id"]: parse_entry(ProfileQuestion, entry, f"profil.yml, {entry.get('id')}")
            for entry in read_yaml(content_dir / "profil.yml")
        }
        self._texts = read_yaml(content_dir / "records" / "texts.yml")
        self._attributes: dict[str, dict[str, Attribute]] = {}
        self._names: dict[str, str] = {}
        for record in read_yaml(content_dir / "records" / "hochschulen.yml"):
            self._names[record["id"]] = record["name"]
            self._attributes[record["id"]] = {
                key: parse_entry(Attribute, value, f"records/hochschulen.yml, {record['id']}, {key}")
                for key, value in record["attributes"].items()
            }
        self._check_sentences()

    def _check_sentences(self) -> None:
        for hochschule, attributes in self._attributes.items():
            for key in (*attributes, *PLAIN_FIELDS):
                where = f"records/texts.yml, {hochschule}, {key}"
                if key not in self._texts.get(hochschule, {}):
                    raise ContentError(f"{where}: Satz fehlt (de, easy, en).")
                parse_entry(Texts, self._texts[hochschule][key], where)

    def __contains__(self, hochschule: object) -> bool:
        return hochschule in self._attributes

    @property
    def hochschulen(self) -> list[str]:
        """The ids of all records, in the order of the file."""
        return list(self._attributes)

    def short_name(self, hochschule: str) -> str:
        """The name on a button, e.g. »THGA«."""
        return self._texts[hochschule]["names"]["short"]

    def full_name(self, hochschule: str, form: str = "de") -> str:
        """The name in a sentence: `de` (nominative with article), `de_genitive`, `de_dative`, `en`."""
        return self._texts[hochschule]["names"][form]

    def known_questions(self, hochschule: str) -> list[str]:
        """The intents that this record can answer, in the order of `profil.yml`."""
        return [
            question.id for question in self.questions.values() if self._keys(question, hochschule)
        ]

    def reply(self, question_id: str, hochschule: str | None, lang: str, easy: bool = False) -> Reply:
        """Answer a question from the records.

        An attribute that no source gives is refused honestly (`kind` »fallback«), naming the Hochschule.

        Raises:
            KeyError: unknown question or Hochschule, or a question about one Hochschule without one.
        """
        question = self.questions[question_id]
        if question.superlative:
            return self._superlative(question, lang, easy)
        if hochschule not in self._attributes:
            raise KeyError(hochschule)
        keys = self._keys(question, hochschule)
        if not keys:
            return self._unknown(question, hochschule, lang)
        texts = [Texts(**self._texts[hochschule][key]).in_style(lang, easy) for key in keys]
        return Reply(
            kind="answer",
            text=" ".join(dict.fromkeys(texts)),
            answer_id=question_id,
            topic=TOPIC,
            lang=lang,
            as_of=readable_date(self._as_of(hochschule, keys), lang),
            sources=self._sources(hochschule, keys),
            entity=hochschule,
            follow_ups=[],
        )

    def _keys(self, question: ProfileQuestion, hochschule: str) -> list[str]:
        known = {**self._attributes[hochschule], **dict.fromkeys(PLAIN_FIELDS)}
        return [key for key in question.attributes if key in known]

    def _as_of(self, hochschule: str, keys: list[str]) -> str | None:
        attribute = self._attributes[hochschule].get(keys[0])
        return attribute.as_of if attribute else None

    def _sources(self, hochschule: str, keys: list[str]) -> list[Source]:
        attributes = self._attributes[hochschule]
        cited = [attributes[key] for key in keys if key in attributes] or list(attributes.values())[:1]
        unique = {str(attribute.source_url): attribute.source_title for attribute in cited}
        return [Source(title=title, url=url) for url, title in unique.items()]

    def _unknown(self, question: ProfileQuestion, hochschule: str, lang: str) -> Reply:
        assert question.unknown is not None
        if lang == "en":
            name = self.full_name(hochschule, "en")
            text = f"I have no verified information on {question.unknown.en} for {name}."
        else:
            name = self.full_name(hochschule, "de_genitive")
            text = f"Zu {question.unknown.de} {name} liegt mir keine geprüfte Angabe vor."
        return Reply(
            kind="fallback", text=text, answer_id=None, topic=TOPIC, lang=lang, entity=hochschule
        )

    def _superlative(self, question: ProfileQuestion, lang: str, easy: bool) -> Reply:
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
        attribute = self._attribute(first, rule)
        return Reply(
            kind="answer",
            text=texts.in_style(lang, easy).format(**values),
            answer_id=question.id,
            topic=TOPIC,
            lang=lang,
            as_of=readable_date(attribute.as_of, lang),
            sources=[Source(title=attribute.source_title, url=attribute.source_url)],
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
