"""What a page does by itself, or does without: no scripts, errors that take the focus, a countdown, quiet news."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Route, expect

from courses_app.catalogue.models import CourseRun
from tests.browser.servers import Live
from tests.browser.surfer import Surfer, surfing
from tests.journeys import booking
from tests.journeys.cast import FIRST, SECOND, signs_in
from tests.make import Make

pytestmark = pytest.mark.browser
DESK, PHONE = 1280, 375
FOCUSED = "selector => document.activeElement.matches(selector)"


@pytest.fixture
def surf(chromium: Browser, live: Live) -> Iterator[Callable[..., Surfer]]:
    """A window in a language, at a width, with or without scripts."""
    with ExitStack() as stack:

        def opened(name: str, language: str = "ja", width: int = DESK, *, javascript: bool = True) -> Surfer:
            window = surfing(chromium, live.url, name, language, width, javascript=javascript)
            return stack.enter_context(window)

        yield opened


@pytest.fixture
def run(make: Make) -> CourseRun:
    return make.run(capacity=20)


def attendees_page(surfer: Surfer, make: Make, run: CourseRun) -> Surfer:
    signs_in(surfer, make.coordinator().email)
    return surfer.open(f"/runs/{run.reference}/bookings/new")


@pytest.mark.parametrize("method", ["bank_transfer", "stripe"])
def test_d10_booking_works_without_scripts(
    surf: Callable[..., Surfer], make: Make, run: CourseRun, method: str
) -> None:
    me = surf("no-scripts", width=PHONE, javascript=False)
    attendees_page(me, make, run)
    order = booking.names_attendees(me, [], [FIRST, SECOND])
    booking.orders(me, method)
    if method == "stripe":
        booking.pays_by_card(me, order)
    me.open("/organization/bookings").sees(order)
    me.open("/runs").fill(course=booking.COURSE).press(me.words("Narrow the list"))
    assert f"/runs/{run.reference}" in me.addresses("/runs/")


def test_d04_errors_are_read_first_and_lead_to_their_fields(
    surf: Callable[..., Surfer], make: Make, run: CourseRun
) -> None:
    me = attendees_page(surf("errors"), make, run)
    me.fill_in({**FIRST.fields("attendees-0-"), "attendees-0-family_name_kana": "Takasaki", "attendees-0-email": "x"})
    me.press(me.words("Keep the seats and go on to the check"), status=422).shoot("attendees")
    assert me.page.evaluate(FOCUSED, "[data-error-summary]")
    assert me.page.title().startswith("エラー:")
    for name in ("family_name_kana", "email"):
        field = me.page.locator(f"#attendees-0-{name}")
        me.page.locator(f'[data-error-summary] a[href="#attendees-0-{name}"]').click()
        assert field.evaluate("one => document.activeElement === one")
        assert field.get_attribute("aria-invalid") == "true"
        described = (field.get_attribute("aria-describedby") or "").split()
        assert me.page.locator(f"#{described[-1]}").inner_text().strip()
    assert me.page.locator("#attendees-0-given_name").input_value() == FIRST.given_name


def test_d07_the_countdown_is_seen_and_spoken_in_time(surf: Callable[..., Surfer], make: Make, run: CourseRun) -> None:
    me = surf("countdown")
    me.page.clock.install(time=datetime.now(UTC))
    attendees_page(me, make, run)
    booking.names_attendees(me, [], [FIRST])
    left, spoken = me.page.locator("[data-countdown-left]"), me.page.locator("#announce")
    expect(left).to_contain_text("残り30分")
    for minutes, heard in (("24:58", "残り5分"), ("03:00", "残り2分"), ("02:10", "")):
        me.page.clock.fast_forward(minutes)
        me.page.clock.run_for(1500)
        expect(spoken).to_contain_text(heard or me.words("The time has run out"))
    expect(left).to_contain_text(me.words("The time has run out"))
    me.check()


def test_d09_a_narrowed_list_says_how_long_it_is(surf: Callable[..., Surfer], make: Make, run: CourseRun) -> None:
    me = surf("announced").open("/runs")
    me.fill(course=booking.COURSE).press(me.words("Narrow the list"))
    expect(me.page.locator("#announce")).to_have_text(me.page.locator("#results [data-announce]").inner_text())
    assert "course=" in me.page.url


def test_d09_a_newer_condition_replaces_the_one_under_way(
    surf: Callable[..., Surfer], make: Make, run: CourseRun
) -> None:
    me = surf("replaced").open("/runs")
    given_up: list[Route] = []
    me.page.route("**/runs?*", lambda asked: asked.fallback() if given_up else given_up.append(asked))
    with me.page.expect_event("requestfailed", lambda asked: "/runs?" in asked.url):
        with me.page.expect_request("**/runs?*"):
            me.fill(course=booking.COURSE)
        me.press(me.words("Narrow the list"))
    assert f"/runs/{run.reference}" in me.addresses("/runs/")


def test_the_language_stays_as_chosen(surf: Callable[..., Surfer]) -> None:
    me = surf("language", "ja").open("/runs?open=1")
    me.press("English")
    assert me.page.locator("html").get_attribute("lang") == "en"
    assert me.page.url.endswith("/runs?open=1")
    me.open("/courses")
    assert me.page.locator("html").get_attribute("lang") == "en"
