"""The evidence on a pair of question and answer, and the judge that weighs it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from answers import AnswerStore
from nlu.judge import FEATURES, JUDGE_FILE, Evidence, Judge
from nlu.names import NameFinder
from nlu.shares import Shares

COUNT, CAMPUS, OUTSIDE = "hochschulen/anzahl", "hochschulen/campus", "out_of_scope"
EXAMPLES = {
    "Wie viele Hochschulen gibt es": COUNT,
    "Anzahl Hochschulen in Bochum 2030": COUNT,
    "Wie viele Hochschulen hat Bochum": COUNT,
    "Wo liegt der Campus der RUB": CAMPUS,
    "Campus Adresse RUB": CAMPUS,
    "Wie wird das Wetter": OUTSIDE,
    "Wo liegt Hamburg": OUTSIDE,
}
AXES = {COUNT: 0, CAMPUS: 1, OUTSIDE: 2}


@pytest.fixture(scope="module")
def evidence(store: AnswerStore) -> Evidence:
    return Evidence.learn(
        texts=list(EXAMPLES),
        labels=list(EXAMPLES.values()),
        vectors=np.array([np.eye(3)[AXES[label]] for label in EXAMPLES.values()]),
        answer_texts={COUNT: "Es gibt 9 Hochschulen", CAMPUS: "Der Campus liegt im Süden"},
        text_vectors={COUNT: np.eye(3)[0], CAMPUS: np.eye(3)[1]},
        foreign_names=frozenset({"hamburg", "dortmund"}),
        outside=OUTSIDE,
        name_finder=NameFinder(store.names.values()),
    )


def _weighed(evidence: Evidence, text: str, label: str = COUNT, **shares: float) -> dict[str, float]:
    given = dict(sorted({COUNT: 0.6, CAMPUS: 0.3, OUTSIDE: 0.1, **shares}.items()))
    columns = {label: column for column, label in enumerate(given)}
    probabilities = Shares(list(given), columns, OUTSIDE, np.array(list(given.values())))
    asked = evidence.asked(text, text, np.eye(3)[AXES[label]], evidence.heard([text]))
    return dict(zip(FEATURES, evidence(asked, label, probabilities), strict=True))


def test_a_question_like_the_examples_speaks_for_the_answer(evidence: Evidence) -> None:
    seen = _weighed(evidence, "Wie viele Hochschulen gibt es?")

    assert seen["odds_against_outside"] > 0 and seen["margin_to_second"] > 0
    assert seen["least_explained_word"] == pytest.approx(1.0)
    assert seen["nearest_example"] == pytest.approx(1.0)
    assert seen["kind_rarity"] == seen["unknown_numbers"] == seen["foreign_name"] == 0


def test_what_was_learned_comes_back_from_its_arrays(evidence: Evidence, store: AnswerStore) -> None:
    names = NameFinder(store.names.values())

    again = Evidence.from_arrays(evidence.arrays(), frozenset({"hamburg", "dortmund"}), OUTSIDE, names)

    for text in ("Wie viele Hochschulen gibt es 2031?", "Wo liegt MARK 51°7 in Hamburg"):
        assert _weighed(again, text) == _weighed(evidence, text)


def test_a_word_that_nothing_explains_speaks_against_it(evidence: Evidence) -> None:
    near = _weighed(evidence, "Wie viele Hochschulen gibt es?")
    nearly = _weighed(evidence, "Wie viele Pinguine gibt es?")

    assert nearly["least_explained_word"] < near["least_explained_word"]
    assert nearly["unexplained_mass"] > near["unexplained_mass"]


def test_another_town_speaks_against_it_unless_the_answer_names_it(evidence: Evidence) -> None:
    assert _weighed(evidence, "Wie viele Hochschulen gibt es in Dortmund?")["foreign_name"] == 1
    assert _weighed(evidence, "Wo liegt Hamburg?", OUTSIDE)["foreign_name"] == 0


def test_a_year_that_the_answer_does_not_know_speaks_against_it(evidence: Evidence) -> None:
    assert _weighed(evidence, "Wie viele Hochschulen gab es 1950?")["unknown_numbers"] == 1
    assert _weighed(evidence, "Wie viele Hochschulen gibt es 2030?")["unknown_numbers"] == 0


def test_a_kind_of_question_that_nobody_asked_of_the_answer_speaks_against_it(evidence: Evidence) -> None:
    asked = _weighed(evidence, "Wie viele Hochschulen?")["kind_rarity"]
    never = _weighed(evidence, "Was kosten Hochschulen?")["kind_rarity"]

    assert never > asked == 0


def test_a_thing_that_the_answer_does_not_speak_of_speaks_against_it(evidence: Evidence) -> None:
    assert _weighed(evidence, "Wo liegt MARK 51°7?", CAMPUS)["names_not_covered"] == 1
    assert _weighed(evidence, "Wo liegt die RUB?", CAMPUS)["names_not_covered"] == 0


@pytest.mark.parametrize("text", ["", "?", "😀", "der die das", "x" * 1200], ids=range(5))
def test_the_evidence_is_finite_for_any_message(evidence: Evidence, text: str) -> None:
    assert all(np.isfinite(value) for value in _weighed(evidence, text).values())


def test_the_judge_is_calibrated_between_no_and_yes() -> None:
    judge = Judge(np.zeros(2), np.ones(2), np.array([1.0, -1.0]), 0.0)

    assert judge(np.array([0.0, 0.0])) == pytest.approx(0.5)
    assert judge(np.array([9.0, 0.0])) > 0.99
    assert judge(np.array([0.0, 9.0])) < 0.01


def test_weights_fitted_on_other_evidence_are_not_used(tmp_path: Path) -> None:
    stored = json.loads(JUDGE_FILE.read_text(encoding="utf-8"))
    other = tmp_path / "judge.json"
    other.write_text(json.dumps({**stored, "features": [*FEATURES[:-1], "mood"]}), encoding="utf-8")

    with pytest.raises(ValueError, match="make judge"):
        Judge.load(other)


def test_the_stored_weights_fit_the_evidence() -> None:
    judge = Judge.load()

    assert len(judge.weights) == len(judge.mean) == len(judge.scale) == len(FEATURES)
