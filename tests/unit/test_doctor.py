"""The doctor names each thing that is wrong, with its mend, and nothing that is right."""

from __future__ import annotations

import io
import os
import shutil
import socket
import subprocess
import sys
import time
from collections import namedtuple
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from rich.console import Console
from ruamel.yaml import YAML
from typer.testing import CliRunner

from channels.settings import VisitorSettings
from staff import __main__ as command_line
from staff.operation import doctor, exposure, machine, stock
from staff.operation.examined import SetUp, read_set_up
from staff.project import ROOT
from staff.stack import free_port
from staff.training import fingerprint

OUR_STORE = {"type": "storage.conversations.ConversationStore"}


@pytest.fixture
def sound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SetUp:
    """An installation in which nothing is wrong."""
    monkeypatch.setattr(machine, "_is_synchronized", lambda: True)
    monkeypatch.setattr(machine.os, "geteuid", lambda: 1000)
    for folder in ("var", "models", "storage"):
        (tmp_path / folder).mkdir()
    shutil.copy(ROOT / "storage" / "retention.yml", tmp_path / "storage")
    for name in ("models/bowe.tar.gz", *stock.LICENCE_FILES):
        (tmp_path / name).touch()
    (tmp_path / "models/bowe.tar.fingerprint").write_text(fingerprint(tmp_path))
    action_url = f"http://127.0.0.1:{free_port()}/webhook"
    return SetUp(
        root=tmp_path,
        credentials={exposure.OUR_REST: {"enabled": True}},
        endpoints={"action_endpoint": {"url": action_url}, "tracker_store": OUR_STORE},
        channel=VisitorSettings(),
        environment={},
        port=free_port(),
        proxy_folders=(tmp_path / "nginx",),
        proc=_empty_proc(tmp_path),
    )


def _empty_proc(folder: Path) -> Path:
    """Tables of a machine on which nothing runs."""
    (folder / "proc" / "net").mkdir(parents=True)
    return folder / "proc"


def _findings(setup: SetUp) -> list[str]:
    return [finding.text for examine in doctor.EXAMINATIONS.values() for finding in examine(setup)]


def _only(setup: SetUp) -> str:
    """The one finding, which has a mend."""
    (finding,) = [finding for examine in doctor.EXAMINATIONS.values() for finding in examine(setup)]
    assert finding.mend and finding.is_wrong
    return finding.text


@contextmanager
def _listening(address: str = "0.0.0.0") -> Iterator[int]:
    with socket.create_server((address, 0)) as server:
        yield server.getsockname()[1]


def _real(setup: SetUp, **changes: object) -> SetUp:
    """With the real tables of this machine, and with no web server that may run here taken for a proxy."""
    return replace(setup, proc=Path("/proc"), **changes)  # type: ignore[arg-type]


@pytest.fixture
def no_web_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever listens on this machine's web ports is not looked at."""
    monkeypatch.setattr(exposure, "WEB_PORTS", ())


def test_in_a_sound_installation_nothing_is_found(sound: SetUp) -> None:
    output = io.StringIO()

    assert _findings(sound) == []
    assert doctor.examine(sound, [], Console(file=output)) == 0
    assert "0 Mängel" in output.getvalue() and output.getvalue().count("✓") == len(doctor.EXAMINATIONS) + 1


def _pass_on(setup: SetUp, line: str) -> None:
    (setup.root / "nginx").mkdir()
    (setup.root / "nginx" / "site.conf").write_text(f"upstream bot {{\n{line}\n}}\n")


def test_a_proxy_without_its_header_is_named(sound: SetUp) -> None:
    _pass_on(sound, f"    server 127.0.0.1:{sound.port};")

    assert "site.conf" in _only(sound) and "forwarded_header" in _only(sound)


@pytest.mark.parametrize(
    "line", ["    server 127.0.0.1:80;", "    # server 127.0.0.1:{port};", "    server 127.0.0.1:1{port};"]
)
def test_a_proxy_of_something_else_is_none(sound: SetUp, line: str) -> None:
    _pass_on(sound, line.format(port=sound.port))

    assert _findings(sound) == []


def test_a_web_server_on_this_machine_counts_as_a_proxy(sound: SetUp, monkeypatch: pytest.MonkeyPatch) -> None:
    with _listening() as port:
        monkeypatch.setattr(exposure, "WEB_PORTS", (port,))
        assert f"Port {port} dieses Rechners" in _only(_real(sound))


def test_a_proxy_elsewhere_counts_and_with_its_header_all_is_well(sound: SetUp) -> None:
    setup = replace(sound, is_proxy_elsewhere=True)

    assert "auf einem anderen Rechner" in _only(setup)
    assert _findings(replace(setup, channel=VisitorSettings(forwarded_header="X-Forwarded-For"))) == []


