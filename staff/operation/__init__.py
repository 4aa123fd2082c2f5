"""For operators: what is kept and for how long, and whether a set-up is sound.

- `kept`: the databases as `endpoints.yml` and `credentials.yml` name them
- `purging`: deletes what is older than its retention
- `single_conversation`: one conversation, exported or deleted on request
- `backup`: what a new machine needs, saved and brought back
- `doctor` with `sockets`: names what is wrong with a set-up, and the mend
- `action_server`: starts the action server for this machine only
"""
