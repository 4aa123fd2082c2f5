"""What `make check` holds against answers, facts, examples, rules and evaluation questions."""

from __future__ import annotations

import datetime
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from answers import AnswerStore, ContentError, CuratedAnswer
from answers.schema import Fact, read_yaml
from nlu.importer import read_examples
from staff.meaning import near_refusals
from staff.project import ROOT

MIN_EXAMPLES = 20
MAX_ANSWERS = 90
SHOWN_NEAR = 10
# Their facts hold the numbers that doors may name beside those of their guide.
CONTACTS = ("agentur/telefon", "agentur/ansprechperson-anliegen", "agentur/presse")
FOLLOW_UP_TOPIC = "kontext"
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_THOUSANDS = re.compile(r"\d{1,3}(?:\.\d{3})+|\d{1,3}(?:,\d{3})+")
_DATE_OR_TIME = re.compile(r"\b\d{1,2}\.\d{1,2}(?:\.\d{2,4})?\b")


@dataclass(frozen=True)
class Problem:
    """Something an editor should mend; a warning does not fail the check."""

    where: str
    message: str
    warning: bool = False


@dataclass(frozen=True)
class Material:
    """All that is checked: the store, examples by intent, intents with a rule, evaluation questions."""

    store: AnswerStore
    examples: dict[str, list[str]]
    ruled: frozenset[str]
    questions: dict[str, str]
    today: datetime.date


def gather(root: Path = ROOT, today: datetime.date | None = None) -> Material:
    """Read everything below `root`.

    Raises:
        ContentError: a file cannot be read; its message names file and line.
    """
    examples: dict[str, list[str]] = {}
    for file in sorted((root / "data" / "nlu").glob("*.yml")):
        for intent, listed in read_examples(file):
            examples.setdefault(intent, []).extend(listed)
    rules = [rule for file in sorted((root / "data" / "rules").glob("*.yml")) for rule in read_yaml(file)["rules"]]
    questions = {
        _plain(entry["question"]): f"tests/questions/{split}.yml"
        for split in ("development", "final")
        for entry in read_yaml(root / "tests" / "questions" / f"{split}.yml")
    }
    store = AnswerStore(root / "answers")
    _ = store.facts  # a mistake in a fact shows here, too
    return Material(
        store=store,
        examples=examples,
        ruled=frozenset(step["intent"] for rule in rules for step in rule["steps"] if "intent" in step),
        questions=questions,
        today=today or datetime.date.today(),
    )


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def _without_names(text: str, store: AnswerStore) -> str:
    """The text without names that hold a number (»MARK 51°7«)."""
    for name in store.names.values():
        if _NUMBER.search(name.name):
            text = text.replace(name.name, "")
    return text


def _figures(text: str) -> set[str]:
    """The numbers of a text as both languages write them: »60.000« and »60,000« are 60000, »3,5« and »3.5« are 3.5."""
    return {_canonical(number) for number in _NUMBER.findall(text)}


def _canonical(number: str) -> str:
    if _THOUSANDS.fullmatch(number):
        return re.sub(r"[.,]", "", number)
    whole, separator, decimals = re.sub(r"[.,](?=\d+[.,])", "", number).replace(",", ".").partition(".")
    return f"{whole}{separator}{decimals}"


def _proven(text: str) -> set[str]:
    """The numbers a text proves: its own, and the parts of its dates and times (»18.30« is »6:30 pm« in English)."""
    parts = [part for moment in _DATE_OR_TIME.findall(text) for part in moment.split(".")]
    return _figures(text) | {str(int(part)) for part in parts} | set(parts)


