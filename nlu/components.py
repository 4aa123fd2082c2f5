"""The Rasa components made of this room's parts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Optional

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from answers.live import live_content
from engine.rasa_changes import make_rasa_lean
from nlu.answer_model import OUTSIDE, ModelSettings
from nlu.candidates import Candidate, Question
from nlu.context import Conversation, is_bare_mention, leans_on_context
from nlu.names import NameFinder
from nlu.reading import FOLLOW_UP, MEANT_ALONE
from nlu.safety import Emergency
from nlu.text import clean, feeling, question_kinds
from nlu.understanding import Understanding

FALLBACK_INTENT = "nlu_fallback"
UNDERSTANDING = "understanding"
RANKING_LENGTH = 10


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class AnswerClassifier(GraphComponent, IntentClassifier):
    """Classifies a message over all answers at once and judges whether the best one answers it.

    Sets `intent` (the topic, or »nlu_fallback« below the threshold), `intent_ranking`, `response_selector`
    (so that Rasa knows the full retrieval intent) and `understanding`: language, names, whether the message
    leans on the one before, and every question with its candidates. The actions read the latter.
    """

    def __init__(self, config: dict[str, Any], understanding: Understanding | None = None) -> None:
        self._config = config
        self._understanding = understanding
        make_rasa_lean()
        self._content = live_content()
        self._names = NameFinder(self._content.store.names.values())

    @classmethod
    def required_components(cls) -> list[type]:
        """None: characters and sentence vectors are computed for each question of a message, not for the message."""
        return []

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Settings; `config.yml` may override each.

        answer_threshold: confidence from which an answer is given.
        companion_threshold: the same for a question asked together with one that is sure.
        smalltalk_threshold: the same for small talk and follow-ups, which claim nothing.
        clarify_threshold: confidence from which it is offered as »Meinten Sie …?«.
        """
        settings = ModelSettings()
        return {
            "smoothing": settings.smoothing,
            "temper": settings.temper,
            "answer_threshold": 0.65,
            "smalltalk_threshold": 0.3,
            "companion_threshold": 0.35,
            "clarify_threshold": 0.15,
            "cache_dir": ".cache",
        }

    @staticmethod
    def required_packages() -> list[str]:
        """What must be there under one name as distribution and as import (Rasa looks for both)."""
        return ["onnxruntime", "tokenizers"]

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> AnswerClassifier:
        """A component that has learned nothing yet."""
        component = cls(config)
        component._storage, component._resource = model_storage, resource
        return component

    def train(self, training_data: TrainingData) -> Resource:
        """Learn all answers, small talk and »outside« from the examples; persist what was learned."""
        examples = [example for example in training_data.intent_examples if example.get(TEXT)]
        settings = ModelSettings(**{key: self._config[key] for key in ModelSettings.__dataclass_fields__})
        self._understanding = Understanding.train(
            self._content.store,
            [clean(example.get(TEXT)) for example in examples],
            [example.get_full_intent() for example in examples],
            Path(self._config["cache_dir"]),
            settings,
        )
        with self._storage.write_to(self._resource) as folder:
            self._understanding.save(Path(folder))
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> AnswerClassifier:
        """The component as it was trained."""
        with model_storage.read_from(resource) as folder:
            return cls(config, Understanding.load(Path(folder), live_content().store))

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Nothing is added to the training data."""
        return training_data

    # Rasa compares this annotation with its own and knows no `X | None`.
    def process(self, messages: list[Message], tracker: Optional[DialogueStateTracker] = None) -> list[Message]:  # noqa: UP045
        """Understand each message, in the light of the conversation."""
        conversation = self._conversation(tracker)
        for message in messages:
            if (message.get(TEXT) or "").startswith(INTENT_MESSAGE_PREFIX):
                # A button's payload: Rasa's RegexMessageHandler reads it, and it comes after the classifiers.
                self._set_fallback(message)
            else:
                self._process(message, conversation)
        return messages

    @staticmethod
    def _set_fallback(message: Message) -> None:
        message.set(INTENT, {INTENT_NAME_KEY: FALLBACK_INTENT, "confidence": 1.0}, add_to_output=True)

    def _conversation(self, tracker: DialogueStateTracker | None) -> Conversation | None:
        if tracker is None:
            return None
        return Conversation.after(self._content.store, tracker.get_slot("last_answer"), tracker.get_slot("last_name"))

    def _process(self, message: Message, conversation: Conversation | None) -> None:
        assert self._understanding is not None
        text = clean(message.get(TEXT) or "")
        emergency = self._understanding.emergency(text)
        questions = self._known(self._questions(text, emergency, conversation), worry=emergency is not None)
        found = self._names.find(text, self._understanding.mend)
        rest = self._names.without_names(text)
        message.set(
            UNDERSTANDING,
            {
                "lang": self._understanding.language(text),
                "foreign": self._understanding.foreign(text),
                "asks": sorted(question_kinds(text)),
                "feeling": feeling(text),
                "worry": emergency is not None,
                "names": found,
                "leans_on_context": leans_on_context(text),
                "bare_mention": bool(found) and is_bare_mention(rest),
                "questions": self._as_data(questions),
            },
            add_to_output=True,
        )
        if questions:
            self._set_intent(message, questions[0])
        else:
            self._set_fallback(message)

    def _questions(self, text: str, emergency: Emergency | None, conversation: Conversation | None) -> list[Question]:
        """The message's questions; nothing but the emergency, if it tells of one."""
        assert self._understanding is not None
        if emergency and emergency.said:
            return [Question.certain(text, emergency.answer_id)]
        questions = self._understanding.questions(text, conversation)
        sure = bool(questions) and questions[0].best.confidence >= self._config["answer_threshold"]
        if emergency and emergency.certain and not sure:
            return [Question.certain(text, emergency.answer_id)]
        return questions

    def _known(self, questions: list[Question], worry: bool) -> list[Question]:
        """Without answers that an editor has taken away since the training, nor emergencies that nothing alarmed of."""
        store = self._content.store

        def is_known(answer_id: str) -> bool:
            answer = store.answers.get(answer_id)
            if answer is not None and answer.kind == "emergency":
                return worry
            return answer_id in store or answer_id.startswith(FOLLOW_UP)

        kept = [replace(q, candidates=[c for c in q.candidates if is_known(c.id)]) for q in questions]
        return [question for question in kept if question.candidates]

    def _as_data(self, questions: list[Question]) -> list[dict[str, Any]]:
        assert self._understanding is not None
        mend = self._understanding.mend
        return [
            {**question.as_dict(), "decision": decision, "names": self._names.find(question.text, mend)}
            for question, decision in zip(questions, self._decisions(questions), strict=True)
        ]

    def _decisions(self, questions: list[Question]) -> list[str]:
        """What becomes of the whole message and of each of its parts."""
        if not questions:
            return []
        whole, *parts = [self._decision(question) for question in questions]
        if "answer" in parts:
            companion = self._config["companion_threshold"]
            parts = [
                "answer" if question.best.confidence >= companion else decision
                for question, decision in zip(questions[1:], parts, strict=True)
            ]
        given = [q.best for q, decision in zip(questions[1:], parts, strict=True) if decision == "answer"]
        if given and not self._speak_for_the_message(given, whole, questions[0].best):
            parts = ["refuse"] * len(parts)
        return [whole, *parts]

    def _speak_for_the_message(self, given: list[Candidate], decision: str, whole: Candidate) -> bool:
        """Whether the parts' answers may stand for the whole message, or were torn out of its story."""
        ids = {candidate.id for candidate in given}
        surest = max(candidate.confidence for candidate in given)
        return decision != "answer" or whole.id in ids or (len(ids) > 1 and whole.confidence < surest)

    def _decision(self, question: Question) -> str:
        confidence = question.best.confidence
        claims_nothing = question.best.id.startswith(MEANT_ALONE)
        if confidence >= self._config["smalltalk_threshold" if claims_nothing else "answer_threshold"]:
            return "answer"
        return "clarify" if confidence >= self._config["clarify_threshold"] else "refuse"

    def _set_intent(self, message: Message, question: Question) -> None:
        best = question.best
        topics: dict[str, float] = {}
        for candidate in question.candidates:
            topic = candidate.id.split("/")[0]
            topics[topic] = topics.get(topic, 0.0) + candidate.probability
        ranking: list[dict[str, Any]] = [{"name": t, "confidence": share} for t, share in topics.items()]
        ranking.append({"name": OUTSIDE, "confidence": question.outside})
        ranking.sort(key=lambda entry: -float(entry["confidence"]))
        answered = self._decision(question) == "answer"
        outside = question.outside > best.probability
        name = best.id.split("/")[0] if answered else (OUTSIDE if outside else FALLBACK_INTENT)
        confidence = best.confidence if answered else (question.outside if outside else 1.0 - best.confidence)
        message.set(INTENT, {INTENT_NAME_KEY: name, "confidence": confidence}, add_to_output=True)
        message.set("intent_ranking", ranking[:RANKING_LENGTH], add_to_output=True)
        message.set("response_selector", self._selector_output(question), add_to_output=True)

    @staticmethod
    def _selector_output(question: Question) -> dict[str, Any]:
        """The shape Rasa's ResponseSelector gives, which fills `full_retrieval_intent_name`."""
        output: dict[str, Any] = {"all_retrieval_intents": sorted({c.id.split("/")[0] for c in question.candidates})}
        for topic in output["all_retrieval_intents"]:
            ranking = [
                {"intent_response_key": c.id, "confidence": c.confidence or c.probability}
                for c in question.candidates
                if c.id.split("/")[0] == topic
            ]
            best = ranking[0]
            output[topic] = {
                "response": {**best, "responses": [], "utter_action": f"utter_{best['intent_response_key']}"},
                "ranking": ranking,
            }
        return output
