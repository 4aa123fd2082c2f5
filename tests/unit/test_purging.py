"""What is older than its retention goes, nothing else does, and one conversation goes on request."""

from __future__ import annotations

import asyncio
import datetime
import io
import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SessionStarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rich.console import Console
from ruamel.yaml import YAML
from typer.testing import CliRunner

from channels.feedback import FEEDBACK, Feedback, FeedbackStore
from channels.sessions import new_token, sender_id_of
from channels.settings import VisitorSettings
from staff import __main__ as command_line
from staff.operation.kept import open_kept
from staff.operation.purging import DAY_SECONDS, purge
from staff.operation.single_conversation import UnknownConversationError, delete_conversation, export_conversation
from staff.project import ROOT
from storage.conversations import ConversationStore
from storage.retention import read_retention
from storage.sessions import BUTTON, SessionRecords
from storage.sqlite import StoreError

NOW = time.time()


class Installation:
    """A project folder with settings, and databases that hold what a test puts there."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "storage").mkdir()
        self.keep(conversations_days=30, feedback_days=60)
        self.set("endpoints.yml", {"tracker_store": {"type": "storage.conversations.ConversationStore"}})
        self.set("credentials.yml", {"channels.visitor.VisitorChannel": {}})

    def set(self, name: str, content: object) -> None:
        """Write a settings file."""
        YAML().dump(content, self.root / name)

    def keep(self, **days: object) -> None:
        """The retention."""
        self.set("storage/retention.yml", days)

    @property
    def store(self) -> ConversationStore:
        """The conversations, opened anew as another process does."""
        return ConversationStore(Domain.empty(), db=str(self.root / "var/conversations.db"))

    @property
    def sessions(self) -> SessionRecords:
        """The records of the sessions."""
        return SessionRecords(self.store.engine)

    @property
    def feedback(self) -> FeedbackStore:
        """The judgements."""
        return FeedbackStore(f"sqlite:///{self.root}/var/feedback.db")

    def say(self, sender: str, *texts: str, days_ago: float = 0, begins: bool = False) -> None:
        """A visitor has said this so long ago."""
        when = NOW - days_ago * DAY_SECONDS
        events: list[Event] = [SessionStarted(timestamp=when)] if begins else []
        events += [UserUttered(text, timestamp=when) for text in texts]

        async def save() -> None:
            store = self.store
            tracker = await store.retrieve_full_tracker(sender) or DialogueStateTracker(sender, [])
            for event in events:
                tracker.update(event)
            await store.save(tracker)

        asyncio.run(save())

    def judge(self, sender: str, message: str, days_ago: int = 0) -> None:
        """A visitor has judged a message so long ago."""
        store = self.feedback
        store.save(Feedback(sender, message, "bot/daten", True, "Danke"))
        day = datetime.date.today() - datetime.timedelta(days=days_ago)
        with store._engine.begin() as connection:
            connection.execute(FEEDBACK.update().where(FEEDBACK.c.message_id == message).values(day=day))

    def texts(self, sender: str) -> list[str]:
        """What is left of a conversation."""
        tracker = asyncio.run(self.store.retrieve_full_tracker(sender))
        return [event.text for event in tracker.events if isinstance(event, UserUttered)] if tracker else []

    def purge(self, dry_run: bool = False) -> str:
        """The command's output."""
        output = io.StringIO()
        purge(Console(file=output, width=200), dry_run, self.root)
        return output.getvalue()


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """A fresh one; nothing has been said yet."""
    return Installation(tmp_path)


def test_each_kind_goes_after_its_own_time_and_the_younger_stays(installation: Installation) -> None:
    for sender, days in (("alt", 31), ("jung", 29)):
        installation.say(sender, "Guten Tag", days_ago=days)
        installation.sessions.open(sender, "de", NOW - days * DAY_SECONDS)
        installation.sessions.remember(sender, "de", ["/antwort"])
    for message, days in (("m31", 31), ("m60", 60), ("m61", 61)):
        installation.judge("alt", message, days)

    output = installation.purge()

    assert (installation.texts("alt"), installation.texts("jung")) == ([], ["Guten Tag"])
    assert installation.sessions.read("alt") is None and installation.sessions.read("jung")
    assert installation.sessions.shown("alt", BUTTON, "/antwort") is None
    assert [row["message_id"] for row in installation.feedback.of("alt")] == ["m60", "m31"]
    assert "Gespräche (30 Tage): 1; Ereignisse: 1, Sitzungen: 1" in output
    assert "Rückmeldungen (60 Tage): 1" in output and output.endswith("Gelöscht.\n")


def test_a_dry_run_says_the_same_and_deletes_nothing(installation: Installation) -> None:
    installation.say("alt", "Guten Tag", "Wie geht es?", days_ago=31)
    installation.judge("alt", "m1", 61)

    before = installation.purge(dry_run=True)

    assert installation.texts("alt") and installation.feedback.of("alt")
    assert "Probelauf: Es ist nichts gelöscht." in before
    assert installation.purge().splitlines()[:3] == before.splitlines()[:3]
    assert installation.texts("alt") == [] and installation.feedback.of("alt") == []


