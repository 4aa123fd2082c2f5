"""Stands in for slack_sdk (see rasa_stand_ins)."""

from rasa_stand_ins import stand_in

stand_in(
    __name__,
    "Rasas Kanal »slack« gehört nicht zu diesem Assistenten; nötig wäre das Paket slack_sdk in pyproject.toml statt seines Platzhalters.",
)
