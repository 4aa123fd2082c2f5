"""A source's date as people read it."""

from __future__ import annotations

import pytest

from answers.dates import readable_date
from answers.schema import Lang


@pytest.mark.parametrize(
    ("as_of", "lang", "expected"),
    [
        ("2020", "de", "2020"),
        ("2020-10", "de", "Oktober 2020"),
        ("2025-06-30", "de", "30. Juni 2025"),
        ("2025-03-01", "en", "1 March 2025"),
        ("unknown", "de", "ohne Datum"),
        (None, "en", "undated"),
    ],
)
def test_a_date_reads_as_people_write_it_and_none_is_invented(as_of: str | None, lang: Lang, expected: str) -> None:
    assert readable_date(as_of, lang) == expected
