"""What calling a run off would mean, counted before it is done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import func, select

from courses_app.accounts.models import Organization, Person
from courses_app.bookings.models import STILL_WAITING, Booking, BookingStatus, Seat, SeatStatus, WaitingParty
from courses_app.bookings.queries.seats import live
from courses_app.bookings.queries.supplements import refund_plan, unpaid_of
from courses_app.catalogue.models import CourseRun
from courses_app.foundation.db import session
from courses_app.foundation.references import digest
from courses_app.foundation.yen import Yen, total
from courses_app.payments.models import Allocation, Payment, Provider

# By whom the money of a booking came; of several payments the first stands for all.
FIRST_PAYMENT = (
    select(Payment.provider)
    .join(Payment.allocations)
    .where(Allocation.invoice_id == Booking.invoice_id)
    .order_by(Payment.id)
    .limit(1)
    .correlate(Booking)
    .scalar_subquery()
)


@dataclass(frozen=True)
class Consequences:
    """Whom and how much calling a run off concerns.

    Live seats, their bookings, and how many of these are unpaid orders; what goes back by each way it came; how many
    parties wait, for how many seats; how many mails leave at once: to who booked, to attendees, to who waits.
    """

    seats: int
    bookings: int
    unpaid: int
    refunds: dict[Provider, Yen]
    parties: int
    seats_waited_for: int
    mails_to_attendees: int

    @property
    def refund(self) -> Yen:
        return total(self.refunds.values())

    @property
    def mails(self) -> int:
        return self.bookings + self.mails_to_attendees + self.parties

    @property
    def fingerprint(self) -> str:
        """These figures and no others: what staff agree to."""
        return digest(repr(self))


def consequences_of(run: CourseRun, *, now: datetime) -> Consequences:
    """Three statements. A confirmed seat is a paid one, at its price (INV-8)."""
    theirs = func.coalesce(Person.email, Organization.contact_email)
    seats, bookings, unpaid, to_attendees = session.execute(
        select(
            func.count(),
            func.count(Booking.id.distinct()),
            func.count(Booking.id.distinct()).filter(Booking.status == BookingStatus.ORDERED),
            func.count().filter(Seat.email != "", Seat.email != theirs),
        )
        .select_from(Seat)
        .join(Seat.booking)
        .join(Booking.organization)
        .join(Booking.booked_by)
        .where(Seat.run_id == run.id, live(now=now))
    ).one()
    parties, wanted = session.execute(
        select(func.count(), func.coalesce(func.sum(WaitingParty.wanted), 0)).where(
            WaitingParty.run_id == run.id, STILL_WAITING
        )
    ).one()
    return Consequences(seats, bookings, unpaid, _refunds(run), parties, int(wanted), to_attendees)


def _refunds(run: CourseRun) -> dict[Provider, Yen]:
    """What the paid seats cost, by the way the money came; without what was billed in addition and not paid."""
    seats = (
        select(FIRST_PAYMENT.label("provider"), Seat.price.label("price"))
        .select_from(Seat)
        .join(Seat.booking)
        .where(Seat.run_id == run.id, Seat.status == SeatStatus.CONFIRMED, ~Booking.supplements.any())
        .subquery()
    )
    rows = session.execute(select(seats.c.provider, func.sum(seats.c.price)).group_by(seats.c.provider))
    found = {Provider(provider): Yen(int(amount)) for provider, amount in rows if provider}
    for provider, part in _refunds_of_billed_twice(run):
        found[provider] = Yen(found.get(provider, 0) + part)
    return dict(sorted(found.items()))


def _refunds_of_billed_twice(run: CourseRun) -> Iterator[tuple[Provider, Yen]]:
    """The same for bookings with additional invoices, one by one: they are few."""
    seats = select(Seat).join(Seat.booking).where(Seat.run_id == run.id, Seat.status == SeatStatus.CONFIRMED)
    moved = session.scalars(seats.where(Booking.supplements.any()).order_by(Seat.booking_id)).all()
    for booking, its in groupby(moved, key=lambda seat: seat.booking):
        back = total(Yen(max(seat.price - unpaid_of(seat), 0)) for seat in its)
        yield from ((invoice.payments[0].provider, part) for invoice, part in refund_plan(booking, back))
