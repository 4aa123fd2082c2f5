"""`AnswerStore`: all content, read and checked once, looked up by id."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from answers.dates import readable_date
from answers.records import HochschulRecords
from answers.schema import (
    ContentError,
    CuratedAnswer,
    Door,
    Fact,
    Lang,
    Language,
    Name,
    Phrase,
    Place,
    Reply,
    Topic,
    parse_entry,
    read_entries,
    read_sections,
)

CONTENT_DIR = Path(__file__).resolve().parent
SMALLTALK_TOPIC = "bot"
# A button that leads to a topic, not to an answer.
TOPIC_TARGET = "topic:"
# Questions that the record of a Hochschule answers.
RECORDS = "profil/"
# Follow-ups mean the last answer and have no text of their own.
FOLLOW_UPS = tuple(
    f"kontext/{name}"
    for name in (
        "mehr",
        "quelle",
        "stand",
        "kuerzer",
        "einfacher",
        "englisch",
        "deutsch",
        "wiederholen",
        "vergessen",
        "ja",
        "nein",
    )
)
# Small talk that says nothing: beside a question it needs no reply, and it never means the last answer.
COURTESIES = frozenset(
    f"bot/{name}" for name in ("begruessung", "dank", "lob", "abschied", "beleidigung", "befinden", "falsch")
)
# How the title of an answer begins that introduces a thing.
_INTRODUCING = re.compile(r"Was (?:ist|sind|war|macht|bedeutet|bietet)\b")
# Named in every second answer; says nothing about what an answer is about.
BACKGROUND = frozenset({"bochum", "bochum-strategie", "bochum-wirtschaftsentwicklung"})


class AnswerStore:
    """The curated answers of all topics, the records, the names and the set phrases.

    Attributes:
        topics: what visitors see as topics, by id, in the order of `topics.yml`.
        answers: every curated answer by id.
        records: the records of the Hochschulen and the questions they answer.
        names: the things visitors name, by id.
        place: the town and its agency.
        doors: whom to ask where no answer fits a concern, by the concern's guide.
        languages: the languages that the assistant does not speak, by code.
    """

    def __init__(self, content_dir: Path = CONTENT_DIR) -> None:
        """Read the content of `content_dir`.

        Raises:
            ContentError: a file is missing or has a mistake; nothing is served from half-read content.
        """
        self.content_dir = content_dir
        self.topics: dict[str, Topic] = {
            key: parse_entry(Topic, entry, f"topics.yml, {key}")
            for key, entry in read_sections(content_dir, "topics.yml").items()
        }
        self.answers: dict[str, CuratedAnswer] = {}
        for topic in (*self.topics, SMALLTALK_TOPIC):
            self.answers |= self._read_answers(topic)
        self.names = read_entries(Name, content_dir, "names.yml")
        self.records = HochschulRecords(content_dir)
        self.place = parse_entry(Place, read_sections(content_dir, "place.yml"), "place.yml")
        self.doors = read_entries(Door, content_dir, "doors.yml")
        self.languages = read_entries(Language, content_dir, "languages.yml")
        self._phrases: dict[str, Phrase] = {
            key: parse_entry(Phrase, entry, f"phrases.yml, {key}")
            for key, entry in read_sections(content_dir, "phrases.yml").items()
        }

    def _read_answers(self, topic: str) -> dict[str, CuratedAnswer]:
        answers = read_entries(CuratedAnswer, self.content_dir, f"{topic}.yml")
        for answer in answers.values():
            if answer.topic != topic:
                raise ContentError(f"{topic}.yml, {answer.id}: Feld »id«: muss mit »{topic}/« beginnen.")
        return answers

    @cached_property
    def facts(self) -> dict[str, Fact]:
        """The facts that answers rest on, by id; read when first asked for."""
        facts: dict[str, Fact] = {}
        for topic in self.topics:
            of_topic = read_entries(Fact, self.content_dir, f"facts/{topic}.yml")
            for twice in facts.keys() & of_topic.keys():
                raise ContentError(f"facts/{topic}.yml, {twice}: Feld »id«: gibt es schon bei einem anderen Thema.")
            facts |= of_topic
        return facts

    def __contains__(self, answer_id: object) -> bool:
        return answer_id in self.answers or answer_id in self.records.questions

    def leads_somewhere(self, target: str) -> bool:
        """Whether a button's target (`id`, `id@hochschule` or `topic:<id>`) is there."""
        if target.startswith(TOPIC_TARGET):
            return target[len(TOPIC_TARGET) :] in self.topics
        answer_id, at, hochschule = target.partition("@")
        return answer_id in self and (not at or (answer_id in self.records.questions and hochschule in self.records))

    @staticmethod
    def undated(lang: Lang) -> str:
        """How the Stand reads where the source gives no date."""
        return readable_date(None, lang)

    @cached_property
    def _name_patterns(self) -> dict[str, re.Pattern[str]]:
        """For each name a pattern that finds it, as a whole word, under any alias."""
        return {
            name.id: re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, (name.name, *name.aliases)))})(?!\w)", re.I)
            for name in self.names.values()
        }

    @cached_property
    def _answers_about(self) -> dict[str, list[str]]:
        """For each name the answers that speak of it: what introduces it first, then those with it in the title."""
        answers = [answer for answer in self.answers.values() if answer.topic in self.topics]
        about: dict[str, list[str]] = {}
        for name, pattern in self._name_patterns.items():
            titled = [answer for answer in answers if pattern.search(answer.title.de)]
            titled.sort(key=lambda answer: not _INTRODUCING.match(answer.title.de))
            told = [answer.id for answer in answers if pattern.search(answer.text.de)]
            about[name] = list(dict.fromkeys((*(answer.id for answer in titled), *told)))
        return about

    def about(self, name: str) -> list[str]:
        """Ids of the answers that speak of a thing of `names.yml`, the ones with it in their title first."""
        return self._answers_about.get(name, [])

    def introduction(self, name: str) -> str | None:
        """The answer that introduces a thing: the first one with it in its title."""
        pattern = self._name_patterns.get(name)
        titled = (a for a in self.about(name) if pattern and pattern.search(self.answers[a].title.de))
        return next(titled, None)

    def things_of(self, answer_id: str) -> list[str]:
        """The things an answer's title names, the one with the longest name first."""
        answer = self.answers.get(answer_id)
        if answer is None or answer.topic not in self.topics:
            return []
        titled = [
            name
            for name, pattern in self._name_patterns.items()
            if name not in BACKGROUND and pattern.search(answer.title.de)
        ]
        return sorted(titled, key=lambda name: -len(self.names[name].name))

    @cached_property
    def _concerns(self) -> dict[str, list[str]]:
        """The guides that lead to each answer; a guide leads to itself."""
        concerns = {guide: [guide] for guide in self.doors}
        for guide in self.doors:
            for target in self.answers[guide].follow_ups if guide in self.answers else ():
                concerns.setdefault(target, []).append(guide)
        return concerns

    def concern_of(self, answer_id: str, current: str | None = None) -> str | None:
        """The guide of the concern that an answer belongs to, if there is one.

        Args:
            current: the concern of the conversation; it stays where the answer belongs to it or to its topic.
        """
        guides, topic = self._concerns.get(answer_id, []), self.topics.get(answer_id.split("/")[0])
        if answer_id in self.doors:
            return answer_id
        if current and (current in guides or current.split("/")[0] == answer_id.split("/")[0]):
            return current
        usual = topic.guide if topic else None
        return usual if usual in guides or not guides else guides[0]

    def phrase(self, key: str, lang: Lang, **values: object) -> str:
        """A set phrase of `phrases.yml`, its placeholders filled with the place's entries and `values`."""
        phrase = self._phrases[key]
        text = phrase.en if lang == "en" else phrase.de
        return text.format(town=self.place.town, agency=self.place.agency, email=self.place.email, **values)

    def phrase_texts(self) -> Iterator[tuple[str, str]]:
        """The set phrases in both languages, unfilled: key and text."""
        for key, phrase in self._phrases.items():
            yield key, phrase.de
            yield key, phrase.en

    def has_phrase(self, key: str) -> bool:
        """Whether there is such a set phrase."""
        return key in self._phrases

    def title(self, answer_id: str, lang: Lang, hochschule: str | None = None) -> str:
        """The label of the button that leads to an answer."""
        if answer_id in self.answers:
            return self.answers[answer_id].title.in_lang(lang)
        label = self.records.questions[answer_id].title.in_lang(lang)
        return f"{label}: {self.records.short_name(hochschule)}" if hochschule else label

    def reply(self, answer_id: str, lang: Lang = "de", easy: bool = False, hochschule: str | None = None) -> Reply:
        """The answer as it is sent.

        Args:
            answer_id: id of a curated answer or of a question to the records.
            easy: Einfache Sprache instead of the standard text (German only).
            hochschule: id of the record asked about; needed for questions about one Hochschule.

        Raises:
            KeyError: no such answer.
        """
        if answer_id in self.records.questions:
            return self.records.reply(answer_id, hochschule, lang, easy)
        answer = self.answers[answer_id]
        smalltalk = answer.topic == SMALLTALK_TOPIC
        signpost = answer.kind in ("signpost", "emergency")
        return Reply(
            kind="smalltalk" if smalltalk else "signpost" if signpost else "answer",
            text=answer.text.in_style(lang, easy),
            answer_id=answer.id,
            topic=answer.topic,
            lang=lang,
            as_of=readable_date(answer.as_of, lang) if answer.sources else None,
            checked=readable_date(answer.checked, lang) if answer.checked else None,
            sources=answer.sources,
            emergency=answer.kind == "emergency",
            follow_ups=answer.follow_ups,
        )
