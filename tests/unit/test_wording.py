"""The classifier over the wording."""

from __future__ import annotations

import numpy as np

from nlu.wording import WordingModel

EXAMPLES = {
    "hochschulen/anzahl": [
        "wie viele hochschulen",
        "anzahl hochschulen",
        "zahl der hochschulen",
        "wieviele hochschulen",
    ],
    "standort/steuer": ["hebesatz gewerbesteuer", "wie hoch ist die gewerbesteuer", "gewerbesteuer", "die steuer"],
}


def _model() -> WordingModel:
    texts = [text for listed in EXAMPLES.values() for text in listed]
    labels = [label for label, listed in EXAMPLES.items() for _ in listed]
    return WordingModel.fit(texts, labels, smoothing=0.003, temper=0.15)


def test_a_misspelt_message_goes_to_the_answer_whose_pieces_it_shares() -> None:
    model = _model()

    shares = model.probabilities(["GEWERBESTEUR höhe", "hochschuhlen anzal"])

    assert [model.labels[row.argmax()] for row in shares] == ["standort/steuer", "hochschulen/anzahl"]
    assert np.allclose(shares.sum(axis=1), 1.0, atol=1e-5)


def test_a_message_of_unknown_pieces_is_as_likely_for_all_answers() -> None:
    shares = _model().probabilities(["", "xyzzy"])

    assert np.allclose(shares, 0.5, atol=1e-6)


def test_the_model_that_comes_back_from_its_arrays_is_the_same() -> None:
    model = _model()

    again = WordingModel.from_arrays(model.arrays())

    assert again.labels == model.labels
    assert np.allclose(again.probabilities(["steuer und hochschulen"]), model.probabilities(["steuer und hochschulen"]))
