"""Whose work is in this, and what runs with it, is said, and says what is there now."""

from __future__ import annotations

import json
import re
from email.message import Message
from pathlib import Path
from typing import Any, cast

import pytest

from staff.operation.notices import BEGIN, END, NOTICES, UNNAMED, licence_of, package_table, write_notices
from staff.project import ROOT

TEXT = NOTICES.read_text(encoding="utf-8")


def test_the_table_is_what_the_installed_packages_say() -> None:
    """Fails after a change of uv.lock: `make notices`."""
    written = TEXT.partition(BEGIN)[2].partition(END)[0]

    assert written == package_table()
    assert "| rasa | 3.6.21 | Apache Software License |" in written
    assert UNNAMED not in written


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("nlu/encoder/encoder.onnx", ("multilingual-e5-small", "MIT", "Copyright (c) Microsoft Corporation")),
        ("nlu/foreign_places.txt", ("GeoNames", "CC BY 4.0", "creativecommons.org/licenses/by/4.0")),
        ("widget/dist/widget.js", ("Lit", "BSD-3-Clause", "Google LLC. All rights reserved")),
    ],
)
def test_what_is_in_the_repository_is_named_with_its_licence(file: str, words: tuple[str, ...]) -> None:
    assert (ROOT / file).exists() and f"`{file}`" in TEXT
    assert all(word in TEXT for word in words)


def test_the_version_of_lit_is_the_one_that_is_built_in() -> None:
    package = json.loads((ROOT / "widget" / "package.json").read_text(encoding="utf-8"))

    assert f"Lit {package['dependencies']['lit']} " in TEXT


@pytest.mark.parametrize(
    ("fields", "licence"),
    [
        ({"License-Expression": "MIT", "License": "long text"}, "MIT"),
        ({"Classifier": "License :: OSI Approved :: BSD License", "License": "x"}, "BSD License"),
        ({"Classifier": "License :: OSI Approved", "License": "BSD\nCopyright …"}, "BSD"),
        ({}, UNNAMED),
    ],
)
def test_a_licence_is_read_wherever_a_package_states_it(fields: dict[str, str], licence: str) -> None:
    package = Message()
    for name, value in fields.items():
        package[name] = value

    assert licence_of(cast(Any, package)) == licence


def test_a_file_without_marks_is_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "NOTICES.md"
    file.write_text("ohne Marken")

    with pytest.raises(ValueError, match=r"NOTICES\.md"):
        write_notices(file)
    assert file.read_text() == "ohne Marken"


def test_writing_twice_is_writing_once(tmp_path: Path) -> None:
    file = tmp_path / "NOTICES.md"
    file.write_text(re.sub(r"^\| rasa .*\n", "", TEXT, flags=re.MULTILINE))

    write_notices(file)

    assert file.read_text() == TEXT
