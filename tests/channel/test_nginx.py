"""The site of `deploy/nginx` in a real nginx, before the real channels."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
import urllib3

from channels.refusals import REFUSAL_TEXTS
from channels.settings import VisitorSettings
from staff.project import ROOT
from staff.stack import free_port

from .conftest import PAGE, Server

SITE = ROOT / "deploy" / "nginx" / "bowe-chat.conf"
NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
OPENSSL = shutil.which("openssl")
needs_nginx = pytest.mark.skipif(
    not ((NGINX and OPENSSL) or os.environ.get("CI")), reason="nginx or openssl is not installed"
)
urllib3.disable_warnings()  # the certificate is our own


@dataclass
class Proxy:
    """A running nginx with our site."""

    url: str
    plain_url: str
    log: Path
    error_log: Path

    def call(self, method: str, path: str, **more: Any) -> requests.Response:
        """A request as a visitor's browser makes it."""
        return requests.request(method, f"{self.url}{path}", verify=False, timeout=20, allow_redirects=False, **more)


def _certificate(folder: Path) -> None:
    command = [str(OPENSSL), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    files = ["-keyout", str(folder / "privkey.pem"), "-out", str(folder / "fullchain.pem")]
    subprocess.run([*command, *files], check=True, capture_output=True)


def _adapted(folder: Path, upstream: str, ports: tuple[int, int]) -> str:
    """The site with this machine's addresses and files."""
    text = SITE.read_text(encoding="utf-8")
    for old, new in (
        ("/etc/letsencrypt/live/chat.example.org", str(folder)),
        ("/var/log/nginx", str(folder)),
        ("/opt/bowe-chat", str(ROOT)),
        ("server 127.0.0.1:5005", f"server {upstream}"),
        ("listen 80;", f"listen 127.0.0.1:{ports[0]};"),
        ("listen 443 ssl http2;", f"listen 127.0.0.1:{ports[1]} ssl http2;"),
        ("server_name chat.example.org", "server_name localhost 127.0.0.1"),
    ):
        assert old in text, old
        text = text.replace(old, new)
    return re.sub(r"^\s*listen \[::\].*$", "", text, flags=re.MULTILINE)


def _main(folder: Path) -> Path:
    """A whole configuration around the site, all of whose files are in this folder."""
    temp = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if os.geteuid() == 0 else ""
    file = folder / "nginx.conf"
    file.write_text(
        f"{user} daemon off; pid {folder}/pid; error_log {folder}/start.log;\n"
        f"events {{}}\nhttp {{ {temp}\ninclude {folder}/site.conf; }}\n"
    )
    return file


@pytest.fixture
def start_nginx(tmp_path: Path) -> Iterator[Callable[[str], Proxy]]:
    """Start nginx before an upstream (`host:port`); it ends with the test."""
    running: list[subprocess.Popen[bytes]] = []

    def start(upstream: str) -> Proxy:
        ports = free_port(), free_port()
        _certificate(tmp_path)
        (tmp_path / "site.conf").write_text(_adapted(tmp_path, upstream, ports))
        main = _main(tmp_path)
        checked = subprocess.run([str(NGINX), "-t", "-p", tmp_path, "-c", main], capture_output=True, text=True)
        # From 1.25 on nginx would rather have »http2 on«, which 1.22 (Debian 12) does not know.
        warnings = [line for line in checked.stderr.splitlines() if "[warn]" in line and "http2" not in line]
        assert checked.returncode == 0 and warnings == [], checked.stderr
        running.append(subprocess.Popen([str(NGINX), "-p", str(tmp_path), "-c", str(main)]))
        _wait_for(ports[1])
        names = (tmp_path / "bowe-chat.log", tmp_path / "bowe-chat-error.log")
        return Proxy(f"https://127.0.0.1:{ports[1]}", f"http://127.0.0.1:{ports[0]}", *names)

    yield start
    for process in running:
        process.terminate()
        process.wait(10)


def _wait_for(port: int) -> None:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("nginx did not start")


@pytest.fixture
def proxy(start_nginx: Callable[[str], Proxy], start_server: Callable[..., Server]) -> Proxy:
    """nginx before a channel that counts five sessions an address."""
    sessions = {"count": 5, "seconds": 3600}
    server = start_server(forwarded_header="X-Forwarded-For", address_sessions=sessions)
    return start_nginx(server.root.removeprefix("http://"))


pytestmark = needs_nginx


def test_a_conversation_goes_through(proxy: Proxy) -> None:
    opened = proxy.call("POST", "/webhooks/visitor/sessions", headers={"Origin": PAGE})
    token = {"Authorization": f"Bearer {opened.json()['token']}", "Origin": PAGE}

    answer = proxy.call("POST", "/webhooks/visitor/messages", json={"message": "Guten Tag"}, headers=token)

    assert answer.status_code == 200 and "Guten Tag" in answer.json()["messages"][0]["text"]
    assert answer.headers["Access-Control-Allow-Origin"] == PAGE
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
    assert "nginx/" not in answer.headers.get("Server", "")


def test_nobody_gets_round_the_limit_by_inventing_an_address(proxy: Proxy) -> None:
    for header in ("X-Forwarded-For", "X-Real-IP", "Forwarded"):
        statuses = [
            proxy.call("POST", "/webhooks/visitor/sessions", headers={header: f"203.0.113.{number}"}).status_code
            for number in range(3)
        ]

    assert statuses[-1] == 429


@pytest.mark.parametrize(
    "path",
    [
        "/webhooks/rest/webhook",
        "/webhooks/rest/",
        "/webhooks/visitor/../rest/webhook",
        "/webhooks/visitor/%2e%2e/rest/webhook",
        "/webhooks//rest/webhook",
        "/status",
        "/version",
        "/model",
        "/conversations/x/tracker",
        "/",
        "/demo/",
        "/credentials.yml",
        "/widget.js/../../credentials.yml",
        "/.git/config",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_nothing_else_of_rasa_and_of_the_machine_is_there(proxy: Proxy, path: str, method: str) -> None:
    """The path goes out as it is written: `requests` would tidy it up."""
    target = urllib3.util.parse_url(proxy.url)
    with urllib3.HTTPSConnectionPool("127.0.0.1", target.port, cert_reqs="CERT_NONE") as pool:
        connection = pool._get_conn()
        connection.request(method, path, body=b"{}" if method == "POST" else None)
        status = connection.getresponse().status

    assert status in (400, 404, 405)


def test_a_body_too_large_does_not_reach_the_channel(proxy: Proxy) -> None:
    response = proxy.call("POST", "/webhooks/visitor/messages", data=b"x" * 20_000)

    assert response.status_code == 413


def test_the_widget_comes_from_the_disk_for_every_page(proxy: Proxy) -> None:
    response = proxy.call("GET", "/widget.js", headers={"Accept-Encoding": "gzip"})

    assert response.text == (ROOT / "widget/dist/widget.js").read_text(encoding="utf-8")
    assert response.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert response.headers["Content-Encoding"] == "gzip"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert response.headers["Cache-Control"] == "public, max-age=300"


def test_plain_http_leads_to_tls(proxy: Proxy) -> None:
    response = requests.get(f"{proxy.plain_url}/widget.js?a=b", timeout=10, allow_redirects=False)

    assert response.status_code == 301 and response.headers["Location"] == "https://127.0.0.1/widget.js?a=b"


@pytest.mark.parametrize("version", ["-tls1", "-tls1_1"])
def test_old_tls_is_refused(proxy: Proxy, version: str) -> None:
    address = proxy.url.removeprefix("https://")
    command = [str(OPENSSL), "s_client", "-connect", address, version, "-cipher", "ALL:@SECLEVEL=0"]

    assert subprocess.run(command, input=b"", capture_output=True, timeout=10).returncode != 0


def test_while_the_server_restarts_the_visitor_is_told_in_the_contracts_words(
    start_nginx: Callable[[str], Proxy],
) -> None:
    proxy = start_nginx(f"127.0.0.1:{free_port()}")

    response = proxy.call("POST", "/webhooks/visitor/messages", json={"message": "x"}, headers={"Origin": PAGE})

    text = REFUSAL_TEXTS["unavailable"]
    assert (response.status_code, response.json()["error"]) == (
        text.status,
        {"code": "unavailable", "message": text.de},
    )
    assert response.headers["Retry-After"] and response.headers["Access-Control-Allow-Origin"] == "*"


def test_a_flood_gets_a_429_in_the_contracts_words(start_nginx: Callable[[str], Proxy]) -> None:
    proxy = start_nginx(f"127.0.0.1:{free_port()}")
    session = requests.Session()

    responses = [session.get(f"{proxy.url}/webhooks/visitor/health", verify=False, timeout=10) for _ in range(200)]

    refused = [response for response in responses if response.status_code == 429]
    text = REFUSAL_TEXTS["rate_limited"].de.format(seconds=5)
    assert refused and refused[0].json()["error"] == {"code": "rate_limited", "message": text}
    assert refused[0].headers["Retry-After"] == "5"


def test_no_log_leads_to_a_visitor(proxy: Proxy) -> None:
    opened = proxy.call("POST", "/webhooks/visitor/sessions?name=Zeppelin", headers={"User-Agent": "Luftschiff"})
    token = opened.json()["token"]
    proxy.call("POST", "/webhooks/visitor/messages", data=b"x" * 20_000, headers={"Authorization": f"Bearer {token}"})
    time.sleep(0.2)

    logged = proxy.log.read_text() + proxy.error_log.read_text()

    assert "/webhooks/visitor/sessions 201" in logged
    assert not any(word in logged for word in ("Zeppelin", "Luftschiff", token, "127.0.0.1"))


def test_the_sites_limits_fit_the_channels() -> None:
    text = SITE.read_text(encoding="utf-8")
    body = re.search(r"client_max_body_size (\d+)k", text)
    wait = re.search(r"proxy_read_timeout (\d+)s", text)

    assert body and int(body[1]) * 1024 > VisitorSettings().max_body_bytes
    assert wait and int(wait[1]) > VisitorSettings().answer_timeout_seconds
