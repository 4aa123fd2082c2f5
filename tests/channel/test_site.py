"""Demo page and widget: found, fresh, small, and nothing else served."""

from __future__ import annotations

import hashlib
import http.client
import os
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from channels.site import FileShelf

from .conftest import PAGE, Server


def test_the_demo_page_takes_the_place_of_rasas_hello(server: Server) -> None:
    response = requests.get(server.root + "/", timeout=10)
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "Demo" in response.text
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert requests.get(server.root + "/demo/", timeout=10).text == response.text
    assert requests.head(server.root + "/", timeout=10).status_code == 200


def test_with_the_site_off_rasa_says_hello(start_server: Callable[..., Server]) -> None:
    server = start_server(serve_site=False)
    assert requests.get(server.root + "/", timeout=10).text.startswith("Hello from Rasa")
    assert requests.get(server.root + "/widget.js", timeout=10).status_code == 404


def test_rasas_own_api_stays_as_it_is(start_server: Callable[..., Server]) -> None:
    server = start_server(enable_api=True)
    assert requests.get(server.root + "/version", timeout=10).json()["version"]
    assert "Demo" in requests.get(server.root + "/", timeout=10).text


def test_files_of_the_demo_are_served(server: Server) -> None:
    assert requests.get(server.root + "/demo/demo.css", timeout=10).headers["Content-Type"].startswith("text/css")
    picture = requests.get(server.root + "/demo/bilder/plan.svg", timeout=10)
    assert picture.headers["Content-Type"] == "image/svg+xml"


@pytest.mark.parametrize(
    "path",
    ["/demo/../geheim.txt", "/demo/..%2fgeheim.txt", "/demo/%2e%2e/geheim.txt", "/demo//etc/passwd", 
     "/demo/.env", "/demo/notiz.md", "/demo/bilder", "/demo/..\\geheim.txt", "/demo/nichts.css", "/demo/%00",
     "/demo/../dist/widget.js"],
)  # fmt: skip
def test_nothing_else_is(server: Server, path: str) -> None:
    address = urlsplit(server.root)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=10)
    connection.putrequest("GET", path, skip_host=False)  # as it stands: requests would tidy it up
    connection.endheaders()
    response = connection.getresponse()
    assert response.status == 404
    assert b"secret" not in response.read()


def test_a_symbolic_link_leads_nowhere(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    (tmp_path / "secret.txt").write_text("secret")
    os.symlink(tmp_path / "secret.txt", tmp_path / "demo" / "link.txt")
    assert FileShelf(tmp_path / "demo").find("link.txt") is None


def test_the_widget_has_a_name_that_changes_with_its_content(server: Server) -> None:
    widget = requests.get(server.root + "/widget.js", timeout=10)
    assert widget.headers["Cache-Control"] == "public, max-age=300"
    assert widget.headers["Content-Encoding"] == "br" or widget.headers["Content-Encoding"] == "gzip"
    assert widget.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    name = f"/widget.{hashlib.sha256(widget.content).hexdigest()[:12]}.js"
    versioned = requests.get(server.root + name, headers={"Origin": PAGE}, timeout=10)
    assert versioned.content == widget.content
    assert versioned.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert versioned.headers["Access-Control-Allow-Origin"]


def test_an_older_name_leads_to_the_current_widget(server: Server) -> None:
    response = requests.get(server.root + "/widget.0123456789ab.js", allow_redirects=False, timeout=10)
    assert (response.status_code, response.headers["Location"]) == (302, "/widget.js")
    assert requests.get(server.root + "/widget.zzz.js", timeout=10).status_code == 404


@pytest.mark.parametrize("encoding", ["br", "gzip", "identity"])
def test_an_unchanged_file_is_not_sent_again(server: Server, encoding: str) -> None:
    headers = {"Accept-Encoding": encoding}
    first = requests.get(server.root + "/", headers=headers, timeout=10)
    again = requests.get(
        server.root + "/", headers=headers | {"If-None-Match": f"W/{first.headers['ETag']}"}, timeout=10
    )
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]


def test_a_changed_file_is_seen_at_once(tmp_path: Path) -> None:
    shelf = FileShelf(tmp_path)
    assert shelf.find("a.css") is None
    (tmp_path / "a.css").write_text("one")
    first = shelf.find("a.css")
    (tmp_path / "a.css").write_text("three")
    second = shelf.find("a.css")
    assert first and second and first.digest != second.digest
    assert shelf.find("a.css") is second
