"""What must hold whatever happened, counted here from the rows themselves and not by the product's own queries."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime

from sqlalchemy import select

from courses_app.bookings.models import (
    Absence,
    AttendeeDraft,
    Booking,
    BookingFee,
    Overbooking,
    Seat,
    SeatBlock,
    WaitingParty,
)
from courses_app.bookings.rules import BookingStatus, PartyState, SeatStatus, offer_until
from courses_app.catalogue.models import CourseRun, RunStatus
from courses_app.dispatches.models import Dispatch
from courses_app.dispatches.rules import DispatchState
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import session
from courses_app.foundation.outbox.messages import OutboxMessage
from courses_app.payments.models import Allocation, Invoice, Refund, RefundStatus
from tests.proofs.questions import Question, broken

LIVE = {SeatStatus.HELD, SeatStatus.ORDERED, SeatStatus.CONFIRMED}
ENDED = {SeatStatus.EXPIRED, SeatStatus.CANCELLED}
# In which states the seats of a booking may be, and one of which at least one of them must have.
SEATS_OF = {
    BookingStatus.HELD: ({SeatStatus.HELD, SeatStatus.CANCELLED}, SeatStatus.HELD),  # a list that became shorter
    BookingStatus.REQUESTED: ({SeatStatus.ORDERED, SeatStatus.CANCELLED}, SeatStatus.ORDERED),
    BookingStatus.ORDERED: ({SeatStatus.ORDERED, SeatStatus.CANCELLED}, SeatStatus.ORDERED),
    BookingStatus.PAID: ({SeatStatus.CONFIRMED, SeatStatus.CANCELLED}, SeatStatus.CONFIRMED),
    BookingStatus.EXPIRED: (ENDED, SeatStatus.EXPIRED),
    BookingStatus.CANCELLED: ({SeatStatus.CANCELLED}, SeatStatus.CANCELLED),
    BookingStatus.PAID_NO_SEAT: (ENDED, None),
    BookingStatus.REFUNDED: (ENDED, None),
}
AGREED_REQUESTS = (DispatchState.ACCEPTED, DispatchState.PLANNED, DispatchState.CLOSED)
FOR_THE_WORKER = ("INV-5", "INV-8: nobody came to seat", "INV-8: somebody came to seat")
ONCE = (
    "ordered",
    "confirmed",
    "expired",
    "cancelled",
    "called_off",
    "seats_cancelled",
    "no_seat",
    "requested",
    "approved",
    "declined",
    "seat_moved",
)


def everything_holds(questions: list[Question], *, now: datetime, swept: bool) -> list[Booking]:
    """All invariants of check-ledger, and ours. What the worker does (holds forgotten for long, absences to be settled)
    counts once it has passed."""
    lines = [line for line in broken(questions, now=now) if swept or not line.startswith(FOR_THE_WORKER)]
    assert not lines, lines
    runs = {run.id: run for run in session.scalars(select(CourseRun))}
    bookings = list(session.scalars(select(Booking)))
    seats = defaultdict(list)
    for seat in session.scalars(select(Seat).order_by(Seat.id)):
        seats[seat.booking_id].append(seat)
    money_is_kept_to_the_yen(bookings, seats)
    seats_follow_their_booking(bookings, seats)
    runs_are_not_overfull(runs, [seat for each in seats.values() for seat in each], now=now)
    requests_keep_their_money()
    private_runs_stay_private(runs, bookings, seats)
    lists_keep_seats_until_they_end()
    nobody_is_told_twice()
    return bookings


def lists_keep_seats_until_they_end() -> None:
    """A list that was booked or given up keeps no seats any more but those of its booking."""
    ended = select(AttendeeDraft.hold_id).where(
        AttendeeDraft.ended_at.is_not(None), AttendeeDraft.hold_id.is_distinct_from(AttendeeDraft.booking_id)
    )
    assert not session.scalars(
        select(Booking.reference).where(Booking.id.in_(ended), Booking.status == BookingStatus.HELD)
    ).all()


def requests_keep_their_money() -> None:
    """An agreed request costs what its quote says, once; one that was called off costs nothing."""
    came = Counter()
    for share in session.scalars(select(Allocation)):
        came[share.invoice_id] += share.amount
    for refund in session.scalars(select(Refund).where(Refund.status != RefundStatus.WITHDRAWN)):
        came[refund.invoice_id] -= refund.amount
    for one in session.scalars(select(Dispatch).where(Dispatch.invoice_id.is_not(None))):
        worth = one.quote.total if one.state in AGREED_REQUESTS else 0
        assert came[one.invoice_id] in (0, worth), (one.reference, one.state, came[one.invoice_id])
        assert one.state is not DispatchState.CLOSED or came[one.invoice_id] == worth
    for one in session.scalars(
        select(Dispatch).where(Dispatch.state.not_in([*AGREED_REQUESTS, DispatchState.CALLED_OFF]))
    ):
        assert one.run_id is None
        assert one.invoice_id is None


def private_runs_stay_private(runs, bookings, seats) -> None:
    """In a run that was planned for one organization nobody else has ever sat."""
    for booking in bookings:
        for seat in seats[booking.id]:
            assert runs[seat.run_id].organization_id in (None, booking.organization_id), booking.reference


def money_is_kept_to_the_yen(bookings, seats) -> None:
    """What came in for an order, less what goes back, is what its confirmed seats cost and the fees of the others.

    Less what is not kept of seats to which nobody came.
    """
    came, open_totals = Counter(), defaultdict(list)
    invoices = {one.id: one for one in session.scalars(select(Invoice))}
    settled = Counter()
    for share in session.scalars(select(Allocation)):
        came[invoices[share.invoice_id].order_reference] += share.amount
        settled[share.invoice_id] += share.amount
    for refund in session.scalars(select(Refund).where(Refund.status != RefundStatus.WITHDRAWN)):
        came[invoices[refund.invoice_id].order_reference] -= refund.amount
    for one in invoices.values():
        if one.cancelled_at is None and settled[one.id] < one.total:
            open_totals[one.order_reference].append(one.total - settled[one.id])
    fees = Counter()
    for fee in session.scalars(select(BookingFee).where(BookingFee.waived_by.is_(None))):
        fees[fee.booking_id] += fee.amount
    missed = not_kept()
    for one in bookings:
        worth = sum(seat.price for seat in seats[one.id] if seat.status is SeatStatus.CONFIRMED) - missed[one.id]
        billed = sum(open_totals[one.reference]) if one.status is BookingStatus.PAID else 0  # for a dearer date
        assert came[one.reference] + billed == worth + fees[one.id], (one.reference, one.status)
        owed = [sum(seat.price for seat in seats[one.id] if seat.status is SeatStatus.ORDERED)]
        if one.status is BookingStatus.PAID:
            continue
        assert open_totals[one.reference] == (owed if one.status is BookingStatus.ORDERED else []), one.status


def not_kept() -> Counter[int]:
    """Yen of each booking that go back for seats to which nobody came."""
    found: Counter[int] = Counter()
    for absence in session.scalars(select(Absence).where(Absence.taken_back_at.is_(None))):
        found[absence.booking_id] += absence.refund
    return found


def seats_follow_their_booking(bookings, seats) -> None:
    """Only an end of the hold where there is a hold, and no seat in a state its booking can't have."""
    for one in bookings:
        allowed, needed = SEATS_OF[one.status]
        states = {seat.status for seat in seats[one.id]}
        assert states <= allowed, (one.reference, one.status, states)
        assert needed is None or needed in states, (one.reference, one.status, states)
        for seat in seats[one.id]:
            assert (seat.hold_until is None) == (seat.status is not SeatStatus.HELD)


