"""What is kept: the conversations and the visitors' sessions, in one database.

- `conversations`: Rasa's tracker store on SQLite (or any database SQLAlchemy knows), named in `endpoints.yml`
- `sessions`: the records of the visitors' sessions, shared by all workers
- `retention` with `retention.yml`: for how long things are kept; `expiry`: what is too old, counted and deleted
- `sqlite`: the file: write-ahead log, deleted words overwritten, what is wrong with it named

Imports nothing of the other rooms; `channels` and `staff` may import it.
"""
