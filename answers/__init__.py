"""The editors' room: curated answers, the facts they rest on, and the store that serves them.

YAML files are the content (one file a topic); the modules only read and check it:

- `schema`: what an entry of each file must look like
- `store`: `AnswerStore`, the one way to look an answer up
- `live`: the content as the servers serve it, read again when a file changes
- `records`: answers computed from one record a Hochschule
- `dates`: a source's date as people read it

Imports nothing of the other rooms.
"""

from answers.schema import ContentError, CuratedAnswer, Reply, Source
from answers.store import AnswerStore

__all__ = ["AnswerStore", "ContentError", "CuratedAnswer", "Reply", "Source"]
