"""Regard for a feeling, and never the same text twice unasked."""

from __future__ import annotations

from actions.manners import with_care, with_regard, without_repetition
from actions.turn import Turn
from answers import AnswerStore, Reply

TEXT = "Die Markthalle liegt an der Hans-Böckler-Straße. Sie öffnet im Jahr 2027. Ein Stand kostet 300 Euro."


def _given(**more: object) -> Reply:
    return Reply(kind="answer", text=TEXT, answer_id="flaechen/halle", follow_ups=["a/b", "a/c"]).copy(update=more)


def test_an_answer_given_before_is_cut_to_the_sentence_that_answers_this_question(store: AnswerStore) -> None:
    turn = Turn(text="Und seit wann?", asks=frozenset({"wann"}), shown=("flaechen/halle", "a/b"))

    (reply,) = without_repetition([_given()], turn, store)

    assert reply.text == "Wie gesagt: Sie öffnet im Jahr 2027. Mehr liegt mir dazu nicht vor."
    assert (reply.kind, reply.answer_id, reply.follow_ups) == ("answer", "flaechen/halle", ["a/c"])


def test_an_answer_is_given_whole_the_first_time_and_for_each_hochschule(store: AnswerStore) -> None:
    turn = Turn(text="Und die THGA?", shown=("flaechen/halle@rub",))

    assert without_repetition([_given(entity="thga")], turn, store) == [_given(entity="thga")]


def test_an_emergency_is_never_cut(store: AnswerStore) -> None:
    emergency = _given(kind="signpost", emergency=True)

    assert without_repetition([emergency], Turn(shown=("flaechen/halle",)), store) == [emergency]


def test_a_feeling_gets_one_sentence_of_regard_that_changes(store: AnswerStore) -> None:
    texts = {
        with_regard([_given()], Turn(feeling="fear", misses=number), store)[0].text.removesuffix(TEXT)
        for number in range(3)
    }

    assert len(texts) == 3
    assert with_regard([_given()], Turn(), store) == [_given()]
    assert with_regard([_given(emergency=True)], Turn(feeling="grief"), store) == [_given(emergency=True)]


def test_below_a_reply_to_a_message_that_may_tell_of_an_emergency_stand_the_numbers(store: AnswerStore) -> None:
    _, note = with_care([_given()], Turn(worry=True), store)

    assert note.emergency
    assert "0800 1110111" in note.text
    assert with_care([_given()], Turn(), store) == [_given()]
    assert with_care([_given(emergency=True)], Turn(worry=True), store) == [_given(emergency=True)]
