"""Rasa's default German pipeline, trained with Rasa itself."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

from benchmarks.understanding.asked import OUTSIDE, Task
from benchmarks.understanding.systems import Guess, guess_from

# »topic/question« would be a retrieval intent: the slash is written so, and every answer is an intent.
FLAT = "__"


def pipeline(sentence_vectors: bool, epochs: int) -> list[dict[str, Any]]:
    """The components of the default pipeline that take part in the choice of the intent."""
    featurizer = {"name": "benchmarks.understanding.sentence_vectors.SentenceVectorFeaturizer"}
    return [
        {"name": "WhitespaceTokenizer"},
        {"name": "RegexFeaturizer"},
        {"name": "LexicalSyntacticFeaturizer"},
        {"name": "CountVectorsFeaturizer"},
        {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
        *([featurizer] if sentence_vectors else []),
        {
            "name": "DIETClassifier",
            "epochs": epochs,
            "constrain_similarities": True,
            "entity_recognition": False,
            "ranking_length": 0,
            "random_seed": 0,
        },
    ]


class RasaPipeline:
    """Trains in the work folder; asked through Rasa's message processor, in process, without a server."""

    def __init__(self, sentence_vectors: bool, epochs: int, work_dir: Path) -> None:
        self._pipeline = pipeline(sentence_vectors, epochs)
        self._folder = work_dir / ("rasa-use" if sentence_vectors else "rasa")
        self._loop = asyncio.new_event_loop()

    def train(self, task: Task) -> None:
        """Write configuration and examples, train, load the model."""
        self._folder.mkdir(parents=True, exist_ok=True)
        os.environ["RASA_CACHE_DIRECTORY"] = str(self._folder / "cache")
        os.environ["RASA_MAX_CACHE_SIZE"] = "0"
        from rasa.core.agent import Agent
        from rasa.model_training import train_nlu

        model = train_nlu(self._write_config(), self._write_examples(task), str(self._folder / "models"))
        assert model is not None
        self._agent = Agent.load(model)

    def _write_config(self) -> str:
        from ruamel.yaml import YAML

        path = self._folder / "config.yml"
        with path.open("w", encoding="utf-8") as file:
            YAML().dump({"recipe": "default.v1", "language": "de", "pipeline": self._pipeline}, file)
        return str(path)

    def _write_examples(self, task: Task) -> str:
        by_label: dict[str, list[str]] = {}
        for example in task.examples:
            by_label.setdefault(example.label.replace("/", FLAT), []).append(_plain(example.text))
        lines = ['version: "3.1"', "nlu:"]
        for label, texts in by_label.items():
            lines += [f"- intent: {label}", "  examples: |", *(f"    - {text}" for text in texts)]
        path = self._folder / "nlu.yml"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return str(path)

    def guess(self, text: str) -> Guess:
        """The best intent of DIET's ranking."""
        parsed = self._loop.run_until_complete(self._agent.parse_message(text.lstrip("/")))
        ranking = parsed["intent_ranking"]
        labels = [entry["name"].replace(FLAT, "/") if entry["name"] != OUTSIDE else OUTSIDE for entry in ranking]
        return guess_from(labels, [entry["confidence"] for entry in ranking])


def _plain(text: str) -> str:
    """Without what Rasa would read as entity annotation."""
    return text.translate(str.maketrans("[]{}", "()()"))
