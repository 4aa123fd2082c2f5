"""Who reaches what: the proxy, the `rest` channel, the two servers."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import requests

from staff.operation.examined import Finding, SetUp
from staff.operation.sockets import is_loopback

OUR_REST, RASAS_REST = "channels.rest.LocalRestInput", "rest"
WEB_PORTS = (80, 443)
ASK_SECONDS = 5.0
# 403: not from this machine; 404: turned off, or the proxy does not pass it on.
REFUSALS = (403, 404)
UNROUTED = "192.0.2.1"  # RFC 5737: nothing is there, and nothing is sent


def examine_proxy(setup: SetUp) -> Iterator[Finding]:
    """A proxy whose header is not read makes all visitors one; a header anybody can write makes one visitor many."""
    proxy = _proxy(setup)
    header = setup.channel.forwarded_header
    if proxy and not header:
        yield Finding(
            f"Vor dem Assistenten steht ein Proxy ({proxy}), aber »forwarded_header« ist nicht gesetzt: alle "
            "Besucher gelten als einer und teilen sich dessen Grenzen.",
            "credentials.yml, channels.visitor.VisitorChannel: »forwarded_header: X-Forwarded-For«; der Proxy muss "
            "ihn setzen (deploy/nginx/bowe-chat.conf).",
        )
    if header and not setup.is_proxy_elsewhere and setup.open_listeners(setup.port):
        yield Finding(
            f"»forwarded_header: {header}« ist gesetzt, aber Port {setup.port} ist auch ohne den Proxy erreichbar: "
            "jeder kann sich eine Adresse ausdenken.",
            "Den Assistenten nur an 127.0.0.1 binden (--interface 127.0.0.1) oder den Port in der Firewall sperren.",
        )


def _proxy(setup: SetUp) -> str | None:
    """What tells that a proxy stands in front."""
    if setup.is_proxy_elsewhere:
        return "auf einem anderen Rechner"
    passes_on = re.compile(rf"^[^#\n]*\b(localhost|127\.0\.0\.1|\[::1\]):{setup.port}\b", re.MULTILINE)
    for file in _files(setup.proxy_folders):
        if passes_on.search(file.read_text(encoding="utf-8", errors="replace")):
            return str(file)
    ports = [str(port) for port in WEB_PORTS if setup.open_listeners(port)]
    return f"Port {' und '.join(ports)} dieses Rechners" if ports else None


def _files(folders: tuple[Path, ...]) -> Iterator[Path]:
    for folder in folders:
        try:
            yield from (file for file in sorted(folder.iterdir()) if file.is_file())
        except OSError:  # not there, or not ours to read
            continue


def examine_rest(setup: SetUp) -> Iterator[Finding]:
    """The `rest` channel has no tokens, limits and masking."""
    if RASAS_REST in setup.credentials:
        yield Finding(
            "credentials.yml: »rest« ist Rasas eigener Kanal und antwortet jedem.",
            f"Die Zeile durch »{OUR_REST}:« ersetzen.",
        )
    if (setup.credentials.get(OUR_REST) or {}).get("local_only") is False:
        yield Finding(
            "credentials.yml: »rest« antwortet auch anderen Rechnern (local_only: false).",
            f"Unter »{OUR_REST}« die Zeile »local_only« löschen.",
        )
    for url in _outer_addresses(setup):
        yield from _ask_rest(url)


def _outer_addresses(setup: SetUp) -> Iterator[str]:
    """Where others than this machine may find the Rasa server."""
    if setup.public_url:
        yield setup.public_url.rstrip("/")
    if setup.open_listeners(setup.port) and (address := own_address()):
        yield f"http://{address}:{setup.port}"


def own_address() -> str | None:
    """An address by which others reach this machine, `None` if it has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((UNROUTED, 9))
            address = str(probe.getsockname()[0])
        except OSError:
            return None
    return None if is_loopback(address) else address


def _ask_rest(url: str) -> Iterator[Finding]:
    """Ask with an empty body: the bot hears nothing of it."""
    try:
        status = requests.post(f"{url}/webhooks/rest/webhook", json={}, timeout=ASK_SECONDS).status_code
    except requests.RequestException as error:
        yield Finding(
            f"{url} antwortet nicht ({type(error).__name__}); ob »rest« dort offen ist, bleibt ungeprüft.",
            "Adresse, Zertifikat und Proxy prüfen; läuft der Assistent?",
        )
        return
    if status not in REFUSALS:
        yield Finding(
            f"»rest« ist von außen erreichbar: {url}/webhooks/rest/webhook antwortet mit {status}.",
            "Im Proxy nur /webhooks/visitor/ weiterreichen (deploy/nginx/bowe-chat.conf) und »local_only« nicht "
            "ausschalten.",
        )


def examine_servers(setup: SetUp) -> Iterator[Finding]:
    """Both servers belong on this machine's own addresses."""
    for listener in setup.open_listeners(setup.action_port):
        yield Finding(
            f"Der Action-Server ist von außen erreichbar ({listener.address}:{listener.port}); er führt aus, was "
            "ihm jemand schickt.",
            "Mit »python -m staff.operation.action_server« starten (deploy/systemd), nicht mit »rasa run actions«.",
        )
    if not setup.is_proxy_elsewhere:
        for listener in setup.open_listeners(setup.port):
            yield Finding(
                f"Der Assistent ist ohne Proxy, also ohne TLS erreichbar ({listener.address}:{listener.port}).",
                "Mit »--interface 127.0.0.1« starten; steht der Proxy auf einem anderen Rechner: Firewall und "
                "»doctor --proxy-elsewhere«.",
            )
    host = urlsplit(setup.action_url).hostname
    if host and host != "localhost" and not is_loopback(host):
        yield Finding(
            f"Der Action-Server läuft anderswo ({host}); wer ihn dort erreicht, ist von hier nicht zu sehen.",
            "Dort »staff doctor« ausführen oder Firewall und Netz prüfen.",
            is_wrong=False,
        )
