"""What a message leans on: the conversation before it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from answers import AnswerStore
from answers.schema import read_yaml
from nlu.text import fold

HOCHSCHULEN_TOPICS = ("hochschulen", "profil")
CONTEXT_FILE = Path(__file__).with_name("context_words.yml")


@lru_cache(maxsize=1)
def _patterns() -> dict[str, re.Pattern[str]]:
    return {key: re.compile("|".join(parts)) for key, parts in read_yaml(CONTEXT_FILE).items()}


def leans_on_context(text: str) -> bool:
    """True for »Und wie viele Studierende hat die?«: a pronoun or an »und« stands for the subject."""
    folded = fold(text)
    return any(_patterns()[key].search(folded) for key in ("pronoun", "continuation"))


def has_pronoun(text: str) -> bool:
    """True for »Wo liegt die?«: a pronoun stands for what was spoken of."""
    return bool(_patterns()["pronoun"].search(fold(text)))


def is_bare_mention(text_without_names: str) -> bool:
    """True where nothing but filler is left beside a name: »und die THGA?«, »was ist mit der EBZ?«."""
    return not _patterns()["filler"].sub(" ", fold(text_without_names)).strip(" ?!.,;:-–")


def is_bare_question(text: str) -> bool:
    """True for »wofür?«: nothing but a question word, so that only the last answer can be meant."""
    return bool(_patterns()["bare_question"].search(fold(text)))


def asks_what_or_where(text: str) -> bool:
    """True for »Was ist die BoWE«, »wo liegt die RUB«: a question, though little stands beside the name."""
    return bool(_patterns()["question"].search(fold(text)))


def speaks_to_the_assistant(text: str) -> bool:
    """True for »Wer betreibt dich?«: the message addresses the assistant or speaks of it."""
    return bool(_patterns()["assistant"].search(fold(text)))


@dataclass(frozen=True)
class Conversation:
    """What the conversation is about.

    Attributes:
        answer_id: id of the last answer.
        title: the question that it answers.
        subject: name of the thing it spoke of, if there is one.
        related: ids of the answers that a message leaning on it may mean: the last one, the ones that go with it,
            the ones that speak of the same thing.
        about_record: whether that thing is a Hochschule with a record.
    """

    answer_id: str
    title: str
    subject: str | None
    related: frozenset[str]
    about_record: bool

    @classmethod
    def after(cls, store: AnswerStore, last_answer: str | None, last_name: str | None) -> Conversation | None:
        """The conversation after an answer; None before the first one, or if the answer is gone.

        Args:
            last_answer: `id` or `id@hochschule`, as the slot holds it.
            last_name: id of the thing the answer spoke of.
        """
        answer_id, _, hochschule = (last_answer or "").partition("@")
        if answer_id not in store:
            return None
        thing = last_name if last_name in store.names else (hochschule or None)
        answer = store.answers.get(answer_id)
        related = {answer_id, *(target.partition("@")[0] for target in (answer.follow_ups if answer else ()))}
        if thing:
            related.update(store.about(thing))
        about_hochschulen = answer_id.split("/")[0] in HOCHSCHULEN_TOPICS
        related.update(
            key
            for key, question in store.records.questions.items()
            if (about_hochschulen if question.superlative else thing in store.records)
        )
        return cls(
            answer_id=answer_id,
            title=store.title(answer_id, "de", hochschule or None),
            subject=store.names[thing].name if thing in store.names else None,
            related=frozenset(related),
            about_record=thing in store.records,
        )

    def is_on_topic(self, answer_id: str) -> bool:
        """Whether an answer belongs to the topic of the last one."""
        return answer_id.split("/")[0] == self.answer_id.split("/")[0]
