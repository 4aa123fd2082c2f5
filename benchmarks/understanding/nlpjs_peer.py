"""nlp.js through a small Node script (`nlpjs/peer.mjs`)."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from benchmarks.understanding.asked import OUTSIDE, Task
from benchmarks.understanding.systems import Guess, guess_from

FOLDER = Path(__file__).with_name("nlpjs")
NONE = "None"  # what nlp.js calls »outside« by itself


class NlpJs:
    """Trains and asks nlp.js; time and memory are measured inside Node."""

    def __init__(self, work_dir: Path) -> None:
        self._examples = work_dir / "nlpjs-examples.json"
        self.training_seconds = 0.0
        self.milliseconds: list[float] = []
        self.cpu_milliseconds: list[float] = []

    def train(self, task: Task) -> None:
        """Install the pinned packages if they are missing, then train.

        Raises:
            RuntimeError: Node or npm failed; the message has the end of its output.
        """
        if not (FOLDER / "node_modules").exists():
            subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=FOLDER, check=True)
        examples = [{"text": example.text, "label": example.label} for example in task.examples]
        self._examples.write_text(json.dumps({"examples": examples}, ensure_ascii=False), encoding="utf-8")
        self._node = subprocess.Popen(
            ["node", "peer.mjs", str(self._examples)],
            cwd=FOLDER,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self.training_seconds = self._read()["training_seconds"]

    def guess(self, text: str) -> Guess:
        """nlp.js's best intent; its own »None« and our »out_of_scope« are both outside."""
        self._write(json.dumps(text, ensure_ascii=False))
        answer = self._read()
        self.milliseconds.append(answer["milliseconds"])
        self.cpu_milliseconds.append(answer["cpu_milliseconds"])
        scores: dict[str, float] = {}
        for label, score in answer["ranking"]:
            name = OUTSIDE if label == NONE else label
            scores[name] = max(score, scores.get(name, 0.0))
        return guess_from(list(scores), list(scores.values()))

    def peak_memory_mb(self) -> float:
        """Of the Node process; ends it."""
        self._write("")
        return self._read()["peak_memory_mb"]

    def _write(self, line: str) -> None:
        assert self._node.stdin is not None
        self._node.stdin.write(line + "\n")
        self._node.stdin.flush()

    def _read(self) -> dict[str, Any]:
        assert self._node.stdout is not None
        for line in self._node.stdout:
            if line.startswith("{"):
                return json.loads(line)
        raise RuntimeError("nlp.js ended without an answer")
