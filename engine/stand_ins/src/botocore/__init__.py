"""Stands in for botocore (see rasa_stand_ins)."""

from rasa_stand_ins import stand_in

stand_in(
    __name__,
    "Ein Speicher bei Amazon gehört nicht zu diesem Assistenten; nötig wäre das Paket botocore in pyproject.toml statt seines Platzhalters.",
)
