"""What `deploy/` holds fits the programs it is for, and the commands the project itself starts."""

from __future__ import annotations

import configparser
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from staff.project import QUIET, ROOT, python
from staff.serving import commands

DEPLOY = ROOT / "deploy"
SYSTEMD = DEPLOY / "systemd"
HARDENING = SYSTEMD / "bowe-chat-.service.d" / "hardening.conf"
SERVICES = sorted(SYSTEMD.glob("*.service"))
UNITS = sorted(file for file in SYSTEMD.iterdir() if file.is_file())
SERVERS = {"actions": "bowe-chat-actions.service", "rasa": "bowe-chat-server.service"}
HOME = "/opt/bowe-chat"


def _tool(name: str) -> str:
    """Where a program is; the test is skipped if it is not installed."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    if not found:
        pytest.skip(f"{name} is not installed")
    return found


def _run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=60)


def _settings(file: Path, section: str = "Service") -> dict[str, list[str]]:
    """The lines of a section of a unit file, by name; a name may occur several times."""
    lines = re.split(r"^\[(\w+)\]$", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    found: dict[str, list[str]] = {}
    for name, body in zip(lines[1::2], lines[2::2], strict=True):
        for line in body.splitlines():
            if name == section and "=" in line and not line.startswith(("#", ";")):
                key, _, value = line.partition("=")
                found.setdefault(key, []).append(value)
    return found


def _command(service: str) -> list[str]:
    (line,) = _settings(SYSTEMD / service)["ExecStart"]
    return shlex.split(line)


@pytest.mark.parametrize("name", SERVERS)
def test_a_service_starts_what_make_run_starts(name: str) -> None:
    """With this machine's paths in the place of relative ones, and without muting the frameworks' warnings."""
    started = [word for word in _command(SERVERS[name]) if word not in ("-W", "ignore")]
    ours = [word.replace(f"{ROOT}/", "") for word in commands(5005, 5055)[name]]

    assert started == [f"{HOME}/.venv/bin/python", *ours[1:]]
    assert ours[0] in (python(), python().replace(f"{ROOT}/", ""))


@pytest.mark.parametrize("file", SERVICES, ids=lambda file: file.name)
def test_a_service_calls_what_is_there(file: Path) -> None:
    """`-m staff purge` and the like are commands of the command line."""
    from typer.main import get_command

    from staff.__main__ import app

    words = _command(file.name)
    if words[3:5] == ["-m", "staff"]:
        assert words[5] in get_command(app).commands  # type: ignore[attr-defined]


def test_all_services_share_one_user_one_environment_and_one_hardening() -> None:
    shared = _settings(HARDENING)
    environment = dict(pair.split("=", 1) for line in shared["Environment"] for pair in line.split())

    assert shared["User"] == ["bowe-chat"] and shared["ProtectSystem"] == ["strict"]
    assert shared["ReadWritePaths"] == [f"{HOME}/var"]
    assert environment["RASA_TELEMETRY_ENABLED"] == "false"
    assert {name: environment[name] for name in ("PYTHONWARNINGS", "OMP_NUM_THREADS")} == {
        name: QUIET[name] for name in ("PYTHONWARNINGS", "OMP_NUM_THREADS")
    }
    for file in SERVICES:
        assert file.name.startswith("bowe-chat-")  # what the drop-in is for
        assert not {"User", "ProtectSystem", "Environment"} & set(_settings(file))


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The unit files as they would lie on a machine, with programs that are there, so that only the rest can fail."""
    folder = tmp_path / "system"
    shutil.copytree(SYSTEMD, folder)
    for file in folder.glob("*.service"):
        file.write_text(file.read_text().replace(f"{HOME}/.venv/bin/python", "/bin/true"))
    return folder


def test_systemd_takes_the_units(installed: Path) -> None:
    checked = _run(_tool("systemd-analyze"), "verify", "--man=no", *(installed / unit.name for unit in UNITS))

    complaints = [line for line in checked.stderr.splitlines() if "bowe-chat" in line]
    assert complaints == []
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("name", [file.name for file in SERVICES])
def test_systemd_finds_little_to_expose(installed: Path, name: str) -> None:
    """From 0 (nothing) to 10 (all); a service without any hardening has 9.6."""
    merged = installed / f"merged-{name}"
    merged.write_text((installed / name).read_text() + "\n" + HARDENING.read_text())
    checked = _run(_tool("systemd-analyze"), "security", "--offline=true", "--no-pager", "--threshold=20", merged)

    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("file", UNITS, ids=lambda file: file.name)
def test_a_unit_can_be_parsed_and_says_what_it_is_for(file: Path) -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read_string(file.read_text(encoding="utf-8"))

    assert unit["Unit"]["Description"].startswith("Chatbot")
    if file.suffix == ".timer":
        assert (SYSTEMD / f"{file.stem}.service").exists()


