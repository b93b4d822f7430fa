"""The whole story in a real Chromium: in Japanese on a desk, in English on a narrow screen by keyboard alone."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser

from tests.browser.around import Around
from tests.browser.keyboard import Keyboard
from tests.browser.servers import Live
from tests.browser.surfer import Surfer
from tests.journeys import joining
from tests.journeys.cast import KNOWN

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("language", "width", "kind"), [("ja", 1280, Surfer), ("en", 375, Keyboard)])
def test_from_the_timetable_to_a_certificate(
    chromium: Browser, years: Live, language: str, width: int, kind: type[Surfer]
) -> None:
    with ExitStack() as stack:
        around = Around(years, chromium, stack, "story", language, width)
        me = around.walker(kind)
        joining.registers(me, around, f"tanaka-{language}@example.jp")
        joining.joins(me, "みなと国際交流事業協同組合")
        joining.keeps(me, KNOWN)
