"""What the doctor looks at, and what it may find."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from rasa.shared.exceptions import RasaException

from channels.settings import VisitorSettings, read_settings
from staff.operation.kept import VISITOR_CHANNEL, read_settings_file
from staff.operation.sockets import PROC, Listener, listeners_at
from staff.project import ROOT

PROXY_FOLDERS = (Path("/etc/nginx/sites-enabled"), Path("/etc/nginx/conf.d"), Path("/etc/apache2/sites-enabled"))
DEFAULT_ACTION_PORT = 5055


@dataclass(frozen=True)
class Finding:
    """Something the doctor has to say.

    Attributes:
        text: what it is, in German.
        mend: what to do about it.
        is_wrong: false for what cannot be examined here and is to be looked at by a person.
    """

    text: str
    mend: str
    is_wrong: bool = True


@dataclass(frozen=True)
class SetUp:
    """An installation as it stands.

    Attributes:
        root: the project's folder.
        credentials, endpoints: the settings files, environment variables filled in.
        channel: the checked settings of the visitors' channel.
        environment: the variables the servers are started with.
        port: where the Rasa server listens.
        is_proxy_elsewhere: a proxy on another machine stands in front.
        public_url: the address visitors use, if it is to be asked.
        proxy_folders: where the settings of a proxy on this machine are.
        proc: Linux's tables.
    """

    root: Path = ROOT
    credentials: dict[str, Any] = field(default_factory=dict)
    endpoints: dict[str, Any] = field(default_factory=dict)
    channel: VisitorSettings = field(default_factory=lambda: read_settings(None))
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    port: int = 5005
    is_proxy_elsewhere: bool = False
    public_url: str = ""
    proxy_folders: tuple[Path, ...] = PROXY_FOLDERS
    proc: Path = PROC

    @property
    def action_url(self) -> str:
        """Where Rasa looks for the action server."""
        return str((self.endpoints.get("action_endpoint") or {}).get("url") or "")

    @property
    def action_port(self) -> int:
        """The port of it."""
        return urlsplit(self.action_url).port or DEFAULT_ACTION_PORT

    def open_listeners(self, port: int) -> list[Listener]:
        """Sockets at a port that others than this machine reach."""
        return [listener for listener in listeners_at(port, self.proc) if not listener.is_local]


def read_set_up(root: Path = ROOT, **more: Any) -> tuple[SetUp, list[Finding]]:
    """The installation in a folder, and what is wrong with its settings files.

    Args:
        root: the project's folder.
        more: other attributes of `SetUp`.
    """
    findings: list[Finding] = []
    credentials, endpoints = (_read(root / f"{name}.yml", findings) for name in ("credentials", "endpoints"))
    channel = read_settings(None)
    try:
        channel = read_settings(credentials.get(VISITOR_CHANNEL))
    except RasaException as error:
        findings.append(Finding(str(error), "Das genannte Feld berichtigen (channels/README.md nennt alle)."))
    return SetUp(root, credentials, endpoints, channel, **more), findings


def _read(file: Path, findings: list[Finding]) -> dict[str, Any]:
    if not file.exists():
        findings.append(Finding(f"{file.name} fehlt.", f"git checkout {file.name}"))
    try:
        return read_settings_file(file)
    except RasaException as error:
        findings.append(Finding(str(error), "Die genannte Stelle berichtigen oder die Variable setzen."))
        return {}
