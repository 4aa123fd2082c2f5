"""Stands in for fbmessenger (see rasa_stand_ins)."""

from rasa_stand_ins import stand_in

stand_in(
    __name__,
    "Rasas Kanal »facebook« gehört nicht zu diesem Assistenten; nötig wäre das Paket fbmessenger in pyproject.toml statt seines Platzhalters.",
)
