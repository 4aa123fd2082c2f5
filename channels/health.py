"""Is the assistant well? It is if a model is loaded and the action server, which finds answers, responds."""

from __future__ import annotations

import asyncio
import re
import time
from pathlib import Path
from typing import Any

import aiohttp

from answers.live import live_content
from channels.settings import PROJECT_FOLDER

CHECK_SECONDS, KEEP_SECONDS = 2.0, 2.0


def project_version(root: Path = PROJECT_FOLDER) -> str:
    """The version in `pyproject.toml`."""
    found = re.search(r'^version = "(.+)"$', (root / "pyproject.toml").read_text("utf-8"), re.MULTILINE)
    return found[1] if found else "unknown"


class HealthCheck:
    """Asks model and action server; an answer is good for two seconds, so that asking often costs nothing."""

    def __init__(self) -> None:
        self._version = project_version()
        self._turn = asyncio.Lock()
        self._report: dict[str, Any] = {}
        self._checked_at = float("-inf")

    async def report(self, agent: Any) -> dict[str, Any]:
        """`status` (»ok« or »degraded«), `version`, whether `model` and `actions` are ready, and whether the
        `content` that is served is the one on disk (False: a saved file has a mistake, the log names it)."""
        async with self._turn:
            if time.monotonic() - self._checked_at > KEEP_SECONDS:
                model = bool(agent and agent.is_ready())
                actions = await _answers(getattr(agent, "action_endpoint", None))
                status = "ok" if model and actions else "degraded"
                self._report = {
                    "status": status,
                    "version": self._version,
                    "model": model,
                    "actions": actions,
                    "content": live_content().problem is None,
                }
                self._checked_at = time.monotonic()
            return self._report


async def _answers(action_endpoint: Any) -> bool:
    """Whether the action server's own health page (beside its `/webhook`) says yes."""
    if action_endpoint is None or not action_endpoint.url:
        return False
    url = re.sub(r"/webhook/?$", "", action_endpoint.url) + "/health"
    try:
        timeout = aiohttp.ClientTimeout(total=CHECK_SECONDS)
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url) as response:
            return response.status == 200
    except (TimeoutError, aiohttp.ClientError, OSError):
        return False
