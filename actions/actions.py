"""The custom actions that `domain.yml` and the rules name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.contract import OF_THE_VISITOR, remembered, send
from actions.respond import Responder
from actions.turn import Turn
from answers import Reply
from answers.live import live_content

CONTENT = live_content()
# Named after each reply, so that none depends on a rule to end its turn (/restart, an empty message).
LISTEN = "action_listen"


class CuratedAction(Action):
    """Base of all actions: reads the turn, asks `replies`, sends them, remembers."""

    action_name: str = ""

    def name(self) -> str:
        """The name in `domain.yml`."""
        return self.action_name

    def replies(self, turn: Turn, responder: Responder) -> Sequence[Reply]:
        """The replies to a turn; the topics share the way from a message to its answers."""
        return responder.to_message(turn)

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Send the replies and return the slots they leave."""
        turn, store = Turn.from_tracker(tracker), CONTENT.store
        replies = self.replies(turn, Responder(store))
        send(replies, dispatcher, store)
        return [*remembered(turn, replies, store), *self.events(turn), FollowupAction(LISTEN)]

    def events(self, turn: Turn) -> list[EventType]:
        """Further events of an action."""
        return []


class StrategieAction(CuratedAction):
    """Answers about the Bochum Strategie 2030."""

    action_name = "action_strategie"


class HochschulenAction(CuratedAction):
    """Answers about the Hochschulen, studying, and from the record of one Hochschule."""

    action_name = "action_hochschulen"


class StandortAction(CuratedAction):
    """Answers about Bochum as a business location: founding, sites, grants, work, the agency."""

    action_name = "action_standort"


class WegweiserAction(CuratedAction):
    """Who is responsible for what is not the agency's; emergencies."""

    action_name = "action_wegweiser"


class FallbackAction(CuratedAction):
    """Where the understanding is not sure: what the context gives, a clarification, or an honest refusal."""

    action_name = "action_fallback"


class BotAction(CuratedAction):
    """Small talk and questions about the assistant; opens the conversation."""

    action_name = "action_bot"

    def replies(self, turn: Turn, responder: Responder) -> Sequence[Reply]:
        """The greeting for the payload `/greet`, which carries no question."""
        if turn.text.startswith("/greet"):
            return [responder.greeting(turn)]
        return super().replies(turn, responder)


class KontextAction(CuratedAction):
    """Follow-ups that mean the last answer: more, source, Stand, simpler, in English."""

    action_name = "action_kontext"

    def events(self, turn: Turn) -> list[EventType]:
        """The wish for Einfache Sprache lasts until German or English is asked for; »Vergessen Sie das« is heard."""
        wish = turn.questions[0].best.id if turn.questions else ""
        if wish == "kontext/vergessen":
            return [SlotSet(slot, None) for slot in OF_THE_VISITOR]
        style = {"kontext/einfacher": True, "kontext/deutsch": False, "kontext/englisch": False}
        return [SlotSet("easy", style[wish])] if wish in style else []


class AntwortAction(CuratedAction):
    """The answer behind a button."""

    action_name = "action_antwort"

    def replies(self, turn: Turn, responder: Responder) -> Sequence[Reply]:
        """The answer whose id the payload carries; a refusal for an id that does not exist."""
        return [responder.to_target(turn.payload_id, turn) if turn.payload_id else responder.refusal(turn)]


class ThemaAction(CuratedAction):
    """What can be asked about a topic, behind its button."""

    action_name = "action_thema"

    def replies(self, turn: Turn, responder: Responder) -> Sequence[Reply]:
        """The topic's overview."""
        return [responder.to_topic(turn.payload_id, turn) if turn.payload_id else responder.refusal(turn)]


class RestartAction(CuratedAction):
    """Replaces Rasa's restart: a visitor's message never runs a command."""

    action_name = "action_restart"

    def replies(self, turn: Turn, responder: Responder) -> Sequence[Reply]:
        """The refusal that any text without an answer gets."""
        return [responder.refusal(turn)]


class BackAction(RestartAction):
    """Replaces Rasa's step back."""

    action_name = "action_back"
