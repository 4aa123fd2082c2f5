"""Fits the judge's weights on the development split and writes them to `nlu/judge.json` (`make judge`).

The classifier is trained from `data/nlu`; for every single question of the development split (answerable or not)
the evidence of its first answer is computed, and a logistic regression learns when that answer is right.
Never looks at the final split.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from rasa.shared.nlu.training_data.loading import load_data
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from answers import AnswerStore
from answers.schema import read_yaml
from nlu.judge import FEATURES
from nlu.questions import without_greeting
from nlu.text import clean
from nlu.understanding import JUDGE_FILE, Judge, Understanding

ROOT = Path(__file__).resolve().parents[2]
DEVELOPMENT = ROOT / "tests" / "questions" / "development.yml"


def train_understanding(judge: Judge | None = None) -> Understanding:
    """The classifier and the evidence, trained from `data/nlu` as `make train` does."""
    examples = load_data(str(ROOT / "data" / "nlu")).intent_examples
    answer_texts = {a.id: f"{a.title.de} {a.text.de}" for a in AnswerStore().answers.values()}
    return Understanding.train(
        [clean(example.get("text")) for example in examples],
        [example.get_full_intent() for example in examples],
        answer_texts,
        ROOT / ".cache",
        judge=judge,
    )


def fit() -> None:
    """Fit, report the cross-validated area under the curve, and write the weights."""
    no_judge = Judge(np.zeros(len(FEATURES)), np.ones(len(FEATURES)), np.zeros(len(FEATURES)), 0.0)
    understanding = train_understanding(no_judge)
    questions = [
        entry
        for entry in read_yaml(DEVELOPMENT)
        if "before" not in entry and "expect" in entry
    ]
    evidence, right = [], []
    for entry in questions:
        first, features = understanding.first_with_evidence(without_greeting(clean(entry["question"])))
        evidence.append(features)
        right.append(first in {expected.split("@")[0] for expected in entry["expect"]})
    features, labels = np.array(evidence), np.array(right)
    model = make_pipeline(StandardScaler(), LogisticRegression(C=1.0))
    scores = cross_val_predict(model, features, labels, cv=10, method="predict_proba")[:, 1]
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
    for threshold in np.arange(0.2, 0.95, 0.05):
        accepted = scores >= threshold
        answerable = np.array([bool(entry["expect"]) for entry in questions])
        print(
            f"threshold {threshold:.2f}: right {(labels & accepted)[answerable].mean():.3f}, "
            f"refused {1 - accepted[~answerable].mean():.3f}, wrong of all {(~labels & accepted).mean():.3f}"
        )


if __name__ == "__main__":
    fit()
