"""The one way to look an answer up."""

from __future__ import annotations

import pytest

from answers import AnswerStore, ContentError
from answers.store import FOLLOW_UPS

from .content import Project


def test_an_answer_comes_with_its_source_its_date_and_its_follow_ups(store: AnswerStore) -> None:
    reply = store.reply("strategie/was")

    assert (reply.kind, reply.topic, reply.text) == ("answer", "strategie", "Die Strategie ist ein Plan.")
    assert [str(source.url) for source in reply.sources] == ["https://www.example.org/strategie"]
    assert reply.as_of == "Oktober 2020"
    assert reply.follow_ups == ["strategie/ziele", "hochschulen/anzahl"]


def test_an_answer_is_there_in_einfache_sprache_and_english(store: AnswerStore) -> None:
    assert store.reply("strategie/was", easy=True).text == "Sie ist ein Plan."
    assert store.reply("strategie/was", "en").text == "The strategy is a plan."
    assert store.reply("strategie/was", "en", easy=True).text == "The strategy is a plan."


def test_a_source_without_a_date_is_shown_as_undated(store: AnswerStore) -> None:
    assert store.reply("strategie/ziele").as_of == "ohne Datum"


def test_small_talk_claims_no_source_and_no_date(store: AnswerStore) -> None:
    reply = store.reply("bot/begruessung")

    assert (reply.kind, reply.sources, reply.as_of) == ("smalltalk", [], None)


def test_an_answer_that_does_not_exist_is_an_error_and_not_an_empty_reply(store: AnswerStore) -> None:
    assert "strategie/nie" not in store
    with pytest.raises(KeyError):
        store.reply("strategie/nie")


def test_the_label_of_a_question_to_a_record_names_the_hochschule(store: AnswerStore) -> None:
    assert store.title("profil/studierende", "de", "rub") == "Studierende: RUB"
    assert store.title("strategie/was", "en") == "What is the strategy?"


def test_a_name_inside_another_word_is_not_what_an_answer_is_about(store: AnswerStore) -> None:
    """»BO« and »CHUM« stand in »Bochum«, and the text names the Hochschule Bochum; the title is not about it."""
    assert store.things_of("hochschulen/anzahl") == []
    assert store.things_of("hochschulen/thga") == ["thga"]
    assert store.things_of("bot/begruessung") == []


def test_a_thing_is_introduced_only_by_an_answer_with_it_in_the_title(store: AnswerStore) -> None:
    assert store.introduction("thga") == "hochschulen/thga"
    assert store.about("hsbo") == ["hochschulen/anzahl"]
    assert store.introduction("hsbo") is None
    assert store.introduction("nobody") is None


def test_the_same_fact_in_two_topics_is_a_mistake(project: Project) -> None:
    with project.editing("answers/facts/hochschulen.yml") as facts:
        facts[0]["id"] = "st-was"

    with pytest.raises(ContentError, match=r"facts/hochschulen\.yml, st-was"):
        _ = project.store().facts


def test_the_real_content_is_large_enough_and_whole(real_store: AnswerStore) -> None:
    topical = [a for a in real_store.answers.values() if a.topic in real_store.topics]

    assert len(topical) >= 450
    assert all(answer.sources and answer.as_of and answer.checked and answer.facts for answer in topical)
    assert {topic.area for topic in real_store.topics.values()} == {"strategie", "hochschulen", "standort", "wegweiser"}


@pytest.mark.parametrize(
    ("answer_id", "figure"),
    [
        ("hochschulen/anzahl", "9 Hochschulen"),
        ("hochschulen/studierende-gesamt", "60.000"),
        ("hochschulen/ausgruendungen-21-mio", "21 Mio"),
    ],
)
def test_the_figures_of_the_agency_stand_in_their_answers(real_store: AnswerStore, answer_id: str, figure: str) -> None:
    reply = real_store.reply(answer_id)

    assert figure in reply.text.replace("Millionen", "Mio")
    assert any("bochum-wirtschaft.de" in str(source.url) for source in reply.sources)


def test_every_follow_up_intent_has_examples_and_no_others_exist() -> None:
    from staff.checking import gather

    trained = {intent for intent in gather().examples if intent.startswith("kontext/")}

    assert trained == set(FOLLOW_UPS)