def check_intents(material: Material) -> Iterator[Problem]:
    """Every answer has examples, every intent an answer, every topic a rule."""
    store = material.store
    answerable = {*store.answers, *store.records.questions}
    for answer_id in sorted(answerable):
        count = len(material.examples.get(answer_id, []))
        where = f"data/nlu/{answer_id.split('/')[0]}.yml, {answer_id}"
        if not count:
            yield Problem(where, "Zu dieser Antwort gibt es keine Beispiele; bitte 30 bis 60 ergänzen.")
        elif count < MIN_EXAMPLES:
            yield Problem(where, f"Nur {count} Beispiele; mindestens {MIN_EXAMPLES} sind nötig.")
    for intent in sorted(material.examples):
        topic = intent.split("/")[0]
        if topic not in material.ruled:
            yield Problem(f"data/rules/topics.yml, {topic}", "Für diesen Intent fehlt die Regel.")
        if "/" in intent and topic != FOLLOW_UP_TOPIC and intent not in answerable:
            yield Problem(
                f"data/nlu/{topic}.yml, {intent}",
                f"Zu diesen Beispielen fehlt die Antwort in answers/{topic}.yml.",
            )


def check_references(material: Material) -> Iterator[Problem]:
    """Follow-ups, overviews, facts and sources exist where an answer names them."""
    store = material.store
    for key, topic in store.topics.items():
        for target in topic.overview:
            if target not in store:
                yield Problem(f"answers/topics.yml, {key}, overview", f"Die Antwort »{target}« gibt es nicht.")
    for answer in store.answers.values():
        where = f"answers/{answer.topic}.yml, {answer.id}"
        for target in answer.follow_ups:
            if not store.leads_somewhere(target):
                yield Problem(f"{where}, follow_ups", f"Die Antwort »{target}« gibt es nicht.")
        if answer.topic in store.topics:
            yield from _check_evidence(answer, where, store)


def _check_evidence(answer: CuratedAnswer, where: str, store: AnswerStore) -> Iterator[Problem]:
    for field in ("as_of", "review_by", "sources", "facts"):
        if not getattr(answer, field):
            yield Problem(f"{where}, {field}", "Dieses Feld darf bei einer Antwort zu einem Thema nicht fehlen.")
    for fact in answer.facts:
        if fact not in store.facts and fact not in store.records:
            yield Problem(f"{where}, facts", f"Den Fakt »{fact}« gibt es nicht.")
    known = {str(url) for fact in answer.facts if fact in store.facts for url in store.facts[fact].sources}
    for source in answer.sources:
        if known and str(source.url) not in known:
            yield Problem(f"{where}, sources", f"Die Quelle {source.url} steht bei keinem der Fakten.")


def check_figures(material: Material) -> Iterator[Problem]:
    """Every number of an answer stands in its facts, and every key figure of a fact in an answer that rests on it."""
    store = material.store
    told: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for answer in store.answers.values():
        facts = [store.facts[fact] for fact in answer.facts if fact in store.facts]
        if not facts:
            continue
        proven = _proven(" ".join(f"{f.statement} {f.figures} {f.conflicts} {f.as_of}" for f in facts))
        for field, text in answer.text.dict().items():
            where = f"answers/{answer.topic}.yml, {answer.id}, text.{field}"
            figures = _figures(text)
            for number in sorted(_figures(_without_names(text, store)) - proven):
                yield Problem(where, f"Die Zahl {number} steht in keinem der Fakten ({', '.join(answer.facts)}).")
            for fact in facts:
                told[fact.id][field] |= figures
    for fact_id, fields in told.items():
        yield from _check_key_figures(store.facts[fact_id], fields)


def _check_key_figures(fact: Fact, told: dict[str, set[str]]) -> Iterator[Problem]:
    wanted = _figures(" ".join(map(str, fact.figures.values()))) & _figures(fact.statement)
    for field, figures in told.items():
        for number in sorted(wanted - figures):
            message = f"Die Kennzahl {number} fehlt in den Antworten, die darauf ruhen (text.{field})."
            yield Problem(f"answers/facts, {fact.id}", message, warning=field != "de")


def check_records(material: Material) -> Iterator[Problem]:
    """Every number in the sentences of a record stands in its attribute."""
    records = material.store.records
    for hochschule in records.hochschulen:
        named = _proven(f"{records.full_name(hochschule)} {records.full_name(hochschule, 'en')}")
        for key, attribute in records.attributes_of(hochschule).items():
            proven = named | _proven(f"{attribute.value} {attribute.note} {attribute.as_of} {attribute.source_title}")
            for field, text in records.texts_of(hochschule)[key].dict().items():
                for number in sorted(_figures(text) - proven):
                    where = f"answers/records/texts.yml, {hochschule}, {key}.{field}"
                    yield Problem(where, f"Die Zahl {number} steht nicht im Datensatz.")


