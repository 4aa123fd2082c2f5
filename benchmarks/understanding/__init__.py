"""How well messages are understood, and at what cost.

- `compare`: all systems side by side, trained on the same examples and asked the same questions
- `systems`: the systems by name, made by `ours`, `classifiers`, `site_search`, `rasa_pipelines`, `nlpjs_peer`
- `worker`: trains and asks one system in a process of its own
- `scoring`: threshold, figures, reliability and risk–coverage from the recorded guesses
- `overlap`: how close the questions are to the examples
- `charts`, `report`: pictures and text in docs/understanding
- `fit_judge`: fits the judge's weights on the development split
"""
