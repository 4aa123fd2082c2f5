"""From a turn to replies: what all actions share."""

from __future__ import annotations

from collections.abc import Iterable

from actions.manners import first_sentence, with_care, with_regard, without_repetition
from actions.misses import OFFERED, WITHIN_FROM, Misses
from actions.turn import Candidate, Question, Turn
from answers import AnswerStore, Reply
from answers.schema import GIVEN, Kind
from answers.store import COURTESIES, RECORDS, TOPIC_TARGET

GREETING = "bot/begruessung"
CONTEXT = "kontext/"
MAX_HOCHSCHULEN = 3
CLARIFY_FROM = 0.05
# Given under its own title: an answer at least this confident whose rivals all have next to nothing (development).
LONE_FROM, LONE_UP_TO = 0.4, 0.1
# Where a question to the records names no Hochschule, an answer about all of them counts from here.
ABOUT_ALL_FROM = 0.3


class Responder:
    """Finds the replies to a turn in the answer store; knows nothing of Rasa."""

    def __init__(self, store: AnswerStore) -> None:
        self._store = store
        self._misses = Misses(store)

    # ------------------------------------------------------------------ a message

    def to_message(self, turn: Turn) -> list[Reply]:
        """The replies to what the visitor typed."""
        replies = self._understood(turn)
        if not any(question.best.id.startswith(CONTEXT) for question in turn.questions[:1]):
            replies = without_repetition(replies, turn, self._store)
        return with_care(with_regard(replies, turn, self._store), turn, self._store)

    def _understood(self, turn: Turn) -> list[Reply]:
        if not turn.questions:
            return [self._set_phrase("empty", turn, kind="clarification", follow_ups=self._concerns())]
        if turn.foreign and not self._is_emergency(turn.questions[0].best.id):
            return self._in_another_language(turn)
        continued = self._same_question_about_another(turn)
        if continued:
            return continued
        several = self._several(turn)
        return several or self._single(self._main(turn), turn)

    def _is_emergency(self, answer_id: str) -> bool:
        answer = self._store.answers.get(answer_id)
        return answer is not None and answer.kind == "emergency"

    def _in_another_language(self, turn: Turn) -> list[Reply]:
        """That German and English work, said in the visitor's language; below it the answer, if there is one."""
        assert turn.foreign is not None
        main = self._main(turn)
        answers = self._single(main, turn) if main.decision == "answer" else []
        notice = Reply(
            kind="smalltalk" if answers else "clarification",
            text=self._store.languages[turn.foreign].reply,
            lang=turn.foreign,
            follow_ups=[] if answers else self._concerns(),
        )
        return [notice, *answers]

    def _main(self, turn: Turn) -> Question:
        """The whole message, or the one part of it that can be answered where the whole cannot."""
        whole, *parts = turn.questions
        if whole.decision == "answer":
            return whole
        return max(self._sure(parts), key=lambda part: part.best.confidence, default=whole)

    @staticmethod
    def _sure(parts: list[Question]) -> list[Question]:
        return [part for part in parts if part.decision == "answer"]

    def _several(self, turn: Turn) -> list[Reply]:
        """Both answers where a message asks two things that can each be answered; courtesies are no answers."""
        parts = [
            part
            for part in self._sure(list(turn.questions[1:]))
            if not part.best.id.startswith(CONTEXT) and part.best.id not in COURTESIES
        ]
        replies: dict[tuple[str | None, str | None], Reply] = {}
        for part in parts:
            for reply in self._single(part, turn):
                if reply.kind in (*GIVEN, "smalltalk"):
                    replies.setdefault((reply.answer_id, reply.entity), reply)
        return list(replies.values()) if len(replies) > 1 else []

    def _same_question_about_another(self, turn: Turn) -> list[Reply]:
        """»Und die THGA?« after a question to the records asks the same of another Hochschule."""
        last = (turn.last_answer or "").split("@")[0]
        if not (turn.bare_mention and turn.hochschulen and self._needs_hochschule(last)):
            return []
        return self._profile(last, turn.hochschulen, turn)

    def _single(self, question: Question, turn: Turn) -> list[Reply]:
        if question.decision == "answer":
            return self._answer(question, turn)
        if question.best.id.startswith(RECORDS) and question.best.confidence >= CLARIFY_FROM:
            known = self._known_profile(question, turn)
            if known:
                return known
        if question.decision == "clarify":
            return [self._unsure(question, turn)]
        return [self.refusal(turn)]

    def _unsure(self, question: Question, turn: Turn) -> Reply:
        """The overview of the message's concern, the one answer that may be meant, or »Meinten Sie …?«."""
        overview = self._misses.overview(turn)
        best, *others = question.candidates
        alone = max((other.confidence for other in others), default=0.0) <= LONE_UP_TO
        if best.confidence >= LONE_FROM and alone and best.id in self._store.answers:
            return self._presumed(best.id, turn)
        return overview or self._clarification(question.candidates, turn)

    def _presumed(self, answer_id: str, turn: Turn) -> Reply:
        """An answer that no other competes with, given under its own question."""
        reply = self._curated(answer_id, turn)
        if reply.kind not in GIVEN:
            return reply
        lead = self._store.phrase("presumably", turn.lang, title=self._store.title(answer_id, turn.lang))
        return reply.copy(update={"text": f"{lead} {reply.text}"})

    def _answer(self, question: Question, turn: Turn) -> list[Reply]:
        best = question.best.id
        if best.startswith(CONTEXT):
            return self.to_follow_up(best, turn)
        if best.startswith(RECORDS):
            hochschulen = self._hochschulen(question, turn)
            whole_town = None if hochschulen else self._about_all(question, turn)
            return [self._curated(whole_town, turn)] if whole_town else self._profile(best, hochschulen, turn)
        return [self._curated(best, turn)]

    def _about_all(self, question: Question, turn: Turn) -> str | None:
        """»Wie viele Studierende hat Bochum?« names no Hochschule: the answer about all of them, if there is one."""
        if turn.leans_on_context or not self._needs_hochschule(question.best.id):
            return None
        return next(
            (
                candidate.id
                for candidate in question.candidates
                if candidate.id.split("/")[0] in self._store.topics and candidate.confidence >= ABOUT_ALL_FROM
            ),
            None,
        )

    # ------------------------------------------------------------------ records

    def _hochschulen(self, question: Question, turn: Turn) -> tuple[str, ...]:
        named = question.hochschulen or turn.hochschulen
        if named or turn.names:
            return named
        return (turn.last_name,) if turn.last_name and turn.last_name in self._store.records else ()

    def _known_profile(self, question: Question, turn: Turn) -> list[Reply]:
        """A question to the records that is not sure, but names a Hochschule and fits the conversation."""
        if not (question.hochschulen or (turn.leans_on_context and turn.last_name in self._store.records)):
            return []
        return [self._clarification(self._with_hochschule(question, turn), turn)]

    def _with_hochschule(self, question: Question, turn: Turn) -> tuple[Candidate, ...]:
        hochschule = next(iter(self._hochschulen(question, turn)), None)
        return tuple(
            Candidate(f"{c.id}@{hochschule}", c.probability, c.confidence, c.nearness)
            if self._needs_hochschule(c.id) and hochschule
            else c
            for c in question.candidates
        )

    def _needs_hochschule(self, answer_id: str) -> bool:
        question = self._store.records.questions.get(answer_id)
        return bool(question and not question.superlative)

    def _profile(self, answer_id: str, hochschulen: Iterable[str], turn: Turn) -> list[Reply]:
        if not self._needs_hochschule(answer_id):
            return [self._store.reply(answer_id, turn.lang, turn.easy)]
        known = [h for h in hochschulen if h in self._store.records][:MAX_HOCHSCHULEN]
        if not known:
            return [self._which_hochschule(answer_id, turn)]
        return [self._about_hochschule(answer_id, hochschule, turn) for hochschule in known]

    def _about_hochschule(self, answer_id: str, hochschule: str, turn: Turn) -> Reply:
        reply = self._store.reply(answer_id, turn.lang, turn.easy, hochschule)
        portrait = self._store.introduction(hochschule)
        others = [
            f"{other}@{hochschule}" for other in self._store.records.known_questions(hochschule) if other != answer_id
        ]
        return reply.copy(update={"follow_ups": [*([portrait] if portrait else []), *others][: OFFERED + 1]})

    def _which_hochschule(self, answer_id: str, turn: Turn) -> Reply:
        offers = [
            f"{answer_id}@{hochschule}"
            for hochschule in self._store.records.hochschulen
            if answer_id in self._store.records.known_questions(hochschule)
        ]
        return self._set_phrase("which_hochschule", turn, kind="clarification", follow_ups=offers)

    # ------------------------------------------------------------------ follow-ups, buttons, refusals

    def to_follow_up(self, follow_up: str, turn: Turn) -> list[Reply]:
        """The reply to a message that means the last answer: more, source, Stand, simpler, English …"""
        if follow_up in ("kontext/ja", "kontext/nein"):
            key = "ask_on" if follow_up == "kontext/ja" else "all_right"
            return [self._set_phrase(key, turn, kind="smalltalk", follow_ups=self._concerns())]
        if follow_up == "kontext/vergessen":
            return [self._set_phrase("forgotten", turn, kind="smalltalk", follow_ups=self._concerns())]
        turn = self._in_wished_style(follow_up, turn)
        if not turn.last_answer:
            return [self._set_phrase("no_context", turn, kind="clarification", follow_ups=self._concerns())]
        last = self.to_target(turn.last_answer, turn)
        if last.kind not in GIVEN:
            return [last]
        if follow_up == "kontext/mehr":
            return [self._more(last, turn)]
        if follow_up == "kontext/quelle":
            many = len(last.sources) > 1
            return [
                last.copy(
                    update={"text": self._store.phrase("source_of_last_many" if many else "source_of_last", turn.lang)}
                )
            ]
        if follow_up == "kontext/kuerzer":
            return [last.copy(update={"text": first_sentence(last.text)})]
        if follow_up == "kontext/stand":
            return [last.copy(update={"text": self._date_sentence(last, turn)})]
        return [last]

    @staticmethod
    def _in_wished_style(follow_up: str, turn: Turn) -> Turn:
        wishes = {
            "kontext/englisch": {"lang": "en", "easy": False},
            "kontext/deutsch": {"lang": "de", "easy": False},
            "kontext/einfacher": {"lang": "de", "easy": True},
        }
        return Turn(**{**turn.__dict__, **wishes.get(follow_up, {})})

    def _date_sentence(self, last: Reply, turn: Turn) -> str:
        undated = self._store.undated(turn.lang)
        if last.as_of in (None, undated):
            return self._store.phrase("date_unknown", turn.lang)
        return self._store.phrase("date_of_last", turn.lang, as_of=last.as_of)

    def _more(self, last: Reply, turn: Turn) -> Reply:
        """The next answer that goes with the last one and was not shown yet."""
        answers = [target for target in last.follow_ups if not target.startswith(TOPIC_TARGET)]
        fresh = [target for target in answers if target not in turn.shown]
        if not fresh:
            return last.copy(update={"text": self._store.phrase("more", turn.lang)})
        return self.to_target(fresh[0], turn)

    def to_target(self, target: str, turn: Turn) -> Reply:
        """The answer behind a button (`id` or `id@hochschule`); a refusal where there is none."""
        answer_id, _, hochschule = target.partition("@")
        if answer_id in self._store.records.questions:
            return self._profile(answer_id, (hochschule,), turn)[0]
        return self._curated(answer_id, turn) if answer_id in self._store else self.refusal(turn)

    def greeting(self, turn: Turn) -> Reply:
        """What opens a conversation."""
        return self._curated(GREETING, turn)

    def to_topic(self, topic: str, turn: Turn) -> Reply:
        """What can be asked about a topic."""
        entry = self._store.topics.get(topic)
        if entry is None:
            return self.refusal(turn)
        return Reply(
            kind="smalltalk",
            text=entry.intro.in_style(turn.lang, turn.easy),
            topic=topic,
            lang=turn.lang,
            follow_ups=list(entry.overview),
        )

    def refusal(self, turn: Turn) -> Reply:
        """The reply to a message without an answer."""
        return self._misses.reply(turn)

    def _clarification(self, candidates: Iterable[Candidate], turn: Turn) -> Reply:
        offers = [
            candidate.id
            for candidate in candidates
            if not candidate.id.startswith(CONTEXT)
            and not self._is_emergency(candidate.id)
            and candidate.nearness >= WITHIN_FROM
            and (not self._needs_hochschule(candidate.id.split("@")[0]) or "@" in candidate.id)
        ]
        return self._misses.clarification(offers[:OFFERED], turn) if offers else self.refusal(turn)

    def _curated(self, answer_id: str, turn: Turn) -> Reply:
        return self._store.reply(answer_id, turn.lang, turn.easy)

    def _set_phrase(self, key: str, turn: Turn, *, kind: Kind, follow_ups: list[str]) -> Reply:
        return Reply(kind=kind, text=self._store.phrase(key, turn.lang), lang=turn.lang, follow_ups=follow_ups)

    def _concerns(self) -> list[str]:
        """What people come for, as the greeting offers it."""
        return list(self._store.answers[GREETING].follow_ups)
