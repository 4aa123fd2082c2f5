"""Starts the action server and the Rasa server together, and ends them together."""

from __future__ import annotations

import os
import shlex
import signal
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from honcho.manager import Manager
from honcho.printer import Printer
from rich.console import Console
from ruamel.yaml import YAML

from staff.project import LOGS, MODEL, ROOT, python, quiet_environment

READY_WITHIN_SECONDS = 180
HOST = "127.0.0.1"


class StartError(RuntimeError):
    """The servers cannot start; the message says why and what to do."""


def require_free(port: int, variable: str) -> None:
    """Raises StartError if something already listens on `port`; `variable` sets another one."""
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise StartError(
                f"Port {port} ist belegt. Das andere Programm beenden oder einen anderen Port wählen: "
                f"{variable}=… make run"
            ) from None


def endpoints_file(action_port: int, database: str = "") -> Path:
    """`endpoints.yml`, or a copy of it that names another port of the action server or another database."""
    standard = ROOT / "endpoints.yml"
    content = YAML(typ="safe").load(standard.read_text(encoding="utf-8"))
    url = f"http://{HOST}:{action_port}/webhook"
    if content["action_endpoint"]["url"] == url and not database:
        return standard
    content["action_endpoint"]["url"] = url
    if database:
        content["tracker_store"]["db"] = database
    LOGS.mkdir(parents=True, exist_ok=True)
    copy = LOGS.parent / f"endpoints-{action_port}.yml"
    YAML().dump(content, copy)
    return copy


def commands(port: int, action_port: int, database: str = "") -> dict[str, list[str]]:
    """The command lines of both servers.

    Args:
        database: file of the conversations, below the project's folder; the one of `endpoints.yml` if empty.
    """
    return {
        "actions": [python(), "-m", "staff.operation.action_server", "--port", str(action_port)],
        "rasa": [
            *(python(), "-m", "rasa", "run", "--model", str(MODEL), "--interface", HOST, "--port", str(port)),
            *("--endpoints", str(endpoints_file(action_port, database))),
            *("--credentials", str(ROOT / "credentials.yml")),
        ],
    }


def answers_at(url: str) -> bool:
    """Whether a server answers at `url`."""
    try:
        with urllib.request.urlopen(url, timeout=2) as response:
            return 200 <= response.status < 300
    except (urllib.error.URLError, OSError):
        return False


def serve(port: int, action_port: int, console: Console, ready: Callable[[], None]) -> int:
    """Run both servers until one ends or the terminal says stop; returns the exit code.

    Args:
        ready: called once both answer.

    Raises:
        StartError: a port is taken or the model is missing.
    """
    if not MODEL.exists():
        raise StartError(f"Es gibt kein Modell ({MODEL.relative_to(ROOT)}). Zuerst: make train")
    require_free(port, "PORT")
    require_free(action_port, "ACTION_PORT")
    LOGS.mkdir(parents=True, exist_ok=True)
    with (LOGS / "server.log").open("w", encoding="utf-8") as log:
        manager = Manager(Printer(log, colour=False))
        environment = quiet_environment()
        for name, command in commands(port, action_port).items():
            manager.add_process(name, shlex.join(command), env=environment, cwd=str(ROOT))
        signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
        waiting = threading.Thread(target=_announce, args=(port, action_port, console, ready, manager), daemon=True)
        waiting.start()
        manager.loop()
    return _exit_code(manager.returncode, console)


def _announce(port: int, action_port: int, console: Console, ready: Callable[[], None], manager: Manager) -> None:
    urls = (f"http://{HOST}:{action_port}/health", f"http://{HOST}:{port}/webhooks/rest/")
    until = time.monotonic() + READY_WITHIN_SECONDS
    with console.status("Die Server starten (etwa 20 Sekunden) …"):
        while time.monotonic() < until and manager.returncode is None:
            if all(map(answers_at, urls)):
                break
            time.sleep(0.5)
        else:
            if manager.returncode is None:
                console.print(f"[red]Die Server antworten nicht. Protokoll: {LOGS / 'server.log'}[/red]")
                os.kill(os.getpid(), signal.SIGTERM)
            return
    ready()


def _exit_code(returncode: int | None, console: Console) -> int:
    if returncode in (130, 143):
        console.print("Beendet.")
        return 0
    console.print(f"[red]Ein Server ist ausgefallen; beide sind beendet. Protokoll: {LOGS / 'server.log'}[/red]")
    for line in (LOGS / "server.log").read_text(encoding="utf-8").splitlines()[-8:]:
        print(line, file=sys.stderr)
    return returncode or 1
