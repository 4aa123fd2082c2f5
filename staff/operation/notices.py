"""The table of packages in `THIRD-PARTY-NOTICES.md`, as their own metadata say: `make notices` writes it anew."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import tomllib

from staff.project import ROOT

NOTICES = ROOT / "THIRD-PARTY-NOTICES.md"
BEGIN, END = "<!-- packages: made by `make notices` -->\n", "<!-- end of packages -->\n"
OURS = ("bowe-chatbot", "rasa-stand-ins")
UNNAMED = "not stated"


def package_table(root: Path = ROOT) -> str:
    """One row for every package that runs with the assistant here, with its licence and web site."""
    rows = [_row(metadata.metadata(name)) for name in _running(root)]
    return "".join(["| package | version | licence (by its metadata) | from |\n| --- | --- | --- | --- |\n", *rows])


def write_notices(file: Path = NOTICES) -> None:
    """Put the present table in the place of the one in the file.

    Raises:
        ValueError: the file has no marks for it.
    """
    text = file.read_text(encoding="utf-8")
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        raise ValueError(f"{file.name}: Die Marken der Tabelle fehlen.")
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    file.write_text(before + BEGIN + package_table() + END + after, encoding="utf-8")


def _running(root: Path) -> list[str]:
    """The locked packages that the assistant needs, by name; those of other platforms are not installed here."""
    packages = {p["name"]: p for p in tomllib.loads((root / "uv.lock").read_text("utf-8"))["package"]}
    found: set[str] = set()
    waiting = [OURS[0]]
    while waiting:
        name = waiting.pop()
        if name in packages and name not in found:
            found.add(name)
            waiting += _needed(packages[name])
    installed = {_normal(distribution.name) for distribution in metadata.distributions()}
    return sorted(name for name in found & installed if name not in OURS)


def _needed(package: dict[str, Any]) -> Iterator[str]:
    yield from (entry["name"] for entry in package.get("dependencies", ()))
    for extra in package.get("optional-dependencies", {}).values():
        yield from (entry["name"] for entry in extra)


def _normal(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")


def _row(package: metadata.PackageMetadata) -> str:
    return f"| {package['Name']} | {package['Version']} | {licence_of(package)} | {_site(package)} |\n"


def licence_of(package: metadata.PackageMetadata) -> str:
    """The licence's expression, else its classifiers, else the first line of what the author wrote."""
    if expression := package.get("License-Expression"):
        return str(expression)
    kinds = [c for c in package.get_all("Classifier") or [] if c.startswith("License ::") and c.count("::") > 1]
    if kinds:
        return ", ".join(kind.split("::")[-1].strip() for kind in kinds)
    return (package.get("License") or UNNAMED).strip().split("\n")[0][:80]


def _site(package: metadata.PackageMetadata) -> str:
    links = dict(line.partition(", ")[::2] for line in package.get_all("Project-URL") or [])
    for name in ("Homepage", "homepage", "Source", "Repository", "repository", "Code"):
        if name in links:
            return links[name]
    return str(
        package.get("Home-page") or next(iter(links.values()), "") or f"https://pypi.org/project/{package['Name']}/"
    )


if __name__ == "__main__":
    write_notices()
