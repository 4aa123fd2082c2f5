"""The demo page at `/`, the widget's file, and what the demo page loads.

- `/` and `/demo/…` come from `widget/demo/`, always revalidated;
- `/widget.js` is the current widget, kept by caches for five minutes;
- `/widget.<hash>.js` is the same under a name that changes with its content, kept for a year.
"""

from __future__ import annotations

import functools
from pathlib import Path, PurePosixPath

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, raw

from channels.responses import SITE_POLICY, StaticFile

# Only these are served, whatever lies in the folder.
MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
REVALIDATE = "no-cache"
SHORT = "public, max-age=300"
FOREVER = "public, max-age=31536000, immutable"
# The widget belongs on other people's pages, with an integrity check and under COEP if they like.
WIDGET_HEADERS = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
PAGE_HEADERS = {"Content-Security-Policy": SITE_POLICY}


class FileShelf:
    """The files below one folder, read again only when they change.

    Args:
        folder: nothing outside it is ever served.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._files: dict[Path, tuple[tuple[int, int], StaticFile]] = {}

    def find(self, name: str) -> StaticFile | None:
        """The file at the relative path `name`; `None` if it is not there or not for visitors."""
        path = self._path(name)
        if path is None or not path.is_file():
            return None
        stat = path.stat()
        stamp = (stat.st_mtime_ns, stat.st_size)
        known = self._files.get(path)
        if known is None or known[0] != stamp:
            known = self._files[path] = stamp, StaticFile(path.read_bytes(), MEDIA_TYPES[path.suffix])
        return known[1]

    def _path(self, name: str) -> Path | None:
        parts = PurePosixPath(name).parts
        if not parts or "\\" in name or "\0" in name or any(part.startswith((".", "/")) for part in parts):
            return None
        path = self._folder.joinpath(*parts).resolve()  # resolved, so that no symbolic link leads out
        return path if path.is_relative_to(self._folder) and path.suffix in MEDIA_TYPES else None


class Site:
    """Serves demo page and widget.

    Args:
        widget_folder: where `demo/` and `dist/widget.js` are; both may come later than the server.
    """

    def __init__(self, widget_folder: Path) -> None:
        self._demo = FileShelf(widget_folder / "demo")
        self._dist = FileShelf(widget_folder / "dist")

    def blueprint(self) -> Blueprint:
        """The routes at the root of the server."""
        routes = Blueprint("visitor_site")
        for name, uri, handler in (
            ("page", "/", self.page),
            ("demo", "/demo", self.page),
            ("demo_file", "/demo/<name:path>", self.demo_file),
            ("widget", "/widget.js", self.widget),
            ("widget_version", r"/<name:widget\.[0-9a-f]{12}\.js>", self.widget_version),
        ):
            # Sanic marks its handlers, and a bound method takes no marks.
            routes.add_route(functools.partial(handler), uri, methods=["GET", "HEAD"], name=name)
        return routes

    async def page(self, request: Request) -> HTTPResponse:
        """The demo page."""
        return await self.demo_file(request, "index.html")

    async def demo_file(self, request: Request, name: str) -> HTTPResponse:
        """A file of the demo page."""
        file = self._demo.find(name or "index.html")
        return file.respond(request, REVALIDATE, PAGE_HEADERS) if file else _not_found()

    async def widget(self, request: Request) -> HTTPResponse:
        """The widget as it is today."""
        file = self._dist.find("widget.js")
        return file.respond(request, SHORT, WIDGET_HEADERS) if file else _not_found()

    async def widget_version(self, request: Request, name: str) -> HTTPResponse:
        """The widget under the name of its content; an older name leads to the current file."""
        file = self._dist.find("widget.js")
        if file is None:
            return _not_found()
        if name != f"widget.{file.digest}.js":
            return HTTPResponse(
                status=302, headers={"Location": "/widget.js", "Cache-Control": "no-store"} | WIDGET_HEADERS
            )
        return file.respond(request, FOREVER, WIDGET_HEADERS)


def _not_found() -> HTTPResponse:
    return raw(b"Nicht gefunden / Not found", 404, {"Cache-Control": "no-store"}, "text/plain; charset=utf-8")
