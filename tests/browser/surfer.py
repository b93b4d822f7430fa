"""Somebody with a real Chromium. What goes wrong unseen (console, policy, foreign requests) is kept and asked for."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    FilePayload,
    Locator,
    Page,
    Request,
    Response,
    expect,
    sync_playwright,
)

from tests.browser.axe import axe
from tests.journeys.words import Words

SCREENSHOTS = Path(__file__).resolve().parents[2] / "ci-output" / "screenshots"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--lang=en-US",  # of its own controls, such as dates
]  # fmt: skip
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NARROW, PHONE, WIDE, HEIGHT = 320, 375, 1280, 900
PATIENCE = 30_000  # milliseconds; a busy machine is no fault of the page
LOCALES = {"ja": "ja-JP", "en": "en-GB"}
# A page that says no says so by its status, which Chromium repeats in its console.
EXPECTED = re.compile(r"the server responded with a status of (401|404|409|422|429)")
# A request given up for a newer one, or because its reader left: htmx calls it an error, which it is not. One that
# failed also brings `htmx:sendError`, `htmx:timeout` or `htmx:responseError`.
GIVEN_UP = re.compile(r"htmx:(sendAbort|afterRequest)(, \[object HTML\w+\])?")  # it may name its target
FIELD_NAMES = "all => all.map(one => one.getAttribute('name'))"
HREFS = "all => all.map(one => one.getAttribute('href'))"
# What a press leads to: another page, a part of this one, or a row that a script adds.
LEADS_TO = """one => one.closest('[data-repeat-add], [data-repeat-remove]') ? 'script'
    : one.closest('[hx-get], [hx-post]') && window.htmx ? 'part' : 'page'"""
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
    javascript: bool = True
    allowed: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)
    checked: set[tuple[str, str]] = field(default_factory=set)
    titles: dict[str, str] = field(default_factory=dict)
    shots: int = 0

    def listen(self) -> Surfer:
        """Keep every complaint of the browser, and every request that leaves the house."""
        own = urlsplit(self.home)
        self.allowed |= {own.netloc, f"{own.hostname}:{(own.port or 0) + 1}"}  # ours, and the payment server's
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.faults.append(f"{self.page.url}: {error}"))
        self.page.on("response", self._answered)
        self.page.on("request", self._asked)
        return self

    # ---- Going about ----------------------------------------------------------------------------------------------

    def open(self, path: str, status: int = 200) -> Surfer:
        """Go to an address."""
        answer = self.page.goto(path if "://" in path else self.home + path)
        return self._arrived(answer, status)

    def follow(self, label: str, nth: int = 0, status: int = 200) -> Surfer:
        """Click a link, by what it says."""
        return self._clicked(self._named("link", label).nth(nth), status)

    def press(self, label: str, nth: int = 0, status: int = 200) -> Surfer:
        """Press a button that leads to a page, by what it says."""
        return self._clicked(self._named("button", label).nth(nth), status)

    def arrives(self, label: str, path: str) -> Surfer:
        """A page that sends itself; without scripts its button is pressed."""
        if not self.javascript:
            self.press(label)
        self.page.wait_for_url(self.home + path)
        self.page.wait_for_load_state()
        return self

    def fill(self, **values: str) -> Surfer:
        """Fill fields by the names they are sent under; `__` stands for a hyphen."""
        return self.fill_in({name.replace("__", "-"): value for name, value in values.items()})

    def fill_in(self, values: dict[str, str]) -> Surfer:
        """The same, from a table."""
        for name, value in values.items():
            self._put(name, value)
        return self

    def attach(self, name: str, filename: str, content: bytes) -> Surfer:
        """Choose a file of one's own."""
        chosen = FilePayload(name=filename, mimeType="application/octet-stream", buffer=content)
        self.page.locator(f'main [name="{name}"]').set_input_files(chosen)
        return self

    def control(self, around: str, ending: str) -> str:
        """The name of the field that stands in the group of these words and ends like this."""
        found = self._group(around).locator(f'[name$="{ending}"]').first
        return found.get_attribute("name") or ""

    def controls(self, ending: str) -> list[str]:
        """The names of all fields that end like this."""
        found: list[str] = self.page.locator(f'main [name$="{ending}"]').evaluate_all(FIELD_NAMES)
        return found

    def copied(self, part: str) -> str:
        """The address on the page that is meant to be copied."""
        return self.page.locator(f'main [data-copy*="{part}"]').first.get_attribute("data-copy") or ""

    def unfold(self, around: str = "") -> Surfer:
        """Open what is folded on the page, or in the group of these words."""
        place = self._group(around) if around else self.page.locator("main")
        while (folded := place.locator("details:not([open]) > summary")).count():
            self._activate(folded.first)
        return self

    def _group(self, around: str) -> Locator:
        legend = self.page.locator("legend").filter(has_text=around)
        return self.page.locator("main fieldset").filter(has=legend).first

    def tick(self, label: str, nth: int = 0) -> Surfer:
        """Tick a box or choose an option, by what it says."""
        self.page.get_by_label(label).nth(nth).check()
        return self

    def download(self, path: str) -> bytes:
        """A file, without leaving the page."""
        answer = self.context.request.get(path if "://" in path else self.home + path)
        assert answer.status == 200, f"{answer.status} at {answer.url}"
        return answer.body()

    def address_of(self, label: str, nth: int = 0) -> str:
        """Where a link of this name leads."""
        return self._named("link", label).nth(nth).get_attribute("href") or ""

    def addresses(self, beginning: str) -> list[str]:
        """Where the links of the page lead, as far as it begins like this."""
        found: list[str] = self.page.locator(f'main a[href^="{beginning}"]').evaluate_all(HREFS)
        return found

    def _named(self, role: Literal["link", "button"], label: str) -> Locator:
        """Those that say exactly this; if there are none, those that say it among other things."""
        exact = self.page.get_by_role(role, name=label, exact=True)
        found = exact if exact.count() else self.page.get_by_role(role, name=label)
        assert found.count(), f"no {role} {label!r} at {self.page.url}: {self.text[:1500]}"
        return found

    def _clicked(self, target: Locator, status: int) -> Surfer:
        leads_to = target.evaluate(LEADS_TO) if self.javascript else "page"
        if leads_to == "script":
            self._activate(target)
        elif leads_to == "part":
            with self.page.expect_response(lambda answer: answer.request.headers.get("hx-request") == "true"):
                self._activate(target)
            expect(self.page.locator(".htmx-request, .htmx-settling")).to_have_count(0, timeout=PATIENCE)
        else:
            with self.page.expect_navigation() as gone:
                self._activate(target)
            return self._arrived(gone.value, status)
        return self

    def _activate(self, target: Locator) -> None:
        target.click()

    def _arrived(self, answer: Response | None, status: int) -> Surfer:
        assert answer is not None, f"no answer at {self.page.url}"
        assert answer.status == status, f"{answer.status} at {answer.url}: {self.text[:2000]}"
        return self

    def _put(self, name: str, value: str) -> None:
        control = self.page.locator(f'main [name="{name}"]')
        kind = control.first.evaluate("one => one.tagName == 'SELECT' ? 'select' : one.type")
        if kind in {"radio", "checkbox"}:
            self.page.locator(f'main [name="{name}"][value="{value}"]').check()
        elif kind == "select":
            self._pick(control.first, value)
        else:
            control.first.fill(value)

    def _pick(self, control: Locator, value: str) -> None:
        control.select_option(self._option(control, value))

    def _option(self, control: Locator, value: str) -> str:
        """The option that sends this value, or else says it."""
        if control.locator(f'option[value="{value}"]').count():
            return value
        return control.locator("option").filter(has_text=value).first.get_attribute("value") or ""

    # ---- Looking --------------------------------------------------------------------------------------------------

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    @property
    def text(self) -> str:
        return " ".join((self.page.locator("main").first.text_content() or "").split())

    def sees(self, *texts: str) -> Surfer:
        """These texts stand on the page."""
        shown = self.text
        missing = [text for text in texts if text not in shown]
        assert not missing, f"{missing} not on {self.page.url}: {shown}"
        return self

    def misses(self, *texts: str) -> Surfer:
        """These do not."""
        shown = self.text
        found = [text for text in texts if text in shown]
        assert not found, f"{found} on {self.page.url}: {shown}"
        return self

    def row(self, *texts: str) -> str:
        """The row of a table, or the entry of a list, in which all these texts stand."""
        rows = [
            " ".join(text.split()) for text in self.page.locator("main tr, main li, main article").all_text_contents()
        ]
        found = [row for row in rows if all(text in row for text in texts)]
        assert found, f"no row with {texts}: {rows}"
        return min(found, key=len)

    # ---- Looking closely ------------------------------------------------------------------------------------------

    def shoot(self, step: str) -> Surfer:
        """Pictures of the page for the build's output, at a desk and on a phone, and everything checked about it."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.shots += 1
        for width in (WIDE, PHONE):
            name = f"{self.journey}-{self.shots:02}-{step}-{self.words.language}-{width}.png"
            self.page.set_viewport_size({"width": width, "height": HEIGHT})
            self.page.screenshot(path=SCREENSHOTS / name, full_page=True)
        self.page.set_viewport_size({"width": self.width, "height": HEIGHT})
        return self.check()

    def check(self) -> Surfer:
        """The page is accessible and fits, at 1280 and at 320 px, and says what it is."""
        key = (self.page.url, self.page.locator("h1").first.inner_text())
        if key in self.checked:
            return self
        self.checked.add(key)
        for width in (WIDE, NARROW):
            self.page.set_viewport_size({"width": width, "height": HEIGHT})
            self.faults += axe(self.page) if self.javascript else []
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
        self.titles[page.url] = page.title()
        if "|" not in page.title():
            self.faults.append(f"{page.url}: title {page.title()!r}")

    # ---- What is heard --------------------------------------------------------------------------------------------

    def _hear(self, message: ConsoleMessage) -> None:
        if GIVEN_UP.fullmatch(message.text) or EXPECTED.search(message.text):
            return
        if message.type in {"error", "warning"}:
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
    browser: Browser,
    home: str,
    journey: str,
    language: str,
    width: int,
    *,
    javascript: bool = True,
    kind: type[Surfer] | None = None,
) -> Iterator[Surfer]:
    """A window of its own; when its person has done, nothing may have been complained of."""
    context = browser.new_context(
        viewport={"width": width, "height": HEIGHT},
        locale=LOCALES[language],
        java_script_enabled=javascript,
        reduced_motion="reduce",
        accept_downloads=True,
    )
    context.set_default_timeout(PATIENCE)
    surfer = (kind or Surfer)(context.new_page(), context, home, Words(language), width, journey, javascript).listen()
    try:
        yield surfer
    finally:
        context.close()
    assert not surfer.faults, "\n".join(surfer.faults)
