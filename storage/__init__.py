"""What is kept: the conversations.

- `conversations`: Rasa's tracker store on SQLite (or any database SQLAlchemy knows), named in `endpoints.yml`

Imports nothing of the other rooms; `channels` and `staff` may import it.
"""
