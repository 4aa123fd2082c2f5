"""The widget as a visitor meets it, on any page: what tests press, type and read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

SCREENSHOTS = Path(__file__).parents[2] / "reports" / "screenshots"
AXE = Path(__file__).parents[2] / "widget" / "node_modules" / "axe-core" / "axe.min.js"
RUN_AXE = """async (wholePage) => {
  const context = wholePage ? document : document.querySelector("bowe-chat");
  const { violations } = await axe.run(context, { resultTypes: ["violations"] });
  return violations.map(({ id, nodes }) => [id, ...nodes.map((node) => `${node.target} ${node.failureSummary}`)]);
}"""


class Chat:
    """One widget on one page.

    Args:
        page: the browser tab.
        url: the page that embeds the widget.
    """

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.root = page.locator("bowe-chat").first
        self.launcher = self.root.locator("[part=launcher]")
        self.dialog = self.root.locator("dialog")
        self.field = self.root.locator("#field")
        self.log = self.root.locator("[role=log]")
        self.alert = self.root.locator("[role=alert]")
        self.status = self.root.locator("[role=status]")
        self.answers = self.root.locator("li.bot")
        self.questions = self.root.locator("li.visitor")
        self.note = self.root.locator("#field-note")

    def visit(self) -> Chat:
        """Load the page."""
        self.page.goto(self.url)
        return self

    def open(self) -> Chat:
        """Load the page, press the launcher, wait for the greeting."""
        self.visit()
        self.launcher.click()
        expect(self.answers.first).to_be_visible()
        return self

    def ask(self, text: str, wait: bool = True) -> Chat:
        """Type a question and send it; wait until something is answered."""
        count = self.answers.count()
        self.field.fill(text)
        self.field.press("Enter")
        if wait:
            expect(self.answers).not_to_have_count(count)
            expect(self.root.locator(".waiting")).to_have_count(0)
        return self

    def button(self, name: str) -> Locator:
        """A button by its name, which is what a screen reader says."""
        return self.root.get_by_role("button", name=name, exact=True)

    def choose_from_menu(self, name: str) -> None:
        """Open the menu and press one of its buttons."""
        self.root.locator("#menu-button").click()
        self.button(name).click()

    def focused(self) -> str:
        """What has the focus: id, part, class or name, through all shadow roots."""
        return self.page.evaluate(
            """() => {
              let node = document.activeElement;
              while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
              return node.id || node.getAttribute("part") || node.className || node.tagName;
            }"""
        )

    def kept(self) -> dict[str, Any]:
        """What lies in the tab's storage, by key."""
        return self.page.evaluate("() => Object.fromEntries(Object.entries(sessionStorage))")

    def violations(self, whole_page: bool = False) -> list[Any]:
        """What axe-core finds in the widget, or on the page around it too."""
        self.page.evaluate(AXE.read_text())  # evaluated, not loaded: the page's own policy would forbid that
        return self.page.evaluate(RUN_AXE, whole_page)

    def settle(self) -> None:
        """Let animations end, so that colours and places are final."""
        self.page.evaluate(
            """() => {
              const all = (root) => [...root.querySelectorAll("*")].flatMap((node) =>
                node.shadowRoot ? [node, ...all(node.shadowRoot)] : [node]);
              all(document).flatMap((node) => node.getAnimations()).forEach((animation) => {
                if (animation.effect.getComputedTiming().iterations !== Infinity) animation.finish();
              });
            }"""
        )

    def photograph(self, name: str) -> None:
        """Keep a screenshot for people to look at."""
        self.settle()
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png")
