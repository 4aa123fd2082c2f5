"""The small assistant, whole and to be broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from actions.respond import Responder
from answers import AnswerStore

from .content import Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A copy of the small assistant that a test may break."""
    return Project(tmp_path)


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> AnswerStore:
    """The store of the small assistant, not to be changed."""
    return Project(tmp_path_factory.mktemp("assistant")).store()


@pytest.fixture(scope="session")
def real_store() -> AnswerStore:
    """The store of the real content, not to be changed."""
    return AnswerStore()


@pytest.fixture(scope="session")
def responder(store: AnswerStore) -> Responder:
    """What answers from that store."""
    return Responder(store)
