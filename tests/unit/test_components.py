"""What the Rasa component makes of an understanding; the understanding itself is a stand-in."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from rasa.shared.core.slots import TextSlot
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.training_data.message import Message

from actions.turn import Question as ActionsQuestion
from answers import AnswerStore
from nlu import components
from nlu.candidates import Candidate, Question
from nlu.components import AnswerClassifier
from nlu.context import Conversation
from nlu.importer import ProjectImporter
from nlu.safety import Emergency
from nlu.text import fold


class StandIn:
    """Understands every message the same way and remembers what it was asked."""

    def __init__(self, *questions: Question) -> None:
        self._questions = list(questions)
        self.asked: list[tuple[str, Conversation | None]] = []

    @staticmethod
    def language(message: str) -> str | None:
        return None if not message else "en" if message.startswith("Where") else "de"

    @staticmethod
    def mend(message: str) -> str:
        return fold(message)

    @staticmethod
    def emergency(message: str) -> Emergency | None:
        return Emergency("strategie/was", said=True, certain=True) if "brennt" in message else None

    @staticmethod
    def foreign(message: str) -> str | None:
        return "tr" if "merhaba" in message else None

    def questions(self, message: str, conversation: Conversation | None = None) -> list[Question]:
        self.asked.append((message, conversation))
        return self._questions if message else []


def _question(confidence: float, *ids: str, outside: float = 0.1) -> Question:
    return Question("Wo liegt die RUB?", [Candidate(key, 0.4, confidence) for key in ids], outside)


@pytest.fixture
def classifier(store: AnswerStore, monkeypatch: pytest.MonkeyPatch) -> AnswerClassifier:
    monkeypatch.setattr(components, "live_content", lambda: SimpleNamespace(store=store))
    thresholds = {"answer_threshold": 0.5, "smalltalk_threshold": 0.3, "clarify_threshold": 0.15}
    return AnswerClassifier({**AnswerClassifier.get_default_config(), **thresholds})


def _process(
    classifier: AnswerClassifier, *questions: Question, text: str = "Wo liegt die RUB?", tracker: Any = None
) -> dict[str, Any]:
    classifier._understanding = StandIn(*questions)  # type: ignore[assignment]
    message = Message({"text": text})
    classifier.process([message], tracker)
    return message.as_dict(only_output_properties=True)


def test_a_sure_answer_sets_its_topic_as_the_intent_and_its_id_beside(classifier: AnswerClassifier) -> None:
    output = _process(classifier, _question(0.9, "hochschulen/thga", "strategie/was"))

    assert output["intent"] == {"name": "hochschulen", "confidence": 0.9}
    assert output["response_selector"]["hochschulen"]["response"]["intent_response_key"] == "hochschulen/thga"
    assert output["understanding"]["questions"][0]["decision"] == "answer"


@pytest.mark.parametrize(
    ("best", "confidence", "outside", "decision", "intent"),
    [
        ("strategie/was", 0.51, 0.1, "answer", "strategie"),
        ("strategie/was", 0.49, 0.1, "clarify", "nlu_fallback"),
        ("strategie/was", 0.14, 0.1, "refuse", "nlu_fallback"),
        ("strategie/was", 0.14, 0.8, "refuse", "out_of_scope"),
        ("bot/kontakt", 0.31, 0.1, "answer", "bot"),
        ("kontext/mehr", 0.31, 0.1, "answer", "kontext"),
    ],
)
def test_the_thresholds_decide_and_small_talk_which_claims_nothing_needs_less(
    classifier: AnswerClassifier, best: str, confidence: float, outside: float, decision: str, intent: str
) -> None:
    output = _process(classifier, _question(confidence, best, outside=outside))

    assert output["understanding"]["questions"][0]["decision"] == decision
    assert output["intent"]["name"] == intent


def test_the_ranking_names_topics_and_outside_the_most_probable_first(classifier: AnswerClassifier) -> None:
    output = _process(classifier, _question(0.9, "strategie/was", "strategie/ziele", "bot/kontakt", outside=0.5))

    assert [entry["name"] for entry in output["intent_ranking"]] == ["strategie", "out_of_scope", "bot"]


def test_what_the_actions_read_is_what_the_component_writes(classifier: AnswerClassifier) -> None:
    output = _process(classifier, _question(0.9, "profil/gruendung", "strategie/was"))

    question = ActionsQuestion.from_data(output["understanding"]["questions"][0])

    assert (question.best.id, question.best.confidence, question.decision) == ("profil/gruendung", 0.9, "answer")
    assert question.hochschulen == ("rub",)


@pytest.mark.parametrize(
    ("text", "lang", "names", "leans", "bare"),
    [
        ("Wo liegt die RUB heute eigentlich?", "de", ["rub"], False, False),
        ("Und die THGA?", None, ["thga"], True, True),
        ("Where is MARK 51°7 and what happens there?", "en", ["mark-517"], True, False),
    ],
)
def test_names_and_what_leans_on_the_conversation_are_handed_on(
    classifier: AnswerClassifier, text: str, lang: str | None, names: list[str], leans: bool, bare: bool
) -> None:
    understood = _process(classifier, _question(0.9, "strategie/was"), text=text)["understanding"]

    assert [name["id"] for name in understood["names"]] == names
    assert (understood["leans_on_context"], understood["bare_mention"]) == (leans, bare)
    assert lang is None or understood["lang"] == lang


def test_a_buttons_payload_is_not_understood_as_a_message(classifier: AnswerClassifier) -> None:
    output = _process(classifier, _question(0.9, "strategie/was"), text='/antwort{"id": "strategie/was"}')

    assert output["intent"]["name"] == "nlu_fallback"
    assert classifier._understanding.asked == []  # type: ignore[union-attr]


def test_an_answer_that_was_taken_away_since_the_training_is_not_given(classifier: AnswerClassifier) -> None:
    output = _process(classifier, _question(0.9, "strategie/abgeschafft", "strategie/was"))

    assert [c["id"] for c in output["understanding"]["questions"][0]["candidates"]] == ["strategie/was"]


@pytest.mark.parametrize("text", ["", "   ", "\u200b\x00\ud83d"])
def test_a_message_of_nothing_is_understood_as_no_question(classifier: AnswerClassifier, text: str) -> None:
    output = _process(classifier, _question(0.9, "strategie/was"), text=text)

    assert output["understanding"]["questions"] == []
    assert output["understanding"]["lang"] is None
    assert output["intent"]["name"] == "nlu_fallback"


@pytest.mark.parametrize(
    ("last_answer", "title"),
    [("profil/studierende@rub", "Studierende: RUB"), ("strategie/abgeschafft", None), (None, None)],
)
def test_the_conversation_so_far_is_handed_on(
    classifier: AnswerClassifier, last_answer: str | None, title: str | None
) -> None:
    slots = {"last_answer": last_answer, "last_name": "rub" if last_answer else None}
    tracker = DialogueStateTracker(
        "visitor", [TextSlot(key, mappings=[{}], initial_value=value) for key, value in slots.items()]
    )

    _process(classifier, _question(0.9, "strategie/was"), text="Wo liegt die?", tracker=tracker)

    ((text, conversation),) = classifier._understanding.asked  # type: ignore[union-attr]
    assert (text, conversation.title if conversation else None) == ("Wo liegt die?", title)


def test_a_second_question_needs_less_confidence_beside_one_that_is_sure(classifier: AnswerClassifier) -> None:
    whole, first, second = (
        _question(0.6, "strategie/was"),
        _question(0.9, "strategie/was"),
        _question(0.4, "strategie/ziele"),
    )

    decisions = [q["decision"] for q in _process(classifier, whole, first, second)["understanding"]["questions"]]

    assert decisions == ["answer", "answer", "answer"]


def test_a_part_torn_out_of_its_story_does_not_answer_beside_the_whole(classifier: AnswerClassifier) -> None:
    whole, first, second = (
        _question(0.9, "strategie/was"),
        _question(0.9, "hochschulen/thga"),
        _question(0.1, "strategie/ziele"),
    )

    decisions = [q["decision"] for q in _process(classifier, whole, first, second)["understanding"]["questions"]]

    assert decisions == ["answer", "refuse", "refuse"]


def test_every_setting_of_the_pipeline_is_one_the_component_knows() -> None:
    from ruamel.yaml import YAML

    from staff.project import ROOT

    pipeline = YAML(typ="safe").load((ROOT / "config.yml").read_text(encoding="utf-8"))["pipeline"]
    settings = next(step for step in pipeline if step["name"].endswith("AnswerClassifier"))

    assert set(settings) - {"name"} <= set(AnswerClassifier.get_default_config())


def test_rasa_knows_every_topic_and_action_that_answers_need(real_store: AnswerStore) -> None:
    from staff.project import ROOT

    domain = ProjectImporter(domain_path=str(ROOT / "domain.yml")).get_domain()
    topics = {key.split("/")[0] for key in (*real_store.answers, *real_store.records.questions)}

    assert topics <= set(domain.intents)
    assert {f"action_{topic.area}" for topic in real_store.topics.values()} <= set(domain.user_actions)


def test_an_emergency_that_is_said_outright_stands_for_the_whole_message(classifier: AnswerClassifier) -> None:
    output = _process(classifier, _question(0.9, "hochschulen/thga"), text="Hilfe, es brennt!")

    assert [question["candidates"][0]["id"] for question in output["understanding"]["questions"]] == ["strategie/was"]
    assert output["understanding"]["worry"]
