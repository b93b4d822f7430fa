"""The world around surfers: the running product's letters and clock, and browser windows for newcomers."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, time

from playwright.sync_api import Browser

from tests.browser.servers import Live
from tests.browser.surfer import Surfer, surfing
from tests.journeys.calendar import MORNING
from tests.journeys.mailbox import Letter


@dataclass
class Around:
    """Everybody in it speaks one language and looks through a window of one width."""

    live: Live
    browser: Browser
    stack: ExitStack
    journey: str
    language: str
    width: int

    def walker(self, kind: type[Surfer] = Surfer) -> Surfer:
        window = surfing(self.browser, self.live.url, self.journey, self.language, self.width, kind=kind)
        return self.stack.enter_context(window)

    @property
    def today(self) -> date:
        return self.live.today

    def move_to(self, day: date, at: time = MORNING) -> None:
        self.live.move_to(day, at)

    def letter(self, address: str, about: str = "") -> Letter:
        return self.letters(address, about, at_least=1)[-1]

    def letters(self, address: str, about: str = "", *, at_least: int = 0) -> list[Letter]:
        return self.live.letters(address, about, at_least=at_least)
