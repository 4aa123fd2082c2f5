"""How a visitor's message is understood.

- `de_bowe/`: the German spaCy pipeline, an installed package of its own
- `text`: folding, words, kinds of question; `language`: German or English; `spelling`: typing errors
- `questions`: several questions in one message; `names`: the things named; `context`: what leans on before
- `encoder/`: the sentence encoder tuned on our messages; `vectors`: the cheap kind of sentence vectors
- `answer_model`: which answer (two classifiers over all), `judge`: does the answer answer *this*?
- `reading`: the ways to read a message; `candidates`: what comes out
- `understanding`: the classifiers, the evidence, the judge and the reader together
- `components`: the Rasa component made of these; `importer`: hands the answers to Rasa's training
- `tuning/`: how the encoder is tuned; nothing needs it to run or to train

May import `answers` (names and texts), nothing else of the project.
"""
