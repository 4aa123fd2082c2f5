"""What is said where no answer fits: what is known of a thing, the door of the concern, the nearest questions."""

from __future__ import annotations

from collections.abc import Iterable

from actions.turn import Candidate, Turn
from answers import AnswerStore, Reply
from answers.schema import Door

OFFERED, OVERVIEW = 3, 5
VERSIONS = 3
CONTACT = "bot/kontakt"
# How like a message the nearest example of an answer must be: to be offered, to tell the concern the message brings,
# and to show that the message stays within the concern of the conversation (set on the development questions).
SUGGEST_FROM, CONCERN_FROM, WITHIN_FROM = 0.5, 0.5, 0.35
# A message of at most so many words goes on with the concern, whatever its words are like.
SHORT = 5
# Texts for misses in a row that no concern explains; the last ones take turns.
PLAIN = ("no_answer", "no_answer_again", "door_person", "door_again")


class Misses:
    """Finds the reply to a message without an answer; never the same text twice in a row."""

    def __init__(self, store: AnswerStore) -> None:
        self._store = store

    def reply(self, turn: Turn) -> Reply:
        """The thing named, then the concern's guide or door, then the nearest questions; the third time a person."""
        if turn.after_emergency:
            return self._said("emergency_open", turn, []).copy(update={"kind": "signpost", "emergency": True})
        named = turn.names[0] if turn.names else (turn.last_name if turn.leans_on_context else None)
        related = self._about(named, turn) if named else []
        if related and named and not turn.misses:
            return self._fallback(self._not_known_of(named, turn), [*related, CONTACT], turn)
        overview = self.overview(turn)
        if overview:
            return overview
        door = self._store.doors.get(self._own_concern(turn) or self._kept_concern(turn) or "")
        return self._through(door, turn) if door else self._plain(turn)

    def overview(self, turn: Turn) -> Reply | None:
        """The guide of the concern that the message brings, the questions nearest to the message before its own.

        None where the message brings no concern, or its guide was shown.
        """
        guide = self._own_concern(turn)
        if guide is None or guide in turn.shown:
            return None
        reply = self._store.reply(guide, turn.lang, turn.easy)
        near = [target for target in self._nearest(turn) if target != guide]
        return reply.copy(update={"follow_ups": list(dict.fromkeys([*near, *reply.follow_ups]))[:OVERVIEW]})

    def clarification(self, offers: list[str], turn: Turn) -> Reply:
        """»Meinten Sie …?«, in words that change."""
        key = f"clarification_{len(turn.shown) % VERSIONS + 1}"
        return self._said(key, turn, [*offers, CONTACT]).copy(update={"kind": "clarification"})

    # ------------------------------------------------------------------ the concern

    def _own_concern(self, turn: Turn) -> str | None:
        """The guide of the concern that the message itself brings."""
        guides = [
            candidate
            for question in turn.questions
            for candidate in question.candidates
            if candidate.id in self._store.doors and candidate.nearness >= CONCERN_FROM
        ]
        return max(guides, key=lambda candidate: candidate.nearness).id if guides else None

    def _kept_concern(self, turn: Turn) -> str | None:
        """The concern of the conversation, where the message stays within it."""
        candidates = [candidate for question in turn.questions for candidate in question.candidates]
        return turn.concern if turn.concern and self._stays_within(turn.concern, candidates, turn) else None

    def _stays_within(self, concern: str, candidates: Iterable[Candidate], turn: Turn) -> bool:
        topic = concern.split("/")[0]
        near = any(
            c.nearness >= WITHIN_FROM and (c.id.split("/")[0] == topic or self._store.concern_of(c.id) == concern)
            for c in candidates
        )
        return near or turn.tells_details or turn.leans_on_context or len(turn.text.split()) <= SHORT

    def _through(self, door: Door, turn: Turn) -> Reply:
        """Whom to ask about the concern, with the visitor's own details."""
        offers = self._offers(door, turn)
        if turn.misses >= 2:
            key = "door_person" if turn.misses % 2 == 0 else "door_again"
            return self._said(key, turn, [CONTACT, *offers], concern=door.id)
        first = turn.misses == 0
        opening = self._store.phrase(
            "door_first" if first else "door_second", turn.lang, concern=door.concern.in_lang(turn.lang)
        )
        way = (door.first if first else door.second).in_style(turn.lang, turn.easy)
        text = " ".join(part for part in (opening, way, self._details(turn)) if part)
        return self._fallback(text, [*offers, CONTACT], turn, concern=door.id)

    def _details(self, turn: Turn) -> str:
        if not turn.details:
            return ""
        return self._store.phrase("details_noted", turn.lang, details=", ".join(dict.fromkeys(turn.details.values())))

    def _offers(self, door: Door, turn: Turn) -> list[str]:
        """The questions of the concern that were not shown yet, the ones nearest to the message first."""
        guide = self._store.answers.get(door.id)
        of_concern = [door.id, *(guide.follow_ups if guide else [])]
        fresh = [target for target in (*self._nearest(turn), *of_concern) if target not in turn.shown]
        return list(dict.fromkeys(fresh))[:OFFERED]

    # ------------------------------------------------------------------ no concern

    def _plain(self, turn: Turn) -> Reply:
        nearest = self._nearest(turn)
        if turn.misses:
            place = turn.misses if turn.misses < len(PLAIN) else 2 + turn.misses % 2
            return self._said(PLAIN[place], turn, [CONTACT, *nearest])
        return self._said("no_answer_nearest" if nearest else "no_answer", turn, [*nearest, CONTACT])

    def _nearest(self, turn: Turn) -> list[str]:
        """The questions nearest in meaning, none that merely share a word."""
        near = [
            candidate
            for question in turn.questions
            for candidate in question.candidates
            if candidate.nearness >= SUGGEST_FROM and self._can_be_offered(candidate.id)
        ]
        ranked = sorted(near, key=lambda candidate: -candidate.nearness)
        return list(dict.fromkeys(candidate.id for candidate in ranked if candidate.id not in turn.shown))[:OFFERED]

    def _can_be_offered(self, answer_id: str) -> bool:
        answer = self._store.answers.get(answer_id)
        return answer is not None and answer.topic in self._store.topics and answer.kind != "emergency"

    # ------------------------------------------------------------------ a known thing

    def _about(self, name: str, turn: Turn) -> list[str]:
        """What is known of a thing: of a Hochschule its portrait and its record, else the answers nearest to this."""
        if name in self._store.records:
            portrait = self._store.introduction(name)
            known = [f"{question}@{name}" for question in self._store.records.known_questions(name)]
            return [*([portrait] if portrait else []), *known][: OFFERED + 1]
        nearness = {c.id: c.nearness for question in turn.questions for c in question.candidates}
        return sorted(self._store.about(name), key=lambda answer_id: -nearness.get(answer_id, 0.0))[:OFFERED]

    def _not_known_of(self, name: str, turn: Turn) -> str:
        """That nothing is known of this aspect of a known thing; of its aspect by name, where the message asks one."""
        thing = self._store.names[name].name
        aspect = next((kind for kind in sorted(turn.asks) if self._store.has_phrase(f"aspect_{kind}")), None)
        if aspect is None:
            return self._store.phrase("no_answer_known_thing", turn.lang, name=thing)
        named = self._store.phrase(f"aspect_{aspect}", turn.lang)
        return self._store.phrase("no_answer_known_aspect", turn.lang, name=thing, aspect=named)

    def _said(self, key: str, turn: Turn, follow_ups: list[str], concern: str | None = None) -> Reply:
        return self._fallback(self._store.phrase(key, turn.lang), follow_ups, turn, concern)

    @staticmethod
    def _fallback(text: str, follow_ups: list[str], turn: Turn, concern: str | None = None) -> Reply:
        offered = list(dict.fromkeys(follow_ups))
        return Reply(kind="fallback", text=text, lang=turn.lang, follow_ups=offered, concern=concern)
