"""What makes Rasa lean: the one place where a library's behaviour is changed, and what stands in for parts of it.

- `rasa_changes`: each change to Rasa's own code, small, named, and refused if Rasa's code is no longer the one it was
  written for.
- `stand_ins/`: a package of its own (`rasa-stand-ins`) for what Rasa imports and this assistant never uses.

What pyproject.toml restates of Rasa's requirements, `tests/unit/test_engine.py` holds against the installed package.
Imports nothing of the project; `channels` and `nlu` call it when Rasa loads them.
"""
