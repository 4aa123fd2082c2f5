"""The German spaCy pipeline of the chatbot, installed as the model `de_bowe`.

Made of what PyPI offers (spaCy's own German models are not there): the blank German tokenizer, the
lookup lemmatizer of `spacy-lookups-data`, and an entity ruler whose names and aliases are the ones of
`answers/names.yml`. It loads like every packaged spaCy model, so that `model: "de_bowe"` in `config.yml`
can be switched to `de_core_news_md` or `de_core_news_lg` with that one line.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import spacy
from ruamel.yaml import YAML
from spacy.language import Language

NAMES_FILE = Path(__file__).resolve().parents[4] / "answers" / "names.yml"


def ruler_patterns(names_file: Path = NAMES_FILE) -> list[dict[str, Any]]:
    """Token patterns (on LOWER, with the entity's id) for every name and alias of `names_file`."""
    tokenizer = spacy.blank("de").tokenizer
    patterns = []
    for entry in YAML(typ="safe").load(names_file.read_text(encoding="utf-8")):
        for name in sorted({entry["name"], *entry.get("aliases", [])}):
            tokens = [{"LOWER": token.lower_} for token in tokenizer(name)]
            patterns.append({"label": entry["kind"], "pattern": tokens, "id": entry["id"]})
    return patterns


def load(**overrides: Any) -> Language:
    """Build the pipeline.

    Args:
        overrides: what `spacy.load` passes on (`vocab`, `disable`, `exclude`, …); `disable` and
            `exclude` leave pipes of that name out, the rest has no meaning for a built pipeline.
    """
    left_out = {*overrides.get("disable", ()), *overrides.get("exclude", ())}
    nlp = spacy.blank("de")
    nlp.meta["name"] = "bowe"
    if "lemmatizer" not in left_out:
        nlp.add_pipe("lemmatizer", config={"mode": "lookup"})
    if "entity_ruler" not in left_out:
        nlp.add_pipe("entity_ruler", config={"overwrite_ents": True})
    nlp.initialize()
    if "entity_ruler" not in left_out:
        nlp.get_pipe("entity_ruler").add_patterns(ruler_patterns())  # type: ignore[attr-defined]
    # Rasa's SpacyNLP takes a pipeline without a path for one that failed to load.
    nlp._path = Path(__file__).parent  # type: ignore[assignment]
    return nlp
