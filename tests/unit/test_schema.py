"""A mistake in a content file gets one message that names file, entry and field."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from answers import ContentError
from answers.schema import read_yaml
from answers.store import CONTENT_DIR

from .content import Project

STRATEGIE = "answers/strategie.yml"


def _without(field: str) -> Callable[[Any], None]:
    return lambda entries: entries[0].pop(field)


def _with(**fields: Any) -> Callable[[Any], None]:
    return lambda entries: entries[0].update(fields)


@pytest.mark.parametrize(
    ("file", "mistake", "named"),
    [
        (STRATEGIE, _without("title"), ("strategie.yml, strategie/was", "»title«", "fehlt")),
        (STRATEGIE, _without("id"), ("strategie.yml, Eintrag 1", "»id«", "fehlt")),
        (STRATEGIE, _with(titel="x"), ("strategie.yml, strategie/was", "»titel«", "unbekannt")),
        (STRATEGIE, _with(text={"de": "Nur deutsch."}), ("strategie/was", "»text.easy«", "»text.en«")),
        (STRATEGIE, _with(text="nur Text"), ("strategie/was", "»text«", "braucht benannte Felder")),
        (STRATEGIE, _with(title={"de": "x" * 66, "en": "ok"}), ("»title.de«", "höchstens 65 Zeichen")),
        (STRATEGIE, _with(sources=[{"title": "Seite", "url": "bochum.de"}]), ("»sources.0.url«", "https://")),
        (STRATEGIE, _with(sources={"title": "Seite"}), ("»sources«", "muss eine Liste sein")),
        (STRATEGIE, _with(id="strategie/Große Frage"), ("»id«", "kleine Buchstaben")),
        (STRATEGIE, _with(id="standort/was"), ("strategie.yml, standort/was", "»id«", "»strategie/«")),
        (STRATEGIE, _with(id="strategie/ziele"), ("strategie.yml, strategie/ziele", "»id«", "gibt es schon")),
        (STRATEGIE, _with(as_of="2020-13"), ("»as_of«", "2020-11")),
        (STRATEGIE, _with(review_by="bald"), ("»review_by«", "JJJJ-MM-TT")),
        (STRATEGIE, _with(kind="vermutung"), ("»kind«", "signpost")),
        (STRATEGIE, _with(checked="November"), ("»checked«", "2026-11")),
        (STRATEGIE, _with(kind="emergency"), ("»follow_ups«", "Notfall")),
        ("answers/names.yml", _without("id"), ("names.yml, Eintrag 1", "»id«", "fehlt")),
        ("answers/names.yml", _with(id="thga"), ("names.yml, thga", "»id«", "gibt es schon")),
        ("answers/profil.yml", _without("unknown"), ("profil.yml, profil/studierende", "»unknown«", "fehlt")),
        ("answers/profil.yml", _without("attributes"), ("profil/studierende", "»superlative«", "fehlt")),
        ("answers/records/hochschulen.yml", _without("name"), ("records/hochschulen.yml, rub", "»name«")),
    ],
)
def test_a_mistake_names_file_entry_and_field(
    project: Project, file: str, mistake: Callable[[Any], None], named: tuple[str, ...]
) -> None:
    with project.editing(file) as entries:
        mistake(entries)

    with pytest.raises(ContentError) as error:
        project.store()

    assert all(part in str(error.value) for part in named), str(error.value)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("- id: strategie/was\n  title: 'offen\n", ("strategie.yml, Zeile", "kein gültiges YAML")),
        ("- id: a\n  id: b\n", ("strategie.yml, Zeile 2", "duplicate key")),
        ("- id: a\n\ttitle: b\n", ("strategie.yml, Zeile 2",)),
        ("- review_by: 2027-02-30\n", ("strategie.yml", "Gibt es jedes Datum")),
        ("- id: a\x07b\n", ("strategie.yml", "Steuerzeichen")),
        ("- id: a\x7fb\n", ("strategie.yml", "Steuerzeichen")),
        ("strategie/was: Text\n", ("strategie.yml", "Liste erwartet")),
        ("- nur ein Satz\n", ("strategie.yml, Eintrag 1", "Eintrag mit Feldern")),
    ],
)
def test_a_file_that_cannot_be_read_names_itself_and_the_line(
    project: Project, text: str, named: tuple[str, ...]
) -> None:
    (project.root / STRATEGIE).write_text(text, encoding="utf-8")

    with pytest.raises(ContentError) as error:
        project.store()

    assert all(part in str(error.value) for part in named), str(error.value)


def test_a_file_in_another_encoding_is_named(project: Project) -> None:
    (project.root / STRATEGIE).write_bytes("- title: Größe\n".encode("latin-1"))

    with pytest.raises(ContentError, match=r"strategie\.yml.*UTF-8"):
        project.store()


@pytest.mark.parametrize("file", ["strategie.yml", "records/texts.yml", "phrases.yml", "facts/strategie.yml"])
def test_a_missing_file_is_named(project: Project, file: str) -> None:
    (project.answers / file).unlink()

    with pytest.raises(ContentError, match="Datei fehlt"):
        _ = project.store().facts


def test_windows_line_endings_and_a_byte_order_mark_are_no_mistake(tmp_path: Path) -> None:
    file = tmp_path / "strategie.yml"
    file.write_bytes("\ufeff- id: a\r\n  title: Größe\r\n".encode())

    assert read_yaml(file) == [{"id": "a", "title": "Größe"}]


def test_a_date_without_quotes_is_a_date_all_the_same(project: Project) -> None:
    text = (project.root / STRATEGIE).read_text(encoding="utf-8")
    assert "as_of: 2020-10" in text
    (project.root / STRATEGIE).write_text(text.replace("as_of: 2020-10", "as_of: 2020-10-05"), encoding="utf-8")

    assert project.store().reply("strategie/was").as_of == "5. Oktober 2020"


def test_every_file_of_the_real_content_says_at_its_top_how_it_is_written() -> None:
    silent = [file.name for file in CONTENT_DIR.rglob("*.yml") if not file.read_text("utf-8").startswith("#")]

    assert silent == []
