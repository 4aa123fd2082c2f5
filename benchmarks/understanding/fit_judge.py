"""Fits the judge's weights on the development split and writes them to `nlu/judge.json` (`make judge`).

The classifier is trained from `data/nlu`; for every single question of the development split (answerable or not)
the evidence of its first answer is computed, and a logistic regression learns when that answer is right.
Never looks at the final split.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from answers import AnswerStore
from nlu.importer import read_examples
from nlu.judge import FEATURES, JUDGE_FILE, Judge
from nlu.questions import without_greeting
from nlu.text import clean
from nlu.understanding import Understanding
from staff.evaluation import load_questions

ROOT = Path(__file__).resolve().parents[2]
CANDIDATES = 1


def train_understanding(judge: Judge | None = None) -> Understanding:
    """The classifier and the evidence, trained from `data/nlu` as `make train` does."""
    read = [block for file in sorted((ROOT / "data" / "nlu").glob("*.yml")) for block in read_examples(file)]
    texts = [(clean(text), intent) for intent, listed in read for text in listed]
    return Understanding.train(
        AnswerStore(), [text for text, _ in texts], [intent for _, intent in texts], ROOT / ".cache", judge=judge
    )


def fit() -> None:
    """Fit, report the cross-validated area under the curve, and write the weights."""
    no_judge = Judge(np.zeros(len(FEATURES)), np.ones(len(FEATURES)), np.zeros(len(FEATURES)), 0.0)
    understanding = train_understanding(no_judge)
    questions = [entry for entry in load_questions("development") if "before" not in entry and "expect" in entry]
    rows: list[np.ndarray] = []
    right: list[bool] = []
    asked: list[int] = []
    for number, entry in enumerate(questions):
        expected = {option.split("@")[0] for option in entry["expect"]}
        for label, features in understanding.evidence_of_first(without_greeting(clean(entry["question"])), CANDIDATES):
            rows.append(features)
            right.append(label in expected)
            asked.append(number)
    features, labels, groups = np.array(rows), np.array(right), np.array(asked)
    model = make_pipeline(StandardScaler(), LogisticRegression(C=1.0))
    scores = cross_val_predict(model, features, labels, groups=groups, cv=GroupKFold(10), method="predict_proba")[:, 1]
    model.fit(features, labels)
    scaler, regression = model[0], model[-1]
    JUDGE_FILE.write_text(
        json.dumps(
            {
                "fitted_on": f"{len(questions)} questions of tests/questions/development.yml",
                "area_under_curve_cross_validated": round(float(roc_auc_score(labels, scores)), 4),
                "features": list(FEATURES),
                "mean": scaler.mean_.round(5).tolist(),
                "scale": scaler.scale_.round(5).tolist(),
                "weights": regression.coef_[0].round(5).tolist(),
                "intercept": round(float(regression.intercept_[0]), 5),
            },
            indent=1,
        )
        + "\n",
        encoding="utf-8",
    )
    _print_thresholds(questions, scores, labels, groups)


def _print_thresholds(
    questions: list[dict[str, object]], scores: np.ndarray, labels: np.ndarray, groups: np.ndarray
) -> None:
    """What each threshold would give, cross-validated, the most confident candidate of each question."""
    best = [np.flatnonzero(groups == number)[scores[groups == number].argmax()] for number in range(len(questions))]
    answerable = np.array([bool(entry["expect"]) for entry in questions])
    for threshold in np.arange(0.2, 0.95, 0.05):
        accepted = scores[best] >= threshold
        print(
            f"threshold {threshold:.2f}: right {(labels[best] & accepted)[answerable].mean():.3f}, "
            f"refused {1 - accepted[~answerable].mean():.3f}, "
            f"wrong of all {(~labels[best] & accepted).mean():.3f}"
        )


if __name__ == "__main__":
    fit()
