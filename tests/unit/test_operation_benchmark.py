"""What decides the table of `make bench`, and the content it makes up."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from benchmarks.operation.measure import grow
from benchmarks.operation.report import table
from benchmarks.operation.rows import FLOOR, GOAL, MISSED, ROWS, STOCK, V111, Row, percentile
from nlu.importer import read_examples
from staff.project import ROOT


@pytest.mark.parametrize(
    ("ours", "others", "reached"),
    [(100, None, GOAL), (200, None, FLOOR), (400, None, MISSED), (400, 2000, GOAL), (400, 1000, FLOOR)],
)
def test_a_row_holds_by_its_own_limit_or_by_its_share_of_the_others(
    ours: float, others: float | None, reached: str
) -> None:
    assert Row("training", "s", 120, 240, 0.2, 0.4, V111).reaches(ours, others) == reached


def test_more_turns_a_second_are_better() -> None:
    row = ROWS["turns"]

    assert [row.reaches(ours, 10.0) for ours in (50.0, 30.0, 20.0)] == [GOAL, FLOOR, MISSED]


def test_the_table_shows_each_measured_row_with_its_share_and_verdict() -> None:
    shown = table({"ours": {"turn": 10.0, "long": 1.6}, STOCK: {"turn": 40.0}, V111: {}})

    assert "| median turn, 1 visitor (ms) | 10 |  | 40 | 0.25 | 0.3 / 0.5 of stock Rasa | goal |" in shown
    assert "| 1.6 |  |  |  | 1.2 / 1.5 | missed |" in shown
    assert "memory" not in shown


def test_the_percentile_is_one_of_the_values() -> None:
    assert percentile([float(number) for number in range(100)], 0.95) == 95.0


def test_grown_content_has_as_many_examples_as_wanted_and_can_be_read(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "data", tmp_path / "data")

    grow(tmp_path, examples=50_000)

    read = [block for file in (tmp_path / "data" / "nlu").glob("*.yml") for block in read_examples(file)]
    assert sum(len(texts) for _, texts in read) == 50_000
