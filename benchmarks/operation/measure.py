"""`make bench`: measures every row, writes `docs/operation/` with table and picture; about half an hour."""

from __future__ import annotations

import json
import platform
import shutil
import statistics
import subprocess
import time
from datetime import date
from itertools import cycle
from pathlib import Path

import typer
from rich.console import Console
from ruamel.yaml import YAML

from answers.schema import read_yaml
from benchmarks.operation.projects import Project, checkout, stock, v111
from benchmarks.operation.report import write_report
from benchmarks.operation.rows import STOCK, V111, percentile
from benchmarks.operation.turns import ask, growth, median_turn, proportional_memory, turns_a_second
from nlu.importer import read_examples
from staff.project import ROOT

WORK = ROOT / ".cache" / "bench"
GROWN_EXAMPLES = 45_000
FIRST_QUESTION = "Wie viele Hochschulen gibt es in Bochum?"
NEW_ANSWER = "standort/lastenraeder"
NEW_EXAMPLES = [
    "Wo kann ich ein Lastenrad leihen?", "lastenrad ausleihen", "Gibt es einen Verleih für Lastenräder?",
    "lastenfahrrad mieten bochum", "Cargobike", "Can I rent a cargo bike?", "verleihen sie lastenräder",
    "Wir brauchen für den Umzug ein Lastenrad.", "Lastenrad Verleih Öffnungszeiten", "habt ihr lastenräder",
]  # fmt: skip
# Runs in either checkout: the stored understanding, its time for each message on one core.
TIMING = """
import json, sys, tarfile, tempfile, time
from pathlib import Path
from nlu.understanding import Understanding
folder = tempfile.mkdtemp()
tarfile.open("models/bowe.tar.gz").extractall(folder)
stored = next(Path(folder).rglob("understanding.joblib"), None)
if stored:
    understanding = Understanding.load(stored)
else:
    from answers import AnswerStore
    understanding = Understanding.load(next(Path(folder).rglob("learned.json")).parent, AnswerStore())
messages, times = json.loads(sys.stdin.read()), []
understanding.questions(messages[0])
for message in messages:
    began = time.perf_counter()
    understanding.questions(message)
    times.append(1000 * (time.perf_counter() - began))
print(json.dumps(times))
"""
console = Console(highlight=False)


def _messages() -> list[str]:
    """Questions of the development split that stand alone."""
    entries = read_yaml(ROOT / "tests" / "questions" / "development.yml")
    return [entry["question"] for entry in entries if "before" not in entry][:400]


def _first_answer(project: Project) -> float:
    """Seconds from the start of the servers until a question is answered."""
    with project.served() as (url, _, began):
        ask(url, "first", FIRST_QUESTION)
        return time.perf_counter() - began


def _understanding(project: Project, messages: list[str]) -> tuple[float, float]:
    """Median and 95th percentile, in milliseconds."""
    result = subprocess.run(
        [project.python, "-W", "ignore", "-c", TIMING], cwd=project.root, env=project._environment({}), check=True,
        input=json.dumps(messages), capture_output=True, text=True,
    )  # fmt: skip
    times = json.loads(result.stdout.splitlines()[-1])
    return statistics.median(times), percentile(times, 0.95)


def _serving(project: Project, messages: list[str], thousand: bool) -> dict[str, float]:
    """Figures of the running servers."""
    with project.served() as (url, pid, began):
        ask(url, "first", FIRST_QUESTION)
        figures = {"start": time.perf_counter() - began}
        figures["turn"] = median_turn(url, messages)
        figures["turns"] = turns_a_second(url, messages)
        figures["long"] = growth(url, messages)
        if thousand:
            for number in range(1000):
                ask(url, f"kept-{number % 200}", messages[number % len(messages)])
        figures["memory"] = proportional_memory(pid)
    return figures


def _add_answer(project: Project) -> float:
    """Seconds from an answer with its examples being saved until the model that knows it is there."""
    answers, examples = (project.root / "answers" / "standort.yml", project.root / "data" / "nlu" / "standort.yml")
    entry = {**read_yaml(answers)[0], "id": NEW_ANSWER, "title": {"de": "Lastenräder leihen", "en": "Cargo bikes"}}
    with answers.open("a", encoding="utf-8") as file:
        YAML().dump([json.loads(json.dumps(entry, default=str))], file)
    listed = "".join(f"    - {text}\n" for text in NEW_EXAMPLES)
    with examples.open("a", encoding="utf-8") as file:
        file.write(f"- intent: {NEW_ANSWER}\n  examples: |\n{listed}")
    return project.run("staff", "train")


