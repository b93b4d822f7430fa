"""INV-17: what must hold for every waiting list, each one question to the database."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import exists, func, not_, select
from sqlalchemy.orm import aliased

from courses_app.bookings.models import Booking, BookingStatus, WaitingAttendee, WaitingParty
from courses_app.bookings.rules import PartyState
from courses_app.foundation.audit import AuditEntry
from courses_app.foundation.db import session
from courses_app.foundation.outbox.messages import OutboxMessage


def line_broken() -> Iterator[str]:
    """A line for each party that was passed in silence, offered to nobody, or served with nothing."""
    yield from _passed_in_silence()
    yield from _offers_without_party()
    yield from _parties_without_booking()
    yield from _counted_wrongly()
    yield from _moves_without_audit()
    yield from _offers_not_told()


def _passed_in_silence() -> Iterator[str]:
    """Nobody who came earlier still waits without a reason while somebody behind has got an offer."""
    served = aliased(WaitingParty)
    offer = exists().where(Booking.waiting_party_id == served.id)
    query = select(WaitingParty.reference).where(
        WaitingParty.state == PartyState.WAITING,
        WaitingParty.skipped_reason == "",
        exists().where(served.run_id == WaitingParty.run_id, served.id > WaitingParty.id, offer),
    )
    for reference in session.scalars(query):
        yield f"waiting party {reference} was passed without a reason"


def _offers_without_party() -> Iterator[str]:
    """An offer is for people of its party, and of its party's organization."""
    theirs = exists().where(
        WaitingAttendee.booking_id == Booking.id, WaitingAttendee.party_id == Booking.waiting_party_id
    )
    same = exists().where(
        WaitingParty.id == Booking.waiting_party_id, WaitingParty.organization_id == Booking.organization_id
    )
    query = select(Booking.reference).where(Booking.waiting_party_id.is_not(None), not_(theirs & same))
    for reference in session.scalars(query):
        yield f"the offer {reference} belongs to nobody of its waiting party"


def _parties_without_booking() -> Iterator[str]:
    """Who was offered seats has them: an offered party an open booking, a served one an ordered booking."""
    for state, wanted in (
        (PartyState.OFFERED, (BookingStatus.HELD,)),
        (PartyState.SERVED, tuple(one for one in BookingStatus if one is not BookingStatus.HELD)),
    ):
        fitting = (
            exists()
            .where(WaitingAttendee.party_id == WaitingParty.id)
            .where(Booking.id == WaitingAttendee.booking_id, Booking.status.in_(wanted))
        )
        query = select(WaitingParty.reference).where(WaitingParty.state == state, not_(fitting))
        for reference in session.scalars(query):
            yield f"waiting party {reference} is {state.value} without a booking"


def _counted_wrongly() -> Iterator[str]:
    """A party wants as many seats as it has people without a booking."""
    without = (
        select(func.count())
        .where(WaitingAttendee.party_id == WaitingParty.id, WaitingAttendee.booking_id.is_(None))
        .correlate(WaitingParty)
        .scalar_subquery()
    )
    for reference in session.scalars(select(WaitingParty.reference).where(WaitingParty.wanted != without)):
        yield f"waiting party {reference} wants another number of seats than it has people without one"


def _moves_without_audit() -> Iterator[str]:
    """The last move in the audit trail leads to the state the party is in (INV-13)."""
    last = (
        select(func.max(AuditEntry.id))
        .where(AuditEntry.subject_kind == "waiting", AuditEntry.subject_reference == WaitingParty.reference)
        .correlate(WaitingParty)
        .scalar_subquery()
    )
    query = (
        select(WaitingParty.reference)
        .outerjoin(AuditEntry, AuditEntry.id == last)
        .where(func.coalesce(AuditEntry.after, "") != WaitingParty.state)
    )
    for reference in session.scalars(query):
        yield f"the audit trail of waiting party {reference} does not tell its state"


def _offers_not_told() -> Iterator[str]:
    """Every offer was told by a mail of its transaction (INV-14)."""
    told = exists().where(
        OutboxMessage.dedupe_key == "waiting:" + WaitingParty.reference + ":offered:" + Booking.reference
    )
    query = select(Booking.reference).join(WaitingParty, WaitingParty.id == Booking.waiting_party_id).where(not_(told))
    for reference in session.scalars(query):
        yield f"no mail is owed for the offer {reference}"