def test_logrotate_takes_its_file_and_covers_what_the_services_write(tmp_path: Path) -> None:
    file = DEPLOY / "logrotate" / "bowe-chat"
    written = [path for service in SERVICES for path in _settings(service).get("StandardOutput", [])]
    pattern = file.read_text().split("{")[0].splitlines()[-1].strip()
    copy = tmp_path / "bowe-chat"
    copy.write_text(re.sub(r"^\s*su .*$", "", file.read_text(), flags=re.MULTILINE))  # no such user here
    copy.chmod(0o644)

    assert written and all(Path(path.removeprefix("append:")).match(pattern) for path in written)
    checked = _run(_tool("logrotate"), "--debug", "--state", tmp_path / "state", copy)
    assert checked.returncode == 0 and "error" not in checked.stderr.lower(), checked.stderr


@pytest.mark.parametrize("name", ["install", "restore", "staff"])
def test_the_scripts_are_sound(name: str) -> None:
    file = DEPLOY / name

    assert (os.access(file, os.X_OK) and file.read_text().splitlines()[2] == "set -euo pipefail") or name == "install"
    assert _run("bash", "-n", file).returncode == 0
    checked = _run(_tool("shellcheck"), file)
    assert checked.returncode == 0, checked.stdout


def test_the_installation_copies_its_files_and_never_over_the_operators_own(tmp_path: Path) -> None:
    environment = {**os.environ, "DESTDIR": str(tmp_path)}

    def install() -> None:
        subprocess.run([DEPLOY / "install"], env=environment, check=True, timeout=60)

    install()
    site = tmp_path / "etc/nginx/sites-available/bowe-chat.conf"
    site.write_text("angepasst")
    secrets = tmp_path / "etc/bowe-chat/environment"
    secrets.write_text("DB_PASSWORD=x")
    install()

    assert (site.read_text(), secrets.read_text()) == ("angepasst", "DB_PASSWORD=x")
    assert secrets.stat().st_mode & 0o077 == 0
    for unit in (*UNITS, HARDENING):
        assert (tmp_path / "etc/systemd/system" / unit.relative_to(SYSTEMD)).read_bytes() == unit.read_bytes()
    assert (tmp_path / "etc/logrotate.d/bowe-chat").exists()


def _instructions() -> list[tuple[str, str]]:
    text = (DEPLOY / "container" / "Containerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in lines)]


def test_the_image_runs_as_nobody_with_a_health_check_and_a_pinned_base() -> None:
    instructions = _instructions()
    bases = [rest.split()[0] for word, rest in instructions if word == "FROM"]
    last_stage = instructions[max(index for index, (word, _) in enumerate(instructions) if word == "FROM") :]
    words = [word for word, _ in last_stage]

    assert len(set(bases)) == 1 and re.search(r":3\.12\.\d+-", bases[0])
    assert dict(last_stage)["USER"] == "10001:10001" and words.index("USER") < words.index("CMD")
    assert "/webhooks/visitor/health" in dict(last_stage)["HEALTHCHECK"]
    assert "RUN" not in words


def test_the_image_starts_what_the_service_starts() -> None:
    (command,) = [rest for word, rest in _instructions() if word == "CMD"]

    started = YAML(typ="safe").load(command)
    assert started[1:] == _command("bowe-chat-server.service")[1:]


def test_secrets_and_conversations_stay_out_of_the_image() -> None:
    ignored = (DEPLOY / "container" / "Containerfile.containerignore").read_text().split()

    assert {"var", ".git", ".venv", "models"} <= set(ignored)


def test_of_all_containers_only_nginx_can_be_reached_and_none_may_do_more_than_it_needs() -> None:
    compose = YAML(typ="safe").load((DEPLOY / "container" / "compose.yml").read_text(encoding="utf-8"))
    services = compose["services"]

    assert {name for name, service in services.items() if "ports" in service} == {"server"}
    assert all(
        services[name]["network_mode"] == "service:server" for name in services if name != "server"
    )  # 127.0.0.1 is theirs together
    for service in services.values():
        assert service["read_only"] is True and service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"] and "mem_limit" in service
        assert not service["image"].endswith(":latest")
        for mount in service["volumes"]:
            source = mount.split(":")[0]
            assert source == "var" or source == "./tls" or (DEPLOY / "container" / source).resolve().exists()
    site = (DEPLOY / "nginx" / "bowe-chat.conf").read_text(encoding="utf-8")
    assert all(path in site for path in re.findall(r"s#(\S+?)#", services["nginx"]["command"][2]))
    assert services["actions"]["command"][1:] == _command("bowe-chat-actions.service")[1:]
