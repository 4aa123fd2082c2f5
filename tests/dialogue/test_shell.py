"""The staff's shell with the real assistant: in a terminal and through a pipe."""

from __future__ import annotations

import csv
import fcntl
import io
import os
import pty
import re
import select
import signal
import socket
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from staff.project import ROOT
from staff.serving import HOST
from staff.shell import Explainer
from staff.stack import free_port

SHELL = (sys.executable, "-W", "ignore", "-m", "staff", "shell")
CONTROL = re.compile(r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[\[(][0-9;?]*[a-zA-Z]|\r")
WHERE_IS_THE_CURSOR, AT_THE_TOP = b"\x1b[6n", b"\x1b[1;1R"
# A start on a busy machine.
PATIENCE_SECONDS = 180
READY = ":hilfe · :ende"
CTRL_C, CTRL_D, UP = "\x03", "\x04", "\x1b[A"


class Terminal:
    """A pseudo-terminal in which the shell runs.

    Attributes:
        process: the shell.
    """

    def __init__(self, port: int, *options: str) -> None:
        self._screen, inside = pty.openpty()
        fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 120, 0, 0))
        self.process = subprocess.Popen(
            [*SHELL, "--port", str(port), *options],
            cwd=ROOT,
            env={**os.environ, "TERM": "xterm-256color"},
            stdin=inside,
            stdout=inside,
            stderr=inside,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(inside)

    def until(self, awaited: str) -> str:
        """What is shown up to and with the first chunk that completes `awaited`."""
        shown, end = "", time.monotonic() + PATIENCE_SECONDS
        while awaited not in CONTROL.sub("", shown):
            assert time.monotonic() < end, shown
            shown += self._chunk()
        return CONTROL.sub("", shown)

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._screen, keys.encode())

    def say(self, line: str, awaited: str = READY) -> str:
        """Type a line; returns what is shown up to `awaited`, and the prompt after it."""
        self.type(f"{line}\r")
        return self.until(awaited) + (self.until(READY) if awaited != READY else "")

    def ended(self) -> int:
        """The exit code, when all is read that was shown."""
        while self._chunk():
            pass
        return self.process.wait(PATIENCE_SECONDS)

    def close(self) -> None:
        """End the shell if a test has not."""
        if self.process.poll() is None:
            self.process.terminate()
            self.ended()
        os.close(self._screen)

    def _chunk(self) -> str:
        if not select.select([self._screen], [], [], 1.0)[0]:
            return " " if self.process.poll() is None else ""
        try:
            chunk = os.read(self._screen, 65536)
        except OSError:  # the other side is closed
            return ""
        if WHERE_IS_THE_CURSOR in chunk:
            os.write(self._screen, AT_THE_TOP)
        return chunk.decode(errors="replace")


@pytest.fixture
def terminal(stack: str) -> Iterator[Terminal]:
    """A shell that joins the running assistant, ready."""
    opened = Terminal(_port(stack))
    opened.until(READY)
    yield opened
    opened.close()


def _port(url: str) -> int:
    return int(url.rsplit(":", 1)[1])


def _is_listening(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex((HOST, port)) == 0


def _pipe(port: int, questions: str, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*SHELL, "--port", str(port), *options], input=questions, capture_output=True, text=True, cwd=ROOT
    )


# ---------------------------------------------------------------------- in a terminal


def test_a_conversation_with_the_running_assistant(terminal: Terminal) -> None:
    answer = terminal.say("Was ist MARK 51°7?", "Stand")
    assert "Antwort  standort/mark-517-ueberblick" in answer
    assert "Quelle" in answer
    assert "recipient_id" not in answer
    assert "Antwort  " in terminal.say("1", "Stand")


def test_language_and_style_switch_and_the_last_answer_comes_again(terminal: Terminal) -> None:
    standard = terminal.say("Was ist MARK 51°7?", "Stand")
    easy = terminal.say(":einfach", "Stand")
    english = terminal.say(":en", "Stand")
    german = terminal.say(":de", "Stand")
    for shown, toolbar in ((easy, "Einfache Sprache"), (english, "Englisch"), (german, "Deutsch")):
        assert "standort/mark-517-ueberblick" in shown
        assert f"· {toolbar} ·" in shown
    assert "Opel-Werksgelände" in standard and "Opel-Werksgelände" in german
    assert "Opel-Werksgelände" not in easy
    assert "former Opel" in english


def test_the_wish_for_plain_language_holds_before_the_first_question(terminal: Terminal) -> None:
    terminal.say(":einfach", "Ab jetzt: Einfache Sprache.")
    assert "Opel-Werksgelände" not in terminal.say("Was ist MARK 51°7?", "Stand")


def test_a_question_comes_back_with_the_arrow(terminal: Terminal) -> None:
    terminal.say("Was ist MARK 51°7?", "Stand")
    terminal.type(UP)
    assert "standort/mark-517-ueberblick" in terminal.say("", "Stand")


def test_the_reason_names_score_next_and_examples(terminal: Terminal) -> None:
    terminal.say(":warum", "Ab jetzt mit Begründung.")
    shown = terminal.say("wo kann ich Gewerbe anmeldn", "Beispiele")
    for expected in ("verstanden   standort/gewerbe-anmelden", "beantwortet ab", "danach", "»"):
        assert expected in shown


def test_a_follow_up_is_explained_in_the_light_of_the_conversation(stack: str) -> None:
    terminal = Terminal(_port(stack), "--warum")
    terminal.until(READY)
    terminal.say("Was ist die THGA?", "Beispiele")
    assert "verstanden   profil/studierende" in terminal.say("Und wie viele Studierende hat die?", "Beispiele")
    terminal.close()


@pytest.mark.parametrize("keys", [CTRL_C, CTRL_D, ":ende\r"], ids=["Ctrl-C", "Ctrl-D", ":ende"])
def test_leaving_ends_the_shell_and_not_the_assistant_it_joined(terminal: Terminal, stack: str, keys: str) -> None:
    terminal.type(keys)
    assert terminal.ended() == 0
    assert _is_listening(_port(stack))


@pytest.mark.parametrize("end", [CTRL_C, CTRL_D, signal.SIGTERM], ids=["Ctrl-C", "Ctrl-D", "SIGTERM"])
def test_without_a_running_assistant_one_is_started_and_ended(stack: str, end: str | signal.Signals) -> None:
    before = _left_behind()
    terminal = Terminal(free_port())
    started = re.search(r"Eigens gestartet: http://127\.0\.0\.1:(\d+)", terminal.until(READY))
    assert started
    assert "standort/einwohnerzahl" in terminal.say("Wie viele Einwohner hat Bochum?", "Stand")
    if isinstance(end, str):
        terminal.type(end)
    else:
        terminal.process.send_signal(end)
    assert terminal.ended() == 0
    assert not _is_listening(int(started[1]))
    assert _left_behind() == before


def _left_behind() -> tuple[set[str], set[str]]:
    """The servers that run from this folder, and the files in `var` beside the logs."""
    lines = (_command_line(folder) for folder in Path("/proc").iterdir() if folder.name.isdigit())
    servers = {line for line in lines if f"{ROOT}/" in line and ("-m\0rasa\0run" in line or "action_server" in line)}
    return servers, {file.name for file in (ROOT / "var").iterdir() if file.name.startswith("endpoints")}


def _command_line(folder: Path) -> str:
    try:
        return (folder / "cmdline").read_text()
    except OSError:  # it has just ended
        return ""


def test_an_interrupted_start_leaves_nothing_behind(stack: str) -> None:
    before = _left_behind()
    terminal = Terminal(free_port())
    terminal.until("einer wird gestartet")
    time.sleep(1.0)
    terminal.process.send_signal(signal.SIGINT)
    assert terminal.ended() == 0
    assert _left_behind() == before


# ---------------------------------------------------------------------- through a pipe


def test_a_file_of_questions_comes_out_as_a_table(stack: str) -> None:
    ended = _pipe(_port(stack), "# Fragen\n\nWie viele Einwohner hat Bochum?\nWie wird das Wetter morgen?\n")
    assert ended.returncode == 0, ended.stderr
    for expected in ("Frage", "Antwort-Id", "standort/einwohnerzahl", "https://", "keine Antwort"):
        assert expected in ended.stdout
    assert "Traceback" not in ended.stderr and "Warning" not in ended.stderr


def test_each_question_of_a_file_is_a_conversation_of_its_own(stack: str) -> None:
    ended = _pipe(_port(stack), "Was ist die THGA?\nQuelle?\n", "--csv")
    first, second = csv.DictReader(io.StringIO(ended.stdout))
    assert (first["Art"], first["Antwort-Id"]) == ("Antwort", "hochschulen/thga")
    assert second["Art"] == "Rückfrage"


def test_reasons_of_a_file_agree_with_the_answers(stack: str) -> None:
    ended = _pipe(_port(stack), "Wie viele Einwohner hat Bochum?\nHow many students are there?\n", "--csv", "--warum")
    rows = list(csv.DictReader(io.StringIO(ended.stdout)))
    assert len(rows) == 2, ended.stderr
    for row in rows:
        assert row["Verstanden"] == row["Antwort-Id"]
        assert row["Wert"].startswith(("0,", "1,"))
        assert row["Beispiele"]


def test_an_example_decides_for_itself(stack: str) -> None:
    (explanation,) = Explainer.load().explain("Wie viele Einwohner hat Bochum?")
    text, cosine = explanation.examples[0]
    assert text == "Wie viele Einwohner hat Bochum?"
    assert cosine == pytest.approx(1.0, abs=0.02)
    assert len(explanation.others) == 3
