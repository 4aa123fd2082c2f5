"""The staff's shell: a conversation with the assistant in the terminal, or a file of questions through a pipe."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import tarfile
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import requests
from prompt_toolkit import PromptSession
from prompt_toolkit.application import get_app_or_none
from prompt_toolkit.completion import WordCompleter
from rich.console import Console
from rich.markup import escape
from rich.progress import track

from answers import AnswerStore, ContentError
from staff.project import LOGS, MODEL, ROOT
from staff.serving import HOST, StartError, answers_at
from staff.shell_view import (
    Answer,
    Asked,
    Button,
    Explanation,
    Guess,
    answer_view,
    explanation_view,
    questions_table,
    write_csv,
)
from staff.stack import running_stack
from staff.training import is_trained

if TYPE_CHECKING:
    from nlu.understanding import Understanding

COMMANDS = {
    ":en": "auf Englisch antworten",
    ":de": "auf Deutsch antworten (auch: zurück aus der Einfachen Sprache)",
    ":einfach": "in Einfacher Sprache antworten",
    ":warum": "zeigen oder nicht mehr zeigen, was verstanden wurde und welche Beispiele entschieden",
    ":neu": "ein neues Gespräch beginnen",
    ":hilfe": "diese Übersicht",
    ":ende": "aufhören (auch Strg-C oder Strg-D)",
}
# The wishes a visitor would type; they last until the next one.
WISHES = {":en": "In English, please", ":de": "Auf Deutsch bitte", ":einfach": "einfacher bitte"}
STYLES = {":en": "Englisch", ":de": "Deutsch", ":einfach": "Einfache Sprache"}
EASY = ":einfach"
GREETING = "/greet"
ANSWERS_WITHIN_SECONDS = 60
NEXT, EXAMPLES, EXAMPLES_LOOKED_AT = 3, 3, 10
CLASSIFIER = "nlu.components.AnswerClassifier"
# Without a terminal to measure, the table gets room for its texts.
TABLE_WIDTH = 200
INTERRUPTED = 130
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class ShellError(RuntimeError):
    """The conversation cannot go on; the message says why and what to do."""


class RefusedError(ShellError):
    """The assistant did not take one message; the next one may be asked."""


class PipedConsole(Console):
    """A console whose reader may leave (`| head`): that is an error to report, not the end of the program."""

    def on_broken_pipe(self) -> None:
        """Raises BrokenPipeError instead of ending at once, so that a started assistant is ended first."""
        raise BrokenPipeError


# ---------------------------------------------------------------------- talking to the assistant


class Session:
    """One conversation of a visitor nobody knows with the assistant at `url`.

    Attributes:
        lang: the language asked for, or of the last reply.
        buttons: what can be chosen by number now.
        last: the last answer that was given; what a follow-up leans on.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._sender = uuid.uuid4().hex
        self._http = _local_http()
        self.lang = "de"
        self.buttons: list[Button] = []
        self.last: Answer | None = None

    def say(self, message: str) -> list[Answer]:
        """Send a message or a button's payload and return the answers.

        Raises:
            RefusedError: the message was not taken, or got no answer.
            ShellError: the assistant does not answer, or something else answers in its place.
        """
        body = {"sender": self._sender, "message": message, "metadata": {"lang": self.lang}}
        answers = answers_in(self._post(body))
        if not answers:
            raise RefusedError("Darauf hat der Assistent nichts geantwortet.")
        self.buttons = [button for answer in answers for button in answer.buttons]
        self.lang = answers[-1].lang
        given = [answer for answer in answers if answer.kind == "answer"]
        self.last = given[-1] if given else self.last
        return answers

    def _post(self, body: dict[str, Any]) -> Any:
        try:
            response = self._http.post(f"{self._url}/webhooks/rest/webhook", json=body, timeout=ANSWERS_WITHIN_SECONDS)
            content = response.json()
        except ValueError:
            raise ShellError(f"Unter {self._url} antwortet etwas anderes als der Assistent.") from None
        except requests.RequestException:
            raise ShellError(
                f"Der Assistent unter {self._url} antwortet nicht mehr. Neu beginnen mit: make shell"
            ) from None
        if response.ok:
            return content
        error = content.get("error") if isinstance(content, dict) else None
        reason = error.get("message", "") if isinstance(error, dict) else ""
        raise RefusedError(f"Der Assistent nimmt die Nachricht nicht an ({response.status_code}). {reason}".strip())


