"""Fixtures that several rooms share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from rich.console import Console

from staff.stack import running_stack
from staff.training import train


@pytest.fixture(scope="session")
def stack() -> Iterator[str]:
    """Address of a real server with the trained model and the real action server."""
    train(Console(stderr=True))
    with running_stack() as url:
        yield url