def test_a_header_that_anybody_can_write_is_named(sound: SetUp, no_web_ports: None) -> None:
    with _listening() as port:
        setup = _real(sound, port=port, channel=VisitorSettings(forwarded_header="X-Forwarded-For"))
        (finding,) = exposure.examine_proxy(setup)

    assert "ausdenken" in finding.text


@pytest.mark.parametrize(
    ("credentials", "named"),
    [
        ({"rest": None}, "Rasas eigener Kanal"),
        ({exposure.OUR_REST: {"local_only": False}}, "local_only: false"),
    ],
)
def test_an_open_rest_channel_is_named(sound: SetUp, credentials: dict[str, object], named: str) -> None:
    assert named in _only(replace(sound, credentials=credentials))


class _Public(BaseHTTPRequestHandler):
    """A public address; `status` is what it says to whoever asks for `rest`."""

    status = 200

    def do_POST(self) -> None:
        self.send_response(self.status if self.path == "/webhooks/rest/webhook" else 500)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def _public(status: int) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Public,), {"status": status}))
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("status", [200, 400, 413])
def test_rest_that_answers_at_the_public_address_is_named(sound: SetUp, status: int) -> None:
    with _public(status) as url:
        assert f"antwortet mit {status}" in _only(replace(sound, public_url=url))


@pytest.mark.parametrize("status", [403, 404])
def test_rest_that_refuses_at_the_public_address_is_well(sound: SetUp, status: int) -> None:
    with _public(status) as url:
        assert _findings(replace(sound, public_url=url)) == []


def test_a_public_address_that_does_not_answer_is_named(sound: SetUp) -> None:
    assert "ConnectionError" in _only(replace(sound, public_url=f"http://127.0.0.1:{free_port()}"))


def test_an_action_server_that_others_reach_is_named(sound: SetUp, no_web_ports: None) -> None:
    with _listening() as port:
        endpoints = {**sound.endpoints, "action_endpoint": {"url": f"http://127.0.0.1:{port}/webhook"}}
        assert f"Action-Server ist von außen erreichbar (0.0.0.0:{port})" in _only(_real(sound, endpoints=endpoints))
    with _listening("127.0.0.1") as port:
        endpoints = {**sound.endpoints, "action_endpoint": {"url": f"http://127.0.0.1:{port}/webhook"}}
        assert _findings(_real(sound, endpoints=endpoints)) == []


def test_an_action_server_elsewhere_is_for_a_person_to_look_at(sound: SetUp) -> None:
    endpoints = {**sound.endpoints, "action_endpoint": {"url": "http://10.0.0.7:5055/webhook"}}
    (finding,) = exposure.examine_servers(replace(sound, endpoints=endpoints))

    assert not finding.is_wrong and "10.0.0.7" in finding.text


def test_an_assistant_beside_its_proxy_is_named(
    sound: SetUp, no_web_ports: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exposure, "own_address", lambda: None)
    with _listening() as port:
        assert "ohne TLS erreichbar" in _only(_real(sound, port=port))


def test_several_workers_without_shared_locks_are_named(sound: SetUp) -> None:
    setup = replace(sound, environment={"SANIC_WORKERS": "4"})
    shared = {**sound.endpoints, "lock_store": {"type": "redis", "url": "localhost"}}

    assert "4 Worker ohne gemeinsame Sperren" in _only(setup)
    assert _findings(replace(setup, endpoints=shared)) == []


def test_servers_that_run_beside_each_other_are_counted(sound: SetUp) -> None:
    """By `make run` or by systemd; not those of another installation, a training, or a command that names one."""
    commands = {
        "/opt/python -m rasa run --port 5005": sound.root,
        "/opt/python -W ignore -m rasa run --port 5006": sound.root,
        "/opt/python -m rasa run --port 5007": Path("/"),
        "/opt/python -m rasa train --force": sound.root,
        "/bin/grep rasa run": sound.root,
    }
    for number, (command, folder) in enumerate(commands.items()):
        process = sound.proc / str(100 + number)
        process.mkdir()
        (process / "cmdline").write_bytes(command.replace(" ", "\0").encode() + b"\0")
        (process / "cwd").symlink_to(folder)

    assert "2 Worker ohne gemeinsame Sperren" in _only(sound)


def test_conversations_in_memory_are_named(sound: SetUp) -> None:
    endpoints = {"action_endpoint": sound.endpoints["action_endpoint"]}

    assert "tracker_store" in _only(replace(sound, endpoints=endpoints))


