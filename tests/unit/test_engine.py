"""What is changed in Rasa, what stands in for its parts, and what pyproject.toml restates of it."""

from __future__ import annotations

import importlib
import importlib.metadata
import re

import pytest
import tomllib
from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction
from rasa_stand_ins import NotInstalledError

from engine import rasa_changes
from staff.project import ROOT

# Requirements of Rasa that are not restated: what it never imports for this assistant, what a stand-in replaces,
# what is for Windows (colorama) or a requirement of the project itself (rasa-sdk).
LEFT_OUT = {
    "absl-py",
    "aio-pika",
    "aiogram",
    "boto3",
    "cloudpickle",
    "colorama",
    "colorhash",
    "confluent-kafka",
    "dnspython",
    "fbmessenger",
    "mattermostwrapper",
    "pymongo",
    "python-engineio",
    "python-socketio",
    "rasa-sdk",
    "rocketchat-api",
    "sklearn-crfsuite",
    "skops",
    "slack-sdk",
    "tensorflow",
    "tensorflow-addons",
    "tensorflow-cpu-aws",
    "tensorflow-hub",
    "tensorflow-intel",
    "tensorflow-io-gcs-filesystem",
    "tensorflow-macos",
    "tensorflow-metal",
    "tensorflow-text",
    "twilio",
    "webexteamssdk",
}
STAND_INS = tomllib.loads((ROOT / "engine/stand_ins/pyproject.toml").read_text())["tool"]["uv"]["build-backend"][
    "module-name"
]


def _name(requirement: str) -> str:
    return re.split(r"[^\w.-]", requirement.strip(), maxsplit=1)[0].lower().replace("_", "-")


def _without_extras(requirements: list[str]) -> set[str]:
    return {_name(line) for line in requirements if "extra ==" not in line}


def _restated(package: str) -> list[str]:
    entries = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["uv"]["dependency-metadata"]
    (entry,) = [entry for entry in entries if entry["name"] == package]
    assert entry["version"] == importlib.metadata.version(package)
    return entry["requires-dist"]


def test_every_requirement_of_rasa_is_restated_or_left_out_on_purpose() -> None:
    theirs = _without_extras(importlib.metadata.requires("rasa") or [])
    ours = _without_extras(_restated("rasa"))

    assert theirs - ours <= LEFT_OUT
    assert not ours & LEFT_OUT
    assert ours <= theirs


def test_the_requirements_of_the_action_servers_kit_are_all_restated() -> None:
    assert _without_extras(_restated("rasa-sdk")) == _without_extras(importlib.metadata.requires("rasa-sdk") or [])


@pytest.mark.parametrize("package", [name for name in STAND_INS if name != "rasa_stand_ins"])
def test_a_stand_in_can_be_imported_and_says_what_to_install_when_used(package: str) -> None:
    module = importlib.import_module(package)
    below = importlib.import_module(f"{package}.anything.below")

    with pytest.raises(NotInstalledError, match=f"{package}.*nicht installiert"):
        module.Client()
    assert issubclass(below.SomeError, Exception)


def test_rasas_own_components_on_tensorflow_say_where_they_run() -> None:
    from rasa.nlu.classifiers.diet_classifier import DIETClassifier

    with pytest.raises(ImportError, match="make tensorflow"):
        DIETClassifier.model_class()()


def test_the_action_servers_answer_is_checked_as_before_with_the_schema_built_once() -> None:
    rasa_changes.make_rasa_lean()
    action = RemoteAction("action_strategie", None)

    assert action._validate_action_result({"events": [], "responses": [{"text": "Guten Tag"}]})
    for wrong in ({"events": "keine"}, {"responses": {}}, {"responses": ["Text"]}, {"events": [{"no": "event"}]}):
        with pytest.raises(ValidationError):
            action._validate_action_result(wrong)
    assert rasa_changes._response_validator() is rasa_changes._response_validator()


def test_a_rasa_whose_code_has_changed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def another(self: RemoteAction, result: object) -> bool:
        return True

    monkeypatch.setattr(RemoteAction, "_validate_action_result", another)

    with pytest.raises(rasa_changes.RasaChangedError, match="_validate_action_result"):
        rasa_changes.make_rasa_lean()
