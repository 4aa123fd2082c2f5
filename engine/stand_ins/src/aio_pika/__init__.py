"""Stands in for aio_pika (see rasa_stand_ins)."""

from rasa_stand_ins import stand_in

stand_in(
    __name__,
    "Der Event-Broker RabbitMQ gehört nicht zu diesem Assistenten; nötig wäre das Paket aio_pika in pyproject.toml statt seines Platzhalters.",
)
