"""A reply as Rasa messages, and what the conversation remembers of it.

The contract of every channel: one text message with buttons, followed by one `custom` object
`{kind, answer_id, topic, lang, as_of, checked, sources, text, entity, concern, emergency}`.
The text message names the source and the Stand for channels that show text only; `custom.text` is the answer alone.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.manners import key_of
from actions.turn import Turn
from answers import AnswerStore, Reply
from answers.schema import GIVEN, Lang
from answers.store import RECORDS, TOPIC_TARGET

SHOWN_REMEMBERED = 12
# Slots of what a visitor told and was told; forgotten on request.
OF_THE_VISITOR = ("concern", "details", "emergency", "last_answer", "last_name", "shown", "misses")


def payload_of(target: str) -> str:
    """The payload of a button that leads to `target`: an answer's id (`id` or `id@hochschule`) or `topic:<id>`."""
    if target.startswith(TOPIC_TARGET):
        return f"/thema{json.dumps({'id': target[len(TOPIC_TARGET) :]})}"
    return f"/antwort{json.dumps({'id': target})}"


def button_title(target: str, lang: Lang, store: AnswerStore) -> str:
    """The label of the button that leads to `target`."""
    if target.startswith(TOPIC_TARGET):
        return store.topics[target[len(TOPIC_TARGET) :]].title.in_lang(lang)
    if target == "bot/kontakt":
        return store.phrase("contact_button", lang)
    answer_id, _, hochschule = target.partition("@")
    return store.title(answer_id, lang, hochschule or None)


def spoken(reply: Reply) -> Lang:
    """The language of buttons and labels: English beside a text that is neither German nor English."""
    return "de" if reply.lang == "de" else "en"


def text_with_source(reply: Reply, store: AnswerStore) -> str:
    """The reply as plain text, with its sources and its Stand below."""
    if not reply.sources:
        return reply.text
    lang = spoken(reply)
    cited = "; ".join(f"{source.title} – {source.url}" for source in reply.sources)
    label = store.phrase("sources" if len(reply.sources) > 1 else "source", lang)
    return f"{reply.text}\n\n{label}: {cited}\n{store.phrase('as_of', lang)}: {_dated(reply, store)}"


def _dated(reply: Reply, store: AnswerStore) -> str:
    """The Stand, and when an editor last checked it."""
    if not reply.checked:
        return str(reply.as_of)
    return f"{reply.as_of} ({store.phrase('checked', spoken(reply), month=reply.checked)})"


def custom_of(reply: Reply, store: AnswerStore) -> dict[str, Any]:
    """The machine-readable part of a reply."""
    return {
        "kind": reply.kind,
        "answer_id": reply.answer_id,
        "topic": reply.topic,
        "lang": reply.lang,
        "as_of": reply.as_of,
        "checked": reply.checked,
        "sources": [{"title": source.title, "url": str(source.url)} for source in reply.sources],
        "text": reply.text,
        "entity": reply.entity,
        "concern": reply.concern or (store.concern_of(reply.answer_id) if reply.answer_id else None),
        "emergency": reply.emergency,
    }


def send(replies: Sequence[Reply], dispatcher: CollectingDispatcher, store: AnswerStore) -> None:
    """Send each reply: text and buttons, then its `custom` object."""
    for reply in replies:
        # A target may be gone since an editor's last save; its button goes, the answer stays.
        offered = [target for target in reply.follow_ups if store.leads_somewhere(target)]
        buttons = [
            {"title": button_title(target, spoken(reply), store), "payload": payload_of(target)} for target in offered
        ]
        dispatcher.utter_message(text=text_with_source(reply, store), buttons=buttons)
        dispatcher.utter_message(json_message=custom_of(reply, store))


def remembered(turn: Turn, replies: Sequence[Reply], store: AnswerStore) -> list[EventType]:
    """The slots after the replies: language, concern, last answer and thing, what was shown, refusals in a row."""
    events: list[EventType] = [SlotSet("lang", spoken(replies[-1]) if replies else turn.lang)]
    answers = [reply for reply in replies if reply.kind in GIVEN and reply.answer_id]
    events += [
        SlotSet("concern", concern_after(turn, replies, store)),
        SlotSet("details", dict(turn.details)),
        SlotSet("emergency", any(reply.emergency and reply.answer_id for reply in replies)),
    ]
    if answers:
        last = answers[-1]
        shown = dict.fromkeys((*turn.shown, *map(key_of, answers)))
        events += [
            SlotSet("last_answer", key_of(last)),
            SlotSet("last_name", _thing_of(turn, last, store)),
            SlotSet("shown", list(shown)[-SHOWN_REMEMBERED:]),
        ]
    refused = any(reply.kind == "fallback" for reply in replies)
    events.append(SlotSet("misses", turn.misses + 1 if refused and not answers else 0))
    for reply in replies:
        if reply.kind == "fallback" and reply.entity:
            # What one Hochschule could not be asked may be asked of another (»und die EBZ?«).
            events += [SlotSet("last_name", reply.entity), SlotSet("last_answer", _asked_of(turn, reply.entity))]
    return events


def concern_after(turn: Turn, replies: Sequence[Reply], store: AnswerStore) -> str | None:
    """The concern of the conversation after the replies: that of the last door or answer, else the one it had."""
    for reply in reversed(replies):
        found = reply.concern or (store.concern_of(reply.answer_id, turn.concern) if reply.answer_id else None)
        if found:
            return found
    return turn.concern


def _asked_of(turn: Turn, hochschule: str) -> str | None:
    asked = [question.best.id for question in turn.questions if question.best.id.startswith(RECORDS)]
    return f"{asked[0]}@{hochschule}" if asked else turn.last_answer


def _thing_of(turn: Turn, last: Reply, store: AnswerStore) -> str | None:
    """What the conversation is about now: what the answer's title names, above all if the visitor named it, too."""
    titled = store.things_of(str(last.answer_id))
    named = [name for name in turn.names if name in titled or last.answer_id in store.about(name)]
    in_both = [name for name in named if name in titled]
    return last.entity or next(iter([*in_both, *titled, *named]), None)
