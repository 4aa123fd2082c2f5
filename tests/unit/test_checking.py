"""What `make check` finds in a broken copy of the content."""

from __future__ import annotations

import datetime
import io
from collections.abc import Callable
from typing import Any

import pytest
from rich.console import Console

from answers import ContentError
from staff.checking import Problem, gather, problems, report

from .content import EXAMPLES_EACH, Project

TODAY = datetime.date(2026, 11, 1)


def _found(project: Project, today: datetime.date = TODAY) -> list[Problem]:
    return problems(gather(project.root, today))


def _set(number: int, field: str, value: Any) -> Callable[[Any], None]:
    return lambda entries: entries[number].update({field: value})


def _text(number: int, lang: str, text: str) -> Callable[[Any], None]:
    return lambda entries: entries[number]["text"].update({lang: text})


def _learn(number: int, example: str) -> Callable[[Any], None]:
    def mistake(data: Any) -> None:
        data["nlu"][number]["examples"] += f"- {example}\n"

    return mistake


def _forget(number: int) -> Callable[[Any], None]:
    return lambda data: data["nlu"].pop(number)


def _thin_out(data: Any) -> None:
    data["nlu"][0]["examples"] = "- nur eines\n"


def _invent(data: Any) -> None:
    data["nlu"].append({"intent": "strategie/neu", "examples": "- Was ist neu?\n"})


def _unrule(data: Any) -> None:
    data["rules"].pop(0)


def _alias(names: Any) -> None:
    names[1]["aliases"].append("rub")


def _unname(names: Any) -> None:
    names.pop(1)


def _overview(topics: Any) -> None:
    topics["strategie"]["overview"].append("strategie/nie")


def test_content_without_mistakes_passes(project: Project) -> None:
    assert _found(project) == []


STRATEGIE, HOCHSCHULEN = "answers/strategie.yml", "answers/hochschulen.yml"


