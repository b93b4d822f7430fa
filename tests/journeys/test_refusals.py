"""What is refused, and that nobody loses anything by it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from courses_app.catalogue.models import CourseRun
from courses_app.foundation.clock import JST
from tests.accounts.making import Coordinator
from tests.journeys import booking
from tests.journeys.cast import FIRST, SECOND, signs_in
from tests.journeys.conftest import World
from tests.journeys.visitor import Visitor
from tests.make import Make

EMAIL = "tanaka@example.jp"


@pytest.fixture
def run(world: World, make: Make) -> CourseRun:
    world.stock()
    return make.run(capacity=3)


@pytest.fixture
def me(world: World, make: Make, run: CourseRun) -> Visitor:
    """A coordinator in front of the page that asks for attendees."""
    visitor = world.walker()
    signs_in(visitor, make.coordinator(make.organization(contact_email=EMAIL), email=EMAIL).email)
    return visitor.open(f"/runs/{run.reference}/bookings/new")


def names_two(me: Visitor, status: int = 200) -> None:
    say = me.words
    me.fill_in(FIRST.fields("attendees-0-")).press(say("Add another attendee")).fill_in(SECOND.fields("attendees-1-"))
    me.press(say("Keep the seats and go on to the check"), status=status)


def test_r02_two_people_on_one_seat_are_not_booked_and_not_forgotten(me: Visitor, make: Make, run: CourseRun) -> None:
    make.paid(run, 2)
    names_two(me, status=409)
    typed = {one["value"] for one in me.page.all("input")}
    assert {FIRST.family_name, SECOND.given_name, FIRST.email, str(SECOND.born_on)} <= typed
    me.open("/organization/bookings").misses("B-")


def test_a_full_run_offers_other_dates(me: Visitor, make: Make, run: CourseRun) -> None:
    make.paid(run, 3)
    me.open(f"/runs/{run.reference}").sees(me.words("This run is full")).misses(me.words("Book seats"))
    me.open(f"/runs/{run.reference}/bookings/new").follow(me.words("Other dates of this course"))
    assert me.path == "/runs"


def test_after_the_last_instant_nothing_is_booked(me: Visitor, world: World, run: CourseRun) -> None:
    me.fill_in(FIRST.fields("attendees-0-"))
    world.calendar.let_pass(run.booking_closes_at - world.calendar.now() - timedelta(hours=1))
    signs_in(world.walker(), EMAIL)
    world.calendar.let_pass(timedelta(hours=2))
    me.press(me.words("Keep the seats and go on to the check"), status=401)
    me.fill(email=EMAIL, password="demo-course-2026").press(me.words("Sign in"))
    me.press(me.words("Send what I typed"), status=409)
    said = me.words("Booking for this run was possible until %(until)s. Please choose another date.")
    me.sees(said.partition("%(until)s")[0]).sees(f"{run.booking_closes_at.astimezone(JST).year}")


def test_r43_a_form_that_outlived_its_sign_in_is_sent_after_signing_in_again(me: Visitor, world: World) -> None:
    me.fill_in(FIRST.fields("attendees-0-"))
    world.calendar.let_pass(timedelta(hours=13))
    me.press(me.words("Keep the seats and go on to the check"), status=401)
    me.fill(email=EMAIL, password="demo-course-2026").press(me.words("Sign in"))
    me.press(me.words("Send what I typed")).sees(FIRST.name)
    assert re.fullmatch(r"/bookings/B-\w+", me.path)


def test_r42_two_clicks_and_a_second_tab_are_one_booking(me: Visitor, world: World, run: CourseRun) -> None:
    stale, tab = (Visitor(me.client, me.base_url, me.words) for _ in range(2))
    world.visitors += [stale, tab]
    stale.answer, stale.page = me.answer, me.page
    me.fill_in(FIRST.fields("attendees-0-")).press(me.words("Add another attendee"))
    me.fill_in(SECOND.fields("attendees-1-"))
    tab.answer, tab.page = me.answer, me.page
    me.press(me.words("Keep the seats and go on to the check"))
    first = me.path
    tab.press(me.words("Keep the seats and go on to the check"))
    assert tab.path == first
    stale.press(me.words("Keep the seats and go on to the check"), status=409).sees(first.rpartition("/")[2])
    booking.orders(me, "bank_transfer")
    tab.fill(names_confirmed="y", payment_method="bank_transfer").press(me.words("Place this order (to be paid)"))
    assert len(world.letters(EMAIL, "【申込受付】")) == 1
    assert len(world.letters(EMAIL, "【請求書】")) == 1


def test_the_same_person_has_one_seat(me: Visitor, run: CourseRun) -> None:
    names_two(me)
    me.open(f"/runs/{run.reference}/bookings/new").fill_in(FIRST.fields("attendees-0-"))
    me.press(me.words("Keep the seats and go on to the check"), status=409).sees(FIRST.name)


def test_a_hold_that_ran_out_is_free_at_once_and_taken_up_again(me: Visitor, world: World, run: CourseRun) -> None:
    names_two(me)
    world.calendar.let_pass(timedelta(minutes=31))
    somebody = world.walker().open(f"/runs/{run.reference}")
    somebody.sees(me.words("%(left)d of %(capacity)d seats left") % {"left": 3, "capacity": 3})
    me.fill(names_confirmed="y", payment_method="bank_transfer")
    me.press(me.words("Place this order (to be paid)"), status=409)
    me.press(me.words("Keep seats for the same people again")).sees(FIRST.name, SECOND.name)
    booking.orders(me, "bank_transfer")


def test_a_name_is_corrected_before_the_order(me: Visitor) -> None:
    names_two(me)
    me.follow(f"{me.words('Correct')} {FIRST.name}").fill(family_name="髙崎")
    me.press(me.words("Save and return to the check")).sees("髙崎 健一").misses(FIRST.name)


def test_s20_somebody_elses_booking_is_not_there(me: Visitor, world: World, make: Make, run: CourseRun) -> None:
    names_two(me)
    theirs = me.path
    booking.orders(me, "bank_transfer")
    world.worker()
    other: Coordinator = make.coordinator(email="other@example.jp")
    stranger = world.walker()
    signs_in(stranger, other.email)
    for part in ("", "/payment", "/invoice.pdf", "/receipt.pdf", "/seats/1/ticket.pdf", "/seats/1/name"):
        stranger.open(f"{theirs}{part}", status=404)
    nobody = world.walker()
    assert nobody.open(theirs).path == "/sign-in"


def test_a_typing_error_is_shown_at_its_field_with_everything_kept(me: Visitor) -> None:
    me.fill_in({**FIRST.fields("attendees-0-"), "attendees-0-family_name_kana": "Takasaki"})
    me.press(me.words("Keep the seats and go on to the check"), status=422)
    links = [one for one in me.main.all("a") if one["href"] == "#attendees-0-family_name_kana"]
    assert links
    wrong = next(one for one in me.main.all("input") if one["id"] == "attendees-0-family_name_kana")
    assert (wrong["value"], wrong["aria-invalid"]) == ("Takasaki", "true")
    assert FIRST.email in {one["value"] for one in me.main.all("input")}
