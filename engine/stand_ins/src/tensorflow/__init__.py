"""Stands in for tensorflow (see rasa_stand_ins)."""

from rasa_stand_ins import stand_in

stand_in(
    __name__,
    "DIET, TED und alles andere auf TensorFlow 2.12 läuft nur unter Python 3.10: »make tensorflow« richtet dafür eine eigene Umgebung ein.",
)

__version__ = "0"
