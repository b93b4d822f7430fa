"""The lives of bookings and seats, and what is refused, decided from plain values."""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

import pytest

from courses_app.bookings.rules import (
    BOOKING,
    MOST_ATTENDEES,
    NEWS_TRAVELS,
    SEAT,
    AttendeeFacts,
    BookingClosed,
    BookingHasEnded,
    BookingMove,
    BookingNotOpen,
    BookingStatus,
    CancelByOffice,
    CapacityBelowSold,
    CourseDays,
    NobodyNamed,
    RunFull,
    RunNotOffered,
    SamePersonTwice,
    SeatMove,
    SeatStatus,
    Standing,
    SubstituteByOffice,
    SubstitutionClosed,
    TooLateToChange,
    TooManyAttendees,
    check_attendees,
    check_bookable,
    check_capacity,
    check_room,
    hold_has_run_out,
    methods_for,
    payable,
    shown_status,
    what_is_possible,
)
from courses_app.catalogue.rules import ChangeTerms, DayKind, Step
from courses_app.foundation.clock import end_of, start_of
from courses_app.foundation.lifecycle import MoveNotAllowed
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.yen import Yen
from courses_app.payments.models import PaymentMethod, PaymentWay
from courses_app.payments.queries.ways import FILE

NOW = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)  # Monday noon in Tokyo

BOOKING_EDGES = {
    ("held", "order"): "ordered",
    ("held", "request"): "requested",
    ("requested", "approve"): "ordered",
    ("requested", "decline"): "cancelled",
    ("requested", "cancel"): "cancelled",
    ("held", "lapse"): "expired",
    ("held", "cancel"): "cancelled",
    ("ordered", "settle"): "paid",
    ("ordered", "lapse"): "expired",
    ("ordered", "cancel"): "cancelled",
    ("expired", "settle"): "paid",
    ("expired", "settle_without_seat"): "paid_no_seat",
    ("cancelled", "settle_without_seat"): "paid_no_seat",
    ("paid", "cancel"): "cancelled",
    ("cancelled", "refund"): "refunded",
    ("paid_no_seat", "refund"): "refunded",
    ("refunded", "refund_failed"): "cancelled",
}
SEAT_EDGES = {
    ("held", "order"): "ordered",
    ("held", "lapse"): "expired",
    ("held", "cancel"): "cancelled",
    ("ordered", "confirm"): "confirmed",
    ("ordered", "lapse"): "expired",
    ("ordered", "cancel"): "cancelled",
    ("confirmed", "cancel"): "cancelled",
    ("ordered", "substitute"): "ordered",
    ("confirmed", "substitute"): "confirmed",
    ("held", "name"): "held",
    ("ordered", "name"): "ordered",
    ("confirmed", "name"): "confirmed",
    ("ordered", "move"): "ordered",
    ("confirmed", "move"): "confirmed",
    ("confirmed", "miss"): "confirmed",
    ("confirmed", "attend"): "confirmed",
    ("expired", "reseat"): "confirmed",
}


@pytest.mark.parametrize(("state", "move"), list(product(BookingStatus, BookingMove)))
def test_a4_every_state_of_a_booking_with_every_move(state: BookingStatus, move: BookingMove) -> None:
    wanted = BOOKING_EDGES.get((state.value, move.value))
    assert BOOKING.allows(state, move) is (wanted is not None)
    if wanted:
        assert BOOKING.after(state, move).value == wanted
    else:
        with pytest.raises(MoveNotAllowed):
            BOOKING.after(state, move)


@pytest.mark.parametrize(("state", "move"), list(product(SeatStatus, SeatMove)))
def test_a4_every_state_of_a_seat_with_every_move(state: SeatStatus, move: SeatMove) -> None:
    wanted = SEAT_EDGES.get((state.value, move.value))
    assert SEAT.allows(state, move) is (wanted is not None)
    if wanted:
        assert SEAT.after(state, move).value == wanted
    else:
        with pytest.raises(MoveNotAllowed):
            SEAT.after(state, move)


def test_a_hold_is_over_at_its_last_instant() -> None:
    assert not hold_has_run_out(SeatStatus.HELD, NOW + timedelta(microseconds=1), now=NOW)
    assert hold_has_run_out(SeatStatus.HELD, NOW, now=NOW)
    assert not hold_has_run_out(SeatStatus.ORDERED, None, now=NOW)
    assert shown_status(BookingStatus.HELD, NOW, now=NOW) is BookingStatus.EXPIRED
    assert shown_status(BookingStatus.ORDERED, NOW, now=NOW) is BookingStatus.ORDERED


