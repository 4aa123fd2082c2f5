"""The Rasa input channel for visitors: `channels.visitor.VisitorChannel` in `credentials.yml`."""

from __future__ import annotations

import functools
from typing import Any

from rasa.core.channels.channel import InputChannel
from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse
from sanic_cors.core import SANIC_CORS_EVALUATED

from channels.api import OnNewMessage, VisitorApi
from channels.edge import ALL_METHODS, Edge, Handler
from channels.replies import VisitorOutput
from channels.responses import harden
from channels.settings import VisitorSettings, read_settings
from channels.site import Site

DEFAULT_PREFIX = "/webhooks/visitor"


class VisitorChannel(InputChannel):
    """Sessions, messages, feedback and deletion over HTTP, served by the Rasa server itself.

    Args:
        settings: the checked settings.
    """

    def __init__(self, settings: VisitorSettings | None = None) -> None:
        self.settings = settings or read_settings(None)

    @classmethod
    def name(cls) -> str:
        """The name in URLs (`/webhooks/visitor`) and trackers."""
        return "visitor"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> VisitorChannel:
        """The channel with the settings that stand under its name in `credentials.yml`.

        Raises:
            SettingsError: names the wrong field.
        """
        return cls(read_settings(credentials))

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        """The routes of the channel; registering them also sets up the site at the server's root."""
        edge = Edge(self.settings)
        api = VisitorApi(self.settings, on_new_message, self.name())
        routes = VisitorBlueprint(self.name())
        routes.ctx.edge, routes.ctx.api, routes.ctx.settings = edge, api, self.settings
        for path, handlers in api.resources().items():
            name = path.strip("/").replace(".", "_")
            # A health check is asked often and from one address; it is cheap.
            _add_resource(routes, edge, name, path, handlers, is_limited=name != "health")
        _add_resource(routes, edge, "root", "/", {})
        _add_resource(routes, edge, "unknown", "/<_path:path>", {})
        return routes

    def get_output_channel(self) -> VisitorOutput:
        """Where Rasa puts messages that no request asked for; nobody reads them."""
        return VisitorOutput()


class VisitorBlueprint(Blueprint):
    """The channel's routes, which bring along what belongs to the whole server."""

    def register(self, app: Sanic, options: dict[str, Any]) -> None:
        """Add the routes under the prefix Rasa gives, the site at `/`, the headers everywhere."""
        super().register(app, options)
        prefix = options.get("url_prefix") or DEFAULT_PREFIX
        if self.ctx.settings.serve_site:
            _remove_hello(app)
            app.blueprint(Site(self.ctx.settings.widget_folder).blueprint())
        app.register_middleware(harden, "response")
        app.register_listener(functools.partial(_claim_cors, self.ctx.edge, prefix), "before_server_start")
        app.register_listener(self.ctx.api.start, "before_server_start")
        app.register_listener(self.ctx.api.stop, "after_server_stop")


def _add_resource(
    routes: Blueprint, edge: Edge, name: str, path: str, handlers: dict[str, Handler], is_limited: bool = True
) -> None:
    """One path with all methods; as a stream, so that the edge reads no more of a body than it must."""

    async def resource(request: Request, **_path: str) -> HTTPResponse:
        return await edge.serve(request, handlers, is_limited)

    routes.add_route(resource, path, methods=ALL_METHODS, name=name, stream=True)


def _remove_hello(app: Sanic) -> None:
    """Take out Rasa's »Hello from Rasa« at `/`: routes are not finalized yet, and it has no other purpose."""
    for segments, group in list(app.router.static_routes.items()):
        if any(route.handler.__qualname__ == "add_root_route.<locals>.hello" for route in group):
            del app.router.static_routes[segments]
            for name in [name for name, route in app.router.name_index.items() if route in list(group)]:
                del app.router.name_index[name]


async def _claim_cors(edge: Edge, prefix: str, app: Sanic, _loop: Any) -> None:
    """Answer CORS for the channel ourselves, whatever `rasa run --cors` allows for the rest of the server.

    Rasa's CORS extension puts itself in front of all middleware when the server starts, so this must come
    later. It skips requests that are marked as evaluated.
    """

    def claim(request: Request) -> HTTPResponse | None:
        if request.path != prefix and not request.path.startswith(prefix + "/"):
            return None
        setattr(request.ctx, SANIC_CORS_EVALUATED, "1")
        return edge.preflight(request) if request.method == "OPTIONS" else None

    app.request_middleware.appendleft(claim)