def answers_in(parts: Any) -> list[Answer]:
    """The answers of a REST reply: each a text with buttons, followed by its `custom` object.

    Raises:
        ShellError: that is no reply of the assistant.
    """
    answers: list[Answer] = []
    buttons: tuple[Button, ...] = ()
    try:
        for part in parts:
            if part.get("custom"):
                # The text before it says the same, with the source as words.
                answers[-1:] = [Answer.from_custom(part["custom"], buttons)]
            elif part.get("text"):
                buttons = tuple(Button(button["title"], button["payload"]) for button in part.get("buttons", ()))
                answers.append(Answer("smalltalk", part["text"], buttons=buttons))
    except (KeyError, TypeError, AttributeError):
        raise ShellError("Die Antwort hat nicht die Form, die der Assistent verspricht (README, »Ask«).") from None
    return answers


@contextmanager
def assistant(port: int, console: Console) -> Iterator[str]:
    """The address of the running assistant, or of one started for the block.

    Raises:
        StartError: none is running and none can be started.
        ShellError: it runs, but cannot answer.
    """
    running = f"http://{HOST}:{port}"
    if answers_at(f"{running}/webhooks/rest/"):
        _require_ready(running)
        console.print(f"Verbunden mit dem laufenden Assistenten: {running}")
        yield running
        return
    _require_model(console)
    with ExitStack() as servers:
        with console.status("Es läuft kein Assistent; einer wird gestartet (etwa 20 Sekunden) …"):
            url = servers.enter_context(running_stack())
        try:
            _require_ready(url)
            console.print(f"Eigens gestartet: {url}")
            yield url
        finally:
            # A second Ctrl-C must not leave a server behind.
            with _signals(signal.SIG_IGN, *ENDING), console.status("Der Assistent wird beendet …"):
                servers.close()


def _require_ready(url: str) -> None:
    """A server whose model or action server is missing answers each question with the same excuse: say so once.

    Raises:
        ShellError: the message names what is missing.
    """
    try:
        report = _local_http().get(f"{url}/webhooks/visitor/health", timeout=ANSWERS_WITHIN_SECONDS).json()
    except (requests.RequestException, ValueError):
        return  # the visitors' channel may be turned off
    if report.get("model") is False:
        raise ShellError(
            f"Der Assistent unter {url} hat kein passendes Modell. Abhilfe: make train (Protokoll: {LOGS})"
        )
    if report.get("actions") is False:
        raise ShellError(f"Der Assistent unter {url} erreicht seinen Action-Server nicht. Protokoll: {LOGS}")


def _local_http() -> requests.Session:
    """A connection on which no proxy of the environment lies: the assistant is on this machine."""
    session = requests.Session()
    session.trust_env = False
    return session


def _require_model(console: Console) -> None:
    if not MODEL.exists():
        raise StartError(f"Es gibt kein Modell ({MODEL.relative_to(ROOT)}). Zuerst: make train")
    if not is_trained():
        console.print("[yellow]Hinweis:[/yellow] Das Modell ist älter als die Beispiele. Abhilfe: make train")


@contextmanager
def _signals(handler: Any, *numbers: signal.Signals) -> Iterator[None]:
    before = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield
    finally:
        for number, former in before.items():
            signal.signal(number, former)


def _leave(*_: object) -> None:
    """End as with Ctrl-C where the terminal is closed or the process is told to end."""
    prompt = get_app_or_none()
    if prompt is None or not prompt.is_running:
        raise KeyboardInterrupt
    prompt.exit(exception=EOFError)


# ---------------------------------------------------------------------- why


