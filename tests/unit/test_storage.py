"""Conversations on disk: nothing lost, nothing twice, and no more read than the next turn needs."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, Restarted, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from ruamel.yaml import YAML

from channels.settings import VisitorSettings
from staff.project import ROOT
from storage.conversations import ConversationStore, StoreError

SLOTS = ("lang", "last_answer", "misses")
DOMAIN = Domain.from_dict(
    {"slots": {key: {"type": "any", "mappings": [{"type": "custom"}]} for key in SLOTS}, "session_config": {}}
)
VISITOR = "visitor-1"


def _store(file: Path, recent: int = 20) -> ConversationStore:
    return ConversationStore(DOMAIN, db=str(file), recent_events=recent)


def _turn(number: int) -> list[Event]:
    return [
        UserUttered(f"Frage {number}"),
        ActionExecuted("action_strategie"),
        SlotSet("last_answer", f"strategie/{number}"),
        *([SlotSet("lang", "en")] if number == 0 else []),
        BotUttered(f"Antwort {number}"),
        ActionExecuted("action_listen"),
    ]


def _read(store: SQLTrackerStore) -> DialogueStateTracker | None:
    return asyncio.run(store.retrieve(VISITOR))


def _add(store: SQLTrackerStore, events: list[Event]) -> DialogueStateTracker:
    """A turn as Rasa makes it: read or begin the conversation, go on, save."""

    async def turn() -> DialogueStateTracker:
        tracker = await store.get_or_create_tracker(VISITOR)
        for event in events:
            tracker.update(event)
        await store.save(tracker)
        return tracker

    return asyncio.run(turn())


def _everything(store: SQLTrackerStore) -> list[str]:
    tracker = asyncio.run(store.retrieve_full_tracker(VISITOR))
    return [f"{event.type_name} {getattr(event, 'text', '')}" for event in tracker.events] if tracker else []


def test_a_conversation_outlasts_a_restart(tmp_path: Path) -> None:
    for number in range(3):
        _add(_store(tmp_path / "c.db"), _turn(number))

    tracker = _read(_store(tmp_path / "c.db"))

    assert tracker and tracker.get_slot("last_answer") == "strategie/2" and tracker.get_slot("lang") == "en"
    assert tracker.latest_message and tracker.latest_message.text == "Frage 2"


def test_of_a_long_conversation_only_the_end_is_read_and_every_slot(tmp_path: Path) -> None:
    store = _store(tmp_path / "c.db")
    for number in range(60):
        _add(store, _turn(number))

    tracker = _read(store)

    assert tracker and len(tracker.events) <= 20 + len(SLOTS)
    assert (tracker.get_slot("lang"), tracker.get_slot("last_answer")) == ("en", "strategie/59")
    assert len(_everything(store)) == 1 + 60 * 5 + 1


STEPS = st.lists(st.sampled_from(["turn", "turn", "session", "restart", "save twice"]), min_size=1, max_size=25)


@given(steps=STEPS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_event_is_stored_once_and_in_order_as_rasas_own_store_does(
    steps: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("stores")
    ours, rasas = _store(folder / "ours.db", recent=8), SQLTrackerStore(DOMAIN, db=str(folder / "rasas.db"))
    for number, step in enumerate(steps):
        events = {
            "session": [ActionExecuted("action_session_start"), SessionStarted(), ActionExecuted("action_listen")],
            "restart": [Restarted(), ActionExecuted("action_listen")],
        }.get(step, _turn(number))
        for store in (ours, rasas):
            tracker = _add(store, events)
            if step == "save twice":
                asyncio.run(store.save(tracker))

    assert _everything(ours) == _everything(rasas)
    kept, whole = _read(ours), _read(rasas)
    assert kept and whole
    assert [kept.get_slot(key) for key in SLOTS] == [whole.get_slot(key) for key in SLOTS]


def test_deleted_means_that_no_file_holds_a_word_of_it_and_no_other_worker_either(tmp_path: Path) -> None:
    one, other = _store(tmp_path / "c.db"), _store(tmp_path / "c.db")
    _add(one, [UserUttered("Ein sehr eigenes Wort: Zeppelinkuchen")])
    _read(other)

    asyncio.run(one.delete(VISITOR))

    assert _read(one) is None and _read(other) is None
    assert not any(b"Zeppelinkuchen" in file.read_bytes() for file in tmp_path.iterdir())


def test_a_file_that_is_no_database_is_named_with_the_mend(tmp_path: Path) -> None:
    (tmp_path / "c.db").write_text("kein SQLite, aber lang genug, um wie eine Datei auszusehen " * 20)

    with pytest.raises(StoreError, match=r"c\.db.*beschädigte Datei umbenennen"):
        _store(tmp_path / "c.db")


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("eine Datei, wo ein Ordner hingehört")

    with pytest.raises(StoreError, match=r"nicht speichern"):
        _store(tmp_path / "var" / "c.db")


def test_rasa_and_the_channel_forget_a_conversation_after_the_same_time() -> None:
    domain = YAML(typ="safe").load((ROOT / "domain.yml").read_text(encoding="utf-8"))

    assert domain["session_config"]["session_expiration_time"] == VisitorSettings().session_idle_minutes


def test_the_endpoints_name_this_store() -> None:
    endpoints = YAML(typ="safe").load((ROOT / "endpoints.yml").read_text(encoding="utf-8"))

    assert endpoints["tracker_store"]["type"] == f"{ConversationStore.__module__}.{ConversationStore.__name__}"
