"""Several questions in one message, and the question in a letter."""

from __future__ import annotations

import re

from nlu.text import content_words, fold

MAX_QUESTIONS = 3
# Only messages of at most so many words are also split where nothing but a comma or an »und« stands between two things.
LOOSE_WORDS = 25
_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+(?=[^\s])|\n+")
_ASKING = (
    r"wer|wem|wen|was|wat|wann|warum|wieso|weshalb|wo|woher|wohin|wofür|wozu|womit|wovon|worum|wie|wieviele?|"
    r"welche[rsnm]?|ob|which|what|when|where|who|why|how"
)
_BEFORE_ASKING = r"mit|in|an|bei|ab|seit|bis|zu|für|von|auf|aus|unter|nach|über|um|vor|wegen|durch|at|in|on|for|from|to"
_VERB_FIRST = (
    r"gibt(?: ?'?s| es)|gibbet|kann (?:man|ich)|hat (?:die|der|das|sie)|läuft|is there|are there|do you|can (?:i|we)"
)
# »Bietet die …«, »Vermietet das …«: a verb before what it is about; not »Könnten Sie mir sagen, …«.
_VERB_BEFORE_SUBJECT = (
    r"^(?!(?:seit|mit|statt|samt|nicht|neben|wegen|zwischen|gegen|könn\w+|würd\w+|dürf\w+|möcht\w+|wiss\w+|hätt\w+)\b)"
    r"\w+(?:t|en)\s+"
    r"(?:der|die|das|es|man|ihr|sie|ich|wir|eine?|dort|da)\b"
)
_AND = r"\bund\b|\bun\b|\bu\b\.?|\bsowie\b|\band\b"
_JOINED = re.compile(
    rf"\s*(?:,|{_AND})\s*(?:auch|außerdem|dann|also|noch|da)?\s*"
    rf"(?=(?:(?:{_BEFORE_ASKING})\s+)?(?:{_ASKING}|{_VERB_FIRST})\b)",
    re.I,
)
_LOOSELY_JOINED = re.compile(
    rf"\s*(?:[,;+&/|\n]|[.?!](?=\s|$)|\s-\s|\s–\s|{_AND}|\b(?:plus|außerdem|also)\b)+\s*", re.I
)
_QUESTION = re.compile(
    rf"\?|{_VERB_BEFORE_SUBJECT}|^(?:und\s+|and\s+)?(?:{_ASKING})\b|\b(?:{_ASKING})\b|{_VERB_FIRST}|^(?:gibt|hat|ist|sind|kann|können|stimmt|haben|is|are|does|do|can)\b",
    re.I,
)
_LEAD_IN = re.compile(
    r"^(?:hallo|hi|hey|moin|guten (?:tag|morgen|abend)|glück ?auf|servus|sehr geehrte damen und herren|liebes team|"
    r"hello|good (?:morning|afternoon|evening)|dear (?:team|sir or madam))(?: zusammen| liebes team)?\s*[,!.:–-]*\s+",
    re.I,
)


def without_greeting(text: str) -> str:
    """The message without the greeting before it; a bare greeting stays as it is."""
    rest = _LEAD_IN.sub("", text, count=1)
    return rest if content_words(rest) or len(rest.split()) > 2 else text


def split_questions(text: str) -> list[str]:
    """The parts of a message that ask something, at most `MAX_QUESTIONS`, in their order.

    »Wie viele Hochschulen gibt es und wie viele Studierende?« gives two parts; a letter gives the sentences
    that ask, without the story around them. A message that asks one thing gives one part or none.
    """
    parts = []
    for sentence in _SENTENCE_END.split(text):
        pieces = [piece.strip(" ,") for piece in _JOINED.split(sentence) if piece and piece.strip(" ,")]
        parts.extend(_rejoin(pieces))
    asking = [part for part in parts if _QUESTION.search(part) and len(fold(part)) > 5]
    return asking[:MAX_QUESTIONS]


def split_loosely(text: str) -> list[str]:
    """The two or three things of a short message side by side (»Hebesatz Gewerbesteuer und wo meld ich das an«).

    Empty where there are fewer or more; whether the parts ask two things is for the caller to find out.
    """
    if len(text.split()) > LOOSE_WORDS:
        return []
    parts = [part for part in map(str.strip, _LOOSELY_JOINED.split(text)) if len(fold(part)) > 2]
    return parts if 2 <= len(parts) <= MAX_QUESTIONS else []


def _rejoin(pieces: list[str]) -> list[str]:
    """»Ich möchte wissen, wie …« is one question: a piece without a question joins the next one."""
    joined: list[str] = []
    for piece in pieces:
        if joined and not _QUESTION.search(joined[-1]):
            joined[-1] = f"{joined[-1]}, {piece}"
        else:
            joined.append(piece)
    return joined
