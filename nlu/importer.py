"""Hands the project's files to Rasa: the same folders and formats as Rasa's own importer, read in a tenth of the time.

Rasa copies and hashes every example a dozen times on its way to training; 25,000 of them took a minute. Nothing changes
an example once it is read, so here a copy is the example itself and its hash is computed once.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rasa.shared.core.domain import Domain
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from answers import AnswerStore, ContentError
from answers.schema import read_yaml
from answers.store import FOLLOW_UPS


class Example(Message):
    """A training example that nobody changes."""

    _fingerprint: str | None = None

    def __deepcopy__(self, memo: dict[int, Any]) -> Example:
        return self

    def fingerprint(self) -> str:
        """Rasa's fingerprint of the message, computed once."""
        if self._fingerprint is None:
            self._fingerprint = super().fingerprint()
        return self._fingerprint


def read_examples(file: Path) -> Iterator[tuple[str, list[str]]]:
    """The intents of a file of training examples, each with its messages.

    Raises:
        ContentError: names file, intent and line where the form is another.
    """
    for position, block in enumerate((read_yaml(file) or {}).get("nlu", []), start=1):
        intent = block.get("intent") if isinstance(block, dict) else None
        where = f"{file.parent.parent.name}/nlu/{file.name}, {intent or f'Eintrag {position}'}"
        if not intent or not isinstance(block.get("examples"), str):
            raise ContentError(f"{where}: Erwartet werden »intent: …« und »examples: |« mit einer Nachricht je Zeile.")
        lines = [line.strip() for line in block["examples"].splitlines() if line.strip()]
        for line in lines:
            if not line.startswith("- "):
                raise ContentError(f"{where}: Jede Zeile unter examples beginnt mit »- «, diese nicht: »{line}«")
        yield intent, [line[2:].strip() for line in lines]


def _example(text: str, intent: str) -> Example:
    built = Message.build(text, intent=intent)
    return Example(data=built.data, output_properties=built.output_properties)


class ProjectImporter(RasaFileImporter):
    """Rasa's importer of files, with examples read as above, an intent for every topic and a response for every answer.

    So Rasa knows a response for every `topic/question` without `domain.yml` repeating the answers. It is the answer's
    id: what an answer says belongs to the servers, not to the model.
    """

    def get_domain(self) -> Domain:
        """`domain.yml`, an intent for every topic, and a response for every retrieval intent."""
        store = AnswerStore()
        keys = (*store.answers, *store.records.questions, *FOLLOW_UPS)
        responses = {f"utter_{key}": [{"text": key}] for key in keys}
        content = Domain.from_dict({"intents": list(store.topics), "responses": responses})
        return super().get_domain().merge(content)

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        """The examples of `data/nlu`."""
        read = (block for file in self._nlu_files for block in read_examples(Path(file)))
        return TrainingData([_example(text, intent) for intent, texts in read for text in texts])
