"""Starts the action server for this machine only: `python -m staff.operation.action_server --port 5055`.

It executes actions for whoever asks and knows no password. `python -m rasa_sdk` would listen on every address unless
SANIC_HOST says otherwise; here no variable can open it.
"""

from __future__ import annotations

import argparse

from rasa_sdk import utils
from rasa_sdk.endpoint import create_app

HOST = "127.0.0.1"
DEFAULT_PORT = 5055
PACKAGE = "actions.actions"


def serve_actions(port: int) -> None:
    """Answer until the process is told to end."""
    utils.configure_colored_logging("INFO")
    utils.update_sanic_log_level()
    # No web page of any origin has business here.
    app = create_app(PACKAGE, cors_origins=None)
    app.run(HOST, port, workers=utils.number_of_sanic_workers())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Der Action-Server, nur für diesen Rechner.")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT)
    serve_actions(parser.parse_args().port)