def test_booking_opens_and_closes() -> None:
    times = {"opens_at": NOW, "closes_at": NOW + timedelta(hours=1)}
    check_bookable(published=True, now=NOW, **times)
    with pytest.raises(BookingNotOpen):
        check_bookable(published=True, now=NOW - timedelta(microseconds=1), **times)
    with pytest.raises(BookingClosed):
        check_bookable(published=True, now=NOW + timedelta(hours=1), **times)
    with pytest.raises(RunNotOffered):
        check_bookable(published=False, now=NOW, **times)


def test_r02_all_or_nothing_and_says_how_many_are_left() -> None:
    check_room(wanted=3, taken=7, capacity=10)
    with pytest.raises(RunFull) as full:
        check_room(wanted=5, taken=7, capacity=10)
    assert full.value.left == 3
    with pytest.raises(RunFull) as over:
        check_room(wanted=1, taken=12, capacity=10)
    assert over.value.left == 0


def test_r25_capacity_below_what_is_taken_only_if_accepted() -> None:
    check_capacity(capacity=18, before=20, taken=18)
    for accepted in (None, 0, 2, 4):  # what was agreed to is not what happens
        with pytest.raises(CapacityBelowSold) as refused:
            check_capacity(capacity=15, before=20, taken=18, accepted_over=accepted)
        assert refused.value.sold == 18
    check_capacity(capacity=15, before=20, taken=18, accepted_over=3)
    check_capacity(capacity=16, before=15, taken=18)  # more seats than before, though still too few


def test_s23_nobody_too_many_and_twice() -> None:
    def one(number: int) -> AttendeeFacts:
        return AttendeeFacts(family_name="山田", given_name=f"{number}", born_on=date(1980, 1, 1))

    with pytest.raises(NobodyNamed):
        check_attendees([])
    check_attendees([one(number) for number in range(MOST_ATTENDEES)])
    with pytest.raises(TooManyAttendees):
        check_attendees([one(number) for number in range(MOST_ATTENDEES + 1)])
    with pytest.raises(SamePersonTwice):
        check_attendees([one(1), one(2), one(1)])
    check_attendees([one(1), AttendeeFacts(family_name="山田", given_name="1", born_on=date(1980, 1, 2))])


BEGINS = datetime(2026, 12, 31, 0, 30, tzinfo=UTC)
RULES = ChangeTerms(DayKind.CALENDAR, (Step(0, percent=100),), Yen(0), 100, 1, 8, 1)


@pytest.mark.parametrize(
    ("state", "price", "terms", "office", "wanted"),
    [
        (BookingStatus.HELD, 100, RULES, False, MoveNotAllowed),  # the last page gives it back
        (BookingStatus.ORDERED, 100, None, False, None),
        (BookingStatus.PAID, 100, RULES, False, None),
        (BookingStatus.PAID, 100, None, False, CancelByOffice),  # from before there were rules
        (BookingStatus.PAID, 100, None, True, None),
        (BookingStatus.PAID, 0, None, False, None),
        (BookingStatus.EXPIRED, 100, RULES, False, BookingHasEnded),
        (BookingStatus.CANCELLED, 100, RULES, True, BookingHasEnded),
        (BookingStatus.PAID_NO_SEAT, 100, RULES, False, BookingHasEnded),
        (BookingStatus.REFUNDED, 100, RULES, False, BookingHasEnded),
    ],
)
def test_who_may_give_seats_back(
    state: BookingStatus, price: int, terms: ChangeTerms | None, office: bool, wanted: type[Refusal] | None
) -> None:
    now = BEGINS - timedelta(seconds=1)
    found = what_is_possible(Standing(state, Yen(price), terms), starts_at=BEGINS, now=now, office=office).cancel
    assert type(found) is (wanted or type(None))


@pytest.mark.parametrize(
    ("now", "terms", "office", "wanted"),
    [
        (datetime(2026, 12, 30, 14, 59, tzinfo=UTC), RULES, False, None),  # 23:59 of the day before, in Tokyo
        (datetime(2026, 12, 30, 15, 0, tzinfo=UTC), RULES, False, SubstitutionClosed),
        (datetime(2026, 12, 30, 15, 0, tzinfo=UTC), RULES, True, None),
        (datetime(2026, 12, 1, tzinfo=UTC), None, False, SubstituteByOffice),
        (BEGINS, RULES, True, TooLateToChange),
    ],
)
def test_who_may_name_somebody_else(
    now: datetime, terms: ChangeTerms | None, office: bool, wanted: type[Refusal] | None
) -> None:
    paid = Standing(BookingStatus.PAID, Yen(1), terms)
    found = what_is_possible(paid, starts_at=BEGINS, now=now, office=office).substitute
    assert type(found) is (wanted or type(None))


