"""Stands in for aiogram (see rasa_stand_ins)."""

from rasa_stand_ins import stand_in

stand_in(
    __name__,
    "Rasas Kanal »telegram« gehört nicht zu diesem Assistenten; nötig wäre das Paket aiogram in pyproject.toml statt seines Platzhalters.",
)
