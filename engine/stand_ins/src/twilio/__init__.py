"""Stands in for twilio (see rasa_stand_ins)."""

from rasa_stand_ins import stand_in

stand_in(
    __name__,
    "Rasas Kanal »twilio« gehört nicht zu diesem Assistenten; nötig wäre das Paket twilio in pyproject.toml statt seines Platzhalters.",
)
