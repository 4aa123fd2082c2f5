"""The command line of editors and operators; `python -m staff --help` lists the commands.

May import the public interfaces of `answers`, `nlu`, `channels` and `storage`; nothing imports `staff`.
"""
