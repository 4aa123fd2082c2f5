"""What a machine counts in whole conversations."""

from __future__ import annotations

from typing import Any

import pytest

from answers import AnswerStore
from answers.schema import read_yaml
from staff.conversations import CONVERSATIONS, Spoken, figures, reading_sheet, repeated, satisfied, unrelated, wrong


def _reply(kind: str, text: str = "Text", answer_id: str | None = None, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "text": text, "answer_id": answer_id, "buttons": [], **more}


def _spoken(*replies: dict[str, Any], **label: Any) -> Spoken:
    return Spoken("Frage", {"scope": "in", **label}, list(replies))


@pytest.mark.parametrize(
    ("reply", "is_satisfied", "is_wrong"),
    [
        (_reply("answer", answer_id="a/b"), True, False),
        (_reply("answer", answer_id="a/guide"), True, False),
        (_reply("fallback", concern="a/guide"), True, False),
        (_reply("fallback", concern="a/other"), False, False),
        (_reply("answer", answer_id="a/x"), False, True),
        (_reply("clarification"), False, False),
    ],
)
def test_an_answer_or_the_right_door_satisfies(reply: dict[str, Any], is_satisfied: bool, is_wrong: bool) -> None:
    spoken = _spoken(reply, ids=["a/b"], guides=["a/guide"])

    assert (satisfied(spoken), wrong(spoken)) == (is_satisfied, is_wrong)


def test_a_text_said_before_counts_unless_it_was_asked_for() -> None:
    first, again = _spoken(_reply("answer", "A")), _spoken(_reply("answer", "A"))
    asked = _spoken(_reply("answer", "A"), ids=["kontext/wiederholen"])

    assert repeated([first, _spoken(_reply("answer", "B")), again]) == [again]
    assert repeated([first, asked]) == []


def test_a_button_of_another_topic_and_concern_is_unrelated(real_store: AnswerStore) -> None:
    def offering(target: str) -> Spoken:
        button = {"title": "?", "payload": f'/antwort{{"id": "{target}"}}'}
        return _spoken({**_reply("fallback"), "buttons": [button]}, ids=["flaechen/laden-suchen"])

    assert unrelated(offering("flaechen/ladenmieten"), real_store) == []
    assert unrelated(offering("bot/kontakt"), real_store) == []
    assert unrelated(offering("studium/jura"), real_store) == ["studium/jura"]


def test_the_figures_hold_hits_and_of_how_many(real_store: AnswerStore) -> None:
    talk = [
        _spoken(_reply("answer", "A", "a/b"), ids=["a/b"]),
        _spoken(_reply("answer", "B", "a/x"), ids=["a/b"]),
        _spoken(_reply("signpost", "C", emergency=True), scope="emergency"),
        _spoken(_reply("fallback", "D"), scope="out"),
    ]

    counted = figures([talk], real_store)

    assert (counted["satisfied"], counted["wrong"], counted["emergencies"]) == ((1, 2), (1, 2), (1, 1))
    assert (counted["doors"], counted["repeated"]) == ((1, 1), (0, 4))


def test_the_reading_sheet_shows_every_reply_and_no_label() -> None:
    sheet = reading_sheet([{"id": "cafe", "role": "Gründerin"}], [[_spoken(_reply("answer", "<A>"), ids=["geheim/x"])]])

    assert "&lt;A&gt;" in sheet
    assert "geheim" not in sheet


@pytest.mark.parametrize("split", ["development", "final"])
def test_thirty_whole_conversations_are_in_each_split(split: str) -> None:
    conversations = read_yaml(CONVERSATIONS / f"{split}.yml")

    assert len(conversations) == 30
    assert all(8 <= len(conversation["messages"]) <= 12 for conversation in conversations)