def check_doors(material: Material) -> Iterator[Problem]:
    """Every guide has a door; its numbers stand in the guide's facts or in those of the agency's contact."""
    store = material.store
    contact = [fact for answer_id in CONTACTS if answer_id in store.answers for fact in store.answers[answer_id].facts]
    for answer in store.answers.values():
        if answer.kind == "guide" and answer.id not in store.doors:
            yield Problem(f"answers/doors.yml, {answer.id}", "Zu diesem Überblick (kind: guide) fehlt die Tür.")
    for door in store.doors.values():
        guide = store.answers.get(door.id)
        if guide is None:
            yield Problem(f"answers/doors.yml, {door.id}, id", "Diese Antwort gibt es nicht.")
            continue
        facts = [store.facts[fact] for fact in (*guide.facts, *contact) if fact in store.facts]
        proven = _proven(" ".join(f"{f.statement} {f.figures} {f.as_of}" for f in facts))
        for part in ("first", "second"):
            for field, text in getattr(door, part).dict().items():
                for number in sorted(_figures(text) - proven):
                    where = f"answers/doors.yml, {door.id}, {part}.{field}"
                    yield Problem(where, f"Die Zahl {number} steht in keinem Fakt des Überblicks oder des Kontakts.")


def check_phrases(material: Material) -> Iterator[Problem]:
    """Telephone numbers in set phrases are those of the dossier."""
    store = material.store
    proven = _proven(" ".join(f"{fact.statement} {fact.figures}" for fact in store.facts.values()))
    for key, text in store.phrase_texts():
        for number in sorted(number for number in _figures(text) - proven if len(number) > 1):
            yield Problem(f"answers/phrases.yml, {key}", f"Die Zahl {number} steht in keinem Fakt.")


def check_unconfirmed(material: Material) -> Iterator[Problem]:
    """What only the agency itself can confirm, and has not yet."""
    for entry in material.store.place.unconfirmed:
        for answer_id in entry.answers:
            if answer_id not in material.store:
                yield Problem(f"answers/place.yml, {entry.what}", f"Die Antwort »{answer_id}« gibt es nicht.")
        if entry.confirmed is None:
            yield Problem(
                "answers/place.yml, unconfirmed",
                f"{entry.what}: von der Agentur noch nicht bestätigt ({', '.join(entry.answers)}).",
                warning=True,
            )


def check_topics(material: Material) -> Iterator[Problem]:
    """Every topic has a rule, and its guide exists."""
    for key, topic in material.store.topics.items():
        if key not in material.ruled:
            yield Problem(f"data/rules/topics.yml, {key}", "Zu diesem Thema fehlt die Regel.")
        if topic.guide and topic.guide not in material.store:
            yield Problem(f"answers/topics.yml, {key}, guide", f"Die Antwort »{topic.guide}« gibt es nicht.")


def check_order(material: Material) -> Iterator[Problem]:
    """Answer files are sorted by id and short enough to be read."""
    ids = list(material.store.answers)
    for topic in material.store.topics:
        of_topic = [answer_id for answer_id in ids if answer_id.startswith(f"{topic}/")]
        for before, after in pairwise(of_topic):
            if before > after:
                yield Problem(f"answers/{topic}.yml, {after}", f"steht hinter {before}; bitte nach der id sortieren.")
        if len(of_topic) > MAX_ANSWERS:
            yield Problem(
                f"answers/{topic}.yml", f"{len(of_topic)} Antworten; ab {MAX_ANSWERS} das Thema teilen.", True
            )


def check_facts_are_used(material: Material) -> Iterator[Problem]:
    """Every fact is answerable."""
    used = {fact for answer in material.store.answers.values() for fact in answer.facts}
    for fact in sorted(set(material.store.facts) - used):
        yield Problem(f"answers/facts, {fact}", "Auf diesem Fakt ruht keine Antwort.")


