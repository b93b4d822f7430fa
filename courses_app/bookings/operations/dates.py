"""A seat moves to another run of its course: both runs locked, counted anew in the new one, the difference settled."""

from __future__ import annotations

from datetime import datetime

from flask_babel import force_locale

from courses_app.bookings import emails
from courses_app.bookings.documents import moved_words, payable_of
from courses_app.bookings.emails import Whereabouts
from courses_app.bookings.models import Booking, BookingFee, Seat, SeatEvent
from courses_app.bookings.operations.asking import note_choice
from courses_app.bookings.operations.crowd import crowd_of, make_room
from courses_app.bookings.operations.due import due_no_later
from courses_app.bookings.operations.line import check_nobody_before
from courses_app.bookings.operations.locks import locked_booking
from courses_app.bookings.operations.offers import Offer, locked_offer
from courses_app.bookings.operations.seats import bill_anew, check_waiver
from courses_app.bookings.operations.supplements import settle_difference
from courses_app.bookings.queries import freed_seats, move_cost, moves_counted, moves_of, taken_off
from courses_app.bookings.rules import (
    SEAT,
    BookingStatus,
    FeeKind,
    MoveCost,
    NoSeatChosen,
    PriceChanged,
    RunNotOffered,
    SameDate,
    SeatChoice,
    SeatMove,
    check_movable,
    check_one_course,
    check_unnamed,
)
from courses_app.foundation import audit
from courses_app.foundation.audit import Actor
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import session
from courses_app.foundation.yen import Yen
from courses_app.payments.models import PaymentMethod


def move_seat(
    *,
    booking: Booking,
    position: int,
    run_reference: str,
    agreed: Yen | None,
    more: Yen = Yen(0),
    waived: str = "",
    office: bool = False,
    told: bool = True,
    by: Actor,
    now: datetime,
) -> Seat:
    """Move one seat to another date at exactly what was shown: `agreed` is what goes back, `more` what is to be paid.

    A seat that we ask about, because we moved its run, moves whatever the terms say. With no figure `agreed` the caller
    compares; unless `told`, the caller tells who booked.

    The seat freed goes to those who wait for the old run; of the new run's, those who wait there come first. An unpaid
    order is billed anew; of a paid one the difference is owed back, or billed in addition while the seat moves at once.
    `waived` is the office's reason for asking no fee. Raises NoSeatChosen, SameDate, OtherCourse, PriceChanged; as
    `check_movable`; RunNotOffered, RunOfAnother, BookingNotOpen, BookingClosed, NamesNeeded, AlreadyBooked, RunFull,
    OthersWait.
    """
    booking = locked_booking(booking.id, also=[run_reference])
    seat = next((one for one in booking.live_seats if one.position == position), None)
    if seat is None:
        raise NoSeatChosen()
    freed = seat.id in freed_seats(booking, now=now)
    check_movable(
        booking.standing, moved=moves_counted(seat), starts_at=seat.run.starts_at, now=now,
        office=office or freed,
    )  # fmt: skip
    offer = locked_offer(run_reference, booking.organization_id, booked_on=day_of(booking.held_at))
    if offer.link_token is not None and not office:
        raise RunNotOffered()  # its seats may cost nothing: the fees of the order would be gone
    _check_room(offer, seat, now=now)
    cost = move_cost(seat, Yen(offer.price.amount - taken_off(seat, offer.price.amount)), waived=freed)
    asked, cost = cost.fee, cost.without_fee if waived else cost
    if agreed is not None and (cost.less, cost.more) != (agreed, more):
        raise PriceChanged()
    before, settled = Whereabouts(seat.run.starts_at, seat.run.ends_at, seat.run.venue), _settled(booking, cost)
    _go(seat, offer, told=_told(asked, waived), by=by, now=now)
    if asked:
        _note_fee(seat, asked, waived=waived, by=by, now=now)
    _settle(booking, seat, cost, by=by, now=now)
    note_choice([seat], SeatChoice.MOVE, to_run_id=offer.run_id, by=by, now=now)
    emails.seat_moved(seat, before=before, settled=settled, booker_told=told, now=now)
    return seat