class Explainer:
    """Understands messages as the assistant does, with the stored model, and says why."""

    def __init__(self, understanding: Understanding, store: AnswerStore, settings: dict[str, float]) -> None:
        """
        Args:
            settings: what the model's component was configured with, above all its thresholds.
        """
        self._understanding, self._store, self._settings = understanding, store, settings

    @classmethod
    def load(cls, model: Path = MODEL) -> Explainer:
        """The understanding of the stored model.

        Raises:
            ShellError: there is no model, it has no such component, or it does not fit the code.
            ContentError: the content cannot be read.
        """
        # Loaded late: the encoder takes seconds, and most conversations need none of it.
        from nlu.understanding import ModelError, Understanding

        store = AnswerStore()
        try:
            with TemporaryDirectory() as folder:
                settings = _unpack_classifier(model, Path(folder))
                return cls(Understanding.load(Path(folder), store), store, settings)
        except ModelError as error:
            raise ShellError(str(error)) from None
        except (OSError, tarfile.TarError, KeyError, StopIteration, ValueError):
            raise ShellError(
                f"Das Modell {model} ist beschädigt oder passt nicht zum Programm. Abhilfe: make train"
            ) from None

    def explain(self, text: str, last: Answer | None = None) -> list[Explanation]:
        """Each question of a message, the whole message first.

        Args:
            last: the answer before, on which the message may lean. What the visitor called things is not in a
                reply, so a follow-up may, rarely, be read otherwise than the assistant did.
        """
        from nlu.context import Conversation
        from nlu.text import clean

        conversation = Conversation.after(self._store, last.key, self._thing(last)) if last else None
        questions = self._understanding.questions(clean(text), conversation)
        return [self._explanation(question) for question in questions if question.candidates]

    def _thing(self, last: Answer) -> str | None:
        return last.entity or next(iter(self._store.things_of(last.answer_id or "")), None)

    def _explanation(self, question: Any) -> Explanation:
        best, *others = (
            Guess(found.id, self._title(found.id), found.confidence, found.probability) for found in question.candidates
        )
        threshold = self._threshold(best.id)
        examples = self._examples(question.text, best.id)
        return Explanation(question.text, best, tuple(others[:NEXT]), question.outside, threshold, examples)

    def _examples(self, text: str, answer_id: str) -> tuple[tuple[str, float], ...]:
        # A title is often an example, too, and would be shown twice.
        near = self._understanding.nearest_examples(text, answer_id, EXAMPLES_LOOKED_AT)
        return tuple(dict(near).items())[:EXAMPLES]

    def _title(self, answer_id: str) -> str:
        return self._store.title(answer_id, "de") if answer_id in self._store else ""

    def _threshold(self, answer_id: str) -> float:
        from nlu.reading import MEANT_ALONE

        return self._settings["smalltalk_threshold" if answer_id.startswith(MEANT_ALONE) else "answer_threshold"]


def _unpack_classifier(model: Path, folder: Path) -> dict[str, Any]:
    """Put what the model's classifier has learned into `folder`; returns its settings."""
    with tarfile.open(model) as archive:
        (metadata,) = (member for member in archive if _inner(member) == Path("metadata.json"))
        nodes = json.load(archive.extractfile(metadata))["predict_schema"]["nodes"].values()  # type: ignore[arg-type]
        node = next(node for node in nodes if node["uses"] == CLASSIFIER)
        place = Path("components") / node["resource"]["name"]
        for member in archive:
            if member.isfile() and _inner(member).parent == place:
                with (folder / _inner(member).name).open("wb") as file:
                    shutil.copyfileobj(archive.extractfile(member), file)  # type: ignore[arg-type]
    return dict(node["config"])


def _inner(member: tarfile.TarInfo) -> Path:
    """The path in the archive; Rasa's begin with a slash, or »./«."""
    return Path(member.name.lstrip("/"))


# ---------------------------------------------------------------------- in the terminal


