"""Messages over REST, and how long each takes."""

from __future__ import annotations

import json
import statistics
import time
import urllib.request
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path


def ask(url: str, sender: str, message: str) -> tuple[float, list[dict]]:
    """Send a message; milliseconds until the reply, and the reply.

    Raises:
        RuntimeError: the reply is empty, so that its time would count for nothing.
    """
    body = json.dumps({"sender": sender, "message": message}).encode()
    request = urllib.request.Request(f"{url}/webhooks/rest/webhook", body, {"Content-Type": "application/json"})
    began = time.perf_counter()
    with urllib.request.urlopen(request, timeout=60) as response:
        reply = json.loads(response.read())
    if not reply:
        raise RuntimeError(f"no reply to »{message}«")
    return 1000 * (time.perf_counter() - began), reply


def median_turn(url: str, messages: Sequence[str], turns: int = 150) -> float:
    """Median milliseconds of a turn with one visitor; a conversation has five turns."""
    return statistics.median(ask(url, f"one-{i // 5}", messages[i % len(messages)])[0] for i in range(turns))


def turns_a_second(url: str, messages: Sequence[str], visitors: int = 8, turns_each: int = 40) -> float:
    """Turns a second while so many visitors write at once."""

    def visitor(number: int) -> None:
        for i in range(turns_each):
            ask(url, f"many-{number}-{i // 5}", messages[(37 * number + i) % len(messages)])

    began = time.perf_counter()
    with ThreadPoolExecutor(visitors) as pool:
        list(pool.map(visitor, range(visitors)))
    return visitors * turns_each / (time.perf_counter() - began)


def growth(url: str, messages: Sequence[str]) -> float:
    """The median of turns 290–310 of one conversation over that of turns 5–15, both over the same messages."""
    times = [ask(url, "long", messages[i % 20])[0] for i in range(310)]
    return statistics.median(times[290:310]) / statistics.median(times[5:15])


def proportional_memory(pid: int) -> float:
    """Proportional set size of a process, in GB."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) * 1024 / 1e9
