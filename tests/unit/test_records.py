"""Answers computed from one record a Hochschule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from answers import AnswerStore, ContentError

from .content import Project


def test_an_attribute_is_answered_with_its_own_source_and_date(store: AnswerStore) -> None:
    reply = store.reply("profil/studierende", hochschule="rub")

    assert (reply.kind, reply.entity) == ("answer", "rub")
    assert "37.702" in reply.text
    assert [str(source.url) for source in reply.sources] == ["https://www.example.org/rub-studierende"]
    assert reply.as_of == "Juli 2025"


def test_an_attribute_that_no_source_gives_is_refused_naming_the_hochschule(store: AnswerStore) -> None:
    german = store.reply("profil/website", hochschule="thga")
    english = store.reply("profil/website", "en", hochschule="thga")

    assert (german.kind, german.answer_id, german.entity) == ("fallback", None, "thga")
    assert german.text == "Zu dem Merkmal Website der THGA liegt mir keine geprüfte Angabe vor."
    assert english.text == "I have no verified information on the website for THGA."


def test_a_record_knows_which_questions_it_can_answer(store: AnswerStore) -> None:
    assert "profil/website" in store.records.known_questions("rub")
    assert "profil/website" not in store.records.known_questions("thga")


def test_the_oldest_and_the_largest_are_read_from_the_records(store: AnswerStore) -> None:
    oldest = store.reply("profil/aelteste")
    largest = store.reply("profil/groesste", "en")

    assert oldest.text == "aelteste: TH Georg Agricola (1816), dann Ruhr-Universität Bochum (1962)."
    assert (oldest.entity, oldest.as_of) == ("thga", "2024")
    assert "Ruhr-Universität Bochum (37,702)" in largest.text


def test_only_the_students_in_town_count_where_a_record_has_them(project: Project) -> None:
    with project.editing("answers/records/hochschulen.yml") as records:
        records[0]["attributes"]["students_bochum"] = {**records[0]["attributes"]["students"], "value": 200}
    with project.editing("answers/records/texts.yml") as texts:
        texts["rub"]["students_bochum"] = texts["rub"]["students"]

    assert project.store().reply("profil/groesste").entity == "thga"


@pytest.mark.parametrize("hochschule", [None, "harvard"])
def test_a_question_about_one_hochschule_needs_one_that_is_known(store: AnswerStore, hochschule: str | None) -> None:
    with pytest.raises(KeyError):
        store.reply("profil/studierende", hochschule=hochschule)


def _no_sentence(texts: Any) -> None:
    del texts["thga"]["founded"]


def _no_section(texts: Any) -> None:
    del texts["thga"]


def _no_short_name(texts: Any) -> None:
    del texts["rub"]["names"]["short"]


@pytest.mark.parametrize(
    ("mistake", "named"),
    [
        (_no_sentence, r"records/texts\.yml, thga, founded: Satz fehlt"),
        (_no_section, r"records/texts\.yml, thga: Namen und Sätze fehlen"),
        (_no_short_name, r"records/texts\.yml, rub, names: Feld »short«: fehlt"),
    ],
)
def test_an_attribute_without_words_shows_when_the_content_is_read(
    project: Project, mistake: Callable[[Any], None], named: str
) -> None:
    with project.editing("answers/records/texts.yml") as texts:
        mistake(texts)

    with pytest.raises(ContentError, match=named):
        project.store()


@pytest.mark.parametrize(
    "change",
    [{"among": ["rub", "harvard"]}, {"attribute": "website"}, {"attribute": "beauty"}, {"among": ["rub"]}],
)
def test_a_comparison_that_cannot_be_made_shows_when_the_content_is_read(
    project: Project, change: dict[str, Any]
) -> None:
    with project.editing("answers/profil.yml") as questions:
        questions[-1]["superlative"].update(change)

    with pytest.raises(ContentError, match=r"profil\.yml, profil/groesste: Feld »superlative"):
        project.store()


def test_an_unknown_placeholder_in_a_comparison_shows_when_the_content_is_read(project: Project) -> None:
    with project.editing("answers/profil.yml") as questions:
        questions[-1]["text"]["en"] = "The largest is {nmae}, they say."

    with pytest.raises(ContentError, match="nmae"):
        project.store()


def test_every_real_record_answers_or_refuses_every_question_in_both_languages(real_store: AnswerStore) -> None:
    store = real_store

    replies = [
        store.reply(question, lang, hochschule=hochschule)
        for question in store.records.questions
        for hochschule in store.records.hochschulen
        for lang in ("de", "en")
    ]

    assert all(reply.text and reply.kind in ("answer", "fallback") for reply in replies)
    assert all(reply.sources and reply.as_of for reply in replies if reply.kind == "answer")
