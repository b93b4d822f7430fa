"""The whole story in a real Chromium: in Japanese on a desk, in English on a narrow screen by keyboard alone."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser

from tests.browser.around import Around
from tests.browser.keyboard import Keyboard
from tests.browser.servers import Live
from tests.browser.surfer import Surfer
from tests.journeys import booking
from tests.journeys.story import Story

pytestmark = pytest.mark.browser
DESK, NARROW = 1280, 375
INSTRUCTOR_NAME = "水野 浩二"  # of the demonstration


def test_the_whole_story_in_japanese_on_a_desk(chromium: Browser, live: Live) -> None:
    with ExitStack() as stack:
        story = begun(Around(live, chromium, stack, "story", "ja", DESK), Surfer, "minami@example.jp")
        story.is_planned()
        story.begins()
        story.is_booked("bank_transfer")
        story.is_paid_by_transfer()
        story.is_confirmed()
        story.is_in_the_diary()
        story.is_taught()
        story.is_certified()
        story.is_verified()
        story.counts()
        story.reminds()
        story.expires()


def test_d03_book_pay_and_download_by_keyboard_alone_in_english(chromium: Browser, live: Live) -> None:
    with ExitStack() as stack:
        story = begun(Around(live, chromium, stack, "keyboard", "en", NARROW), Keyboard, "keyboard@example.jp")
        story.days_ahead, story.corporate_base = 60, "010405000027"  # the other story has the hall and the number
        story.is_planned()
        story.begins()
        story.is_booked("stripe")
        booking.pays_by_card(story.me, story.order)
        story.is_confirmed()
        story.is_taught()
        story.is_certified()
        story.is_verified()


def begun(around: Around, kind: type[Surfer], email: str) -> Story:
    """The coordinator is of this kind; the others use a mouse."""
    others = (around.walker() for _ in range(3))
    return Story(around, around.walker(kind), *others, email, INSTRUCTOR_NAME)
