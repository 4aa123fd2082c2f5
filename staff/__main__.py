"""`python -m staff`: check, train, run, shell, evaluate."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

import typer
from rich.console import Console
from rich.markup import escape

from answers import ContentError
from staff.project import ROOT, python
from staff.serving import HOST, StartError, serve
from staff.training import TrainingError
from staff.training import train as train_model

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Werkzeuge der Redaktion und des Betriebs.",
)
console = Console(highlight=False)
PORT = typer.Option(5005, envvar="PORT", help="Port des Assistenten")
ACTION_PORT = typer.Option(5055, envvar="ACTION_PORT", help="Port des Action-Servers")


def _fail(error: Exception) -> None:
    console.print(f"[red]Fehler:[/red] {escape(str(error))}", soft_wrap=True)
    raise typer.Exit(1)


def _silence_frameworks() -> None:
    """Sanic turns on the warnings of all packages; what they say of each other's age hides what an operator needs."""
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    import sanic.app  # noqa: F401

    warnings.simplefilter("ignore")


@app.command()
def check() -> None:
    """Prüft Antworten, Fakten, Beispiele und Regeln gegeneinander."""
    from staff.checking import report

    raise typer.Exit(report(console))


@app.command()
def train(force: bool = typer.Option(False, help="auch wenn das Modell zu den Inhalten passt")) -> None:
    """Trainiert das Modell, wenn sich seit dem letzten Mal etwas geändert hat."""
    try:
        train_model(console, force)
    except (ContentError, TrainingError) as error:
        _fail(error)


@app.command()
def run(port: int = PORT, action_port: int = ACTION_PORT) -> None:
    """Startet den Assistenten; Strg-C beendet ihn."""

    def ready() -> None:
        console.print(f"\n[bold]Der Assistent läuft:[/bold] http://{HOST}:{port}/")
        console.print("Fragen im Browser, mit »make shell« oder so:")
        console.print(
            f"  curl -s {HOST}:{port}/webhooks/rest/webhook "
            """-d '{"sender":"a","message":"Wie viele Hochschulen gibt es in Bochum?"}'""",
            soft_wrap=True,
        )
        console.print("Strg-C beendet alles.")

    try:
        train_model(console)
        code = serve(port, action_port, console, ready)
    except (ContentError, TrainingError, StartError) as error:
        _fail(error)
    raise typer.Exit(code)


@app.command()
def shell(
    port: int = PORT,
    warum: bool = typer.Option(False, "--warum", help="zeigen, was verstanden wurde und welche Beispiele entschieden"),
    csv: bool = typer.Option(False, "--csv", help="Fragen aus einer Datei: CSV statt Tabelle"),
) -> None:
    """Öffnet ein Gespräch im Terminal; »< fragen.txt« beantwortet die Fragen einer Datei."""
    from staff.shell import run_shell

    raise typer.Exit(run_shell(port, warum, csv))


@app.command()
def evaluate(
    split: str = typer.Option("final", help="development oder final"),
    url: str = typer.Option("", help="ein laufender Assistent; sonst wird einer gestartet"),
    gate: bool = typer.Option(False, help="scheitern, wenn eine Art Frage um mehr als einen Punkt nachlässt"),
) -> None:
    """Stellt die Prüffragen über REST und zeigt, wie viele richtig beantwortet werden."""
    from staff.evaluation import evaluate_split

    raise typer.Exit(evaluate_split(split, url, gate, console))


@app.command(name="evaluate-conversations")
def evaluate_whole_conversations(
    split: str = typer.Option("development", help="development oder final"),
    url: str = typer.Option("", help="ein laufender Assistent; sonst wird einer gestartet"),
    gate: bool = typer.Option(False, help="scheitern, wenn ein Anteil unter seiner Grenze liegt"),
) -> None:
    """Führt ganze Gespräche, zählt Wiederholungen, Türen und Notfälle und schreibt einen Lesebogen."""
    from staff.conversations import evaluate_conversations

    raise typer.Exit(evaluate_conversations(split, url, gate, console))


@app.command(name="cross-validate")
def cross_validate(folds: int = typer.Option(2, help="in so viele Teile werden die Beispiele geteilt")) -> None:
    """Rasas eigene Kreuzvalidierung der Beispiele; der Bericht liegt in reports/cross-validation."""
    from staff.cross_validation import cross_validate as run_folds

    raise typer.Exit(run_folds(folds, console))


@app.command(name="accept-baseline")
def accept_baseline() -> None:
    """Nimmt den letzten Lauf auf »development« als Maßstab für den Vergleich."""
    from staff.evaluation import write_baseline

    write_baseline()


