"""Content that an editor changes while the servers run."""

from __future__ import annotations

import pytest

from answers import ContentError
from answers.live import LiveContent

from .content import Project


def _write(project: Project, text: str) -> None:
    with project.editing("answers/strategie.yml") as entries:
        next(entry for entry in entries if entry["id"] == "strategie/was")["text"]["de"] = text


def test_a_changed_text_is_served_after_a_look_and_nothing_else_is_read(project: Project) -> None:
    content = LiveContent(project.root / "answers")
    version, store = content.version, content.store

    assert not content.look() and content.store is store
    _write(project, "Ein ganz neuer Text zur Strategie.")

    assert content.look()
    assert content.store.reply("strategie/was").text == "Ein ganz neuer Text zur Strategie."
    assert content.version != version and content.problem is None


def test_broken_content_is_named_and_the_old_one_goes_on_until_it_is_mended(project: Project) -> None:
    content = LiveContent(project.root / "answers")
    before = content.store.reply("strategie/was").text
    file = project.root / "answers" / "strategie.yml"
    whole = file.read_text(encoding="utf-8")

    file.write_text(whole.replace("title:", "titel:", 1), encoding="utf-8")

    assert not content.look()
    assert content.store.reply("strategie/was").text == before
    assert content.problem and "strategie.yml" in content.problem

    file.write_text(whole + "\n", encoding="utf-8")
    assert content.look() and content.problem is None


def test_without_any_readable_content_nothing_starts(project: Project) -> None:
    (project.root / "answers" / "topics.yml").unlink()

    with pytest.raises(ContentError, match=r"topics\.yml"):
        LiveContent(project.root / "answers")