class Shell:
    """A conversation in the terminal."""

    def __init__(self, url: str, console: Console, explainer: Explainer | None = None) -> None:
        """
        Args:
            explainer: says why after each answer; None until someone wants to know.
        """
        self._url, self._console = url, console
        self._explainer, self._is_asking_why = explainer, explainer is not None
        self._session, self._is_easy = Session(url), False
        completer = WordCompleter(list(COMMANDS), meta_dict=COMMANDS, sentence=True)
        self._prompt: PromptSession[str] = PromptSession(completer=completer, bottom_toolbar=self._toolbar)

    def run(self) -> None:
        """Talk until the visitor leaves.

        Raises:
            ShellError: the assistant does not answer any more.
        """
        self._console.print("Fragen eingeben, Knöpfe mit ihrer Nummer wählen; :hilfe zeigt mehr, :ende hört auf.\n")
        self._send(GREETING)
        while True:
            try:
                line = self._prompt.prompt("› ").strip()
            except (EOFError, KeyboardInterrupt):
                return
            if line == ":ende":
                return
            try:
                self._do(line)
            except RefusedError as error:
                self._complain(str(error))

    def _toolbar(self) -> str:
        why = "an" if self._is_asking_why else "aus"
        # A question in another language is answered in it.
        lang = self._session.lang
        style = STYLES[EASY if self._is_easy and lang == "de" else f":{lang}"]
        return f" {self._url} · {style} · :warum {why} · :hilfe · :ende"

    def _do(self, line: str) -> None:
        if line in WISHES:
            self._wish(line)
        elif line.startswith(":"):
            self._command(line)
        elif line.isdecimal() and self._session.buttons and len(line) < 3:
            self._choose(int(line))
        elif line:
            self._ask(line)

    def _command(self, line: str) -> None:
        commands: dict[str, Callable[[], None]] = {
            ":warum": self._switch_why,
            ":neu": self._begin,
            ":hilfe": self._help,
        }
        commands.get(line, lambda: self._complain(f"»{line}« gibt es nicht; :hilfe zeigt, was es gibt."))()

    def _complain(self, sentence: str) -> None:
        self._console.print(f"[yellow]{escape(sentence)}[/yellow]")

    def _help(self) -> None:
        for command, meaning in COMMANDS.items():
            self._console.print(f"  [bold]{command:<10}[/bold]{meaning}")

    def _begin(self) -> None:
        self._session, self._is_easy = Session(self._url), False
        self._console.rule("Neues Gespräch", style="dim")
        self._send(GREETING)

    def _wish(self, command: str) -> None:
        """Ask for a language as a visitor would; the last answer, if there is one, comes again in it."""
        self._session.lang = "en" if command == ":en" else "de"
        before, buttons = self._session.last, self._session.buttons
        answers = self._session.say(WISHES[command])
        self._is_easy = command == EASY
        self._console.print(f"Ab jetzt: {STYLES[command]}.\n")
        if before:
            self._show(answers)
        else:
            self._session.buttons = buttons  # what is on the screen is what can be chosen

    def _switch_why(self) -> None:
        self._is_asking_why = not self._is_asking_why
        if self._is_asking_why and self._explainer is None:
            try:
                self._explainer = _explainer(self._console)
            except (ShellError, ContentError) as error:
                self._is_asking_why = False
                self._complain(str(error))
                return
        self._console.print("Ab jetzt mit Begründung." if self._is_asking_why else "Ab jetzt ohne Begründung.")

    def _choose(self, choice: int) -> None:
        count = len(self._session.buttons)
        if not 1 <= choice <= count:
            self._complain(f"Knopf {choice} gibt es nicht, nur 1 bis {count}.")
            return
        button = self._session.buttons[choice - 1]
        self._console.print(f"[dim]→ {escape(button.title)}[/dim]")
        self._send(button.payload)

    def _ask(self, question: str) -> None:
        before = self._session.last
        self._send(question)
        # A payload is obeyed, not understood.
        if self._is_asking_why and self._explainer and not question.startswith("/"):
            for explanation in self._explainer.explain(question, before):
                self._console.print(explanation_view(explanation), "")

    def _send(self, message: str) -> None:
        self._show(self._session.say(message))

    def _show(self, answers: Sequence[Answer]) -> None:
        first = 1
        for answer in answers:
            self._console.print(answer_view(answer, first), "")
            first += len(answer.buttons)


