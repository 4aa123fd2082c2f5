"""Stands in for twilio (see rasa_stand_ins)."""

from rasa_stand_ins import stand_in

stand_in(__name__)
