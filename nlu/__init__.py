"""How a visitor's message is understood.

- `language_analysis`: spaCy's part, one analysis a message: tokens, sentences, names with their ids
- `text`: folding, words, kinds of question; `language`: German or English; `spelling`: typing errors
- `questions`: several questions in one message; `names`: the things named; `context`: what leans on before
- `encoder/`: the sentence encoder tuned on our messages; `vectors`: remembers what was encoded
- `answer_model`: which answer (`wording` and the encoder together), `judge`: does the answer answer *this*?
- `reading`: the ways to read a message; `candidates`: what comes out
- `understanding`: the classifiers, the evidence, the judge and the reader together
- `components`: the Rasa component made of these; `importer`: hands the files to Rasa's training
- `tuning/`: how the encoder is tuned; nothing needs it to run or to train

May import `answers` (names and texts) and `engine`, nothing else of the project.
"""
