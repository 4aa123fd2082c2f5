"""How a visitor's message is understood.

- `de_bowe/`: the German spaCy pipeline, an installed package of its own
- `text`: folding, words, kinds of question; `language`: German or English
- `questions`: several questions in one message; `names`: the things named; `context`: what leans on before
- `vectors`: sentence vectors (USE and E5) behind one interface
- `answer_model`: which answer (one classifier over all), `judge`: does the answer answer *this*?
- `understanding`: the classifier, the evidence and the judge together
- `components`: the Rasa components made of these; `importer`: hands the answers to Rasa's training

May import `answers` (names and texts), nothing else of the project.
"""