@app.command()
def purge(dry_run: bool = typer.Option(False, "--dry-run", help="nur zeigen, was gelöscht würde")) -> None:
    """Löscht Gespräche und Rückmeldungen, die älter sind als ihre Frist (storage/retention.yml)."""
    _silence_frameworks()
    from rasa.shared.exceptions import RasaException

    from staff.operation import purging

    try:
        purging.purge(console, dry_run)
    except RasaException as error:
        _fail(error)


@app.command()
def doctor(
    port: int = PORT,
    url: str = typer.Option("", help="die öffentliche Adresse; sie wird gefragt, ob »rest« dort offen ist"),
    proxy_elsewhere: bool = typer.Option(False, "--proxy-elsewhere", help="der Proxy steht auf einem anderen Rechner"),
) -> None:
    """Prüft eine Installation und nennt, was nicht stimmt, mit Abhilfe; Rückgabewert 1, wenn etwas nicht stimmt."""
    _silence_frameworks()
    from staff.operation.doctor import examine
    from staff.operation.examined import read_set_up

    setup, findings = read_set_up(port=port, public_url=url, is_proxy_elsewhere=proxy_elsewhere)
    raise typer.Exit(examine(setup, findings, console))


BACKUP_FOLDER = typer.Argument(help="Ordner der Sicherungen, mit ganzem Pfad")
BACKUP_FILE = typer.Argument(help="die Sicherung, mit ganzem Pfad")


@app.command()
def backup(
    folder: Path = BACKUP_FOLDER,
    keep: int = typer.Option(14, min=1, help="so viele Sicherungen bleiben, die ältesten gehen"),
    with_conversations: bool = typer.Option(False, "--with-conversations", help="auch die Gespräche (für einen Umzug)"),
) -> None:
    """Sichert Modell, Inhalte, Einstellungen und Rückmeldungen; die Server dürfen laufen."""
    _silence_frameworks()
    from staff.operation.backup import BackupError, back_up

    try:
        console.print(f"Gesichert: {back_up(folder, keep, with_conversations)}", soft_wrap=True)
    except BackupError as error:
        _fail(error)


@app.command()
def restore(file: Path = BACKUP_FILE) -> None:
    """Stellt eine Sicherung wieder her; die Server müssen beendet sein."""
    _silence_frameworks()
    from channels.health import project_version
    from staff.operation import backup as backups
    from staff.operation.machine import running_servers

    try:
        if running_servers(ROOT):
            raise backups.BackupError("Zuerst die Server beenden: systemctl stop bowe-chat.target")
        manifest = backups.restore(file)
    except backups.BackupError as error:
        _fail(error)
    else:
        console.print(f"Wiederhergestellt: {len(manifest['sha256'])} Dateien.")
        if manifest["version"] != project_version():
            console.print(
                f"[yellow]Die Sicherung ist von Version {manifest['version']}, hier ist {project_version()}: "
                "»make train« und »make doctor«.[/yellow]"
            )


conversation = typer.Typer(no_args_is_help=True, help="Ein einzelnes Gespräch auf Verlangen (Art. 15 und 17 DSGVO).")
app.add_typer(conversation, name="conversation")
CONVERSATION = typer.Argument(help="Token des Browsers oder Kennung des Gesprächs; »-« liest sie von der Eingabe")


def _name(argument: str) -> str:
    """A token typed as an argument stays in the shell's history and shows in the list of processes."""
    return input().strip() if argument == "-" else argument


@conversation.command(name="export")
def export_one(name: str = CONVERSATION) -> None:
    """Gibt alles aus, was von einem Gespräch gespeichert ist, als JSON."""
    _silence_frameworks()
    from rasa.shared.exceptions import RasaException

    from staff.operation import single_conversation

    try:
        print(single_conversation.export_conversation(_name(name)))
    except (RasaException, single_conversation.UnknownConversationError) as error:
        _fail(error)


@conversation.command(name="delete")
def delete_one(name: str = CONVERSATION) -> None:
    """Löscht ein Gespräch mit allem, was dazu gespeichert ist, sofort und auf jedem Worker."""
    _silence_frameworks()
    from rasa.shared.exceptions import RasaException

    from staff.operation import single_conversation

    try:
        gone = single_conversation.delete_conversation(_name(name))
    except (RasaException, single_conversation.UnknownConversationError) as error:
        _fail(error)
    else:
        console.print(f"Gelöscht: {gone['events']} Ereignisse, {gone['feedback']} Rückmeldungen.")


if __name__ == "__main__":
    os.chdir(ROOT)
    app(prog_name=f"{Path(python()).name} -m staff")
