"""`staff doctor`: examines an installation and names each thing that is wrong, and its mend."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from rich.console import Console
from rich.markup import escape

from staff.operation.examined import Finding, SetUp
from staff.operation.exposure import examine_proxy, examine_rest, examine_servers
from staff.operation.machine import examine_clock, examine_disk, examine_rights, examine_workers
from staff.operation.stock import examine_licences, examine_model, examine_retention

Examination = Callable[[SetUp], Iterator[Finding]]
EXAMINATIONS: dict[str, Examination] = {
    "Proxy": examine_proxy,
    "Kanal »rest«": examine_rest,
    "Erreichbarkeit der Server": examine_servers,
    "Worker und Speicher": examine_workers,
    "Platz": examine_disk,
    "Uhr": examine_clock,
    "Schreibrechte": examine_rights,
    "Modell": examine_model,
    "Löschfristen": examine_retention,
    "Lizenzen": examine_licences,
}


def examine(setup: SetUp, of_settings: Iterable[Finding], console: Console) -> int:
    """Print every finding; returns the exit code: 1 if something is wrong, otherwise 0.

    Args:
        setup: the installation.
        of_settings: what reading its settings has found already.
        console: where it is printed.
    """
    wrong = _print("Einstellungen", list(of_settings), console)
    for name, examination in EXAMINATIONS.items():
        wrong += _print(name, list(examination(setup)), console)
    console.print(f"\n{wrong} Mängel." if wrong != 1 else "\n1 Mangel.")
    return 1 if wrong else 0


def _print(name: str, findings: list[Finding], console: Console) -> int:
    """One examination's result; returns how much is wrong."""
    wrong = sum(finding.is_wrong for finding in findings)
    mark = "[red]✗[/red]" if wrong else "[yellow]?[/yellow]" if findings else "[green]✓[/green]"
    console.print(f"{mark} {name}")
    for finding in findings:
        console.print(f"    {escape(finding.text)}\n    → {escape(finding.mend)}", soft_wrap=True)
    return wrong
