"""Whole conversations: follow-ups, several questions, refusals in a row, buttons."""

from __future__ import annotations

from tests.dialogue.talk import Conversation


def test_a_conversation_about_one_university_and_then_another(stack: str) -> None:
    conversation = Conversation(stack)
    assert conversation.say("Was ist die THGA?").ids == ["hochschulen/thga"]
    students = conversation.say("Und wie viele Studierende hat die?")
    assert students.ids == ["profil/studierende"]
    assert students.customs[0]["entity"] == "technische-hochschule-georg-agricola"
    place = conversation.say("Wo liegt die?")
    assert (place.ids, place.customs[0]["entity"]) == (["profil/adresse"], "technische-hochschule-georg-agricola")
    other = conversation.say("und die EvH?")
    assert (other.ids, other.customs[0]["entity"]) == (["profil/adresse"], "evangelische-hochschule-rwl")


def test_follow_ups_repeat_the_last_answer_in_another_light(stack: str) -> None:
    conversation = Conversation(stack)
    first = conversation.say("Wie hoch ist der Gewerbesteuerhebesatz?")
    assert first.ids == ["standort/gewerbesteuer-hebesatz"]
    for message, expected in {
        "Quelle?": "Quelle",
        "Von wann ist die Angabe?": "Stand",
        "Bitte einfacher": "495",
        "In English, please": "495",
    }.items():
        said = conversation.say(message)
        assert said.ids == ["standort/gewerbesteuer-hebesatz"], message
        assert expected in said.text or "Source" in said.text, message
    assert said.customs[0]["lang"] == "en"


def test_plain_language_differs_from_the_standard_text(stack: str) -> None:
    conversation = Conversation(stack)
    standard = conversation.say("Was ist MARK 51°7?").customs[0]["text"]
    easy = conversation.say("Bitte einfacher").customs[0]["text"]
    assert easy != standard
    again = conversation.say("Was ist das O-Werk?").customs[0]["text"]
    conversation.say("bitte wieder normales Deutsch")
    assert conversation.say("Was ist das O-Werk?").customs[0]["text"] != again


def test_more_leads_on_to_an_answer_not_shown_yet(stack: str) -> None:
    conversation = Conversation(stack)
    first = conversation.say("Was ist die Bochum Strategie?")
    more = conversation.say("mehr dazu")
    assert more.kinds == ["answer"]
    assert more.ids != first.ids


def test_a_context_word_without_context_asks_what_is_meant(stack: str) -> None:
    assert Conversation(stack).say("Quelle?").kinds == ["clarification"]
    asked = Conversation(stack).say("Und wie viele Studierende hat die?")
    assert asked.kinds == ["clarification"]
    assert any("ruhr-universitaet-bochum" in payload for payload in asked.payloads)


def test_two_questions_in_one_message_get_both_answers(stack: str) -> None:
    said = Conversation(stack).say("Wie hoch ist die Gewerbesteuer und wie viele Einwohner hat Bochum?")
    assert set(said.ids) == {"standort/gewerbesteuer-hebesatz", "standort/einwohnerzahl"}


def test_a_greeting_with_a_question_gets_the_answer(stack: str) -> None:
    assert Conversation(stack).say("Guten Tag, wie viele Einwohner hat Bochum?").ids == ["standort/einwohnerzahl"]


def test_the_greeting_offers_what_people_come_for_and_says_it_is_automated(stack: str) -> None:
    said = Conversation(stack).say("Hallo")
    assert said.text.startswith("Guten Tag, wie können wir Ihnen helfen?")
    assert "automatisiert" in said.text
    titles = [button["title"] for button in said.buttons]
    assert len(titles) == 6
    assert {"Gründen und selbstständig machen", "Förderung und Steuern", "Bochum Strategie 2030"} <= set(titles)


def test_a_topic_button_leads_to_questions_and_these_to_answers(stack: str) -> None:
    conversation = Conversation(stack)
    topic = conversation.say(conversation.say("Hallo").payloads[0])
    answer = conversation.say(topic.payloads[0])
    assert answer.kinds == ["answer"]
    assert answer.customs[0]["topic"] == "gruendung"