def check_examples_are_unique(material: Material) -> Iterator[Problem]:
    """The same example in two intents teaches contradictions; an evaluation question must not be learned."""
    owners: dict[str, set[str]] = defaultdict(set)
    for intent, examples in material.examples.items():
        for example in examples:
            owners[_plain(example) or example].add(intent)
    for example, intents in sorted(owners.items()):
        if len(intents) > 1:
            first, second = sorted(intents)[:2]
            yield Problem(
                f"data/nlu/{second.split('/')[0]}.yml, {second}",
                f"»{example}« steht auch bei {first}; eines streichen.",
            )
        if example in material.questions:
            intent = sorted(intents)[0]
            yield Problem(
                f"data/nlu/{intent.split('/')[0]}.yml, {intent}",
                f"»{example}« ist eine Prüffrage ({material.questions[example]}); bitte hier streichen.",
            )


def check_names_are_unique(material: Material) -> Iterator[Problem]:
    """An alias leads to one thing."""
    owners: dict[str, str] = {}
    for name in material.store.names.values():
        for form in {name.name.lower(), *(alias.lower() for alias in name.aliases)}:
            if form in owners:
                yield Problem(f"answers/names.yml, {name.id}", f"»{form}« steht auch bei {owners[form]}.")
            owners[form] = name.id
    for hochschule in material.store.records.hochschulen:
        if hochschule not in material.store.names:
            yield Problem(f"answers/names.yml, {hochschule}", "Zu diesem Datensatz fehlen Name und Aliasse.")


def check_review_dates(material: Material) -> Iterator[Problem]:
    """An answer whose review-by date has passed wants a look."""
    for answer in material.store.answers.values():
        if answer.review_by and answer.review_by < material.today:
            yield Problem(
                f"answers/{answer.topic}.yml, {answer.id}, review_by",
                f"Seit dem {answer.review_by:%d.%m.%Y} fällig: Antwort prüfen und neues Datum setzen.",
                warning=True,
            )


CHECKS: tuple[Callable[[Material], Iterator[Problem]], ...] = (
    check_intents,
    check_references,
    check_figures,
    check_records,
    check_doors,
    check_phrases,
    check_topics,
    check_order,
    check_unconfirmed,
    check_facts_are_used,
    check_examples_are_unique,
    check_names_are_unique,
    check_review_dates,
)


def problems(material: Material) -> list[Problem]:
    """All problems that the checks find."""
    return [problem for check in CHECKS for problem in check(material)]


def report(console: Console, root: Path = ROOT) -> int:
    """Print what is wrong and what wants a look; returns the exit code."""
    try:
        material = gather(root)
    except ContentError as error:
        console.print(f"[red]Fehler[/red] {escape(str(error))}", soft_wrap=True)
        return 1
    found = problems(material)
    for problem in found:
        label = "[yellow]Hinweis[/yellow]" if problem.warning else "[red]Fehler[/red]"
        console.print(f"{label} {escape(f'{problem.where}: {problem.message}')}", soft_wrap=True)
    _print_near_refusals(material, root, console)
    errors = sum(not problem.warning for problem in found)
    examples = sum(map(len, material.examples.values()))
    console.print(
        f"{len(material.store.answers)} Antworten, {len(material.store.records.questions)} Fragen an "
        f"{len(material.store.records.hochschulen)} Datensätze, {examples} Beispiele: "
        f"{errors} Fehler, {len(found) - errors} Hinweise."
    )
    return 1 if errors else 0


def _print_near_refusals(material: Material, root: Path, console: Console) -> None:
    near = near_refusals(material.examples, root / ".cache", SHOWN_NEAR)
    for pair in near:
        text = f"»{pair.refusal}« wird abgelehnt, kommt aber »{pair.example}« ({pair.answer_id}) sehr nahe"
        console.print(
            f"[cyan]ansehen[/cyan] {escape(f'data/nlu/out_of_scope.yml: {text} ({pair.cosine:.2f}).')}", soft_wrap=True
        )