def _change_text(project: Project) -> float:
    """Seconds from a saved change until the running assistant says it."""
    file = project.root / "answers" / "standort.yml"
    answer = read_yaml(file)[0]
    payload = f'/antwort{{"id": "{answer["id"]}"}}'
    with project.served() as (url, _, _):
        ask(url, "editor", payload)
        whole = file.read_text(encoding="utf-8")
        file.write_text(whole.replace(answer["title"]["de"], "Ein anderer Titel"), encoding="utf-8")
        text = answer["text"]["de"].split()[0]
        file.write_text(file.read_text(encoding="utf-8").replace(f"      {text} ", f"      Geändert: {text} ", 1))
        began = time.perf_counter()
        while not ask(url, "editor", payload)[1][1]["custom"]["text"].startswith("Geändert"):
            if time.perf_counter() - began > 60:
                raise TimeoutError("the changed text is not live")
            time.sleep(0.1)
        return time.perf_counter() - began


def grow(root: Path, examples: int = GROWN_EXAMPLES) -> None:
    """The examples once more in other words, until there are so many."""
    read = [block for file in sorted((root / "data" / "nlu").glob("*.yml")) for block in read_examples(file)]
    missing = max(0, examples - sum(len(texts) for _, texts in read))
    worded = [(intent, text) for intent, texts in read if "/" in intent for text in texts]
    blocks: dict[str, list[str]] = {}
    for number, (intent, text) in zip(range(missing), cycle(worded), strict=False):
        blocks.setdefault(intent, []).append(f"    - {text} kopie {number}\n")
    listed = "".join(f"- intent: {intent}\n  examples: |\n{''.join(lines)}" for intent, lines in blocks.items())
    (root / "data" / "nlu" / "kopien.yml").write_text(f'version: "3.1"\nnlu:\n{listed}', encoding="utf-8")


def _environment_size(root: Path) -> float:
    """GB on disk of the packages that `make run` installs."""
    folder = WORK / "environment"
    subprocess.run([ROOT / ".uv/bin/uv", "sync", "--locked", "--no-dev", "--compile-bytecode", "--quiet"], cwd=root,
                   check=True, env={"PATH": "/usr/bin:/bin", "UV_PROJECT_ENVIRONMENT": str(folder),
                                    "UV_PYTHON": str((ROOT / ".venv/bin/python").resolve()), "HOME": str(Path.home()),
                                    "UV_LINK_MODE": "copy"})  # fmt: skip
    size = int(subprocess.run(["du", "-sb", folder], check=True, capture_output=True, text=True).stdout.split()[0])
    shutil.rmtree(folder)
    return size / 1e9


def _ours(messages: list[str]) -> dict[str, float]:
    ours = Project(checkout("FETCH_HEAD", WORK / "ours"), ROOT / ".venv/bin/python")
    training = ours.run("staff", "train")
    figures = {"training": training, "first_answer": training + _first_answer(ours)}
    figures |= _serving(ours, messages, thousand=True)
    figures["understanding_median"], figures["understanding_tail"] = _understanding(ours, messages)
    figures["text_changed"] = _change_text(ours)
    figures["answer_added"] = _add_answer(ours)
    figures["disk"] = _environment_size(ours.root)
    grown = Project(checkout("FETCH_HEAD", WORK / "ours"), ours.python)
    grow(grown.root)
    return {**figures, "training_grown": grown.run("staff", "train")}


def _theirs(messages: list[str]) -> dict[str, float]:
    old = v111(WORK / "v111")
    training = old.run("staff", "train")
    figures = {"training": training, "first_answer": training + _first_answer(old)}
    figures |= _serving(old, messages, thousand=False)
    figures["understanding_median"], figures["understanding_tail"] = _understanding(old, messages)
    return {**figures, "training_grown": training}


def _stocks(messages: list[str]) -> dict[str, float]:
    plain = stock(WORK / "stock")
    training = plain.run("rasa", "train", "--fixed-model-name", "stock", OMP_NUM_THREADS="2")
    return {"training": training, **_serving(plain, messages, thousand=False)}


def main(only: str = typer.Option("", help="ours, v111 or stock; the others keep their last figures")) -> None:
    """Measure and write the report."""
    kept = WORK / "figures.json"
    figures: dict[str, dict[str, float]] = json.loads(kept.read_text()) if only and kept.exists() else {}
    messages = _messages()
    for name, measured in {"ours": _ours, V111: _theirs, STOCK: _stocks}.items():
        if only in ("", name.split()[0], name):
            console.print(f"{name} …")
            figures[name] = measured(messages)
            WORK.mkdir(parents=True, exist_ok=True)
            kept.write_text(json.dumps(figures, indent=1))
    machine = f"{platform.machine()}, Python {platform.python_version()}"
    write_report(figures, date.today(), machine, console)


if __name__ == "__main__":
    typer.run(main)
