"""How things are said: regard for a feeling first, and never the same text twice unasked."""

from __future__ import annotations

import re

from actions.turn import Turn
from answers import AnswerStore, Reply
from answers.schema import GIVEN

VERSIONS = 3
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-ZÄÖÜ»“])")
_WORD = re.compile(r"\w{4,}")
# What a sentence holds that answers this kind of question (ids of nlu/question_kinds.yml).
_ANSWERING = {
    "wann": re.compile(r"\b(?:19|20)\d\d\b|\bUhr\b"),
    "wie-viele": re.compile(r"\d"),
    "kosten": re.compile(r"\d.*(?:Euro|Prozent|per cent)"),
    "wo": re.compile(r"[Ss]traße|\b\d{5}\b|\bliegt\b|\bsitzt\b|\blocated\b"),
}


def with_regard(replies: list[Reply], turn: Turn, store: AnswerStore) -> list[Reply]:
    """The replies, the first beginning with a sentence of regard where the message tells of a feeling."""
    if not turn.feeling or not replies or replies[0].emergency or replies[0].kind == "smalltalk":
        return replies
    version = (len(turn.shown) + turn.misses) % VERSIONS + 1
    regard = store.phrase(f"regard_{turn.feeling}_{version}", turn.lang)
    first = replies[0].copy(update={"text": f"{regard} {replies[0].text}"})
    return [first, *replies[1:]]


def with_care(replies: list[Reply], turn: Turn, store: AnswerStore) -> list[Reply]:
    """The replies; below them the emergency numbers where the message may tell of one and no reply names them."""
    if not turn.worry or any(reply.emergency for reply in replies):
        return replies
    note = store.phrase("care_note", turn.lang)
    return [*replies, Reply(kind="signpost", text=note, lang=turn.lang, topic="wegweiser", emergency=True)]


def without_repetition(replies: list[Reply], turn: Turn, store: AnswerStore) -> list[Reply]:
    """The replies; of an answer already given in this conversation only the sentence that fits the question best."""
    return [_as_said(reply, turn, store) if _was_given(reply, turn) else reply for reply in replies]


def key_of(reply: Reply) -> str:
    """The answer that a reply gives, with the Hochschule a record speaks of: `id` or `id@hochschule`."""
    return f"{reply.answer_id}@{reply.entity}" if reply.entity else str(reply.answer_id)


def first_sentence(text: str) -> str:
    """The sentence that carries the answer."""
    return _SENTENCE.split(text)[0]


def _was_given(reply: Reply, turn: Turn) -> bool:
    return reply.kind in GIVEN and not reply.emergency and key_of(reply) in turn.shown


def _as_said(reply: Reply, turn: Turn, store: AnswerStore) -> Reply:
    sentences = _SENTENCE.split(reply.text)
    asked = set(_WORD.findall(turn.text.lower()))
    kinds = [_ANSWERING[kind] for kind in turn.asks if kind in _ANSWERING]

    def fits(sentence: str) -> int:
        shared = len(asked.intersection(_WORD.findall(sentence.lower())))
        return shared + 2 * sum(bool(pattern.search(sentence)) for pattern in kinds)

    sentence = max(sentences, key=fits)
    fresh = [target for target in reply.follow_ups if target not in turn.shown]
    return reply.copy(update={"text": store.phrase("as_said", turn.lang, sentence=sentence), "follow_ups": fresh})
