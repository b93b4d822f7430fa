"""Money on all its ways: by card, too late with room and without, and back again when a run is called off."""

from __future__ import annotations

from datetime import timedelta

import pytest

from courses_app.catalogue.models import CourseRun
from tests.accounts.making import Coordinator
from tests.journeys import booking, office
from tests.journeys.cast import FIRST, SECOND, STAFF, Person, signs_in
from tests.journeys.conftest import Stripe, World
from tests.journeys.visitor import Visitor
from tests.make import Make
from tests.payments.wire import send

SEATS, EMAIL = 2, "tanaka@example.jp"


@pytest.fixture
def run(world: World, make: Make) -> CourseRun:
    """A run of two seats in a house that is open."""
    world.stock()
    make.staff(STAFF)
    return make.run(capacity=SEATS)


@pytest.fixture
def somebody(make: Make, run: CourseRun) -> Coordinator:
    return make.coordinator(make.organization(contact_email=EMAIL), email=EMAIL)


def orders(world: World, somebody: Coordinator, run: CourseRun, method: str, *people: Person) -> tuple[Visitor, str]:
    """Sign in, name new attendees, order: the visitor on the page that follows, and the booking's reference."""
    me = world.walker()
    signs_in(me, somebody.email).open(f"/runs/{run.reference}/bookings/new")
    order = booking.names_attendees(me, [], people or [FIRST, SECOND])
    booking.orders(me, method)
    return me, order


def clerk(world: World) -> Visitor:
    me = world.walker()
    signs_in(me, STAFF)
    return me


# ---- By card ----------------------------------------------------------------------------------------------------


def test_a_card_is_charged_once_however_often_we_are_told(
    world: World, run: CourseRun, somebody: Coordinator, stripe: Stripe
) -> None:
    stripe.moods(webhook_copies=5)
    me, order = orders(world, somebody, run, "stripe")
    me.sees("¥23,000（税込）")
    booking.pays_by_card(me, order)
    told = stripe.until_told()
    assert {one["state"] for one in told} == {"delivered"}
    assert len(world.letters(somebody.email, "【受講席の確定】")) == 1
    assert len(world.letter(somebody.email, "【受講票】").papers) == SEATS
    assert "23,000" in world.letter(somebody.email, "【領収書】").papers[0].text
    me.open(f"/runs/{run.reference}").sees(me.words("Full"))


def test_a_declined_card_may_be_tried_again(
    world: World, run: CourseRun, somebody: Coordinator, stripe: Stripe
) -> None:
    me, order = orders(world, somebody, run, "stripe")
    me.press(me.words("Go on to the payment page")).press("カードが拒否される").sees("カードが拒否されました")
    me.follow("キャンセルして戻る").open(f"/bookings/{order}").sees(me.words("Waiting for payment"))
    me.follow(me.words("To the payment"))
    booking.pays_by_card(me, order)


def test_r13_who_leaves_the_payment_page_gives_the_seats_back(
    world: World, run: CourseRun, somebody: Coordinator, stripe: Stripe
) -> None:
    me, order = orders(world, somebody, run, "stripe")
    me.press(me.words("Go on to the payment page"))
    page = me.answer.url
    world.calendar.let_pass(timedelta(minutes=40))
    world.worker()
    me.open(f"/bookings/{order}").sees(me.words("Lapsed"))
    assert send("GET", page).status == 410  # nobody can pay for seats that are gone
    me.open(f"/bookings/{order}").press(me.words("Keep seats for the same people again"))
    me.sees(FIRST.name, SECOND.name)