@pytest.mark.parametrize(
    ("file", "mistake", "where", "message"),
    [
        (STRATEGIE, _set(0, "follow_ups", ["strategie/nie"]), "strategie/was, follow_ups", "»strategie/nie«"),
        (STRATEGIE, _set(0, "follow_ups", ["topic:nie"]), "strategie/was, follow_ups", "»topic:nie«"),
        (
            HOCHSCHULEN,
            _set(0, "follow_ups", ["profil/studierende@harvard"]),
            "hochschulen/anzahl, follow_ups",
            "»profil/studierende@harvard«",
        ),
        (STRATEGIE, _set(0, "facts", ["st-was", "st-nie"]), "strategie/was, facts", "»st-nie«"),
        (STRATEGIE, _set(0, "facts", []), "strategie/was, facts", "darf bei einer Antwort"),
        (STRATEGIE, _set(0, "sources", []), "strategie/was, sources", "darf bei einer Antwort"),
        (
            STRATEGIE,
            _set(0, "sources", [{"title": "Anderswo", "url": "https://www.example.org/anderswo"}]),
            "strategie/was, sources",
            "anderswo steht bei keinem",
        ),
        (STRATEGIE, _set(1, "facts", ["st-was"]), "facts, st-ziele", "ruht keine Antwort"),
        (STRATEGIE, _text(1, "en", "There are 5 goals and 12 plans."), "strategie/ziele, text.en", "Zahl 12"),
        (STRATEGIE, _text(1, "de", "Es gibt einige Ziele."), "facts, st-ziele", "Kennzahl 5"),
        ("answers/topics.yml", _overview, "topics.yml, strategie, overview", "»strategie/nie«"),
        ("answers/names.yml", _alias, "names.yml, thga", "»rub« steht auch bei rub"),
        ("answers/names.yml", _unname, "names.yml, thga", "fehlen Name und Aliasse"),
        ("data/nlu/strategie.yml", _forget(0), "strategie.yml, strategie/was", "keine Beispiele"),
        ("data/nlu/strategie.yml", _thin_out, "strategie.yml, strategie/was", "Nur 1 Beispiele"),
        ("data/nlu/strategie.yml", _invent, "strategie.yml, strategie/neu", "fehlt die Antwort"),
        (
            "data/nlu/strategie.yml",
            _learn(1, "beispiel 3 zu HOCHSCHULEN/ANZAHL!"),
            "strategie.yml, strategie/ziele",
            "steht auch bei hochschulen/anzahl",
        ),
        (
            "data/nlu/strategie.yml",
            _learn(0, "eine frage für final"),
            "strategie.yml, strategie/was",
            "Prüffrage (tests/questions/final.yml)",
        ),
        (STRATEGIE, _set(1, "kind", "guide"), "doors.yml, strategie/ziele", "fehlt die Tür"),
        (STRATEGIE, lambda entries: entries.reverse(), "strategie.yml, strategie/was", "nach der id sortieren"),
        ("answers/doors.yml", _set(0, "id", "strategie/nie"), "doors.yml, strategie/nie, id", "gibt es nicht"),
        (
            "answers/doors.yml",
            lambda doors: doors[0]["first"].update(de="Rufen Sie 0800 9999999 an."),
            "doors.yml, strategie/was, first.de",
            "Zahl 9999999",
        ),
        (
            "answers/phrases.yml",
            lambda phrases: phrases["emergency_open"].update(en="Please call 0800 1110112."),
            "phrases.yml, emergency_open",
            "Zahl 1110112",
        ),
        (
            "answers/records/texts.yml",
            lambda texts: texts["rub"]["students"].update(de="Die RUB hat 37.700 Studierende."),
            "texts.yml, rub, students.de",
            "Zahl 37700",
        ),
        (
            "answers/topics.yml",
            lambda topics: topics["strategie"].update(guide="strategie/nie"),
            "topics.yml, strategie, guide",
            "gibt es nicht",
        ),
        (
            "answers/place.yml",
            lambda place: place.update(unconfirmed=[{"what": "Telefon", "answers": ["strategie/nie"]}]),
            "place.yml, Telefon",
            "gibt es nicht",
        ),
        ("data/rules/topics.yml", _unrule, "rules/topics.yml, strategie", "fehlt die Regel"),
    ],
)
def test_a_mistake_is_found_and_named(
    project: Project, file: str, mistake: Callable[[Any], None], where: str, message: str
) -> None:
    with project.editing(file) as data:
        mistake(data)

    found = [problem for problem in _found(project) if where in problem.where and message in problem.message]

    assert found
    assert not any(problem.warning for problem in found)


def test_a_figure_is_the_same_with_and_without_separators(project: Project) -> None:
    with project.editing("answers/facts/strategie.yml") as facts:
        facts[1]["statement"], facts[1]["figures"] = "Es sind 60000 Ziele.", {"ziele": 60000}
    with project.editing(STRATEGIE) as answers:
        answers[1]["text"] = {
            "de": "Es sind 60.000 Ziele.",
            "easy": "Es sind 60.000 Ziele.",
            "en": "There are 60,000 goals.",
        }

    assert _found(project) == []


def test_a_decimal_is_another_number_than_its_digits(project: Project) -> None:
    with project.editing("answers/facts/strategie.yml") as facts:
        facts[1]["statement"], facts[1]["figures"] = "Es sind 3,5 Ziele.", {"ziele": "3,5"}
    with project.editing(STRATEGIE) as answers:
        answers[1]["text"] = {"de": "Es sind 3,5 Ziele.", "easy": "Es sind 35 Ziele.", "en": "There are 3.5 goals."}

    assert [(problem.where.split(", ")[-1], problem.message[:11]) for problem in _found(project)] == [
        ("text.easy", "Die Zahl 35"),
        ("st-ziele", "Die Kennzah"),
    ]


