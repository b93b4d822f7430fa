"""Whether a seat may be given back or taken over, and what that costs; a "no" says which rule and until when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from courses_app.bookings.rules.approving import NotAnsweredYet
from courses_app.bookings.rules.lifecycles import BookingMove, BookingStatus
from courses_app.bookings.rules.refusals import (
    BookingHasEnded,
    CancelByOffice,
    MoveByOffice,
    MovesUsedUp,
    MovingClosed,
    SubstituteByOffice,
    SubstitutionClosed,
    TooLateToChange,
)
from courses_app.catalogue.rules import ChangeTerms, SeatFee, distance_words, fee_for
from courses_app.foundation.clock import day_of, last_day_of
from courses_app.foundation.lifecycle import MoveNotAllowed
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.yen import Yen


@dataclass(frozen=True)
class Standing:
    """How a booking stands, as far as changes depend on it; `terms` None where it was ordered under no rules."""

    status: BookingStatus
    total: Yen
    terms: ChangeTerms | None
    paid_at: datetime | None = None
    closed_at: datetime | None = None
    answer_by_on: date | None = None  # of a request: by when the office answers


@dataclass(frozen=True)
class SeatFees:
    """What giving back one seat costs, and what of its price goes back; `because` None where no fee is asked."""

    cancellation: Yen
    handling: Yen
    refund: Yen
    because: SeatFee | None
    counted_from: date | None = None  # the day as ordered, where we moved the run and that day is the cheaper one

    @property
    def total(self) -> Yen:
        return Yen(self.cancellation + self.handling)


def check_cancellable(order: Standing, *, starts_at: datetime, now: datetime, office: bool) -> None:
    """Whether single seats of the booking may be given back.

    Raises BookingHasEnded, TooLateToChange and CancelByOffice.
    """
    check_stands(order, starts_at=starts_at, now=now)
    if order.status is BookingStatus.PAID and order.total > 0 and order.terms is None and not office:
        raise CancelByOffice(order.paid_at, starts_at=starts_at)


def check_substitutable(order: Standing, *, starts_at: datetime, now: datetime, office: bool) -> None:
    """Whether somebody else may take a seat; the office may until the run begins.

    Raises BookingHasEnded, TooLateToChange, SubstituteByOffice and SubstitutionClosed.
    """
    check_stands(order, starts_at=starts_at, now=now)
    terms = order.terms
    if office:
        return
    if terms is None:
        raise SubstituteByOffice(starts_at)
    until_on = terms.substitution_until(run_day=day_of(starts_at))
    if day_of(now) > until_on:
        raise SubstitutionClosed(until_on, rule=distance_words(terms.day_kind, terms.substitution_until_days))


def check_movable(order: Standing, *, moved: int, starts_at: datetime, now: datetime, office: bool) -> None:
    """Whether a seat that was moved so often may be moved once more; the office may until its run begins.

    Raises BookingHasEnded, TooLateToChange, MoveByOffice, MovingClosed and MovesUsedUp.
    """
    check_stands(order, starts_at=starts_at, now=now)
    terms = order.terms
    if office:
        return
    if terms is None or not terms.may_move:
        raise MoveByOffice(starts_at)
    until_on = terms.moving_until(run_day=day_of(starts_at))
    if day_of(now) > until_on:
        raise MovingClosed(until_on, rule=distance_words(terms.day_kind, terms.move_until_days))
    if moved >= terms.moves_allowed and terms.move_fee is None:
        raise MovesUsedUp(terms.moves_allowed, starts_at=starts_at)


@dataclass(frozen=True)
class Possible:
    """What can be done with a booking's seats in one run now: None, or the sentence that says which rule forbids it."""

    cancel: Refusal | None
    substitute: Refusal | None
    correct: Refusal | None
    move: Refusal | None  # of a seat that was not moved before
    substitute_until: date | None  # None where no rule was part of the terms
    move_until: date | None
    moves_free: int  # as often a seat is moved at no charge
    move_fee: Yen | None  # for each one after these


