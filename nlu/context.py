"""Does a message lean on what was said before?"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from answers.schema import read_yaml
from nlu.text import fold

CONTEXT_FILE = Path(__file__).with_name("context_words.yml")


@lru_cache(maxsize=1)
def _patterns() -> dict[str, re.Pattern[str]]:
    return {key: re.compile("|".join(parts)) for key, parts in read_yaml(CONTEXT_FILE).items()}


def leans_on_context(text: str) -> bool:
    """True for »Und wie viele Studierende hat die?«: a pronoun or an »und« stands for the subject."""
    folded = fold(text)
    return any(_patterns()[key].search(folded) for key in ("pronoun", "continuation"))


def is_bare_mention(text_without_names: str) -> bool:
    """True where nothing but filler is left beside a name: »und die THGA?«, »was ist mit der EBZ?«."""
    return not _patterns()["filler"].sub(" ", fold(text_without_names)).strip(" ?!.,;:-–")
