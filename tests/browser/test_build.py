"""The committed file is what the sources build, small, and free of what a strict page forbids."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
from pathlib import Path

import pytest

WIDGET = Path(__file__).parents[2] / "widget"
MAX_GZIP_BYTES = 20_000


@pytest.fixture(scope="module")
def built() -> str:
    return (WIDGET / "dist" / "widget.js").read_text(encoding="utf-8")


def test_the_committed_file_is_what_the_sources_build() -> None:
    check = subprocess.run(["node", "build.mjs", "--check"], cwd=WIDGET, capture_output=True, text=True)
    assert check.returncode == 0, check.stderr


def test_the_sources_have_no_type_errors() -> None:
    check = subprocess.run(["node_modules/.bin/tsc", "--noEmit"], cwd=WIDGET, capture_output=True, text=True)
    assert check.returncode == 0, check.stdout


def test_the_whole_widget_is_at_most_twenty_kilobytes(built: str) -> None:
    assert len(gzip.compress(built.encode(), 9)) <= MAX_GZIP_BYTES


def test_there_is_one_file_and_no_source_map(built: str) -> None:
    assert [path.name for path in (WIDGET / "dist").iterdir()] == ["widget.js"]
    assert "sourceMappingURL" not in built


def test_nothing_in_it_makes_code_or_markup_from_text(built: str) -> None:
    # Lit itself makes a <template> of its constant parts; that one place goes through its trusted-types policy.
    assert len(re.findall(r"\.innerHTML\s*=", built)) == 1
    assert not re.search(r"\beval\(|new Function|document\.write|insertAdjacentHTML|outerHTML|unsafeHTML", built)


def test_it_fetches_nothing_but_the_server() -> None:
    sources = "".join(path.read_text() for path in (WIDGET / "src").rglob("*.ts"))
    assert re.findall(r"https?://[\w.]+", sources) == []
    assert not re.search(r"localStorage|indexedDB|document\.cookie|navigator\.(userAgent|plugins)", sources)


def test_every_package_is_pinned() -> None:
    package = json.loads((WIDGET / "package.json").read_text())
    versions = {**package["dependencies"], **package["devDependencies"]}
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in versions.values())
    lock = json.loads((WIDGET / "package-lock.json").read_text())["packages"]
    assert all("integrity" in entry for path, entry in lock.items() if path)
