"""Stands in for pymongo (see rasa_stand_ins)."""

from rasa_stand_ins import stand_in

stand_in(
    __name__,
    "Der Tracker-Speicher MongoDB gehört nicht zu diesem Assistenten; nötig wäre das Paket pymongo in pyproject.toml statt seines Platzhalters.",
)
