"""What stands in the way of a start is said with its mend."""

from __future__ import annotations

import io
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console
from ruamel.yaml import YAML
from typer.testing import CliRunner

from staff import __main__ as command_line
from staff import serving
from staff.operation.sockets import listeners_of
from staff.serving import HOST, StartError, answers_at, commands, endpoints_file, require_free, serve
from staff.stack import free_port, process, wait_until_answers


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port that another program listens on."""
    with socket.socket() as other:
        other.bind((HOST, 0))
        other.listen()
        yield other.getsockname()[1]


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the model of a start is looked for; there is none yet."""
    file = tmp_path / "models" / "bowe.tar.gz"
    monkeypatch.setattr(serving, "MODEL", file)
    monkeypatch.setattr(serving, "ROOT", tmp_path)
    return file


def _start(port: int, action_port: int) -> int:
    return serve(port, action_port, Console(file=io.StringIO()), lambda: None)


def test_a_taken_port_is_named_with_the_way_to_another(taken_port: int) -> None:
    with pytest.raises(StartError, match=rf"Port {taken_port} ist belegt.*PORT=… make run"):
        require_free(taken_port, "PORT")


def test_a_free_port_is_no_obstacle() -> None:
    require_free(free_port(), "PORT")


def test_a_missing_model_is_named_with_the_command_that_makes_one(model: Path) -> None:
    with pytest.raises(StartError, match=r"models/bowe\.tar\.gz.*make train"):
        _start(free_port(), free_port())


@pytest.mark.parametrize("variable", ["PORT", "ACTION_PORT"])
def test_no_server_starts_while_one_of_the_ports_is_taken(
    model: Path, taken_port: int, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    model.parent.mkdir()
    model.touch()
    monkeypatch.setattr(serving, "commands", lambda *_: pytest.fail("a server was started"))
    ports = (taken_port, free_port()) if variable == "PORT" else (free_port(), taken_port)

    with pytest.raises(StartError, match=rf" {variable}=…"):
        _start(*ports)


def test_the_command_line_says_it_in_one_message_and_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise StartError("Port 5005 ist belegt [nicht /frei].")

    monkeypatch.setattr(command_line, "train_model", lambda *_: None)
    monkeypatch.setattr(command_line, "serve", refuse)

    result = CliRunner().invoke(command_line.app, ["run"])

    assert result.exit_code == 1
    assert result.stdout.strip() == "Fehler: Port 5005 ist belegt [nicht /frei]."


def test_nothing_answers_at_an_address_where_nothing_listens() -> None:
    assert not answers_at(f"http://{HOST}:{free_port()}/")


def test_rasa_is_told_to_listen_on_this_machine_only() -> None:
    rasa = commands(5005, 5055)["rasa"]

    assert rasa[rasa.index("--interface") + 1] == "127.0.0.1"


@pytest.mark.parametrize("variable", [{}, {"SANIC_HOST": "0.0.0.0"}], ids=["as it is", "SANIC_HOST"])
def test_the_action_server_listens_on_this_machine_only_whatever_the_environment_says(
    variable: dict[str, str],
) -> None:
    """The sockets of the running process are looked at, not its command."""
    port = free_port()
    with process("actions-test", commands(5005, port)["actions"], **variable) as server:
        wait_until_answers(f"http://{HOST}:{port}/health", server, "actions-test")

        addresses = {(socket.address, socket.port) for socket in listeners_of(server.pid)}

    assert addresses == {("127.0.0.1", port)}


def test_another_port_of_the_action_server_reaches_rasa(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "LOGS", tmp_path / "var" / "log")

    standard, other = endpoints_file(5055), endpoints_file(7077)

    assert standard == serving.ROOT / "endpoints.yml"
    content = YAML(typ="safe").load(other.read_text(encoding="utf-8"))
    assert content["action_endpoint"]["url"] == "http://127.0.0.1:7077/webhook"
