"""How a message is read: alone, in the light of the conversation, and in parts (docs/decisions/0006)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from answers.store import COURTESIES, RECORDS
from nlu.candidates import Candidate, Question
from nlu.context import (
    Conversation,
    asks_what_or_where,
    has_pronoun,
    is_bare_mention,
    is_bare_question,
    leans_on_context,
    speaks_to_the_assistant,
)
from nlu.names import NameFinder
from nlu.questions import split_loosely, split_questions, without_greeting
from nlu.text import clean, fold

HOME = "Bochum"
# Follow-ups and small talk mean themselves; they are not read with the conversation's subject.
FOLLOW_UP = "kontext/"
SMALL_TALK = "bot/"
MEANT_ALONE = (FOLLOW_UP, SMALL_TALK)
SURE_ALONE = 0.3
SURE = 0.55
CLEAR = 0.9  # what nobody need read a second time with its spelling mended
# A message of at most so many words that names nothing may lean on the conversation without a pronoun (»Seit wann?«).
SHORT = 5
KEYWORDS = 2
# How much of its confidence a candidate keeps in a conversation. Set on the follow-ups of the development split.
TRUST_CONTEXT, TRUST_CONTEXT_NOT_LEANING = 0.9, 0.8  # read as going on from the last question
TRUST_SAME_ANSWER = 0.9  # read with its subject's name, and giving the last answer once more
TRUST_SAME_TOPIC = 0.85  # … and giving an answer that is not known to go with the last one
TRUST_UNRELATED = 0.7  # read alone though a pronoun stands for what was spoken of
TRUST_SMALL_TALK = 0.6  # about the assistant, which the message does not speak of
TRUST_FOLLOW_UP = 0.5  # about the last answer as such, though another reading is likelier
TRUST_OTHER_RECORD = 0.1  # about some Hochschule, though the conversation is about none


@dataclass(frozen=True)
class Reading:
    """A way to read a text: as `text` for the classifier, as `asked` for the evidence.

    Attributes:
        behind_title: read behind the question that was answered last. Its title alone would give that answer again,
            so that such a reading does only where the message has no word of its own (»wofür?«).
    """

    text: str
    asked: str
    behind_title: bool = False

    @classmethod
    def plain(cls, text: str) -> Reading:
        """The text as it stands."""
        return cls(text, text)


# Judges readings: groups of them, and the message they are of; gives a question for each reading.
Judging = Callable[[list[list[Reading]], str], list[list[Question]]]


def _shares(readings: Iterable[Question]) -> dict[str, float]:
    """The largest share that any reading gives each answer."""
    shares: dict[str, float] = {}
    for question in readings:
        for candidate in question.candidates:
            shares[candidate.id] = max(candidate.probability, shares.get(candidate.id, 0.0))
    return shares


def _most_confident(questions: Sequence[Question]) -> Question:
    return max(questions, key=lambda question: question.best.confidence)


class MessageReader:
    """Finds the ways to read a message, has them judged, and weighs the results against each other."""

    def __init__(self, names: NameFinder, mend: Callable[[str], str], judge: Judging, support_from: float) -> None:
        """
        Args:
            mend: gives a text with its typing errors mended, folded.
            judge: judges all readings of a message at once.
            support_from: share that the whole message must give an answer for a part of it to give that answer.
        """
        self._names = names
        self._mend = mend
        self._judge = judge
        self._support_from = support_from

    def questions(self, message: str, conversation: Conversation | None = None) -> list[Question]:
        """The questions of a message, each with its candidates; at least one entry for a non-empty message.

        The first entry is the message's main question. More entries follow only where the message asks
        several things; whether they are answered is for the caller to decide by their confidence.

        Args:
            conversation: what the conversation is about; a message that may lean on it (»Wo liegt die?«,
                »Seit wann?«) is also read in its light.
        """
        whole = without_greeting(clean(message))
        if not whole:
            return []
        named = self._names.surface(whole)
        asking = self._completed(part for part in split_questions(whole) if part != whole)
        side_by_side = self._completed(split_loosely(whole)) if len(asking) < 2 else []
        plain = self._read_plainly(whole)
        main = self._main_question(whole, named, plain, conversation)
        if len(asking) < 2 and not side_by_side and main.best.confidence >= SURE:
            return [main]
        subject = next(iter(named), conversation.subject if conversation else None)
        asked = self._read_parts([*asking, *side_by_side], whole, subject, bool(named), plain)
        if len(asking) > 1:
            return [main, *(question for question in asked if question.best.confidence > 0)]
        first, second = asked[: len(asking)], asked[len(asking) :]
        if self._two_are_sure(second):
            return [main, *second]
        if main.best.confidence >= SURE:
            return [main]
        claiming = [question for question in first if not question.best.id.startswith(MEANT_ALONE)]
        return [_most_confident([main, *claiming])]

    # ------------------------------------------------------------------ the parts of a message

    def _completed(self, parts: Iterable[str]) -> list[str]:
        """The parts; of a bare name (»…, und die THGA?«) the part before is asked, as far as it names another thing."""
        completed: list[str] = []
        for part in parts:
            if asks_what_or_where(part) or not self._names_only(part):
                completed.append(part)
            elif completed and (swapped := self._with_another_name(completed[-1], self._names.surface(part)[0])):
                completed.append(swapped)
        return completed

    def _read_parts(
        self, parts: Sequence[str], whole: str, subject: str | None, named: bool, plain: list[Question]
    ) -> list[Question]:
        """The parts of a message as questions of their own, held against the message as a whole.

        Args:
            subject, named: what message or conversation is about, and whether the message names it.
            plain: the message as a whole, read plainly.
        """
        of_parts = self._judge([self._part_readings(part, subject or HOME) for part in parts], whole)
        support = _shares(plain)
        return [self._asked(part, named, of_part, support) for part, of_part in zip(parts, of_parts, strict=True)]

    @staticmethod
    def _two_are_sure(asked: list[Question]) -> bool:
        return len({question.best.id for question in asked if question.best.confidence >= SURE}) > 1

    def _names_only(self, text: str) -> bool:
        return bool(self._names.surface(text)) and is_bare_mention(self._names.without_names(text))

    def _part_readings(self, part: str, subject: str) -> list[Reading]:
        """A part without a name of its own is also read with its message's, or the conversation's, subject.

        One that leans on the rest of its message (»wo kann ich das melden?«) is read with the name only.
        """
        if self._names.surface(part) or (subject == HOME and HOME.lower() in fold(part)):
            return self._plain_readings(part)
        with_subject = Reading.plain(f"{part} {subject}")
        if subject != HOME and leans_on_context(part):
            return [with_subject]
        return [*self._plain_readings(part), with_subject]

    def _asked(self, part: str, named: bool, readings: list[Question], support: dict[str, float]) -> Question:
        """The part's question; without the answers that its message says nothing of, unless it names its own subject.

        What a record says of the Hochschule in the rest of the message (»…, und wo ist die?«) needs no support.
        """
        if self._names.surface(part):
            return _most_confident(readings)
        exempt = (RECORDS,) if named and has_pronoun(part) else ()
        return _most_confident([self._supported(question, support, exempt) for question in readings])

    def _supported(self, question: Question, support: dict[str, float], exempt: tuple[str, ...]) -> Question:
        candidates = [
            c if c.id.startswith(exempt) or support.get(c.id, 0.0) >= self._support_from else c.trusted(0.0)
            for c in question.candidates
        ]
        return Question.ranked(question.text, candidates, question.outside)

    # ------------------------------------------------------------------ the message as a whole

    def _read_plainly(self, text: str) -> list[Question]:
        """The message as it stands and, unless that is clear, with its typing errors mended; each reading costs."""
        written, *mended = self._plain_readings(text)
        ((as_written,),) = self._judge([[written]], text)
        if not mended or as_written.best.confidence >= CLEAR:
            return [as_written]
        return [as_written, *self._judge([mended], text)[0]]

    def _plain_readings(self, text: str) -> list[Reading]:
        mended = self._mend(text)
        return [Reading.plain(text)] if mended == fold(text) else [Reading.plain(text), Reading.plain(mended)]

    def _readings_in_context(self, text: str, named: list[str], conversation: Conversation | None) -> list[Reading]:
        """In the light of the conversation: with its subject's name, and as going on from the last question."""
        if conversation is None:
            return []
        if named:
            swapped = self._with_another_name(conversation.title, named[0]) if self._names_only(text) else None
            return [Reading.plain(swapped)] if swapped else []
        if not leans_on_context(text) and len(text.split()) > SHORT:
            return []
        readings = [Reading(f"{conversation.title} {text}", text, behind_title=True)]
        if conversation.subject:
            readings.append(Reading.plain(f"{text} {conversation.subject}"))
        return readings

    def _with_another_name(self, question: str, name: str) -> str | None:
        """»Wie bewerbe ich mich an der RUB?« asked of another Hochschule; None where the question names nothing."""
        before = self._names.surface(question)
        return fold(question).replace(before[0], name) if before else None

    def _main_question(
        self, text: str, named: list[str], plain: list[Question], conversation: Conversation | None
    ) -> Question:
        alone = _most_confident(plain)
        if conversation is None or self._goes_without_context(text, named, alone, conversation):
            return alone
        readings = self._readings_in_context(text, named, conversation)
        if not readings:
            return alone
        (judged,) = self._judge([readings], text)
        if named:
            return _most_confident([alone, *judged])
        return self._weighed(text, alone, list(zip(readings, judged, strict=True)), conversation)

    def _goes_without_context(self, text: str, named: list[str], alone: Question, conversation: Conversation) -> bool:
        """Whether the message means itself, or no reading in context could be trusted more than it alone."""
        best = alone.best
        if best.confidence >= SURE_ALONE and self._means_itself(best.id, text):
            return True
        return not named and best.confidence * self._trust_alone(best.id, text, conversation) >= TRUST_CONTEXT

    @staticmethod
    def _means_itself(answer_id: str, text: str) -> bool:
        """Follow-ups and courtesies do not go on from the last question, nor what is said to the assistant."""
        if answer_id.startswith(FOLLOW_UP) or answer_id in COURTESIES:
            return True
        if is_bare_question(text):
            return False
        to_assistant = speaks_to_the_assistant(text) or len(text.split()) <= KEYWORDS
        return answer_id.startswith(SMALL_TALK) and to_assistant

    def _weighed(
        self, text: str, alone: Question, in_context: list[tuple[Reading, Question]], conversation: Conversation
    ) -> Question:
        """The candidates of both ways to read a message: alone, and as going on from the conversation."""
        weighed = [c.trusted(self._trust_alone(c.id, text, conversation)) for c in alone.candidates]
        for reading, question in in_context:
            weighed += [
                c.trusted(self._trust_in_context(c.id, text, reading, conversation)) for c in question.candidates
            ]
        best: dict[str, Candidate] = {}
        for candidate in sorted(weighed, key=lambda candidate: candidate.confidence):
            best[candidate.id] = candidate
        return Question.ranked(alone.text, best.values(), alone.outside)

    @staticmethod
    def _trust_alone(answer_id: str, text: str, conversation: Conversation) -> float:
        if answer_id in conversation.related:
            return 1.0
        if answer_id.startswith(FOLLOW_UP):
            return TRUST_FOLLOW_UP
        if answer_id.startswith(SMALL_TALK):
            return 1.0 if speaks_to_the_assistant(text) else TRUST_SMALL_TALK
        short = len(text.split()) <= SHORT
        if answer_id.startswith(RECORDS) and (has_pronoun(text) or short):
            return TRUST_OTHER_RECORD
        # »wie viele Studierende« right after the THGA means hers.
        return TRUST_UNRELATED if has_pronoun(text) or (short and conversation.about_record) else 1.0

    @staticmethod
    def _trust_in_context(answer_id: str, text: str, reading: Reading, conversation: Conversation) -> float:
        trust = TRUST_CONTEXT if leans_on_context(text) else TRUST_CONTEXT_NOT_LEANING
        if answer_id == conversation.answer_id:
            has_words = reading.behind_title and not is_bare_question(text)
            return 0.0 if has_words else trust * TRUST_SAME_ANSWER
        if answer_id in conversation.related:
            return trust
        return trust * TRUST_SAME_TOPIC if conversation.is_on_topic(answer_id) else 0.0