def _explainer(console: Console) -> Explainer:
    with console.status("Das Modell wird geladen …"):
        return Explainer.load()


# ---------------------------------------------------------------------- through a pipe


def questions_of(text: str) -> list[str]:
    """The questions of a file: one a line; blank lines and lines that begin with # are skipped."""
    lines = (line.strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def _piped_questions() -> list[str]:
    """Raises ShellError if standard input holds no question, or is not UTF-8."""
    try:
        questions = questions_of(sys.stdin.buffer.read().decode("utf-8-sig")) if sys.stdin else []
    except UnicodeDecodeError:
        raise ShellError("Die Fragen müssen als UTF-8 gespeichert sein.") from None
    if not questions:
        raise ShellError("Auf der Standardeingabe steht keine Frage. Erwartet wird eine Frage je Zeile.")
    return questions


def ask_each(url: str, questions: Sequence[str], explainer: Explainer | None, progress: Console) -> Iterator[Asked]:
    """Ask each question in a conversation of its own.

    Args:
        explainer: says how each was understood; None leaves that out.
        progress: where a bar is drawn, if it is a terminal.

    Raises:
        ShellError: the assistant does not answer.
    """
    is_quiet = not progress.is_terminal
    for question in track(questions, "Fragen", console=progress, transient=True, disable=is_quiet):
        answers = Session(url).say(question)
        yield Asked(question, answers, explainer.explain(question) if explainer else ())


def _print_file(asked: Sequence[Asked], why: bool, as_csv: bool) -> None:
    if as_csv:
        write_csv(asked, why, sys.stdout)
        sys.stdout.flush()
    elif asked:
        _output().print(questions_table(asked, why))


# ---------------------------------------------------------------------- the command


def _output() -> Console:
    width = None if sys.stdout.isatty() else TABLE_WIDTH
    return PipedConsole(highlight=False, width=width)


def run_shell(port: int, why: bool, as_csv: bool) -> int:
    """A conversation in the terminal; where input is no terminal, the questions of a file. Returns the exit code.

    Args:
        port: where a running assistant is looked for.
        why: show how each question was understood.
        as_csv: questions of a file come out as CSV instead of a table.
    """
    errors = Console(stderr=True, highlight=False)
    is_talk = bool(sys.stdin and sys.stdin.isatty())
    try:
        with _signals(_leave, *ENDING[1:]):
            _talk(port, why, as_csv) if is_talk else _work_through(port, why, as_csv, errors)
    except KeyboardInterrupt:
        return 0 if is_talk else INTERRUPTED
    except BrokenPipeError:
        # Python flushes standard output once more at its end; nobody reads it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _fail("Die Ausgabe wurde geschlossen, bevor alles geschrieben war.", errors)
    except (ShellError, StartError, ContentError) as error:
        return _fail(str(error), errors)
    return 0


def _fail(sentence: str, errors: Console) -> int:
    errors.print(f"[red]Fehler:[/red] {escape(sentence)}", soft_wrap=True)
    return 1


def _talk(port: int, why: bool, as_csv: bool) -> None:
    if as_csv:
        raise ShellError("--csv braucht eine Datei mit Fragen: … -m staff shell --csv < fragen.txt")
    console = _output()
    with assistant(port, console) as url:
        Shell(url, console, _explainer(console) if why else None).run()


def _work_through(port: int, why: bool, as_csv: bool, errors: Console) -> None:
    questions = _piped_questions()
    with assistant(port, errors) as url:
        explainer = _explainer(errors) if why else None
        asked: list[Asked] = []
        try:
            asked.extend(ask_each(url, questions, explainer, errors))
        finally:  # if the assistant is lost on the way, what it has answered is not
            _print_file(asked, why, as_csv)
