"""A small assistant to break: two topics, two records, three Hochschulen, written as the editors' files."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from answers import AnswerStore
from answers.store import CONTENT_DIR

EXAMPLES_EACH = 20
# What phrases.yml names, so that the check finds it proven.
NUMBERS_OF_PHRASES = "Stellen: 115, 112, 110, 0800 1110111, 0234 61063-200 (Mai 2022)."
TOPICS = ("strategie", "hochschulen", "bot", "profil")


def _titles(de: str, en: str) -> dict[str, str]:
    return {"de": de, "en": en}


def _texts(de: str, easy: str, en: str) -> dict[str, str]:
    return {"de": de, "easy": easy, "en": en}


def _source(page: str) -> dict[str, str]:
    return {"title": f"Seite {page}", "url": f"https://www.example.org/{page}"}


def _attribute(value: Any, as_of: str, page: str) -> dict[str, Any]:
    source = _source(page)
    return {"value": value, "as_of": as_of, "source_url": source["url"], "source_title": source["title"]}


def _sentences(name: str, about: str) -> dict[str, str]:
    return _texts(f"Die {name} {about}.", f"Einfach gesagt: {name} {about}.", f"In English: {name} {about}.")


def _hochschul_texts(name: str, sentences: dict[str, str]) -> dict[str, Any]:
    forms = {"de": f"die {name}", "de_genitive": f"der {name}", "de_dative": f"der {name}"}
    return {
        "names": {**forms, "short": name, "en": name},
        "kind": _sentences(name, "ist eine Hochschule"),
        "carrier": _sentences(name, "hat einen Träger"),
        **{key: _sentences(name, about) for key, about in sentences.items()},
    }


def _record(identifier: str, name: str, attributes: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": identifier,
        "name": name,
        "status": "besteht",
        "attributes": {
            "kind": _attribute("Hochschule", "2020", "kind"),
            "carrier": _attribute("staatlich", "2020", "carrier"),
            **attributes,
        },
    }


def _profile(identifier: str, title: str, attribute: str) -> dict[str, Any]:
    return {
        "id": f"profil/{identifier}",
        "title": _titles(title, f"{title} (en)"),
        "attributes": [attribute],
        "unknown": {"de": f"dem Merkmal {title}", "en": f"the {attribute}"},
    }


def _comparison(identifier: str, attribute: str, pick: str) -> dict[str, Any]:
    sentence = f"{identifier}: {{name}} ({{value}}), dann {{second_name}} ({{second_value}})."
    return {
        "id": f"profil/{identifier}",
        "title": _titles(f"Welche ist die {identifier}?", f"Which one is {identifier}?"),
        "superlative": {"attribute": attribute, "pick": pick, "among": ["rub", "thga"]},
        "text": _texts(sentence, f"Einfach {sentence}", f"English {sentence}"),
    }


def _files() -> dict[str, Any]:
    return {
        "topics.yml": {
            "strategie": {
                "area": "strategie",
                "title": _titles("Bochum Strategie", "Bochum Strategy"),
                "intro": _texts("Fragen zur Strategie.", "Das ist der Plan.", "Questions on the strategy."),
                "overview": ["strategie/was", "strategie/ziele"],
            },
            "hochschulen": {
                "area": "hochschulen",
                "title": _titles("Hochschulen", "Universities"),
                "intro": _texts("Fragen zu Hochschulen.", "Hier kann man lernen.", "Questions on universities."),
                "overview": ["hochschulen/anzahl"],
            },
        },
        "strategie.yml": [
            {
                "id": "strategie/was",
                "title": _titles("Was ist die Strategie?", "What is the strategy?"),
                "text": _texts("Die Strategie ist ein Plan.", "Sie ist ein Plan.", "The strategy is a plan."),
                "checked": "2026-11",
                "as_of": "2020-10",
                "review_by": "2099-01-01",
                "sources": [_source("strategie")],
                "facts": ["st-was"],
                "follow_ups": ["strategie/ziele", "hochschulen/anzahl"],
            },
            {
                "id": "strategie/ziele",
                "title": _titles("Welche Ziele hat die Strategie?", "What are its goals?"),
                "text": _texts("Es gibt 5 Ziele in Bochum.", "Es gibt 5 Ziele.", "There are 5 goals."),
                "as_of": "unknown",
                "review_by": "2099-01-01",
                "sources": [_source("ziele"), _source("strategie")],
                "facts": ["st-ziele"],
            },
        ],
        "hochschulen.yml": [
            {
                "id": "hochschulen/anzahl",
                "title": _titles("Wie viele Hochschulen gibt es in Bochum?", "How many universities?"),
                "text": _texts(
                    "Es gibt 9 Hochschulen, zum Beispiel die Hochschule Bochum.",
                    "Es sind 9 Hochschulen.",
                    "There are 9 universities.",
                ),
                "as_of": "2020",
                "review_by": "2099-01-01",
                "sources": [_source("hochschulen")],
                "facts": ["hs-anzahl"],
                "follow_ups": ["hochschulen/thga", "profil/studierende@rub"],
            },
            {
                "id": "hochschulen/thga",
                "title": _titles("Was ist die THGA?", "What is the THGA?"),
                "text": _texts("Die THGA ist eine Hochschule.", "Eine Hochschule.", "The THGA is a university."),
                "as_of": "2020",
                "review_by": "2099-01-01",
                "sources": [_source("thga")],
                "facts": ["thga-portrait"],
            },
        ],
        "bot.yml": [
            {
                "id": "bot/begruessung",
                "title": _titles("Guten Tag!", "Hello!"),
                "text": _texts("Guten Tag, wie können wir helfen?", "Guten Tag, hallo!", "Hello, how can we help?"),
                "follow_ups": ["topic:strategie", "topic:hochschulen"],
            },
            {
                "id": "bot/kontakt",
                "title": _titles("Kontakt", "Contact"),
                "text": _texts("Schreiben Sie uns.", "Schreiben Sie uns.", "Write to us, please."),
            },
        ],
        "place.yml": {
            "town": "Bochum",
            "agency": "Bochum Wirtschaftsentwicklung",
            "email": "kontakt@bochum-wirtschaft.de",
            "website": "www.example.org",
        },
        "doors.yml": [
            {
                "id": "strategie/was",
                "concern": {"de": "dem Plan", "en": "the plan"},
                "first": _texts(
                    "Fragen Sie zuerst das Rathaus.", "Fragen Sie das Rathaus.", "Ask the town hall first."
                ),
                "second": _texts("Schreiben Sie sonst einen Brief.", "Schreiben Sie.", "Otherwise write a letter."),
            },
        ],
        "names.yml": [
            {
                "id": "rub",
                "kind": "hochschule",
                "name": "Ruhr-Universität Bochum",
                "aliases": ["RUB", "Ruhr-Uni"],
            },
            {"id": "thga", "kind": "hochschule", "name": "TH Georg Agricola", "aliases": ["THGA"]},
            {"id": "hsbo", "kind": "hochschule", "name": "Hochschule Bochum", "aliases": ["BO", "CHUM"]},
            {"id": "mark-517", "kind": "ort", "name": "MARK 51°7", "aliases": ["Mark 517"]},
            {"id": "plan", "kind": "projekt", "name": "Strategie", "aliases": []},
            {"id": "bochum", "kind": "ort", "name": "Bochum"},
        ],
        "profil.yml": [
            _profile("studierende", "Studierende", "students"),
            _profile("gruendung", "Gründung", "founded"),
            _profile("website", "Website", "website"),
            _comparison("aelteste", "founded", "min"),
            _comparison("groesste", "students", "max"),
        ],
        "records/hochschulen.yml": [
            _record(
                "rub",
                "Ruhr-Universität Bochum",
                {
                    "founded": _attribute(1962, "unknown", "rub-gruendung"),
                    "students": _attribute(37702, "2025-07", "rub-studierende"),
                    "website": _attribute("https://www.example.org", "2025", "rub-website"),
                },
            ),
            _record(
                "thga",
                "TH Georg Agricola",
                {
                    "founded": _attribute(1816, "2024", "thga-gruendung"),
                    "students": _attribute(2400, "2023-05", "thga-studierende"),
                },
            ),
        ],
        "records/texts.yml": {
            "rub": _hochschul_texts(
                "RUB",
                {"founded": "begann 1962", "students": "hat 37.702 Studierende", "website": "hat eine Seite"},
            ),
            "thga": _hochschul_texts("THGA", {"founded": "begann 1816", "students": "hat 2.400 Studierende"}),
        },
        "facts/strategie.yml": [
            _fact("st-was", "Die Strategie ist ein Plan.", {}, "strategie"),
            _fact("st-ziele", "Die Strategie hat 5 Ziele.", {"ziele": 5}, "ziele", "strategie"),
        ],
        "facts/hochschulen.yml": [
            _fact("hs-anzahl", "Bochum hat 9 Hochschulen.", {"hochschulen": 9}, "hochschulen"),
            _fact("thga-portrait", f"Die THGA ist eine Hochschule. {NUMBERS_OF_PHRASES}", {}, "thga"),
        ],
    }


def _fact(identifier: str, statement: str, figures: dict[str, Any], *pages: str) -> dict[str, Any]:
    return {
        "id": identifier,
        "statement": statement,
        "figures": figures,
        "as_of": "2020",
        "confidence": "high",
        "sources": [_source(page)["url"] for page in pages],
    }


class Project:
    """The small assistant below `root`: `answers/`, `data/` and `tests/questions/`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        files = _files()
        for name, data in files.items():
            self.write(f"answers/{name}", data)
        for name in ("phrases.yml", "languages.yml"):
            shutil.copy(CONTENT_DIR / name, root / "answers" / name)
        ids = [entry["id"] for name in ("strategie", "hochschulen", "bot", "profil") for entry in files[f"{name}.yml"]]
        for topic in sorted({answer_id.split("/")[0] for answer_id in ids}):
            of_topic = [answer_id for answer_id in ids if answer_id.startswith(f"{topic}/")]
            self.write(f"data/nlu/{topic}.yml", {"nlu": [_intent(answer_id) for answer_id in of_topic]})
        rules = [
            {"rule": topic, "steps": [{"intent": topic}]} for topic in ("strategie", "hochschulen", "bot", "profil")
        ]
        self.write("data/rules/topics.yml", {"rules": rules})
        for split in ("development", "final"):
            self.write(f"tests/questions/{split}.yml", [{"question": f"Eine Frage für {split}?"}])

    @property
    def answers(self) -> Path:
        """The folder of the content."""
        return self.root / "answers"

    def store(self) -> AnswerStore:
        """The store as it reads the files now."""
        return AnswerStore(self.answers)

    def write(self, file: str, data: Any) -> None:
        """Write a file as YAML."""
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8") as stream:
            yaml = YAML(typ="safe")
            yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
            yaml.dump(data, stream)

    @contextmanager
    def editing(self, file: str) -> Iterator[Any]:
        """The data of a file, written back after the block."""
        data = YAML(typ="safe").load((self.root / file).read_text(encoding="utf-8"))
        yield data
        self.write(file, data)


def _intent(answer_id: str) -> dict[str, str]:
    lines = "".join(f"- Beispiel {number} zu {answer_id}\n" for number in range(EXAMPLES_EACH))
    return {"intent": answer_id, "examples": lines}
