"""Both servers on free ports for tests and evaluation, ended with the block."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from tempfile import TemporaryDirectory

from staff.project import LOGS, ROOT, quiet_environment
from staff.serving import HOST, READY_WITHIN_SECONDS, StartError, answers_at, commands, endpoints_file


def free_port() -> int:
    """A port that nothing listens on."""
    with closing(socket.socket()) as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@contextmanager
def process(name: str, command: list[str], **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """A server in a process group of its own, its output in `var/log`, ended with the block."""
    LOGS.mkdir(parents=True, exist_ok=True)
    with (LOGS / f"{name}.log").open("w", encoding="utf-8") as log:
        started = subprocess.Popen(
            command,
            cwd=ROOT,
            env=quiet_environment(**environment),
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield started
        finally:
            _end(started)


def _end(started: subprocess.Popen[bytes]) -> None:
    for sign in (signal.SIGTERM, signal.SIGKILL):
        if started.poll() is None:
            os.killpg(started.pid, sign)
            try:
                started.wait(10)
            except subprocess.TimeoutExpired:
                continue


def wait_until_answers(url: str, server: subprocess.Popen[bytes], name: str) -> None:
    """Raises StartError if the server ends or does not answer in time."""
    until = time.monotonic() + READY_WITHIN_SECONDS
    while not answers_at(url):
        if server.poll() is not None or time.monotonic() > until:
            raise StartError(f"Der Server »{name}« antwortet nicht; Protokoll: {LOGS / (name + '.log')}")
        time.sleep(0.3)


@contextmanager
def running_stack() -> Iterator[str]:
    """The action server and the Rasa server with the trained model; yields the address, e.g. `http://127.0.0.1:4711`.

    Its conversations are its own and gone afterwards.
    """
    port, action_port = free_port(), free_port()
    health = {"actions": f"{action_port}/health", "rasa": f"{port}/webhooks/rest/"}
    with ExitStack() as servers:
        database = f"{servers.enter_context(TemporaryDirectory(prefix='gespraeche-'))}/conversations.db"
        servers.callback(endpoints_file(action_port, database).unlink)
        started = {
            name: servers.enter_context(process(f"{name}-test", command))
            for name, command in commands(port, action_port, database).items()
        }
        for name, server in started.items():
            wait_until_answers(f"http://{HOST}:{health[name]}", server, f"{name}-test")
        yield f"http://{HOST}:{port}"
