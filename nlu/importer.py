"""Hands the curated answers to Rasa's training as the responses of the retrieval intents.

So Rasa knows a response for every `topic/question` without `domain.yml` repeating the answers.
"""

from __future__ import annotations

from typing import Any

from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.structures import StoryGraph
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.nlu.training_data.training_data import TrainingData

from answers import AnswerStore
from answers.store import FOLLOW_UPS


class AnswerImporter(TrainingDataImporter):
    """Imports `answers/` as responses; stands beside `RasaFileImporter` in `config.yml`."""

    def __init__(
        self,
        config_file: str | None = None,
        domain_path: str | None = None,
        training_data_paths: Any = None,
        **_: Any,
    ) -> None:
        self._store = AnswerStore()

    def get_domain(self) -> Domain:
        """A domain that holds nothing but the answers as responses."""
        texts = {answer.id: answer.text.de for answer in self._store.answers.values()}
        texts.update({question.id: question.title.de for question in self._store.records.questions.values()})
        texts.update({follow_up: self._store.phrase("no_context", "de") for follow_up in FOLLOW_UPS})
        return Domain.from_dict({"responses": {f"utter_{key}": [{"text": text}] for key, text in texts.items()}})

    def get_stories(self, exclusion_percentage: int | None = None) -> StoryGraph:
        """No stories of its own."""
        return StoryGraph([])

    def get_conversation_tests(self) -> StoryGraph:
        """No conversation tests of its own."""
        return StoryGraph([])

    def get_config(self) -> dict[str, Any]:
        """No configuration of its own."""
        return {}

    def get_config_file_for_auto_config(self) -> str | None:
        """None: `config.yml` is complete."""
        return None

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        """No examples of its own."""
        return TrainingData()
