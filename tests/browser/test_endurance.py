"""A long conversation costs no more than a short one."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from .chat import Chat
from .fake_server import STUDENTS

MESSAGES = 200
# The widget keeps 200 entries, which is a hundred questions with their answers.
SETTLED_AFTER = 110
ASK = """async ([text, count]) => {
  const chat = BoWEChat.element;
  for (let index = 0; index < count; index += 1) await chat.send(`${text} ${index % 2 ? "" : "?"}`);
}"""


def counters(page: Page, session: Any) -> dict[str, int]:
    """How many nodes and listeners live, and the heap, after everything unused is gone."""
    for _ in range(3):
        session.send("HeapProfiler.collectGarbage")
        page.wait_for_timeout(50)
    counts = session.send("Memory.getDOMCounters")
    return {**counts, "heap": session.send("Runtime.getHeapUsage")["usedSize"]}


def test_memory_and_listeners_do_not_grow_over_200_messages(chat: Chat) -> None:
    chat.open()
    session = chat.page.context.new_cdp_session(chat.page)
    chat.page.evaluate(ASK, [STUDENTS, 5])
    early = counters(chat.page, session)
    chat.page.evaluate(ASK, [STUDENTS, SETTLED_AFTER - 5])
    settled = counters(chat.page, session)
    chat.page.evaluate(ASK, [STUDENTS, MESSAGES - SETTLED_AFTER])
    late = counters(chat.page, session)
    assert late["jsEventListeners"] <= early["jsEventListeners"] + 10
    assert late["nodes"] <= settled["nodes"] * 1.05
    assert late["heap"] <= settled["heap"] * 1.15
    assert chat.root.locator("ol > li").count() == 200
    assert len(str(chat.kept())) < 500_000


def test_opening_and_removing_leaves_nothing_behind(chat: Chat) -> None:
    chat.visit()
    session = chat.page.context.new_cdp_session(chat.page)
    cycle = """async (count) => {
      const server = BoWEChat.element.dataset.server;
      for (let index = 0; index < count; index += 1) {
        const chat = BoWEChat.mount({ server, name: "cycle" });
        await chat.open();
        chat.close();
        chat.remove();
      }
    }"""
    chat.page.evaluate(cycle, 5)
    chat.page.wait_for_timeout(300)
    before = counters(chat.page, session)
    chat.page.evaluate(cycle, 30)
    chat.page.wait_for_timeout(300)
    after = counters(chat.page, session)
    assert after["jsEventListeners"] <= before["jsEventListeners"] + 5
    assert after["nodes"] <= before["nodes"] * 1.05 + 50