def test_a_conversation_that_goes_on_loses_its_earlier_sessions_only(installation: Installation) -> None:
    installation.say("stamm", "vor Monaten", days_ago=90, begins=True)
    installation.say("stamm", "diese Sitzung", days_ago=40, begins=True)
    installation.say("stamm", "gestern", days_ago=1)

    output = installation.purge()

    assert installation.texts("stamm") == ["diese Sitzung", "gestern"]
    assert "Gespräche (30 Tage): 0; Ereignisse: 2" in output


def test_a_deletion_the_server_has_still_to_finish_is_not_forgotten(installation: Installation) -> None:
    """Its feedback goes with it, once the server is back; without the record nobody would know."""
    long_ago = NOW - 40 * DAY_SECONDS
    for sender in ("offen", "fertig"):
        installation.sessions.open(sender, "de", long_ago)
        installation.sessions.end(sender, long_ago)
    installation.sessions.mark_cleared("fertig")

    installation.purge()

    assert [record.sender_id for record in installation.sessions.uncleared(9)] == ["offen"]
    assert installation.sessions.read("fertig") is None


def test_no_file_holds_a_word_of_what_is_gone(installation: Installation) -> None:
    installation.say("alt", "Zeppelinkuchen", days_ago=31)
    installation.say("jung", "Guten Tag")

    installation.purge()

    assert not any(b"Zeppelinkuchen" in file.read_bytes() for file in (installation.root / "var").iterdir())


def test_a_second_purge_finds_nothing(installation: Installation) -> None:
    installation.say("alt", "Guten Tag", days_ago=31)
    installation.purge()

    assert "Gespräche (30 Tage): 0; Ereignisse: 0, Sitzungen: 0" in installation.purge()


@pytest.mark.parametrize("dry_run", [True, False])
def test_where_nothing_is_kept_no_database_is_made(installation: Installation, dry_run: bool) -> None:
    assert "Gespräche (30 Tage): 0" in installation.purge(dry_run)

    assert not (installation.root / "var").exists()


def test_a_running_server_goes_on_meanwhile(installation: Installation) -> None:
    """Another process has the file open, as Rasa does, and goes on saving."""
    installation.say("alt", "Guten Tag", days_ago=31)
    server = installation.store
    tracker = asyncio.run(server.get_or_create_tracker("neu"))

    installation.purge()
    tracker.update(UserUttered("Hallo"))
    asyncio.run(server.save(tracker))

    assert installation.texts("neu") == ["Hallo"]


def test_rasas_own_sql_store_is_purged_too(installation: Installation) -> None:
    SQLTrackerStore(Domain.empty(), db=str(installation.root / "rasa.db"))
    installation.set("endpoints.yml", {"tracker_store": {"type": "SQL", "dialect": "sqlite", "db": "rasa.db"}})
    with open_kept(installation.root) as kept:
        assert kept.conversations and kept.conversations.engine.url.database == str(installation.root / "rasa.db")

    assert "Gespräche (30 Tage): 0" in installation.purge()


def test_a_store_that_cannot_be_purged_is_named(installation: Installation) -> None:
    installation.set("endpoints.yml", {"tracker_store": {"type": "redis", "url": "localhost"}})

    with pytest.raises(StoreError, match=r"endpoints\.yml, tracker_store: »redis«"):
        installation.purge()


def test_an_address_that_is_none_is_named_and_not_shown(installation: Installation) -> None:
    installation.set("credentials.yml", {"channels.visitor.VisitorChannel": {"feedback_url": "bot:geheim@db"}})

    with pytest.raises(StoreError, match="feedback_url") as told:
        installation.purge()
    assert "geheim" not in str(told.value)


@pytest.mark.parametrize(
    ("days", "named"),
    [
        ({"conversations_days": 30}, "feedback_days"),
        ({"conversations_days": 0, "feedback_days": 1}, "conversations_days.*»0«"),
        ({"conversations_days": -3, "feedback_days": 1}, "»-3«"),
        ({"conversations_days": True, "feedback_days": 1}, "»True«"),
        ({"conversations_days": "bald", "feedback_days": 1}, "»bald«"),
        ({"conversations_days": 1, "feedback_days": 1, "kekse_days": 2}, "unbekannt: kekse_days"),
        (["conversations_days"], "Erwartet werden Zeilen"),
    ],
)
def test_a_wrong_retention_is_named_and_nothing_is_deleted(
    installation: Installation, days: object, named: str
) -> None:
    installation.say("alt", "Guten Tag", days_ago=400)
    installation.set("storage/retention.yml", days)

    with pytest.raises(StoreError, match=named):
        installation.purge()
    assert installation.texts("alt")


