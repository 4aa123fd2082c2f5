"""`AnswerStore`: all content, read and checked once, looked up by id."""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path
from typing import Iterator

from answers.dates import readable_date
from answers.records import HochschulRecords
from answers.schema import (
    ContentError,
    CuratedAnswer,
    Fact,
    Name,
    Phrase,
    Reply,
    Topic,
    parse_entry,
    read_yaml,
)

CONTENT_DIR = Path(__file__).resolve().parent
SMALLTALK_TOPIC = "bot"
# Follow-ups mean the last answer and have no text of their own.
FOLLOW_UPS = tuple(
    f"kontext/{name}"
    for name in ("mehr", "quelle", "stand", "einfacher", "englisch", "deutsch", "wiederholen", "ja", "nein")
)
# Named in every second answer; says nothing about what an answer is about.
BACKGROUND = frozenset({"bochum", "bochum-strategie", "bochum-wirtschaftsentwicklung"})


class AnswerStore:
    """The curated answers of all topics, the records, the names and the set phrases.

    Attributes:
        topics: what visitors see as topics, by id, in the order of `topics.yml`.
        answers: every curated answer by id.
        records: the records of the Hochschulen and the questions they answer.
        names: the things visitors name, by id.
    """

    def __init__(self, content_dir: Path = CONTENT_DIR) -> None:
        """Read the content of `content_dir`.

        Raises:
            ContentError: a file is missing or has a mistake; nothing is served from half-read content.
        """
        self.content_dir = content_dir
        topics = read_yaml(content_dir / "topics.yml")
        self.topics: dict[str, Topic] = {
            key: parse_entry(Topic, entry, f"topics.yml, {key}") for key, entry in topics.items()
        }
        self.answers: dict[str, CuratedAnswer] = {}
        for topic in (*self.topics, SMALLTALK_TOPIC):
            for answer in self._read_answers(topic):
                self.answers[answer.id] = answer
        self.names: dict[str, Name] = {
            entry["id"]: parse_entry(Name, entry, f"names.yml, {entry.get('id')}")
            for entry in read_yaml(content_dir / "names.yml")
        }
        self.records = HochschulRecords(content_dir)
        self._phrases: dict[str, Phrase] = {
            key: parse_entry(Phrase, entry, f"phrases.yml, {key}")
            for key, entry in read_yaml(content_dir / "phrases.yml").items()
        }

    def _read_answers(self, topic: str) -> Iterator[CuratedAnswer]:
        file_name = f"{topic}.yml"
        seen = set()
        for position, entry in enumerate(read_yaml(self.content_dir / file_name) or [], start=1):
            name = entry.get("id", f"Eintrag {position}") if isinstance(entry, dict) else f"Eintrag {position}"
            answer = parse_entry(CuratedAnswer, entry, f"{file_name}, {name}")
            if answer.topic != topic:
                raise ContentError(f"{file_name}, {answer.id}: Feld »id«: muss mit »{topic}/« beginnen")
            if answer.id in seen:
                raise ContentError(f"{file_name}, {answer.id}: Diese id gibt es schon; jede Antwort braucht eine eigene.")
            seen.add(answer.id)
            yield answer

    @cached_property
    def facts(self) -> dict[str, Fact]:
        """The facts that answers rest on, by id; read when first asked for."""
        return {
            entry["id"]: parse_entry(Fact, entry, f"facts/{topic}.yml, {entry.get('id')}")
            for topic in self.topics
            for entry in read_yaml(self.content_dir / "facts" / f"{topic}.yml")
        }

    def __contains__(self, answer_id: object) -> bool:
        return answer_id in self.answers or answer_id in self.records.questions

    @staticmethod
    def undated(lang: str) -> str:
        """How the Stand reads where the source gives no date."""
        return readable_date(None, lang)

    @cached_property
    def _answers_about(self) -> dict[str, list[str]]:
        """For each name the answers that speak of it: those with the name in the title first."""
        about: dict[str, list[str]] = {}
        for name in self.names.values():
            pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, {name.name, *name.aliases}))})(?!\w)", re.I)
            titled = [a.id for a in self.answers.values() if a.topic in self.topics and pattern.search(a.title.de)]
            told = [a.id for a in self.answers.values() if a.topic in self.topics and pattern.search(a.text.de)]
            about[name.id] = list(dict.fromkeys((*titled, *told)))
        return about

    def about(self, name: str) -> list[str]:
        """Ids of the answers that speak of a thing of `names.yml`, the ones with it in their title first."""
        return self._answers_about.get(name, [])

    def introduction(self, name: str) -> str | None:
        """The answer that introduces a thing: the first one with it in its title."""
        return next(iter(self.about(name)), None)

    def thing_of(self, answer_id: str) -> str | None:
        """The thing an answer's title names; the longest name where there are several."""
        answer = self.answers.get(answer_id)
        if answer is None or answer.topic not in self.topics:
            return None
        titled = [
            name for name, ids in self._answers_about.items() if answer_id in ids and name not in BACKGROUND
            and self._in_title(name, answer)
        ]
        return max(titled, key=lambda name: len(self.names[name].name), default=None)

    def _in_title(self, name: str, answer: CuratedAnswer) -> bool:
        entry = self.names[name]
        title = answer.title.de.lower()
        return any(form.lower() in title for form in (entry.name, *entry.aliases))

    def phrase(self, key: str, lang: str, **values: object) -> str:
        """A set phrase of `phrases.yml`, its placeholders filled with `values`."""
        phrase = self._phrases[key]
        return (phrase.en if lang == "en" else phrase.de).format(**values)

    def title(self, answer_id: str, lang: str, hochschule: str | None = None) -> str:
        """The label of the button that leads to an answer."""
        if answer_id in self.answers:
            return self.answers[answer_id].title.in_lang(lang)
        label = self.records.questions[answer_id].title.in_lang(lang)
        return f"{label}: {self.records.short_name(hochschule)}" if hochschule else label

    def reply(self, answer_id: str, lang: str = "de", easy: bool = False, hochschule: str | None = None) -> Reply:
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
        return Reply(
            kind="smalltalk" if smalltalk else "answer",
            text=answer.text.in_style(lang, easy),
            answer_id=answer.id,
            topic=answer.topic,
            lang=lang,
            as_of=readable_date(answer.as_of, lang) if answer.sources else None,
            sources=answer.sources,
            follow_ups=answer.follow_ups,
        )
