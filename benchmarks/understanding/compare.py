"""All systems side by side, in one run (`make bench-understanding`).

Every system learns from the same examples (`data/nlu`) and is asked the same single questions, each in a
process of its own. Its threshold comes from the development split; the figures come from the final split,
which nothing is fitted on. Writes `docs/understanding/`: results.json, pictures, README.md.

    python -m benchmarks.understanding.compare                    # everything, the slow ones last
    python -m benchmarks.understanding.compare --only ours curve  # parts; the others stay as they are
    python -m benchmarks.understanding.compare --report           # only pictures and text
    python -m benchmarks.understanding.compare --rescore          # the same, from the recorded guesses
    python -m benchmarks.understanding.compare --quick            # does it run? into .work/quick
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import re
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from answers.schema import read_yaml
from benchmarks.understanding import scoring
from benchmarks.understanding.asked import (
    OUTSIDE,
    ROOT,
    SPLITS,
    Question,
    Task,
    code_fingerprint,
    quick,
    read_task,
)
from benchmarks.understanding.charts import draw_all
from benchmarks.understanding.overlap import NEAR, nearest_example, same_words
from benchmarks.understanding.report import write_report
from benchmarks.understanding.systems import ENTRIES, Entry, Guess
from benchmarks.understanding.worker import CURVE, CURVE_SYSTEM, VECTORS
from staff.project import quiet_environment

DOCS = ROOT / "docs" / "understanding"
WORK = Path(__file__).with_name(".work")
CURVE_SIZES = (5, 10, 20, 40, 100_000)
ASKING_SECONDS = 900
POLITE_SECONDS = 20
Results = dict[str, Any]


@dataclass(frozen=True)
class Run:
    """One run: what it is about and where it puts things."""

    task: Task
    results_file: Path
    work_dir: Path
    epochs: int
    time_limit_minutes: float
    nearest: np.ndarray

    @property
    def task_file(self) -> Path:
        """Where the workers read the task."""
        return self.work_dir / "task.json"


class NotFinished(Exception):
    """Training was stopped at the time limit; the message says how far it had come."""


def main() -> None:
    """Run what was asked for, merge it into results.json, draw and write."""
    options = _options()
    folder = WORK / "quick" if options.quick else DOCS
    results_file = folder / "results.json"
    if options.report:
        _publish(_read(results_file), folder)
        return
    work_dir = WORK / ("quick" if options.quick else "full")
    if options.rescore:
        task = quick(read_task()) if options.quick else read_task()
        _rescore(Run(task, results_file, work_dir, 0, 0.0, nearest_example(task)))
        _publish(_read(results_file), folder)
        return
    task = quick(read_task()) if options.quick else read_task()
    work_dir.mkdir(parents=True, exist_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    epochs = options.epochs or (2 if options.quick else 15)
    run = Run(task, results_file, work_dir, epochs, options.time_limit_minutes, nearest_example(task))
    task.save(run.task_file)
    for part in _parts(options.only):
        _measure_and_merge(part, run)
    _publish(_read(results_file), folder)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--only", nargs="+", choices=[*ENTRIES, CURVE], help="parts to measure again")
    parser.add_argument("--quick", action="store_true", help="few examples and questions, two epochs")
    parser.add_argument("--report", action="store_true", help="only draw and write, from results.json")
    parser.add_argument("--rescore", action="store_true", help="count the recorded guesses again, then --report")
    parser.add_argument("--epochs", type=int, help="of DIET (default 15; Rasa's generated configuration has 100)")
    parser.add_argument("--time-limit-minutes", type=float, default=25.0, help="for training a slow system")
    return parser.parse_args()


def _parts(only: list[str] | None) -> list[str]:
    """The parts in the order in which they run: vectors, fast systems, curve, slow systems."""
    fast = [key for key, entry in ENTRIES.items() if not entry.slow]
    slow = [key for key, entry in ENTRIES.items() if entry.slow]
    return [VECTORS, *(part for part in (*fast, CURVE, *slow) if only is None or part in only)]


def _measure_and_merge(part: str, run: Run) -> None:
    started = time.perf_counter()
    print(f"{part} … ", end="", flush=True)
    results = _read(run.results_file)
    _describe(results, run)
    try:
        measured = _work(part, run)
    except NotFinished as reason:
        results["systems"][part] = {"status": "not finished", "reason": str(reason), **_state(run)}
        print(f"not finished: {reason}")
    except subprocess.CalledProcessError:
        print(f"failed, see {_log(part, run)}")
        if part == VECTORS:
            raise
        failed = {"status": "failed", "reason": "see its log", **_state(run)}
        if part == CURVE:
            results["learning_curve"] = failed
        else:
            results["systems"][part] = failed
    else:
        _merge(part, measured, results, run)
        print(f"{time.perf_counter() - started:.0f} s")
    _write(results, run)


def _rescore(run: Run) -> None:
    """Count again what was recorded, for parts that were measured on the recorded questions; nothing is asked."""
    results = _read(run.results_file)
    code = results["code"]
    _describe(results, run)
    results["code"] = code
    for part in _parts(None)[1:]:
        before = results.get("learning_curve") if part == CURVE else results["systems"].get(part)
        out = run.work_dir / f"{part}.json"
        if not before or before["data"] != run.task.fingerprint or not out.exists():
            continue
        if "points" not in before and before.get("status") != "measured":
            continue
        _merge(part, json.loads(out.read_text(encoding="utf-8")), results, run)
        after = results["learning_curve"] if part == CURVE else results["systems"][part]
        after.update({key: before[key] for key in ("date", "data", "code", "epochs") if key in before})
    _write(results, run)


def _write(results: Results, run: Run) -> None:
    run.results_file.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _merge(part: str, measured: Any, results: Results, run: Run) -> None:
    if part == VECTORS:
        results["encoding_seconds_a_text"] = measured
    elif part == CURVE:
        results["learning_curve"] = _curve(measured, results, run)
    else:
        results["systems"][part] = _system(ENTRIES[part], measured, results, run)
        if part in ("ours", "ours-no-judge"):
            _curves_of_ours(part, measured, results, run.task)


# ---------------------------------------------------------------------- work in processes of its own


def _log(part: str, run: Run) -> Path:
    return run.work_dir / f"{part}.log"


def _work(part: str, run: Run) -> Any:
    """Do a part in a process of its own; the slow ones are stopped at the time limit.

    Raises:
        NotFinished: the time limit passed before training was over.
        subprocess.CalledProcessError: the process failed.
    """
    out = run.work_dir / f"{part}.json"
    trained = Path(f"{out}.trained")
    trained.unlink(missing_ok=True)
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.understanding.worker", part]
    command += [str(run.task_file), str(run.work_dir), str(out), str(run.epochs)]
    command += [str(size) for size in CURVE_SIZES] if part == CURVE else []
    with _log(part, run).open("w", encoding="utf-8") as log:
        environment = quiet_environment(OMP_NUM_THREADS="1")
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        if part in ENTRIES and ENTRIES[part].slow:
            _wait_for_training(process, trained, run, _log(part, run))
        if process.wait():
            raise subprocess.CalledProcessError(process.returncode, command)
    return json.loads(out.read_text(encoding="utf-8"))


def _wait_for_training(process: subprocess.Popen[bytes], trained: Path, run: Run, log: Path) -> None:
    end = time.monotonic() + 60 * run.time_limit_minutes
    while process.poll() is None and not trained.exists():
        if time.monotonic() > end:
            process.terminate()
            try:
                process.wait(POLITE_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            raise NotFinished(f"stopped after {run.time_limit_minutes:g} minutes of training{_progress(log)}")
        time.sleep(1)


def _progress(log: Path) -> str:
    epochs = re.findall(r"Epochs:[^\r\n]*?(\d+)/(\d+) \[", log.read_text(encoding="utf-8", errors="replace"))
    return f", {epochs[-1][0]} of {epochs[-1][1]} epochs" if epochs else ""


# ---------------------------------------------------------------------- results


def _read(results_file: Path) -> Results:
    empty: Results = {"systems": {}}
    return json.loads(results_file.read_text(encoding="utf-8")) if results_file.exists() else empty


def _state(run: Run) -> dict[str, str]:
    """When and on which state of the data a part was measured."""
    return {
        "date": datetime.date.today().isoformat(),
        "data": run.task.fingerprint,
        "code": code_fingerprint(),
    }


def _describe(results: Results, run: Run) -> None:
    task = run.task
    per_answer = Counter(example.label for example in task.examples)
    outside = per_answer.pop(OUTSIDE, 0)
    results["data"], results["code"] = task.fingerprint, code_fingerprint()
    results["machine"] = {
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
    }
    results["examples"] = {
        "all": len(task.examples),
        "answers": len(per_answer),
        "outside": outside,
        "median_an_answer": float(np.median(list(per_answer.values()))),
    }
    results["questions"] = {
        split: {
            "all": len(_of_split(task, split)),
            "answerable": sum(question.answerable for question in _of_split(task, split)),
        }
        for split in SPLITS
    }
    same = same_words(task)
    of_split = {split: np.array([question.split == split for question in task.questions]) for split in SPLITS}
    results["overlap"] = {
        split: {"same_words": int(same[of].sum()), "near": int((run.nearest[of] > NEAR).sum())}
        for split, of in of_split.items()
    }


def _cpu() -> str:
    found = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    return found.group(1).strip() if found else platform.processor()


def _of_split(task: Task, split: str) -> list[Question]:
    return [question for question in task.questions if question.split == split]


def _guesses(measured: Any, task: Task, split: str) -> list[Guess]:
    pairs = zip(task.questions, measured["guesses"], strict=True)
    return [Guess(**guess) for question, guess in pairs if question.split == split]


def _system(entry: Entry, measured: Any, results: Results, run: Run) -> dict[str, Any]:
    task = run.task
    development = _of_split(task, "development"), _guesses(measured, task, "development")
    final = _of_split(task, "final"), _guesses(measured, task, "final")
    threshold = scoring.best_threshold(*development, entry.scale)
    cost = results.get("encoding_seconds_a_text", {})
    encoding = task.distinct_texts * sum(cost.get(name, 0.0) for name in entry.encoders)
    far = [
        index
        for index, question in enumerate(task.questions)
        if question.split == "final" and run.nearest[index] <= NEAR
    ]
    all_guesses = [Guess(**guess) for guess in measured["guesses"]]
    final_far = [task.questions[index] for index in far], [all_guesses[index] for index in far]
    described: dict[str, Any] = {
        "status": "measured",
        **_state(run),
        "scoring": threshold.scoring,
        "threshold": round(threshold.value, 4),
        "development": scoring.figures(*development, threshold, entry.scale),
        "final": scoring.figures(*final, threshold, entry.scale),
        "final_without_near": scoring.figures(*final_far, threshold, entry.scale),
        "final_at_equal_refusal": scoring.right_at_equal_refusal(*final, threshold.scoring, entry.scale),
        "training_seconds": round(measured["training_seconds"], 1),
        "encoding_seconds": round(encoding, 1),
        "median_ms": round(float(np.median(measured["milliseconds"])), 2),
        "p95_ms": round(float(np.percentile(measured["milliseconds"], 95)), 2),
        "median_cpu_ms": round(float(np.median(measured["cpu_milliseconds"])), 2),
        "p95_cpu_ms": round(float(np.percentile(measured["cpu_milliseconds"], 95)), 2),
        "load": round(measured["load"], 1),
        "imported_mb": round(measured["imported_mb"]),
        "peak_memory_mb": round(measured["peak_memory_mb"]),
    }
    if entry.slow:
        described["epochs"] = run.epochs
    if entry.key == "ours":
        shipped = shipped_threshold()
        described["as_shipped"] = {
            "threshold": shipped.value,
            "smalltalk_threshold": shipped.smalltalk_value,
            "development": scoring.figures(*development, shipped, "none"),
            "final": scoring.figures(*final, shipped, "none"),
        }
    return described


def shipped_threshold() -> scoring.Threshold:
    """The confidences from which the product answers, from `config.yml`."""
    for component in read_yaml(ROOT / "config.yml")["pipeline"]:
        if component["name"].endswith("AnswerClassifier"):
            answer = float(component["answer_threshold"])
            return scoring.Threshold("first", answer, float(component.get("smalltalk_threshold", answer)))
    raise KeyError("config.yml: AnswerClassifier")


def _curves_of_ours(key: str, measured: Any, results: Results, task: Task) -> None:
    curves = results.setdefault("risk_coverage", {})
    for split in SPLITS:
        of = _of_split(task, split), _guesses(measured, task, split)
        with_judge = key == "ours"
        how = ("first", "none") if with_judge else ("against outside", "share")
        curves[f"{key} {split}"] = scoring.risk_coverage(*of, *how)
        if with_judge:
            results.setdefault("reliability", {})[split] = scoring.reliability(*of)


def _curve(measured: Any, results: Results, run: Run) -> dict[str, Any]:
    """The points of the learning curve at the threshold that was chosen for all examples."""
    chosen = results["systems"][CURVE_SYSTEM]
    threshold = scoring.Threshold(chosen["scoring"], chosen["threshold"])
    questions = _of_split(run.task, "development")
    points = []
    for point in measured:
        guesses = [Guess(**guess) for guess in point["guesses"]]
        figures = scoring.figures(questions, guesses, threshold, ENTRIES[CURVE_SYSTEM].scale)
        figures.pop("by_kind")
        label = "all" if point["size"] == CURVE_SIZES[-1] else str(point["size"])
        points.append({"label": label, "examples": point["examples"], **figures})
    return {**_state(run), "threshold": threshold.value, "points": points}


def _publish(results: Results, folder: Path) -> None:
    draw_all(results, folder)
    write_report(results, folder / "README.md")
    print(f"{folder / 'README.md'} written")


if __name__ == "__main__":
    main()
