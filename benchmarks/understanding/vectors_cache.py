"""Sentence vectors of the examples, shared by the systems of a run, and what encoding them cost."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from nlu.vectors import EncoderName, VectorCache, encoder

COST_FILE = "encoding_cost.json"


def encode_examples(texts: Sequence[str], work_dir: Path) -> dict[str, float]:
    """Encode what is not encoded yet; returns the seconds a text of each encoder, measured over at least 200.

    The texts are encoded anew on the first run, so that the price is measured and not guessed.
    """
    cost_file = work_dir / COST_FILE
    cost: dict[str, float] = json.loads(cost_file.read_text()) if cost_file.exists() else {}
    names: tuple[EncoderName, ...] = ("use", "e5")
    for name in names:
        encoder(name)(["warm"])
        file = work_dir / f"vectors-{name}.npz"
        known = len(np.load(file)["keys"]) if file.exists() else 0
        started = time.perf_counter()
        VectorCache(work_dir, name)(texts)
        seconds = time.perf_counter() - started
        added = len(np.load(file)["keys"]) - known
        if added >= 200 or name not in cost:
            cost[name] = seconds / max(1, added)
    cost_file.write_text(json.dumps(cost))
    return cost


def cached(name: EncoderName, work_dir: Path) -> VectorCache:
    """The encoder that remembers the examples."""
    return VectorCache(work_dir, name)