def test_what_the_agency_has_not_confirmed_is_listed(project: Project) -> None:
    with project.editing("answers/place.yml") as place:
        place["unconfirmed"] = [{"what": "Telefon", "answers": ["strategie/was"]}]

    (problem,) = _found(project)

    assert problem.warning
    assert "Telefon: von der Agentur noch nicht bestätigt" in problem.message


def test_a_passed_review_date_is_only_a_warning(project: Project) -> None:
    with project.editing(STRATEGIE) as answers:
        answers[0]["review_by"] = "2026-10-31"
    output = io.StringIO()

    found = _found(project)
    code = report(Console(file=output), project.root)

    assert [(problem.where, problem.warning) for problem in found] == [
        ("answers/strategie.yml, strategie/was, review_by", True)
    ]
    assert "31.10.2026" in found[0].message
    assert code == 0


def test_a_review_date_of_today_has_not_passed(project: Project) -> None:
    with project.editing(STRATEGIE) as answers:
        answers[0]["review_by"] = TODAY.isoformat()

    assert _found(project) == []


@pytest.mark.parametrize(
    ("block", "named"),
    [
        ({"intent": "strategie/was"}, "strategie.yml, strategie/was: Erwartet werden"),
        ({"examples": "- ohne Intent\n"}, "strategie.yml, Eintrag 1: Erwartet werden"),
        ({"intent": "strategie/was", "examples": ["Liste"]}, "strategie.yml, strategie/was: Erwartet werden"),
        ({"intent": "strategie/was", "examples": "ohne Strich\n"}, "»ohne Strich«"),
    ],
)
def test_a_broken_file_of_examples_is_named(project: Project, block: dict[str, Any], named: str) -> None:
    project.write("data/nlu/strategie.yml", {"nlu": [block]})

    with pytest.raises(ContentError, match=named):
        gather(project.root)


def test_the_report_prints_every_mistake_as_it_is_and_fails(project: Project) -> None:
    with project.editing("data/nlu/strategie.yml") as data:
        _learn(0, "[/rot] [fett] was ist das")(data)
        _learn(1, "[/rot] [fett] was ist das")(data)
    with project.editing(STRATEGIE) as answers:
        answers[0]["follow_ups"] = ["[/rot]"]
    output = io.StringIO()

    code = report(Console(file=output, width=300), project.root)

    assert code == 1
    assert "Fehler answers/strategie.yml, strategie/was, follow_ups: Die Antwort »[/rot]«" in output.getvalue()
    assert "2 Fehler, 0 Hinweise" in output.getvalue()


def test_unreadable_content_is_reported_with_one_message(project: Project) -> None:
    (project.root / STRATEGIE).write_text("- id: 'offen\n", encoding="utf-8")
    output = io.StringIO()

    code = report(Console(file=output, width=300), project.root)

    assert code == 1
    assert output.getvalue().startswith("Fehler ")
    assert "strategie.yml, Zeile" in output.getvalue()


def test_the_real_content_passes() -> None:
    errors = [problem for problem in problems(gather()) if not problem.warning]

    assert errors == []


def test_a_new_topic_is_an_entry_two_files_with_facts_and_a_rule(project: Project) -> None:
    with project.editing("answers/topics.yml") as topics:
        topics["energie"] = {**topics["strategie"], "area": "standort", "overview": ["energie/was"]}
    with project.editing(STRATEGIE) as strategie, project.editing("answers/facts/strategie.yml") as facts:
        project.write("answers/energie.yml", [{**strategie[0], "id": "energie/was", "facts": ["en-was"]}])
        project.write("answers/facts/energie.yml", [{**facts[0], "id": "en-was"}])
    examples = "".join(f"- beispiel {number} zu energie\n" for number in range(EXAMPLES_EACH))
    project.write("data/nlu/energie.yml", {"nlu": [{"intent": "energie/was", "examples": examples}]})
    with project.editing("data/rules/topics.yml") as rules:
        rules["rules"].append({"rule": "energie", "steps": [{"intent": "energie"}, {"action": "action_standort"}]})

    assert _found(project) == []
    assert project.store().reply("energie/was").topic == "energie"
