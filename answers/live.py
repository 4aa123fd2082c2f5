"""The content as the servers serve it: read again when an editor saves, all or nothing."""

from __future__ import annotations

import hashlib
import logging
import threading
from functools import lru_cache
from pathlib import Path

from answers.schema import ContentError
from answers.store import CONTENT_DIR, AnswerStore

LOOK_EVERY_SECONDS = 1.0
logger = logging.getLogger(__name__)


class LiveContent:
    """The present content of a folder; a change that cannot be read keeps the one before serving.

    Each server process has its own and all look at the same files, so that they take or refuse a change alike.

    Attributes:
        store: the content to answer from; replaced as a whole, so take it once a message.
        problem: why the files as they are now cannot be served, a sentence for the editor; None if they are.
    """

    def __init__(self, folder: Path = CONTENT_DIR) -> None:
        """Read the content.

        Raises:
            ContentError: it cannot be read, and there is nothing older to serve.
        """
        self._folder = folder
        self._seen = self._served = self._state()
        self.store = AnswerStore(folder)
        self.problem: str | None = None

    def _state(self) -> tuple[tuple[str, int, int], ...]:
        """Name, time and size of every content file."""
        files = sorted(self._folder.rglob("*.yml"))
        return tuple((str(file), stat.st_mtime_ns, stat.st_size) for file in files if (stat := file.stat()))

    @property
    def version(self) -> str:
        """Changes with the files that are served."""
        return hashlib.sha256(repr(self._served).encode()).hexdigest()[:8]

    def look(self) -> bool:
        """Take a change over if there is one; True if the content that is served is another now."""
        try:
            state = self._state()
        except FileNotFoundError:  # a file that an editor's program is just replacing
            return False
        if state == self._seen:
            return False
        self._seen = state
        try:
            store = AnswerStore(self._folder)
        except ContentError as error:
            self.problem = str(error)
            logger.warning("Die geänderten Inhalte bleiben liegen, die alten gelten weiter: %s", error)
            return False
        self.store, self._served, self.problem = store, state, None
        logger.info("Geänderte Inhalte gelten jetzt.")
        return True

    def watch(self) -> LiveContent:
        """Look once a second from a thread of its own, which ends with the process."""
        clock = threading.Event()

        def run() -> None:
            while not clock.wait(LOOK_EVERY_SECONDS):
                self.look()

        threading.Thread(target=run, daemon=True, name="content").start()
        return self


@lru_cache(maxsize=1)
def live_content() -> LiveContent:
    """The one watched content of this process."""
    return LiveContent().watch()
