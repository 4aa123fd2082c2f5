"""The checkouts that are measured: how each is trained and served, in its own environment."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML

from nlu.importer import read_examples
from staff.project import QUIET, ROOT
from staff.serving import HOST, answers_at
from staff.stack import free_port

V111_COMMIT = "42273bb"
STOCK_INTENTS, STOCK_EXAMPLES, STOCK_EPOCHS = 20, 20, 100
WAIT_SECONDS = 300


@dataclass(frozen=True)
class Project:
    """A folder with a Rasa project and the Python that runs it."""

    root: Path
    python: Path
    model: str = "models/bowe.tar.gz"

    def run(self, *arguments: str, **environment: str) -> float:
        """Run a Python module in the project; the seconds it took.

        Raises:
            subprocess.CalledProcessError: it failed.
        """
        began = time.perf_counter()
        subprocess.run([self.python, "-m", *arguments], cwd=self.root, env=self._environment(environment), check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)  # fmt: skip
        return time.perf_counter() - began

    def _environment(self, more: dict[str, str]) -> dict[str, str]:
        return {**os.environ, **QUIET, "PYTHONPATH": str(self.root), **more}

    @contextmanager
    def served(self) -> Iterator[tuple[str, int, float]]:
        """Both servers; yields address, process id of the Rasa server, and when it was started (perf_counter)."""
        port, action_port = free_port(), free_port()
        endpoints = self.root / f"endpoints-{port}.yml"
        settings = YAML(typ="safe").load((self.root / "endpoints.yml").read_text(encoding="utf-8"))
        settings["action_endpoint"]["url"] = f"http://{HOST}:{action_port}/webhook"
        if "tracker_store" in settings:
            settings["tracker_store"]["db"] = str(self.root / f"conversations-{port}.db")
        YAML().dump(settings, endpoints)
        actions = ["rasa_sdk", "--actions", "actions.actions", "--port", str(action_port)]
        rasa = ["rasa", "run", "--model", self.model, "--interface", HOST, "--port", str(port)]
        rasa += ["--endpoints", endpoints.name, "--credentials", "credentials.yml"]
        began = time.perf_counter()
        servers = [
            subprocess.Popen([self.python, "-m", *command], cwd=self.root, env=self._environment({}),
                             stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT, start_new_session=True)
            for command in (actions, rasa)
        ]  # fmt: skip
        try:
            for url in (f"http://{HOST}:{action_port}/health", f"http://{HOST}:{port}/webhooks/rest/"):
                while not answers_at(url):
                    if time.perf_counter() - began > WAIT_SECONDS:
                        raise TimeoutError(f"{url} does not answer")
                    time.sleep(0.1)
            yield f"http://{HOST}:{port}", servers[1].pid, began
        finally:
            for server in servers:
                os.killpg(server.pid, signal.SIGTERM)
                server.wait(20)
            for file in self.root.glob(f"*-{port}.*"):
                file.unlink(missing_ok=True)


def checkout(commit: str, folder: Path) -> Path:
    """A clean clone of this repository at a commit; its environment, if it had one here before, is kept."""
    if not (folder / ".git").exists():
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True)
    subprocess.run(["git", "-C", str(folder), "fetch", "--quiet", str(ROOT), "HEAD"], check=True)
    subprocess.run(["git", "-C", str(folder), "checkout", "--quiet", "--force", commit], check=True)
    for learned in ("models", ".rasa", ".cache", "var"):
        shutil.rmtree(folder / learned, ignore_errors=True)
    return folder


def v111(folder: Path) -> Project:
    """Version 1.1.1 with its own environment."""
    checkout(V111_COMMIT, folder)
    subprocess.run(["make", "setup"], cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
    return Project(folder, folder / ".venv/bin/python")


def stock(folder: Path) -> Project:
    """Rasa's default pipeline for German on a small part of our examples, each intent answered by a custom action."""
    shutil.rmtree(folder, ignore_errors=True)
    for name in ("data", "actions"):
        (folder / name).mkdir(parents=True)
    read = [block for file in sorted((ROOT / "data" / "nlu").glob("s*.yml")) for block in read_examples(file)]
    chosen = {intent.replace("/", "_"): texts[:STOCK_EXAMPLES] for intent, texts in read[:STOCK_INTENTS]}
    yaml = YAML()
    files = {
        "config.yml": {
            "recipe": "default.v1", "assistant_id": "stock", "language": "de",
            "pipeline": [
                {"name": "WhitespaceTokenizer"}, {"name": "RegexFeaturizer"}, {"name": "LexicalSyntacticFeaturizer"},
                {"name": "CountVectorsFeaturizer"},
                {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
                {"name": "DIETClassifier", "epochs": STOCK_EPOCHS}, {"name": "EntitySynonymMapper"},
                {"name": "FallbackClassifier", "threshold": 0.3, "ambiguity_threshold": 0.1},
            ],
            "policies": [{"name": "MemoizationPolicy"}, {"name": "RulePolicy"}],
        },
        "domain.yml": {"version": "3.1", "intents": [*chosen, "nlu_fallback"], "actions": ["action_reply"]},
        "endpoints.yml": {"action_endpoint": {"url": "set when served"}},
        "credentials.yml": {"rest": None},
        "data/nlu.yml": {"version": "3.1", "nlu": [
            {"intent": intent, "examples": "".join(f"- {text}\n" for text in texts)} for intent, texts in chosen.items()
        ]},
        "data/rules.yml": {"version": "3.1", "rules": [
            {"rule": f"answer {intent}", "steps": [{"intent": intent}, {"action": "action_reply"}]}
            for intent in [*chosen, "nlu_fallback"]
        ]},
    }  # fmt: skip
    for name, content in files.items():
        yaml.dump(content, folder / name)
    (folder / "actions" / "__init__.py").touch()
    (folder / "actions" / "actions.py").write_text(
        "from rasa_sdk import Action\n\n\nclass Reply(Action):\n    def name(self):\n        return 'action_reply'\n\n"
        "    def run(self, dispatcher, tracker, domain):\n        dispatcher.utter_message(text='Guten Tag')\n"
        "        return []\n",
        encoding="utf-8",
    )
    python = ROOT / "environments" / "tensorflow" / ".venv" / "bin" / "python"
    return Project(folder, python, "models/stock.tar.gz")