def test_the_environment_goes_before_the_file() -> None:
    kept = read_retention({"RETENTION_FEEDBACK_DAYS": "7"})

    assert kept.feedback_days == 7 and kept.conversations_days == read_retention({}).conversations_days
    with pytest.raises(StoreError, match="RETENTION_FEEDBACK_DAYS"):
        read_retention({"RETENTION_FEEDBACK_DAYS": "0"})


def test_the_command_line_says_a_mistake_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETENTION_FEEDBACK_DAYS", "nie")

    result = CliRunner().invoke(command_line.app, ["purge", "--dry-run"])

    assert result.exit_code == 1 and result.stdout.startswith("Fehler: retention.yml, feedback_days")


@pytest.fixture
def visitor(installation: Installation) -> str:
    """The token of a visitor who has talked and judged; another one has, too."""
    token = new_token()
    for sender in (sender_id_of(token), "andere"):
        installation.say(sender, "Ich suche eine Halle", begins=True)
        installation.sessions.open(sender, "de", NOW)
        installation.judge(sender, "m1" if sender == "andere" else "m2")
    return token


@pytest.mark.parametrize("name_of", [str, sender_id_of], ids=["token", "sender id"])
def test_an_export_holds_all_of_one_conversation_and_nothing_of_others(
    installation: Installation, visitor: str, name_of: Callable[[str], str]
) -> None:
    text = export_conversation(name_of(visitor), installation.root)

    found = json.loads(text)
    assert found["conversation"] == sender_id_of(visitor)
    assert [event["event"] for event in found["events"]] == ["session_started", "user"]
    assert found["session"]["lang"] == "de"
    assert found["feedback"][0]["comment"] == "Danke"
    assert visitor not in text and "andere" not in text


@pytest.mark.parametrize("name_of", [str, sender_id_of], ids=["token", "sender id"])
def test_a_deletion_leaves_nothing_of_one_conversation_and_all_of_others(
    installation: Installation, visitor: str, name_of: Callable[[str], str]
) -> None:
    running = installation.sessions  # as a worker knows them

    gone = delete_conversation(name_of(visitor), installation.root)

    sender = sender_id_of(visitor)
    assert gone == {"events": 2, "feedback": 1}
    assert installation.texts(sender) == [] and installation.feedback.of(sender) == []
    assert not running.use(sender, NOW, used_after=0) and running.use("andere", NOW, used_after=0)
    assert installation.texts("andere") and installation.feedback.of("andere")
    with pytest.raises(UnknownConversationError):
        export_conversation(visitor, installation.root)


def test_a_conversation_over_rest_is_found_by_its_sender(installation: Installation) -> None:
    sender = "0123456789abcdef" * 2  # looks like a token and is none
    installation.say(sender, "Guten Tag")

    assert json.loads(export_conversation(sender, installation.root))["conversation"] == sender


def test_the_command_takes_a_token_from_its_input_and_names_what_it_did(
    installation: Installation, visitor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("staff.operation.single_conversation.open_kept", lambda _: open_kept(installation.root))

    deleted = CliRunner().invoke(command_line.app, ["conversation", "delete", "-"], input=f"{visitor}\n")
    again = CliRunner().invoke(command_line.app, ["conversation", "delete", visitor])

    assert (deleted.exit_code, deleted.stdout) == (0, "Gelöscht: 2 Ereignisse, 1 Rückmeldungen.\n")
    assert again.exit_code == 1 and "kein Gespräch gespeichert" in again.stdout
    assert visitor not in deleted.stdout + again.stdout


def test_the_retention_of_this_project_can_be_read() -> None:
    retention = read_retention({}, ROOT / "storage" / "retention.yml")

    assert retention.conversations_days >= 1 and retention.feedback_days >= 1


def test_the_texts_for_visitors_and_operators_say_what_is_set() -> None:
    retention, idle = read_retention({}, ROOT / "storage" / "retention.yml"), VisitorSettings().session_idle_minutes
    privacy, operation = ((ROOT / "docs" / name).read_text("utf-8") for name in ("einbetten.md", "betrieb.md"))
    privacy = " ".join(privacy.replace("\n> ", " ").split())

    assert f"{idle} Minuten nach Ihrer letzten Nachricht" in privacy
    assert f"Ihre Bewertungen nach {retention.feedback_days} Tagen" in privacy
    assert f"`session_idle_minutes` ({idle})" in operation
    for name, days in vars(retention).items():
        assert f"`{name}` ({days})" in operation


def test_the_statements_are_sql_that_postgresql_takes_too() -> None:
    from sqlalchemy.dialects import postgresql

    from storage.expiry import EVENTS, _is_expired

    statement = str(EVENTS.delete().where(_is_expired(0.0)).compile(dialect=postgresql.dialect()))

    assert "max(events_1.id)" in statement and "FROM events, " not in statement
    assert sa.inspect(EVENTS).name == "events"