def test_the_second_refusal_in_a_row_leads_with_the_contact(stack: str) -> None:
    conversation = Conversation(stack)
    first = conversation.say("Wie wird das Wetter morgen?")
    second = conversation.say("Wie weit ist der Mond von der Erde entfernt?")
    assert first.kinds == second.kinds == ["fallback"]
    assert first.text != second.text
    assert "bot/kontakt" in second.payloads[0]
    assert "kontakt@bochum-wirtschaft.de" in second.text


def test_a_payload_that_is_not_offered_is_not_executed(stack: str) -> None:
    conversation = Conversation(stack)
    conversation.say("Was ist die THGA?")
    for payload in (
        "/restart",
        "/back",
        "/gibt_es_nicht",
        '/antwort{"id": "gibt/es-nicht"}',
        '/antwort{"id": "strategie/was", "text": "x"}',
        '/thema{"id": "kochen"}',
    ):
        assert conversation.say(payload).ids == [None], payload
    assert conversation.say("Wie viele Studierende hat die?").ids == ["profil/studierende"]


def test_small_talk_after_an_answer_does_not_repeat_the_answer(stack: str) -> None:
    conversation = Conversation(stack)
    assert conversation.say("Wie viele Hochschulen gibt es in Bochum?").ids == ["hochschulen/anzahl"]
    for message, expected in {
        "Guten Tag": "bot/begruessung",
        "Danke!": "bot/dank",
        "Kontakt": "bot/kontakt",
        "Was können Sie?": "bot/faehigkeiten",
        "Sind Sie ein Mensch?": "bot/mensch",
        "Was passiert mit meinen Daten?": "bot/daten",
        "Ich möchte mit einem Menschen sprechen": "bot/kontakt",
        "Tschüss": "bot/abschied",
    }.items():
        assert conversation.say(message).ids == [expected], message


def test_a_message_goes_on_from_the_last_question_without_a_pronoun(stack: str) -> None:
    conversation = Conversation(stack)
    assert conversation.say("Wie bewerbe ich mich an der Ruhr-Uni?").ids == ["hochschulen/bewerbung-rub"]
    assert conversation.say("Und an der Hochschule Bochum?").ids == ["hochschulen/bewerbung-hochschule-bochum"]


def test_things_side_by_side_without_a_question_word_get_both_answers(stack: str) -> None:
    said = Conversation(stack).say("Gewerbesteuer Hebesatz, Einwohnerzahl")
    assert set(said.ids) == {"standort/gewerbesteuer-hebesatz", "standort/einwohnerzahl"}


def test_a_short_question_after_a_university_means_that_university(stack: str) -> None:
    conversation = Conversation(stack)
    conversation.say("Was ist die THGA?")
    said = conversation.say("wie viele studierende")
    assert (said.ids, said.customs[0]["entity"]) == (["profil/studierende"], "technische-hochschule-georg-agricola")


def test_what_one_university_could_not_be_asked_may_be_asked_of_another(stack: str) -> None:
    conversation = Conversation(stack)
    refused = conversation.say("Was kostet ein Studium an der RUB?")
    assert (refused.kinds, refused.customs[0]["entity"]) == (["fallback"], "ruhr-universitaet-bochum")
    other = conversation.say("und an der EBZ?")
    assert (other.ids, other.customs[0]["entity"]) == (["profil/studiengebuehren"], "ebz-business-school")


def test_a_bare_question_word_means_the_last_answer(stack: str) -> None:
    conversation = Conversation(stack)
    first = conversation.say("21 Millionen Euro für Ausgründungen der Universität, stimmt das?")
    assert first.ids == ["hochschulen/ausgruendungen-21-mio"]
    again = conversation.say("wofür?")
    assert again.ids == first.ids
    assert again.text.startswith("Wie gesagt:")
