"""`python -m staff`: check, train, run, shell, evaluate."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import typer
from rich.console import Console
from rich.markup import escape

from answers import AnswerStore, ContentError
from staff.project import LOGS, MODEL, ROOT, python, quiet_environment
from staff.serving import HOST, StartError, answers_at, endpoints_file, require_free, serve
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
def shell(action_port: int = ACTION_PORT) -> None:
    """Öffnet ein Gespräch im Terminal."""
    try:
        train_model(console)
        require_free(action_port, "ACTION_PORT")
    except (ContentError, TrainingError, StartError) as error:
        _fail(error)
    LOGS.mkdir(parents=True, exist_ok=True)
    environment = quiet_environment(LOG_LEVEL="ERROR")
    with (LOGS / "actions.log").open("w", encoding="utf-8") as log:
        actions = subprocess.Popen(
            [python(), "-m", "rasa_sdk", "--actions", "actions.actions", "--port", str(action_port)],
            *(), cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            with console.status("Das Gespräch wird vorbereitet …"):
                while not answers_at(f"http://{HOST}:{action_port}/health") and actions.poll() is None:
                    pass
            console.print(f"\n{AnswerStore().reply('bot/begruessung').text}\n")
            command = [python(), "-m", "rasa", "shell", "--model", str(MODEL)]
            subprocess.run(
                [*command, "--endpoints", str(endpoints_file(action_port))],
                cwd=ROOT,
                env=environment,
                check=False,
            )
        except KeyboardInterrupt:
            pass
        finally:
            actions.terminate()
            actions.wait(10)


@app.command()
def evaluate(
    split: str = typer.Option("final", help="development oder final"),
    url: str = typer.Option("", help="ein laufender Assistent; sonst wird einer gestartet"),
    gate: bool = typer.Option(False, help="scheitern, wenn eine Art Frage um mehr als einen Punkt nachlässt"),
) -> None:
    """Stellt die Prüffragen über REST und zeigt, wie viele richtig beantwortet werden."""
    from staff.evaluation import evaluate_split

    raise typer.Exit(evaluate_split(split, url, gate, console))


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


if __name__ == "__main__":
    os.chdir(ROOT)
    app(prog_name=f"{Path(python()).name} -m staff")
