"""A source's date as people read it."""

from __future__ import annotations

from answers.schema import Lang

MONTHS: dict[Lang, list[str]] = {
    "de": [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ],
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
}
UNDATED: dict[Lang, str] = {"de": "ohne Datum", "en": "undated"}


def readable_date(as_of: str | None, lang: Lang) -> str:
    """»2020-10« → »Oktober 2020«, »2020« stays, »2025-06-30« → »30. Juni 2025«, »unknown« as »ohne Datum«."""
    if not as_of or as_of == "unknown":
        return UNDATED[lang]
    year, *rest = as_of.split("-")
    if not rest:
        return year
    month = MONTHS[lang][int(rest[0]) - 1]
    if len(rest) == 1:
        return f"{month} {year}"
    day = int(rest[1])
    return f"{day}. {month} {year}" if lang == "de" else f"{day} {month} {year}"