def test_nobody_gives_back_a_seat_somebody_sits_on() -> None:
    found = what_is_possible(Standing(BookingStatus.PAID, Yen(0), RULES), starts_at=BEGINS, now=BEGINS, office=True)
    assert isinstance(found.cancel, TooLateToChange)
    assert isinstance(found.correct, TooLateToChange)


HOUSE = {PaymentMethod(row["method"]): row for row in tomllib.loads(FILE.read_text("utf-8"))["ways"]}
COURSE = CourseDays(due=7, grace=3)


def way(method: PaymentMethod, **changes: Any) -> PaymentWay:
    """The house's way to pay, changed."""
    optional = dict.fromkeys(("most", "page_minutes", "pay_days", "grace_days"))
    return PaymentWay(**optional | HOUSE[method] | {"method": method} | changes)


def offered(amount: int, *, stripe: bool = True, starts_at: datetime = NOW + timedelta(days=30)) -> list[str]:
    ways = [way(method, is_on=True) for method in HOUSE]
    found = methods_for(Yen(amount), ways, stripe_enabled=stripe, starts_at=starts_at, now=NOW)
    return [method.value for method in found]


def test_ways_to_pay_are_those_that_are_on_and_take_the_amount() -> None:
    assert offered(0) == ["none"]
    assert offered(11_500, stripe=False) == ["bank_transfer"]
    assert offered(11_500) == ["bank_transfer", "stripe", "konbini", "virtual_account"]
    assert offered(119) == ["bank_transfer", "stripe", "virtual_account"]
    assert offered(300_000)[2] == "konbini"
    assert "konbini" not in offered(300_001)
    off = [way(PaymentMethod.BANK_TRANSFER, is_on=False), way(PaymentMethod.KONBINI, most=Yen(1_000))]
    assert methods_for(Yen(1_001), off, stripe_enabled=True, starts_at=NOW + timedelta(days=30), now=NOW) == []


@pytest.mark.parametrize(
    ("run_on", "last"), [((2026, 11, 9), "virtual_account"), ((2026, 11, 6), "konbini"), ((2026, 11, 5), "stripe")]
)
def test_slow_ways_end_before_the_run(run_on: tuple[int, int, int], last: str) -> None:
    assert offered(11_500, starts_at=start_of(date(*run_on)))[-1] == last


def test_r17_a_transfer_is_waited_for_longer_than_asked() -> None:
    starts_at = start_of(date(2026, 12, 1))
    found = payable(way(PaymentMethod.BANK_TRANSFER), starts_at=starts_at, course=COURSE, now=NOW)
    assert found.due_on == date(2026, 11, 12)  # 3 November is a holiday
    assert found.grace_until_on == date(2026, 11, 17)
    assert found.pay_until == end_of(date(2026, 11, 17))


def test_a_transfer_arrives_before_the_run() -> None:
    starts_at = start_of(date(2026, 11, 9))  # Monday of the next week
    found = payable(way(PaymentMethod.BANK_TRANSFER), starts_at=starts_at, course=COURSE, now=NOW)
    assert (found.due_on, found.grace_until_on) == (date(2026, 11, 5), date(2026, 11, 6))
    assert found.pay_until <= starts_at


def test_an_order_at_the_last_minute_is_due_at_once() -> None:
    starts_at = start_of(date(2026, 11, 3))
    found = payable(way(PaymentMethod.BANK_TRANSFER), starts_at=starts_at, course=COURSE, now=NOW)
    assert found.due_on == date(2026, 11, 2)
    assert found.pay_until == end_of(date(2026, 11, 2)) > NOW


def test_the_days_of_a_way_go_before_those_of_the_course() -> None:
    facts = way(PaymentMethod.VIRTUAL_ACCOUNT, pay_days=2, grace_days=0)
    found = payable(facts, starts_at=start_of(date(2026, 12, 1)), course=COURSE, now=NOW)
    assert found.due_on == found.grace_until_on == date(2026, 11, 5)


def test_an_order_by_card_waits_for_its_page() -> None:
    facts = way(PaymentMethod.STRIPE, page_minutes=40)
    found = payable(facts, starts_at=NOW + timedelta(days=30), course=COURSE, now=NOW)
    assert found.due_on is None
    assert found.pay_until == NOW + timedelta(minutes=40) + NEWS_TRAVELS


@pytest.mark.parametrize(("run_on", "due_on"), [((2026, 12, 1), (2026, 11, 5)), ((2026, 11, 5), (2026, 11, 4))])
def test_konbini_is_paid_within_its_days_and_before_the_run(
    run_on: tuple[int, int, int], due_on: tuple[int, int, int]
) -> None:
    found = payable(way(PaymentMethod.KONBINI), starts_at=start_of(date(*run_on)), course=COURSE, now=NOW)
    assert found.due_on == date(*due_on)
    assert found.pay_until == end_of(date(*due_on)) + NEWS_TRAVELS
