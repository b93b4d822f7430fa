"""The rules of WCAG 2.2 AA, asked in the browser; findings as one can read them."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {
    "runOnly": {"type": "tag", "values": TAGS},
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}
AXE = Axe()


def axe(page: Page) -> list[str]:
    """What is wrong with the page as it stands, a line for each place; empty where all is well."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.axe_script)
    found: list[dict[str, Any]] = page.evaluate("options => axe.run(options)", OPTIONS)["violations"]
    return [_line(page, rule, node) for rule in found for node in rule["nodes"]]


def _line(page: Page, rule: dict[str, Any], node: dict[str, Any]) -> str:
    width = page.viewport_size["width"] if page.viewport_size else 0
    what = " ".join(node.get("failureSummary", "").split())
    return f"{page.url} at {width}px: {rule['id']} ({rule['impact']}): {node['html'][:200]} - {what[:300]}"