def what_is_possible(
    order: Standing, *, starts_at: datetime, now: datetime, office: bool, asked_until: datetime | None = None
) -> Possible:
    """The same checks the deeds make, asked beforehand: "why can't I …?".

    `asked_until`: we moved the run, and ask until then; what is asked is possible whatever the terms say.
    """
    terms, run_day, free = order.terms, day_of(starts_at), office or asked_until is not None
    return Possible(
        _against(check_cancellable, order, starts_at=starts_at, now=now, office=free),
        _against(check_substitutable, order, starts_at=starts_at, now=now, office=office),
        _against(check_correctable, order, starts_at=starts_at, now=now),
        _against(check_movable, order, moved=0, starts_at=starts_at, now=now, office=free),
        terms.substitution_until(run_day=run_day) if terms else None,
        _moving_until(terms, run_day, asked_until),
        terms.moves_allowed if terms else 0,
        terms.move_fee if terms and order.total > 0 else None,
    )


def _moving_until(terms: ChangeTerms | None, run_day: date, asked_until: datetime | None) -> date | None:
    by_terms = terms.moving_until(run_day=run_day) if terms else None
    asked = last_day_of(asked_until) if asked_until else None
    return max(filter(None, (by_terms, asked)), default=None)


def _against(check: Callable[..., None], order: Standing, **facts: object) -> Refusal | None:
    try:
        check(order, **facts)
    except Refusal as refusal:
        return refusal
    return None


def seat_fees(
    status: BookingStatus,
    price: Yen,
    terms: ChangeTerms | None,
    *,
    starts_at: datetime,
    moved_from: date | None = None,
    now: datetime,
) -> SeatFees:
    """What one seat costs its booker when it is given back now. Nothing before payment, or without rules.

    An order that nobody pays lapses without a fee, so giving it back earlier costs nothing either. Nobody pays more
    because we moved the run: of its day and the day as ordered (`moved_from`) the cheaper counts. Raises RunDayOver.
    """
    if status is not BookingStatus.PAID:
        return SeatFees(Yen(0), Yen(0), Yen(0), None)
    if terms is None or price == 0:
        return SeatFees(Yen(0), Yen(0), price, None)
    fee = fee_for(terms, price, on=day_of(now), run_day=day_of(starts_at))
    if moved_from is None or moved_from < day_of(now):
        return SeatFees(fee.cancellation, fee.handling, fee.refund, fee)
    ordered = fee_for(terms, price, on=day_of(now), run_day=moved_from)
    best = min(fee, ordered, key=_dearness)
    return SeatFees(best.cancellation, best.handling, best.refund, best, moved_from if best.total < fee.total else None)


def _dearness(fee: SeatFee) -> tuple[Yen, bool, int]:
    """Of two that cost the same, the one that stays so longer is the cheaper."""
    return fee.total, fee.worse is not None, -fee.until_on.toordinal()


def check_correctable(order: Standing, *, starts_at: datetime, now: datetime) -> None:
    """Whether the spelling of a name may still be corrected. Raises BookingHasEnded and TooLateToChange."""
    if order.status not in (BookingStatus.HELD, BookingStatus.REQUESTED):
        check_stands(order, starts_at=starts_at, now=now)


def check_stands(order: Standing, *, starts_at: datetime, now: datetime) -> None:
    """Whether an order stands whose run has not begun.

    Raises MoveNotAllowed, NotAnsweredYet, BookingHasEnded and TooLateToChange.
    """
    if order.status is BookingStatus.HELD:
        raise MoveNotAllowed(order.status, BookingMove.CANCEL)  # not ordered yet: the last page gives it back
    if order.status is BookingStatus.REQUESTED:
        raise NotAnsweredYet(order.answer_by_on)
    if order.status not in (BookingStatus.ORDERED, BookingStatus.PAID):
        raise BookingHasEnded(order.closed_at)
    if starts_at <= now:
        raise TooLateToChange(starts_at)
