"""The answers as the responses of Rasa's retrieval intents."""

from __future__ import annotations

from answers import AnswerStore
from answers.store import FOLLOW_UPS
from nlu.importer import AnswerImporter


def test_rasa_learns_a_response_for_every_answer_question_and_follow_up(real_store: AnswerStore) -> None:
    domain = AnswerImporter().get_domain()

    expected = {*real_store.answers, *real_store.records.questions, *FOLLOW_UPS}
    assert set(domain.responses) == {f"utter_{key}" for key in expected}
    assert domain.responses["utter_hochschulen/anzahl"][0]["text"] == real_store.reply("hochschulen/anzahl").text
