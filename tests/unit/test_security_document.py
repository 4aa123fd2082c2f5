"""`docs/sicherheit.md` names tests that exist, and every item of ASVS 4.0.3, level 1, exactly once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import pytest

from staff.project import ROOT

DOCUMENT = (ROOT / "docs" / "sicherheit.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/\S+?\.py)::(\w+)`", DOCUMENT)))
# The sections of ASVS 4.0.3 with the numbers of their items of level 1.
LEVEL_1 = {
    **{"2.1": range(1, 13), "2.2": range(1, 4), "2.3": [1], "2.5": range(1, 7), "2.7": range(1, 5), "2.8": [1]},
    **{"3.1": [1], "3.2": [1, 2, 3], "3.3": [1, 2], "3.4": range(1, 6), "3.7": [1]},
    **{"4.1": [1, 2, 3, 5], "4.2": [1, 2], "4.3": [1, 2]},
    **{"5.1": range(1, 6), "5.2": range(1, 9), "5.3": range(1, 11), "5.5": range(1, 5)},
    **{"6.2": [1], "7.1": [1, 2], "7.4": [1], "8.2": [1, 2, 3], "8.3": range(1, 5), "9.1": [1, 2, 3]},
    **{"10.3": [1, 2, 3], "11.1": range(1, 6)},
    **{"12.1": [1], "12.3": range(1, 6), "12.4": [1, 2], "12.5": [1, 2], "12.6": [1]},
    **{"13.1": [1, 3], "13.2": [1, 2, 3], "13.3": [1]},
    **{"14.2": [1, 2, 3], "14.3": [2, 3], "14.4": range(1, 8), "14.5": [1, 2, 3]},
}


@pytest.mark.parametrize(("file", "test"), NAMED, ids=lambda part: part.rpartition("/")[2])
def test_a_named_test_exists(file: str, test: str) -> None:
    assert re.search(rf"^def {test}\(", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE)


def _rows() -> list[list[str]]:
    table = DOCUMENT.partition("## OWASP ASVS")[2]
    return [
        [cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines() if line.startswith("| ")
    ]


def _items(cell: str) -> Iterator[str]:
    """The items of a cell like »12.1.1, 12.3.1–12.3.3«."""
    for part in cell.split(", "):
        first, _, last = part.partition("–")
        section, _, number = first.rpartition(".")
        for each in range(int(number), int((last or first).rpartition(".")[2]) + 1):
            yield f"{section}.{each}"


def test_every_item_of_level_1_is_judged_once() -> None:
    judged = Counter(item for row in _rows() if row[0][0].isdigit() for item in _items(row[0]))
    wanted = {f"{section}.{number}" for section, numbers in LEVEL_1.items() for number in numbers}

    assert judged == Counter(wanted)
    assert f"Alle {len(wanted)} Punkte" in DOCUMENT


def test_every_judgement_has_a_reason_and_says_where_it_was_seen() -> None:
    for row in _rows():
        if row[0][0].isdigit():
            assert row[1] in "✓◐✗–" and row[2] and row[3], row[0]
