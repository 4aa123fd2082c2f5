"""An editor's change is live within seconds, without training and without a restart."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from staff.project import ROOT
from staff.stack import running_stack

LIVE_WITHIN_SECONDS = 15
PAYLOAD = '/antwort{"id": "strategie/was"}'


@pytest.fixture
def content() -> Iterator[Path]:
    """The file of an answer, put back afterwards."""
    file = ROOT / "answers" / "strategie.yml"
    kept = file.read_bytes()
    yield file
    file.write_bytes(kept)


def _answer(url: str) -> str:
    body = {"sender": "redaktion", "message": PAYLOAD}
    return requests.post(f"{url}/webhooks/rest/webhook", json=body, timeout=30).json()[1]["custom"]["text"]


def _until(is_so: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + LIVE_WITHIN_SECONDS
    while not is_so():
        assert time.monotonic() < until, what
        time.sleep(0.2)


def test_a_changed_text_is_live_and_a_broken_file_keeps_the_old_one_serving(content: Path) -> None:
    whole = content.read_text(encoding="utf-8")
    with running_stack() as url:
        before = _answer(url)
        start = whole.index("- id: strategie/was\n")
        changed = whole[:start] + whole[start:].replace(before[:20], f"Neu gefasst: {before[:20]}", 1)
        assert changed != whole

        content.write_text(changed, encoding="utf-8")
        _until(lambda: _answer(url).startswith("Neu gefasst"), "the changed text is not live")

        content.write_text(changed.replace("title:", "titel:", 1), encoding="utf-8")
        health = f"{url}/webhooks/visitor/health"
        _until(lambda: not requests.get(health, timeout=10).json()["content"], "the broken file is not reported")
        assert _answer(url).startswith("Neu gefasst")

        content.write_text(whole, encoding="utf-8")
        _until(lambda: _answer(url) == before, "the mended text is not live")