def test_a_full_disk_is_named(sound: SetUp, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda _: usage(0, 0, 999_000_000))

    assert "999 MB frei" in _only(sound)


def test_a_clock_that_is_behind_is_named(sound: SetUp) -> None:
    later = time.time() + 3600
    os.utime(sound.root / "models/bowe.tar.gz", (later, later))

    assert "Die Uhr geht nach" in _only(sound)


@pytest.mark.parametrize(("synchronized", "is_wrong"), [(False, True), (None, False)])
def test_a_clock_that_nobody_sets_is_named(
    sound: SetUp, monkeypatch: pytest.MonkeyPatch, synchronized: bool | None, is_wrong: bool
) -> None:
    monkeypatch.setattr(machine, "_is_synchronized", lambda: synchronized)
    (finding,) = machine.examine_clock(sound)

    assert finding.is_wrong is is_wrong


def test_a_machine_without_timedatectl_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    assert machine._is_synchronized() is None


def test_a_folder_that_cannot_be_written_is_named(sound: SetUp) -> None:
    (sound.root / "var").rmdir()
    (sound.root / "var").write_text("eine Datei, wo ein Ordner hingehört")

    (finding,) = machine.examine_rights(sound)
    assert "lässt sich nicht beschreiben" in finding.text


def test_a_missing_folder_is_named(sound: SetUp) -> None:
    (sound.root / "var").rmdir()

    assert "lässt sich nicht beschreiben" in _only(sound)


def test_conversations_that_others_may_read_are_named(sound: SetUp) -> None:
    (sound.root / "var" / "conversations.db").touch(mode=0o644)

    assert "auch für andere Benutzer lesbar" in _only(sound)


def test_as_root_nothing_is_said_about_rights(sound: SetUp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine.os, "geteuid", lambda: 0)
    (finding,) = machine.examine_rights(sound)

    assert not finding.is_wrong and "deploy/staff" in finding.mend


def test_a_missing_model_is_named(sound: SetUp) -> None:
    (sound.root / "models/bowe.tar.gz").unlink()

    assert "Es gibt kein Modell" in _only(sound)


def test_a_model_older_than_the_content_is_named(sound: SetUp) -> None:
    (sound.root / "domain.yml").write_text("intents: []")

    assert "älter als die Inhalte" in _only(sound)


@pytest.mark.parametrize("name", stock.LICENCE_FILES)
def test_missing_licences_are_named(sound: SetUp, name: str) -> None:
    (sound.root / name).unlink()

    assert name in _only(sound)


def test_a_wrong_retention_is_named(sound: SetUp) -> None:
    assert "RETENTION_FEEDBACK_DAYS" in _only(replace(sound, environment={"RETENTION_FEEDBACK_DAYS": "nie"}))


@pytest.mark.parametrize(
    ("name", "content", "named"),
    [
        ("credentials.yml", {"channels.visitor.VisitorChannel": {"max_chars": "viele"}}, "max_chars"),
        ("credentials.yml", "channels.visitor.VisitorChannel:\n  allowed_origins: ${NIE_GESETZT}\n", "NIE_GESETZT"),
        ("endpoints.yml", "[", "endpoints.yml"),
        ("endpoints.yml", None, "endpoints.yml fehlt"),
    ],
)
def test_a_wrong_settings_file_is_named_and_the_rest_is_examined(
    tmp_path: Path, name: str, content: object, named: str
) -> None:
    for file in ("credentials.yml", "endpoints.yml"):
        shutil.copy(ROOT / file, tmp_path)
    if content is None:
        (tmp_path / name).unlink()
    elif isinstance(content, str):
        (tmp_path / name).write_text(content)
    else:
        YAML().dump(content, tmp_path / name)
    setup, findings = read_set_up(tmp_path)

    assert any(named in finding.text for finding in findings) and setup.root == tmp_path


def test_the_command_ends_with_1_and_says_how_many(monkeypatch: pytest.MonkeyPatch, sound: SetUp) -> None:
    (sound.root / "models/bowe.tar.gz").unlink()
    monkeypatch.setattr("staff.operation.examined.read_set_up", lambda **_: (sound, []))

    result = CliRunner().invoke(command_line.app, ["doctor"])

    assert result.exit_code == 1
    assert "✗ Modell" in result.stdout and "→ make train" in result.stdout and "1 Mangel." in result.stdout


def test_in_this_project_the_doctor_runs_and_reads_the_real_settings() -> None:
    command = [sys.executable, "-W", "ignore", "-m", "staff", "doctor"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)

    assert ended.returncode in (0, 1)
    assert "✓ Einstellungen" in ended.stdout and "✓ Kanal »rest«" in ended.stdout
    assert "Traceback" not in ended.stderr
