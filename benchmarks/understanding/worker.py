"""Trains and asks one system in a process of its own, so that time and memory are its own.

`python -m benchmarks.understanding.worker KEY TASK WORK_DIR OUT [EPOCHS]`
"""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.understanding.asked import Task, first_examples
from benchmarks.understanding.systems import ENTRIES, Limits, System

VECTORS = "vectors"
CURVE = "curve"
# Not ours: the tuned encoder has seen all examples, whatever is left out here.
CURVE_SYSTEM = "characters+use+e5-lr"


def peak_memory_mb() -> float:
    """Of this process since it started (unlike `getrusage`, without its parent's)."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def use_one_core() -> None:
    """Pin every thread of this process to one core: what a message costs is then the cost of one core."""
    core = {min(os.sched_getaffinity(0))}
    for thread in Path("/proc/self/task").iterdir():
        os.sched_setaffinity(int(thread.name), core)


def measure(system: System, task: Task, trained: Path) -> dict[str, Any]:
    """Train, warm up, ask every question one at a time; the file `trained` tells that training is over."""
    imported = peak_memory_mb()
    started = time.perf_counter()
    system.train(task)
    training_seconds = getattr(system, "training_seconds", 0.0) or time.perf_counter() - started
    trained.touch()
    use_one_core()
    for question in task.questions[:5]:
        system.guess(question.text)
    if hasattr(system, "milliseconds"):
        system.milliseconds.clear()
    if hasattr(system, "cpu_milliseconds"):
        system.cpu_milliseconds.clear()
    guesses, milliseconds, cpu_milliseconds = [], [], []
    for question in task.questions:
        before, before_cpu = time.perf_counter(), time.process_time()
        guesses.append(system.guess(question.text))
        milliseconds.append((time.perf_counter() - before) * 1000)
        cpu_milliseconds.append((time.process_time() - before_cpu) * 1000)
    return {
        "training_seconds": training_seconds,
        "milliseconds": getattr(system, "milliseconds", None) or milliseconds,
        "cpu_milliseconds": getattr(system, "cpu_milliseconds", None) or cpu_milliseconds,
        "load": os.getloadavg()[0],
        "imported_mb": imported,
        "peak_memory_mb": system.peak_memory_mb() if hasattr(system, "peak_memory_mb") else peak_memory_mb(),
        "guesses": [asdict(guess) for guess in guesses],
    }


def learning_curve(task: Task, limits: Limits, sizes: tuple[int, ...]) -> list[dict[str, Any]]:
    """`CURVE_SYSTEM` trained on few to all examples an answer, asked the development split."""
    development = [question for question in task.questions if question.split == "development"]
    points = []
    for size in sizes:
        part = Task(first_examples(task.examples, size), development, task.answer_texts)
        system = ENTRIES[CURVE_SYSTEM].build(limits)
        system.train(part)
        points.append(
            {
                "size": size,
                "examples": len(part.examples),
                "guesses": [asdict(system.guess(question.text)) for question in development],
            }
        )
    return points


def main() -> None:
    """Do one job and write its result as JSON."""
    key, task_file, work_dir, out, *rest = sys.argv[1:]
    task = Task.load(Path(task_file))
    limits = Limits(epochs=int(rest[0]) if rest else 15, work_dir=Path(work_dir))
    result: Any
    if key == VECTORS:
        from benchmarks.understanding.vectors_cache import seconds_a_text

        result = seconds_a_text([example.text for example in task.examples])
    elif key == CURVE:
        result = learning_curve(task, limits, tuple(int(size) for size in rest[1:]))
    else:
        result = measure(ENTRIES[key].build(limits), task, Path(f"{out}.trained"))
    Path(out).write_text(json.dumps(result), encoding="utf-8")


if __name__ == "__main__":
    main()
