"""The records of the sessions: one truth for all workers, bounded, and nothing kept of what is over."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from storage.sessions import BUTTON, MESSAGE, SessionRecords
from storage.sqlite import open_database


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "c.db"


def _worker(file: Path) -> SessionRecords:
    return SessionRecords(open_database(file))


def test_all_workers_know_the_same(file: Path) -> None:
    one, other = _worker(file), _worker(file)
    one.open("a", "de", now=1)
    one.remember("a", "en", ["/eins"], {"m1": "x/eins", "m2": None})
    record = other.read("a")
    assert record and (record.lang, record.opened, record.is_over) == ("en", 1, False)
    assert other.shown("a", MESSAGE, "m1") == ("x/eins",)
    assert other.shown("a", MESSAGE, "m2") == (None,)
    assert other.shown("a", BUTTON, "m1") is None and other.shown("b", MESSAGE, "m1") is None


def test_a_second_opening_changes_nothing(file: Path) -> None:
    one, other = _worker(file), _worker(file)
    one.open("a", "de", now=1)
    one.end("a", now=2)
    other.open("a", "en", now=3)
    record = other.read("a")
    assert record and record.is_over and record.opened == 1


def test_a_session_is_used_until_it_is_idle_or_over(file: Path) -> None:
    records = _worker(file)
    records.open("a", "de", now=100)
    assert records.use("a", now=150, used_after=99)
    assert records.use("a", now=200, used_after=149)
    assert not records.use("a", now=300, used_after=200)
    assert not records.use("unknown", now=300, used_after=0)
    records.end("a", now=300)
    assert not records.use("a", now=301, used_after=0)


def test_of_a_deleted_session_nothing_is_remembered_any_more(file: Path) -> None:
    one, other = _worker(file), _worker(file)
    one.open("a", "de", now=1)
    one.remember("a", "de", ["/eins"])
    one.end("a", now=2)
    other.remember("a", "de", ["/zwei"])
    assert [one.shown("a", BUTTON, name) for name in ("/eins", "/zwei")] == [None, None]
    record = other.read("a")
    assert record and record.is_deleted and record.lang == ""


def test_what_is_over_waits_to_be_cleared_and_is_then_forgotten(file: Path) -> None:
    records = _worker(file)
    for name, now in (("idle", 1), ("deleted", 50), ("running", 90)):
        records.open(name, "de", now)
    records.end("deleted", now=60)
    records.end_idle(used_before=10, now=95)
    assert [(record.sender_id, record.is_deleted) for record in records.uncleared(10)] == [
        ("deleted", True),
        ("idle", False),
    ]
    assert len(records.uncleared(1)) == 1
    records.mark_cleared("idle")
    records.forget(ended_before=100)
    assert records.read("idle") is None
    assert [record.sender_id for record in records.uncleared(10)] == ["deleted"]  # not before its words are gone
    assert records.count_running() == 1


def test_the_longest_unused_make_room(file: Path) -> None:
    records = _worker(file)
    for now, name in enumerate("abcd"):
        records.open(name, "de", now)
    records.use("a", now=10, used_after=-1)
    records.end_beyond(2, now=11)
    assert [record.sender_id for record in records.uncleared(10)] == ["b", "c"]


def test_the_last_so_many_are_kept_and_shown_again_counts_as_last(file: Path) -> None:
    records = _worker(file)
    records.open("a", "de", now=1)
    records.open("b", "de", now=1)
    records.remember("b", "de", ["/1"])
    for names in (["/1", "/2"], ["/3"], ["/1"], ["/4", "/4"]):
        records.remember("a", "de", names, limits=(3, 3))
    assert [records.shown("a", BUTTON, f"/{number}") is not None for number in range(1, 5)] == [True, False, True, True]
    assert records.shown("b", BUTTON, "/1") is not None


def test_workers_that_answer_in_one_session_at_once_lose_nothing(file: Path) -> None:
    workers = [_worker(file) for _ in range(3)]
    workers[0].open("a", "de", now=1)

    def answer(number: int) -> None:
        for turn in range(20):
            workers[number].remember("a", "de", [f"/{number}/{turn}"], {f"{number}-{turn}": None})

    threads = [threading.Thread(target=answer, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(workers[0].shown("a", BUTTON, f"/{n}/{t}") for n in range(3) for t in range(20))
    assert all(workers[0].shown("a", MESSAGE, f"{n}-{t}") for n in range(3) for t in range(20))
