"""spaCy's part: one analysis of a message – tokens, sentences, names with their ids – that the classifier shares."""

from __future__ import annotations

from typing import Any

import spacy
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.tokenizers.tokenizer import Token
from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import filter_spans

from answers.live import live_content
from nlu.details import DetailFinder
from nlu.names import NameFinder
from nlu.text import clean

DOC = "text_spacy_doc"
DETAILS = "details"
BLANK = "blank:"


class _NamedThings:
    """A spaCy pipe that sets the things of `answers/names.yml` as entities, with their ids."""

    def __init__(self, names: NameFinder) -> None:
        self._names = names

    def __call__(self, doc: Doc) -> Doc:
        spans = [
            doc.char_span(found.start, found.end, label=found.kind, span_id=found.id, alignment_mode="expand")
            for found in self._names.located(doc.text)
        ]
        doc.set_ents(filter_spans([span for span in spans if span is not None]))
        return doc


class _NotedDetails:
    """A spaCy pipe that keeps the details of a concern (`nlu/details.yml`) as spans."""

    def __init__(self, details: DetailFinder) -> None:
        self._details = details

    def __call__(self, doc: Doc) -> Doc:
        spans = [
            doc.char_span(found.start, found.end, label=found.kind, alignment_mode="expand")
            for found in self._details(doc.text)
        ]
        doc.spans[DETAILS] = [span for span in spans if span is not None]
        return doc


def _noted_details(nlp, name):  # type: ignore[no-untyped-def]  # as below
    return _NotedDetails(DetailFinder(live_content().store.place.quarters))


def _named_things(nlp, name):  # type: ignore[no-untyped-def]  # spaCy's pydantic reads annotations, and not as text
    return _NamedThings(NameFinder(live_content().store.names.values()))


Language.factory("bowe_names", func=_named_things)
Language.factory("bowe_details", func=_noted_details)


def pipeline(model: str) -> Language:
    """The spaCy pipeline.

    Args:
        model: `blank:de` (tokens and rules, what PyPI offers), or an installed model such as `de_core_news_md`.

    Raises:
        OSError: the model is not installed.
    """
    nlp = spacy.blank(model.removeprefix(BLANK)) if model.startswith(BLANK) else spacy.load(model)
    if not nlp.has_pipe("parser") and not nlp.has_pipe("senter"):
        nlp.add_pipe("sentencizer")
    nlp.add_pipe("bowe_names", last=True)
    nlp.add_pipe("bowe_details", last=True)
    return nlp


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class LanguageAnalysis(GraphComponent):
    """Analyses each message once; the training examples need no analysis, because nothing learns from it."""

    def __init__(self, nlp: Language) -> None:
        self._nlp = nlp

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`model`: see `pipeline`."""
        return {"model": f"{BLANK}de"}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LanguageAnalysis:
        """A component with its pipeline."""
        return cls(pipeline(config["model"]))

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Nothing is added to the training data."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the analysis (`DOC`), Rasa's tokens, and the entities found."""
        for message in messages:
            text = message.get(TEXT) or ""
            if not text.startswith(INTENT_MESSAGE_PREFIX):
                self._analyse(message, self._nlp(clean(text)))
        return messages

    def _analyse(self, message: Message, doc: Doc) -> None:
        message.set(DOC, doc)
        message.set(TOKENS_NAMES[TEXT], [Token(token.text, token.idx) for token in doc])
        entities = [
            {
                "entity": span.label_,
                "value": span.text,
                "id": span.id_,
                "start": span.start_char,
                "end": span.end_char,
                "extractor": type(self).__name__,
            }
            for span in (*doc.ents, *doc.spans[DETAILS])
        ]
        message.set(ENTITIES, entities, add_to_output=True)