def test_r11_a_payment_whose_news_comes_late_finds_its_seats(
    world: World, run: CourseRun, somebody: Coordinator, stripe: Stripe
) -> None:
    """The payer closes the window at once, the event is an hour under way: the worker asks before it gives up."""
    stripe.moods(webhook_delay=3600)
    me, order = orders(world, somebody, run, "stripe")
    me.press(me.words("Go on to the payment page"))
    assert send("POST", me.answer.url, form={"outcome": "pay"}).status == 303
    world.calendar.let_pass(timedelta(hours=1))
    world.worker()
    me.open(f"/bookings/{order}").sees(me.words("The seats are confirmed."))
    assert {one["state"] for one in stripe.until_told()} == {"delivered"}
    assert len(world.letters(somebody.email, "【受講席の確定】")) == 1


@pytest.mark.parametrize("mood", [{"amount_off": -500}, {"unknown_reference": True}, {"livemode": True}])
def test_r12_a_payment_that_does_not_fit_is_for_the_office(
    world: World, run: CourseRun, somebody: Coordinator, stripe: Stripe, mood: dict[str, object]
) -> None:
    me, order = orders(world, somebody, run, "stripe")
    stripe.moods(**mood)
    me.press(me.words("Go on to the payment page")).press(booking.PAY["ja"])
    stripe.until_told()
    me.open(f"/bookings/{order}").misses(me.words("The seats are confirmed."))
    clerk(world).open("/office/today").sees("Stripe")


# ---- By transfer --------------------------------------------------------------------------------------------------


def test_r17_a_transfer_is_waited_for_then_the_order_lapses(
    world: World, run: CourseRun, somebody: Coordinator
) -> None:
    me, order = orders(world, somebody, run, "bank_transfer")
    world.calendar.let_pass(timedelta(days=25))
    world.letter(somebody.email, "【申込の取消し】")
    signs_in(me, somebody.email).open(f"/bookings/{order}").sees(me.words("Lapsed"))


def test_r07_money_that_comes_too_late_finds_a_seat_where_there_is_one(
    world: World, run: CourseRun, somebody: Coordinator
) -> None:
    me, order = orders(world, somebody, run, "bank_transfer")
    world.calendar.let_pass(timedelta(days=25))
    world.worker()
    office.records_the_transfer(clerk(world), order)
    assert len(world.letter(somebody.email, "【受講票】").papers) == SEATS
    signs_in(me, somebody.email).open(f"/bookings/{order}").sees(me.words("The seats are confirmed."))


def test_r07_money_that_finds_no_seat_goes_back(
    world: World, make: Make, run: CourseRun, somebody: Coordinator
) -> None:
    me, order = orders(world, somebody, run, "bank_transfer")
    world.calendar.let_pass(timedelta(days=20))
    world.worker()
    make.paid(run, 1, now=world.calendar.now())
    office_desk = clerk(world)
    office.records_the_transfer(office_desk, order)
    world.letter(somebody.email, "【返金のお知らせ】")
    office.sends_the_refund(office_desk, order)
    assert "23,000" in world.letter(somebody.email, f"【返金のお知らせ】申込番号 {order}").body
    signs_in(me, somebody.email).open(f"/bookings/{order}").sees(me.words("Your money has been refunded."))


# ---- Called off ---------------------------------------------------------------------------------------------------


def test_everybody_is_told_when_a_run_is_called_off(world: World, make: Make, somebody: Coordinator) -> None:
    run = make.run(capacity=10, days_ahead=45)
    me, order = orders(world, somebody, run, "bank_transfer")
    desk = clerk(world)
    office.records_the_transfer(desk, order)
    waiting = make.ordered(run, 1, now=world.calendar.now())
    office.calls_off(desk, run.reference, "台風の接近により中止します")
    for address in (somebody.email, waiting.booked_by.email or "", FIRST.email, SECOND.email):
        assert "台風の接近により中止します" in world.letter(address, "【開催中止】").body
    me.open(f"/runs/{run.reference}").sees(me.words("This run has been called off")).misses(me.words("Book seats"))
    office.sends_the_refund(desk, order)
    assert "23,000" in world.letter(somebody.email, f"【返金のお知らせ】申込番号 {order}").body
    me.open(f"/bookings/{order}").sees(me.words("Your money has been refunded."))