def runs_are_not_overfull(runs, seats, *, now: datetime) -> None:
    taken, people = Counter(), Counter()
    for seat in seats:
        if seat.status in LIVE and not (seat.status is SeatStatus.HELD and seat.hold_until <= now):
            taken[seat.run_id] += 1
        if seat.status in LIVE:
            people[seat.run_id, seat.person_id] += seat.person_id is not None  # or nobody is named yet
            assert runs[seat.run_id].status is RunStatus.PUBLISHED, "a live seat in a run that does not take place"
    allowed = allowed_beyond({(seat.run_id, seat.booking_id) for seat in seats if seat.status in LIVE})
    kept = kept_seats(now=now)
    for run_id, run in runs.items():
        assert taken[run_id] + kept[run_id] <= run.capacity + allowed[run_id], run.reference
    assert all(count <= 1 for count in people.values())


def kept_seats(*, now: datetime) -> Counter[int]:
    """Seats of each run that the office keeps for a purpose."""
    kept = Counter()
    for block in session.scalars(select(SeatBlock)):
        kept[block.run_id] += block.seats if block.keeps(now=now) else 0
    return kept


def allowed_beyond(seated) -> Counter[int]:
    """How many seats more than there are somebody has allowed in each run, and answers for by name."""
    allowed = Counter()
    for row in session.scalars(select(Overbooking)):
        assert row.reason
        assert row.allowed_by
        counts = (row.run_id, row.booking_id) in seated if row.booking_id else row.ended_at is None
        allowed[row.run_id] += row.seats if counts else 0
    return allowed


def nobody_is_told_twice() -> None:
    """One event, one mail to whoever booked."""
    told = Counter(
        (mail.kind, mail.subject_reference, mail.created_at)
        for mail in session.scalars(
            select(OutboxMessage).where(OutboxMessage.kind.in_([f"bookings/{kind}" for kind in ONCE]))
        )
    )
    assert [key for key, count in told.items() if count > 1] == []


def nothing_was_left_undone(*, now: datetime) -> None:
    """After the worker: nothing run out is still kept, and no free seat waits for somebody who waits for it."""
    assert not session.scalars(
        select(Booking.id).where(Booking.status == BookingStatus.HELD, Booking.hold_until <= now)
    ).all()
    assert not session.scalars(
        select(Booking.id).where(Booking.status == BookingStatus.ORDERED, Booking.pay_until <= now)
    ).all()
    assert not [
        one.reference
        for one in session.scalars(select(Dispatch).where(Dispatch.state == DispatchState.QUOTED))
        if one.quote.valid_until < day_of(now)
    ], "a quote that has run out still stands"
    for run in session.scalars(select(CourseRun)):
        line = session.scalars(
            select(WaitingParty)
            .where(WaitingParty.run_id == run.id, WaitingParty.state == PartyState.WAITING)
            .order_by(WaitingParty.id)
        ).all()
        if not line:
            continue
        assert run.status is RunStatus.PUBLISHED, "somebody waits for a run that does not take place"
        assert now < run.booking_closes_at, "somebody waits though booking has closed"
        if offer_until(hours=run.course.offer_hours, closes_at=run.booking_closes_at, now=now) is None:
            continue
        taken = session.scalars(select(Seat.id).where(Seat.run_id == run.id, Seat.status.in_(LIVE))).all()
        free = run.capacity - len(taken) - kept_seats(now=now)[run.id]
        assert free <= 0 or not (line[0].wanted <= free or line[0].accepts_part), (free, line[0].wanted)
