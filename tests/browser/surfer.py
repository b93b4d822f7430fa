"""Somebody with a real Chromium. What goes wrong unseen (console, policy, foreign requests) is kept and asked for."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response, sync_playwright

from tests.browser.axe import axe
from tests.journeys.words import Words

SCREENSHOTS = Path(__file__).resolve().parents[2] / "ci-output" / "screenshots"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NARROW, WIDE, HEIGHT = 320, 1280, 900
LOCALES = {"ja": "ja-JP", "en": "en-GB"}
# A page that says no says so by its status, which Chromium repeats in its console.
EXPECTED = re.compile(r"the server responded with a status of (401|404|409|422|429)")
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def chromium_path() -> str | None:
    """The browser of this machine, if it has one."""
    return os.environ.get("CHROMIUM") or next((found for name in NAMES if (found := shutil.which(name))), None)


@contextmanager
def running_chromium(path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Surfer:
    """One person at one browser window of their own."""

    page: Page
    context: BrowserContext
    home: str
    words: Words
    width: int
    journey: str
    allowed: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)
    checked: set[tuple[str, str]] = field(default_factory=set)
    titles: dict[str, str] = field(default_factory=dict)
    shots: int = 0

    def listen(self) -> Surfer:
        """Keep every complaint of the browser, and every request that leaves the house."""
        self.allowed.add(urlsplit(self.home).netloc)
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.faults.append(f"{self.page.url}: {error}"))
        self.page.on("response", self._answered)
        self.page.on("request", self._asked)
        return self

    # ---- Going about ----------------------------------------------------------------------------------------------

    def open(self, path: str) -> Surfer:
        self.page.goto(path if "://" in path else self.home + path)
        return self

    def follow(self, label: str, nth: int = 0) -> Surfer:
        """Click a link, by what it says."""
        with self.page.expect_navigation():
            self.page.get_by_role("link", name=label).nth(nth).click()
        return self

    def press(self, label: str, nth: int = 0) -> Surfer:
        """Press a button that leads to a page, by what it says."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=label).nth(nth).click()
        return self

    def fill(self, **values: str) -> Surfer:
        """Fill fields by name; `__` stands for a hyphen."""
        for name, value in values.items():
            self.put(name.replace("__", "-"), value)
        return self

    def put(self, name: str, value: str) -> None:
        """Fill one field, whatever its kind, by the name it is sent under."""
        control = self.page.locator(f'main [name="{name}"]')
        kind = control.first.evaluate("one => one.tagName == 'SELECT' ? 'select' : one.type")
        if kind in {"radio", "checkbox"}:
            self.page.locator(f'main [name="{name}"][value="{value}"]').check()
        elif kind == "select":
            control.first.select_option(value)
        else:
            control.first.fill(value)

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    @property
    def text(self) -> str:
        return " ".join(self.page.locator("main").inner_text().split())

    def sees(self, *texts: str) -> Surfer:
        shown = self.text
        missing = [text for text in texts if text not in shown]
        assert not missing, f"{missing} not on {self.page.url}: {shown}"
        return self

    # ---- Looking closely ------------------------------------------------------------------------------------------

    def shoot(self, step: str) -> Surfer:
        """A picture of the whole page for the build's output, and everything checked about it."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.shots += 1
        name = f"{self.journey}-{self.shots:02}-{step}-{self.words.language}-{self.width}.png"
        self.page.screenshot(path=SCREENSHOTS / name, full_page=True)
        return self.check()

    def check(self) -> Surfer:
        """The page is accessible and fits, at 1280 and at 320 px, and says what it is."""
        key = (self.page.url, self.page.locator("h1").first.inner_text())
        if key in self.checked:
            return self
        self.checked.add(key)
        for width in (WIDE, NARROW):
            self.page.set_viewport_size({"width": width, "height": HEIGHT})
            self.faults += axe(self.page)
            if (over := self.page.evaluate(OVERFLOW)) > 0:
                self.faults.append(f"{self.page.url} at {width}px: {over}px wider than the window")
        self.page.set_viewport_size({"width": self.width, "height": HEIGHT})
        self._check_names()
        return self

    def _check_names(self) -> None:
        page = self.page
        headings = page.locator("h1").count()
        if headings != 1:
            self.faults.append(f"{page.url}: {headings} h1")
        if (language := page.locator("html").get_attribute("lang")) != self.words.language:
            self.faults.append(f"{page.url}: lang {language}")
        if "|" not in page.title():
            self.faults.append(f"{page.url}: title {page.title()!r}")

    # ---- What is heard --------------------------------------------------------------------------------------------

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not EXPECTED.search(message.text):
            self.faults.append(f"{self.page.url}: console {message.type}: {message.text}")

    def _answered(self, response: Response) -> None:
        if response.status >= 500:
            self.faults.append(f"{response.status} at {response.url}")

    def _asked(self, request: Request) -> None:
        target = urlsplit(request.url)
        if target.scheme in {"http", "https"} and target.netloc not in self.allowed:
            self.faults.append(f"{self.page.url} asks a stranger: {request.url}")


@contextmanager
def surfing(
    browser: Browser, home: str, journey: str, language: str, width: int, *, javascript: bool = True
) -> Iterator[Surfer]:
    """A window of its own; when its person has done, nothing may have been complained of."""
    context = browser.new_context(
        viewport={"width": width, "height": HEIGHT},
        locale=LOCALES[language],
        java_script_enabled=javascript,
        reduced_motion="reduce",
        accept_downloads=True,
    )
    context.set_default_timeout(20_000)
    surfer = Surfer(context.new_page(), context, home, Words(language), width, journey).listen()
    try:
        yield surfer
    finally:
        context.close()
    assert not surfer.faults, "\n".join(surfer.faults)
