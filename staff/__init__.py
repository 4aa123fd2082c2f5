"""The command line of editors and operators; `python -m staff --help` lists the commands.

May import the public interfaces of `answers` and `nlu`; nothing imports `staff`.
"""
