"""Stands in for webexteamssdk (see rasa_stand_ins)."""

from rasa_stand_ins import stand_in

stand_in(
    __name__,
    "Rasas Kanal »webexteams« gehört nicht zu diesem Assistenten; nötig wäre das Paket webexteamssdk in pyproject.toml statt seines Platzhalters.",
)
