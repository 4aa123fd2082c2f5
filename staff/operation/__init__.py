"""For operators: what is kept and for how long, and whether a set-up is sound.

- `kept`: the databases as `endpoints.yml` and `credentials.yml` name them
- `purging`: deletes what is older than its retention
- `single_conversation`: one conversation, exported or deleted on request
- `backup`: what a new machine needs, saved and brought back
- `doctor`: names what is wrong with a set-up, and the mend; `examined` is what it looks at, `exposure`, `machine` and
  `stock` are its examinations, `sockets` who listens where
- `notices`: the table of packages in `THIRD-PARTY-NOTICES.md`
- `action_server`: starts the action server for this machine only
"""
