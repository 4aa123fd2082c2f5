"""Stands in for socketio (see rasa_stand_ins)."""

from rasa_stand_ins import stand_in

stand_in(
    __name__,
    "Rasas Kanal »socketio« gehört nicht zu diesem Assistenten; nötig wäre das Paket socketio in pyproject.toml statt seines Platzhalters.",
)
