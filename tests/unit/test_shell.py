"""The staff's shell: what it says, what it shows, and how it ends."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import tarfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput
from rich.console import Console
from typer.testing import CliRunner, Result

from answers import AnswerStore
from nlu.candidates import Candidate, Question
from nlu.understanding import Understanding
from staff import __main__ as command_line
from staff import shell
from staff.project import ROOT
from staff.serving import HOST
from staff.shell import Explainer, Session, Shell, ShellError, answers_in, questions_of
from staff.shell_view import Answer, Asked, Button, Explanation, Guess, questions_table, write_csv
from staff.stack import free_port

QUESTION = "Wie viele Hochschulen gibt es?"
CUSTOM = {
    "kind": "answer",
    "answer_id": "hochschulen/anzahl",
    "topic": "hochschulen",
    "lang": "de",
    "as_of": "2024",
    "sources": [{"title": "Stadt [Bochum]", "url": "https://www.bochum.de/a"}],
    "text": "Es gibt 9 Hochschulen.",
    "entity": None,
}
BUTTONS = [{"title": "Welche?", "payload": '/antwort{"id": "hochschulen/liste"}'}]
REPLY = [{"text": "Es gibt 9 Hochschulen.\n\nQuelle: …", "buttons": BUTTONS}, {"custom": CUSTOM}]


class Assistant:
    """Stands in for the assistant: replies alike to all, and remembers what was sent.

    Attributes:
        status, reply: what a message gets.
        health: what the visitors' channel says of itself.
        lasts: so many messages are answered before it is gone.
    """

    def __init__(self) -> None:
        self.received: list[dict[str, Any]] = []
        self.status, self.reply = 200, json.dumps(REPLY)
        self.health: dict[str, Any] = {"model": True, "actions": True}
        self.lasts = 1000
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._send(200, json.dumps(outer.health if self.path.endswith("/health") else {"status": "ok"}))

            def do_POST(self) -> None:
                outer.received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                if len(outer.received) <= outer.lasts:
                    self._send(outer.status, outer.reply)
                self.close_connection = True

            def _send(self, status: int, content: str) -> None:
                self.send_response(status)
                self.end_headers()
                self.wfile.write(content.encode())

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer((HOST, 0), Handler)
        self.port = self._server.server_port
        self.url = f"http://{HOST}:{self.port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def messages(self) -> list[str]:
        """What was said to it."""
        return [body["message"] for body in self.received]

    def stop(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def assistant() -> Iterator[Assistant]:
    """A stand-in for a running assistant."""
    running = Assistant()
    yield running
    running.stop()


def _talk(url: str, *lines: str, explainer: Explainer | None = None) -> str:
    """Type lines into a shell, then Ctrl-D; returns what it printed."""
    console = Console(file=io.StringIO(), width=100)
    typed = create_pipe_input()
    try:
        typed.send_text("".join(f"{line}\r" for line in lines) + "\x04")
        with create_app_session(input=typed, output=DummyOutput()):
            Shell(url, console, explainer).run()
    finally:
        typed.close()
    return console.file.getvalue()  # type: ignore[attr-defined]


def _pipe(port: int, text: str | bytes, *options: str) -> Result:
    return CliRunner().invoke(command_line.app, ["shell", "--port", str(port), *options], input=text)


# ---------------------------------------------------------------------- talking to the assistant


def test_a_reply_becomes_answers_with_source_stand_and_buttons() -> None:
    (answer,) = answers_in(REPLY)

    assert (answer.key, answer.text, answer.as_of) == ("hochschulen/anzahl", "Es gibt 9 Hochschulen.", "2024")
    assert answer.sources == (("Stadt [Bochum]", "https://www.bochum.de/a"),)
    assert answer.buttons == (Button("Welche?", '/antwort{"id": "hochschulen/liste"}'),)


def test_a_text_without_its_custom_object_is_an_answer_too() -> None:
    (answer,) = answers_in([{"recipient_id": "a", "text": "Nanu"}])
    assert (answer.kind, answer.text, answer.key) == ("smalltalk", "Nanu", "")


@pytest.mark.parametrize("parts", [{"status": "ok"}, ["x"], [{"custom": {"kind": "answer"}}], None, [7]])
def test_what_is_no_reply_is_said_so(parts: Any) -> None:
    with pytest.raises(ShellError, match="nicht die Form"):
        answers_in(parts)


def test_each_session_is_a_visitor_of_its_own(assistant: Assistant) -> None:
    first, second = Session(assistant.url), Session(assistant.url)
    for session in (first, first, second):
        session.say(QUESTION)

    senders = [body["sender"] for body in assistant.received]
    assert senders[0] == senders[1] != senders[2]
    assert first.last and first.last.key == "hochschulen/anzahl"


# ---------------------------------------------------------------------- in the terminal


def test_an_answer_is_shown_with_its_source_its_stand_and_numbered_buttons(assistant: Assistant) -> None:
    shown = _talk(assistant.url, QUESTION)

    assert assistant.messages == ["/greet", QUESTION]
    for expected in ("Antwort  hochschulen/anzahl", "Stadt [Bochum]", "https://www.bochum.de/a", "Stand   2024"):
        assert expected in shown
    assert "1  Welche?" in shown
    assert "custom" not in shown


def test_a_number_chooses_a_button(assistant: Assistant) -> None:
    shown = _talk(assistant.url, QUESTION, "1")
    assert assistant.messages[-1] == BUTTONS[0]["payload"]
    assert "→ Welche?" in shown


def test_a_number_without_a_button_is_not_sent(assistant: Assistant) -> None:
    assert "Knopf 7 gibt es nicht, nur 1 bis 1." in _talk(assistant.url, "7")
    assert assistant.messages == ["/greet"]


def test_the_buttons_of_two_answers_are_counted_through(assistant: Assistant) -> None:
    assistant.reply = json.dumps([*REPLY, *REPLY])
    shown = _talk(assistant.url, QUESTION, "2")
    assert "2  Welche?" in shown
    assert assistant.messages[-1] == BUTTONS[0]["payload"]


@pytest.mark.parametrize(
    ("command", "lang", "confirmed"),
    [(":en", "en", "Englisch"), (":de", "de", "Deutsch"), (":einfach", "de", "Einfache Sprache")],
)
def test_language_and_style_are_asked_for_as_a_visitor_would(
    assistant: Assistant, command: str, lang: str, confirmed: str
) -> None:
    shown = _talk(assistant.url, command)
    assert assistant.messages[-1] == shell.WISHES[command]
    assert assistant.received[-1]["metadata"] == {"lang": lang}
    assert f"Ab jetzt: {confirmed}." in shown


def test_a_new_conversation_has_a_new_visitor(assistant: Assistant) -> None:
    _talk(assistant.url, QUESTION, ":neu")
    assert assistant.messages == ["/greet", QUESTION, "/greet"]
    assert len({body["sender"] for body in assistant.received}) == 2


def test_the_help_names_every_command(assistant: Assistant) -> None:
    shown = _talk(assistant.url, ":hilfe")
    assert all(command in shown for command in shell.COMMANDS)


def test_an_unknown_command_and_an_empty_line_are_not_sent(assistant: Assistant) -> None:
    assert "»:quatsch« gibt es nicht" in _talk(assistant.url, ":quatsch", "", "   ")
    assert assistant.messages == ["/greet"]


def test_the_end_can_be_asked_for(assistant: Assistant) -> None:
    _talk(assistant.url, ":ende", QUESTION)
    assert assistant.messages == ["/greet"]


def test_a_message_that_is_not_taken_does_not_end_the_conversation(assistant: Assistant) -> None:
    session = Session(assistant.url)
    assistant.status, assistant.reply = 413, '{"error": {"code": "message_too_long", "message": "Zu lang."}}'
    with pytest.raises(shell.RefusedError, match=r"\(413\)\. Zu lang\."):
        session.say(QUESTION)


# ---------------------------------------------------------------------- through a pipe


def test_a_file_has_a_question_a_line_and_comments() -> None:
    assert questions_of("# Fragen\n\nWo?\n  Wann? \n#Was?\n") == ["Wo?", "Wann?"]


def test_a_file_comes_out_as_a_table(assistant: Assistant) -> None:
    result = _pipe(assistant.port, f"# eins\n\n{QUESTION}\nWo?\n")

    assert result.exit_code == 0, result.stderr
    assert assistant.messages == [QUESTION, "Wo?"]
    assert len({body["sender"] for body in assistant.received}) == 2
    for expected in ("Frage", QUESTION, "hochschulen/anzahl", "https://www.bochum.de/a", "Es gibt 9 Hochschulen."):
        assert expected in result.stdout


def test_a_file_comes_out_as_csv_and_nothing_else(assistant: Assistant) -> None:
    result = _pipe(assistant.port, '\ufeffWo, "hier"?\n', "--csv")

    rows = list(csv.reader(io.StringIO(result.stdout)))
    assert rows == [
        ["Frage", "Art", "Antwort-Id", "Antworttext", "Quelle"],
        ['Wo, "hier"?', "Antwort", "hochschulen/anzahl", "Es gibt 9 Hochschulen.", "https://www.bochum.de/a"],
    ]


def test_long_texts_are_cut_in_the_table_and_whole_in_csv() -> None:
    answer = Answer("answer", "Wort " * 100, answer_id="a/b", sources=(("x", "http://x"), ("y", "http://y")))
    asked = [Asked("Wie?", [answer])]
    console, file = Console(file=io.StringIO(), width=300), io.StringIO()

    console.print(questions_table(asked, why=False))
    write_csv(asked, False, file)

    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert shown.count("Wort") < 30
    assert "http://x (und 1 weitere)" in " ".join(shown.split())
    assert file.getvalue().count("Wort") == 100
    assert "http://x http://y" in file.getvalue()


@pytest.mark.parametrize("width", [80, 120, 200])
def test_a_table_fits_its_terminal_and_keeps_the_ids_whole(width: int) -> None:
    answer = Answer("fallback", "Wort " * 100, answer_id="standort/gewerbesteuer", sources=(("x", "http://x"),))
    console = Console(file=io.StringIO(), width=width)

    console.print(questions_table([Asked("Wie hoch ist sie?", [answer])], why=False))

    lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert {len(line) for line in lines} <= set(range(width + 1))
    assert all(line[-1] in "┓┃┩│┘" for line in lines)
    assert any("│ keine Antwort │ standort/gewerbesteuer │" in line for line in lines)


def test_each_answer_of_a_double_question_stands_beside_the_part_it_answers() -> None:
    guesses = [Guess(name, "", confidence, 0.5) for name, confidence in (("a/x", 0.3), ("a/y", 0.9))]
    explanations = [Explanation("?", guess, (), 0.1, 0.6, (("so etwa", 0.8),)) for guess in guesses]
    answers = [Answer("answer", "…", answer_id=name) for name in ("a/x", "a/y", "a/z")]
    file = io.StringIO()

    write_csv([Asked("Wie?", answers, explanations)], True, file)

    rows = list(csv.DictReader(io.StringIO(file.getvalue())))
    assert [(row["Verstanden"], row["Wert"]) for row in rows] == [("a/x", "0,30"), ("a/y", "0,90"), ("a/x", "0,30")]
    assert rows[0]["Beispiele"] == "so etwa"


# ---------------------------------------------------------------------- what goes wrong is said in one sentence


def _assert_one_sentence(result: Result, *parts: str) -> None:
    assert result.exit_code == 1
    assert result.exception is None or isinstance(result.exception, SystemExit)
    lines = [line for line in result.stderr.splitlines() if line.startswith("Fehler:")]
    assert len(lines) == 1, result.stderr
    assert "Traceback" not in result.stderr
    assert all(part in lines[0] for part in parts), lines


@pytest.mark.parametrize(
    ("content", "reason"), [(b"\n# nichts\n", "keine Frage"), ("Größe?".encode("latin-1"), "UTF-8")]
)
def test_a_file_without_questions_is_named(assistant: Assistant, content: bytes, reason: str) -> None:
    _assert_one_sentence(_pipe(assistant.port, content), reason)
    assert not assistant.received


def test_a_missing_model_is_named_with_the_command_that_makes_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shell, "MODEL", ROOT / "models" / "fehlt.tar.gz")
    monkeypatch.setattr(shell, "running_stack", lambda: pytest.fail("a server was started"))
    _assert_one_sentence(_pipe(free_port(), QUESTION), "models/fehlt.tar.gz", "make train")


@pytest.mark.parametrize(("missing", "reason"), [("model", "make train"), ("actions", "Action-Server")])
def test_an_assistant_that_cannot_answer_is_named_at_once(assistant: Assistant, missing: str, reason: str) -> None:
    assistant.health[missing] = False
    _assert_one_sentence(_pipe(assistant.port, QUESTION), reason)
    assert not assistant.received


def test_what_was_answered_before_the_assistant_was_lost_is_shown(assistant: Assistant) -> None:
    assistant.lasts = 1
    result = _pipe(assistant.port, f"{QUESTION}\nWo?\nWann?\n", "--csv")
    _assert_one_sentence(result, "antwortet nicht mehr")
    assert [row["Frage"] for row in csv.DictReader(io.StringIO(result.stdout))] == [QUESTION]


def test_another_program_on_the_port_is_named(assistant: Assistant) -> None:
    assistant.reply = "<html>"
    _assert_one_sentence(_pipe(assistant.port, QUESTION), "etwas anderes")


def test_csv_of_a_conversation_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ShellError, match="--csv"):
        shell._talk(free_port(), False, as_csv=True)


@pytest.mark.parametrize("options", [(), ("--csv",)])
def test_a_reader_that_leaves_is_named(assistant: Assistant, options: tuple[str, ...]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-W", "ignore", "-m", "staff", "shell", "--port", str(assistant.port), *options]
    ended = subprocess.run(command, input=QUESTION.encode(), stdout=writing, stderr=subprocess.PIPE, cwd=ROOT)
    os.close(writing)
    assert ended.returncode == 1
    assert ended.stderr.decode().splitlines()[-1].startswith("Fehler: Die Ausgabe wurde geschlossen")
    assert b"Traceback" not in ended.stderr and b"BrokenPipeError" not in ended.stderr


# ---------------------------------------------------------------------- why


class Understood(Understanding):
    """Stands in for the understanding: the same question whatever is asked."""

    def __init__(self) -> None:
        self.conversations: list[Any] = []

    def questions(self, message: str, conversation: Any = None) -> list[Question]:
        """One answer and four others."""
        self.conversations.append(conversation)
        others = [Candidate(f"kontext/{number}", 0.1, 0.1) for number in range(4)]
        return [Question(message, [Candidate("hochschulen/anzahl", 0.7, 0.93), *others], 0.05)]

    def nearest_examples(self, text: str, label: str, count: int = 3) -> list[tuple[str, float]]:
        """A title and an example that are the same, and another."""
        return [("wie viele unis", 0.9), ("wie viele unis", 0.9), ("unis?", 0.5)]


@pytest.fixture
def explainer(real_store: AnswerStore) -> Explainer:
    """Explains with the stand-in."""
    return Explainer(Understood(), real_store, {"answer_threshold": 0.6, "smalltalk_threshold": 0.3})


def test_an_explanation_has_the_score_the_next_three_and_each_example_once(explainer: Explainer) -> None:
    (explanation,) = explainer.explain(QUESTION)

    assert (explanation.best.id, explanation.best.confidence) == ("hochschulen/anzahl", 0.93)
    assert explanation.best.title
    assert [guess.id for guess in explanation.others] == ["kontext/0", "kontext/1", "kontext/2"]
    assert explanation.answers_from == 0.6
    assert explanation.examples == (("wie viele unis", 0.9), ("unis?", 0.5))


def test_the_answer_before_is_the_conversation_that_a_message_leans_on(explainer: Explainer) -> None:
    explainer.explain("Und wo?", Answer("answer", "…", answer_id="hochschulen/thga"))
    (conversation,) = explainer._understanding.conversations  # type: ignore[attr-defined]
    assert conversation.answer_id == "hochschulen/thga"
    assert "Agricola" in conversation.subject


def test_the_reason_stands_below_the_answer_to_a_question_and_not_below_a_button(
    assistant: Assistant, explainer: Explainer
) -> None:
    shown = _talk(assistant.url, QUESTION, "1", explainer=explainer)
    assert shown.count("verstanden") == 1
    for expected in ("0,93 (beantwortet ab 0,60)", "danach", "»wie viele unis«", "»unis?«"):
        assert expected in shown


def test_reasons_can_be_turned_on_and_off(
    assistant: Assistant, explainer: Explainer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Explainer, "load", lambda: explainer)
    shown = _talk(assistant.url, QUESTION, ":warum", QUESTION, ":warum", QUESTION)
    assert shown.count("verstanden") == 1


def test_a_model_that_cannot_be_read_leaves_the_conversation_going(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "bowe.tar.gz").write_bytes(b"kaputt")
    load = Explainer.load
    monkeypatch.setattr(Explainer, "load", lambda: load(tmp_path / "bowe.tar.gz"))
    assert "make train" in _talk(assistant.url, ":warum", QUESTION)
    assert assistant.messages[-1] == QUESTION


def test_the_classifier_is_found_in_the_archive_with_its_settings(tmp_path: Path) -> None:
    node = {"uses": shell.CLASSIFIER, "config": {"answer_threshold": 0.6}, "resource": {"name": "train_it"}}
    metadata = {"predict_schema": {"nodes": {"a": {"uses": "other"}, "b": node}}}
    files = {"/metadata.json": json.dumps(metadata), "/components/train_it/x.json": "x", "/components/other/y": "y"}
    with tarfile.open(tmp_path / "model.tar.gz", "w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content.encode()))
    (tmp_path / "out").mkdir()

    assert shell._unpack_classifier(tmp_path / "model.tar.gz", tmp_path / "out") == {"answer_threshold": 0.6}
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["x.json"]