def _settled(booking: Booking, cost: MoveCost) -> MoveCost | None:
    """What a paid order settles; of one that is unpaid before the move nothing, even if nothing is left to pay then."""
    return cost if booking.status is BookingStatus.PAID else None


def _check_room(offer: Offer, seat: Seat, *, now: datetime) -> None:
    """Whether the new date can take this seat."""
    if offer.run_id == seat.run_id:
        raise SameDate()
    check_one_course([offer.course_id, seat.run.course_id])
    organization_id = seat.booking.organization_id
    people = [seat.person_id] if seat.person_id is not None else []
    offer.check_shown(organization_id, key="")
    offer.check_bookable(now=now)
    if seat.person_id is None:
        check_unnamed(seat.booking.naming, starts_at=offer.starts_at, now=now)
    crowd = crowd_of(offer.run_id, people=people, now=now)
    make_room(
        crowd, run_id=offer.run_id, capacity=offer.capacity, people=people, wanted=1,
        organization_id=organization_id, now=now,
    )  # fmt: skip
    if crowd.somebody_waits:
        check_nobody_before(offer, free=offer.capacity - crowd.taken, wanted=1, now=now)


def _go(seat: Seat, offer: Offer, *, told: dict[str, object], by: Actor, now: datetime) -> None:
    """The seat is in the other run, with its price there; its ticket is made anew."""
    old, state = seat.run, seat.status
    event = SeatEvent(
        seat_id=seat.id, at=now, move=SeatMove.MOVE, before=state, after=SEAT.after(state, SeatMove.MOVE),
        from_run_id=old.id, to_run_id=offer.run_id, actor_label=by.label, request_id=audit.request_id.get(),
    )  # fmt: skip
    seat.run_id, seat.ticket = offer.run_id, None
    seat.discount = taken_off(seat, offer.price.amount)
    seat.price, seat.list_price = Yen(offer.price.amount - seat.discount), offer.price.regular
    seat.pending_price = offer.pending_price
    seat.fee_audience, seat.tax_category = offer.audience, offer.price.tax_category
    session.add(event)
    session.flush()
    session.expire(seat, ["run"])
    detail = {"before": old.reference, "after": offer.run_reference, **told}
    audit.record(by=by, now=now, action="seat.moved", subject=("seat", seat.reference), detail=detail)


def _told(fee: Yen, waived: str) -> dict[str, object]:
    """What the audit trail says of a fee that was asked, or waived for a reason."""
    return ({"fee": fee} if fee else {}) | ({"waived": waived} if fee and waived else {})


def _note_fee(seat: Seat, amount: Yen, *, waived: str, by: Actor, now: datetime) -> None:
    if waived:
        check_waiver(seat.booking, amount, deed=f"move:{seat.position}:{seat.run.reference}", now=now)
    with force_locale(seat.booking.language):
        rule = moved_words(moves_of(seat))
    session.add(
        BookingFee(
            booking_id=seat.booking_id, seat_id=seat.id, kind=FeeKind.MOVE, amount=amount,
            tax_category=FeeKind.MOVE.tax_category, rule=rule, charged_at=now,
            waived_by=by.label if waived else None, waived_reason=waived,
        )
    )  # fmt: skip


def _settle(booking: Booking, seat: Seat, cost: MoveCost, *, by: Actor, now: datetime) -> None:
    """The difference of a paid order goes back or is billed; an unpaid one gets a new invoice, with the new date."""
    if booking.status is BookingStatus.PAID:
        key = f"moved:{booking.reference}:{seat.reference}:{moves_of(seat)}"
        settle_difference(seat, cost, key=key, by=by, now=now)
    elif booking.invoice is not None:
        _ask_anew(booking, by=by, now=now)


def _ask_anew(booking: Booking, *, by: Actor, now: datetime) -> None:
    """The new date on a new invoice; by transfer, it is due no later than an order for the new dates would be."""
    bill_anew(booking, by=by, now=now)
    if booking.payment_method is PaymentMethod.BANK_TRANSFER:
        due_no_later(booking, payable_of(booking, booking.payment_method, now=now))
