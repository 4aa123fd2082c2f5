"""The project's files as Rasa gets them."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
from rasa.shared.importers.rasa import RasaFileImporter

from answers import AnswerStore, ContentError
from answers.store import FOLLOW_UPS
from nlu.importer import ProjectImporter, read_examples
from staff.project import ROOT


def _files(folder: Path) -> dict[str, object]:
    return {"domain_path": str(ROOT / "domain.yml"), "training_data_paths": [str(folder)]}


def test_rasa_knows_a_response_for_every_answer_question_and_follow_up_but_not_what_it_says(
    real_store: AnswerStore,
) -> None:
    domain = ProjectImporter(**_files(ROOT / "data" / "rules")).get_domain()

    expected = {*real_store.answers, *real_store.records.questions, *FOLLOW_UPS}
    assert set(domain.responses) == {f"utter_{key}" for key in expected}
    assert domain.responses["utter_hochschulen/anzahl"] == [{"text": "hochschulen/anzahl"}]


def test_the_examples_are_those_that_rasas_own_importer_reads(tmp_path: Path) -> None:
    (tmp_path / "nlu.yml").write_text(
        'version: "3.1"\nnlu:\n- intent: hochschulen/anzahl\n  examples: |\n    - Wie viele?\n    -   Anzahl: Unis\n'
        "- intent: out_of_scope\n  examples: |\n    - Wetter\n",
        encoding="utf-8",
    )

    ours, rasas = (
        importer(**_files(tmp_path)).get_nlu_data().intent_examples for importer in (ProjectImporter, RasaFileImporter)
    )

    def told(examples: list) -> list[tuple[str, str]]:
        return [(example.get("text"), example.get_full_intent()) for example in examples]

    assert told(ours) == told(rasas)
    assert ours[0].fingerprint() == rasas[0].fingerprint()
    assert copy.deepcopy(ours[0]) is ours[0]


@pytest.mark.parametrize(
    ("block", "complaint"),
    [
        ("- examples: |\n    - a", "nlu/x.yml, Eintrag 1"),
        ("- intent: a/b", "nlu/x.yml, a/b"),
        ("- intent: a/b\n  examples: |\n    ohne Strich", "»ohne Strich«"),
    ],
)
def test_a_file_of_another_form_is_named_with_its_entry(tmp_path: Path, block: str, complaint: str) -> None:
    file = tmp_path / "data" / "nlu" / "x.yml"
    file.parent.mkdir(parents=True)
    file.write_text(f"nlu:\n{block}\n", encoding="utf-8")

    with pytest.raises(ContentError, match=complaint):
        list(read_examples(file))
