"""A seat moves to another run of its course: both runs locked, counted anew in the new one, the difference settled."""

from __future__ import annotations

from datetime import datetime

from courses_app.bookings import emails
from courses_app.bookings.documents import payable_of
from courses_app.bookings.emails import Whereabouts
from courses_app.bookings.models import Booking, Seat, SeatEvent
from courses_app.bookings.operations.crowd import crowd_of, make_room
from courses_app.bookings.operations.due import due_no_later
from courses_app.bookings.operations.line import check_nobody_before
from courses_app.bookings.operations.locks import locked_booking
from courses_app.bookings.operations.offers import Offer, locked_offer
from courses_app.bookings.operations.seats import bill_anew
from courses_app.bookings.queries import moves_of
from courses_app.bookings.rules import (
    SEAT,
    BookingStatus,
    NoSeatChosen,
    PriceChanged,
    RunNotOffered,
    SameDate,
    SeatMove,
    check_movable,
    check_one_course,
    given_back,
)
from courses_app.foundation import audit
from courses_app.foundation.audit import Actor
from courses_app.foundation.db import session
from courses_app.foundation.yen import Yen
from courses_app.payments.models import PaymentMethod
from courses_app.payments.operations import owe_refund


def move_seat(
    *, booking: Booking, position: int, run_reference: str, agreed: Yen, office: bool = False, by: Actor, now: datetime
) -> Seat:
    """Move one seat to another date, if that is less dear by exactly what was shown (`agreed`), or costs the same.

    The seat freed goes to those who wait for the old run; of the new run's, those who wait there come first. An unpaid
    order is billed anew, of a paid one the difference is owed back. Raises NoSeatChosen, SameDate, OtherCourse,
    PriceChanged, DearerDate; as `check_movable`; RunNotOffered, RunOfAnother, BookingNotOpen, BookingClosed,
    AlreadyBooked, RunFull, OthersWait.
    """
    booking = locked_booking(booking.id, also=[run_reference])
    seat = next((one for one in booking.live_seats if one.position == position), None)
    if seat is None:
        raise NoSeatChosen()
    check_movable(
        booking.status, booking.change_terms, moved=moves_of(seat), starts_at=seat.run.starts_at, now=now, office=office
    )
    offer = locked_offer(run_reference, booking.organization_id)
    if offer.link_token is not None and not office:
        raise RunNotOffered()  # its seats may cost nothing: the fees of the order would be gone
    _check_room(offer, seat, now=now)
    less = given_back(seat.price, offer.price.amount)
    if less != agreed:
        raise PriceChanged()
    before = Whereabouts(seat.run.starts_at, seat.run.ends_at, seat.run.venue)
    _go(seat, offer, by=by, now=now)
    refund = _settle(booking, seat, less, by=by, now=now)
    emails.seat_moved(seat, before=before, refund=refund, now=now)
    return seat


def _check_room(offer: Offer, seat: Seat, *, now: datetime) -> None:
    """Whether the new date can take this seat."""
    if offer.run_id == seat.run_id:
        raise SameDate()
    check_one_course([offer.course_id, seat.run.course_id])
    organization_id = seat.booking.organization_id
    people = [seat.person_id] if seat.person_id is not None else []
    offer.check_shown(organization_id, key="")
    offer.check_bookable(now=now)
    crowd = crowd_of(offer.run_id, people=people, now=now)
    make_room(
        crowd, run_id=offer.run_id, capacity=offer.capacity, people=people, wanted=1,
        organization_id=organization_id, now=now,
    )  # fmt: skip
    if crowd.somebody_waits:
        check_nobody_before(offer, free=offer.capacity - crowd.taken, wanted=1, now=now)


def _go(seat: Seat, offer: Offer, *, by: Actor, now: datetime) -> None:
    """The seat is in the other run, with its price there; its ticket is made anew."""
    old, state = seat.run, seat.status
    event = SeatEvent(
        seat_id=seat.id, at=now, move=SeatMove.MOVE, before=state, after=SEAT.after(state, SeatMove.MOVE),
        from_run_id=old.id, to_run_id=offer.run_id, actor_label=by.label, request_id=audit.request_id.get(),
    )  # fmt: skip
    seat.run_id, seat.ticket = offer.run_id, None
    seat.price, seat.fee_audience, seat.tax_category = offer.price.amount, offer.audience, offer.price.tax_category
    session.add(event)
    session.flush()
    session.expire(seat, ["run"])
    detail = {"before": old.reference, "after": offer.run_reference}
    audit.record(by=by, now=now, action="seat.moved", subject=("seat", seat.reference), detail=detail)


def _settle(booking: Booking, seat: Seat, less: Yen, *, by: Actor, now: datetime) -> Yen:
    """What is owed back of a paid order; an unpaid one gets a new invoice, with the new date on it."""
    if booking.invoice is None:
        return Yen(0)
    if booking.status is not BookingStatus.PAID:
        _ask_anew(booking, by=by, now=now)
        return Yen(0)
    if less:
        key = f"moved:{booking.reference}:{seat.reference}:{moves_of(seat)}"
        owe_refund(
            invoice=booking.invoice, amount=less, reason=seat.full_name or seat.reference, key=key, by=by, now=now
        )
    return less


def _ask_anew(booking: Booking, *, by: Actor, now: datetime) -> None:
    """The new date on a new invoice; by transfer, it is due no later than an order for the new dates would be."""
    bill_anew(booking, by=by, now=now)
    if booking.payment_method is PaymentMethod.BANK_TRANSFER:
        due_no_later(booking, payable_of(booking, booking.payment_method, now=now))
