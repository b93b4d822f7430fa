"""Somebody who uses the keyboard alone: Tab until it is there, then type, arrow, Space or Enter (D-03).

At every stop on the way the focus must be seen, and nothing may lie over it (2.4.7, 2.4.11).
"""

from __future__ import annotations

from datetime import date

from playwright.sync_api import Locator

from tests.browser.surfer import Surfer

MOST_STOPS = 250
IS_FOCUSED = "one => document.activeElement === one"
# What is wrong with the place where the focus is: unseen, or covered by something else.
AT_FOCUS = """() => {
    const one = document.activeElement;
    if (!one || one === document.body || one === document.documentElement) return null;
    if (!one.matches(':focus')) return null;  // the calendar button inside a date field, which the browser marks itself
    const box = one.getBoundingClientRect(), style = getComputedStyle(one);
    const label = one.labels && one.labels[0] ? getComputedStyle(one.labels[0]) : style;
    const outlined = s => s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0;
    const seen = [style, label].some(s => outlined(s) || s.boxShadow !== 'none');
    const points = [0.5, 0.15, 0.85].map(part => [box.x + box.width * part, box.y + box.height / 2]);
    const top = points.map(([x, y]) => document.elementFromPoint(x, y));
    const free = top.some(other => other && (one.contains(other) || other.contains(one)));
    const name = one.outerHTML.slice(0, 120);
    if (!seen) return `no focus to be seen at ${name}`;
    if (!free) return `something lies over the focus at ${name}`;
    return null;
}"""


class Keyboard(Surfer):
    """Presses no mouse button."""

    def tick(self, label: str, nth: int = 0) -> Keyboard:
        target = self.page.get_by_label(label).nth(nth)
        self._reach(target)
        if not target.is_checked():
            self.page.keyboard.press("Space")
        return self

    def _activate(self, target: Locator) -> None:
        self._reach(target)
        self.page.keyboard.press("Enter")

    def _put(self, name: str, value: str) -> None:
        control = self.page.locator(f'main [name="{name}"]')
        kind = control.first.evaluate("one => one.tagName == 'SELECT' ? 'select' : one.type")
        if kind == "radio":
            self._choose(name, value)
        elif kind == "checkbox":
            self._reach(control.first)
            self.page.keyboard.press("Space")
        else:
            self._reach(control.first)
            self._type(control.first, kind, value)

    def _type(self, control: Locator, kind: str, value: str) -> None:
        keys = self.page.keyboard
        if kind == "select":
            value = self._option(control, value)
            for _ in range(control.locator("option").count()):
                if control.input_value() == value:
                    return
                keys.press("ArrowDown")
        elif kind == "date":
            keys.type(f"{date.fromisoformat(value):%m%d%Y}")
        else:
            keys.press("Control+A")
            keys.insert_text(value)
        assert control.input_value() == value, f"{control.input_value()!r} instead of {value!r}"

    def _choose(self, name: str, value: str) -> None:
        """Into the group of radio buttons by Tab, inside it by the arrows."""
        wanted = self.page.locator(f'main [name="{name}"][value="{value}"]')
        group = self.page.locator(f'main [name="{name}"]')
        self._reach(group)
        if group.count() == 1 or not self.page.locator(f'main [name="{name}"]:checked').count():
            self.page.keyboard.press("Space")
        for _ in range(group.count()):
            if wanted.is_checked():
                return
            self.page.keyboard.press("ArrowDown")
        assert wanted.is_checked(), f"{value!r} can't be reached by the arrows"

    def _reach(self, target: Locator) -> None:
        """Tab until one of these has the focus."""
        for _ in range(MOST_STOPS):
            if any(one.evaluate(IS_FOCUSED) for one in target.all()):
                return
            self.page.keyboard.press("Tab")
            if fault := self.page.evaluate(AT_FOCUS):
                self.faults.append(f"{self.page.url} at {self.width}px: {fault}")
        raise AssertionError(f"{target} can't be reached by Tab on {self.page.url}")
