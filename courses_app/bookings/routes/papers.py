"""The papers of a booking, for its organization and the staff; and a seat, where the QR code of its ticket leads."""

from __future__ import annotations

from flask import Response, abort, render_template
from werkzeug.wrappers import Response as BaseResponse

from courses_app.accounts.guards import current_account, membership_of, signed_in
from courses_app.bookings import queries
from courses_app.bookings.models import Booking, Seat
from courses_app.bookings.routes.blueprint import Answer, own_booking, pages
from courses_app.bookings.rules import SeatStatus
from courses_app.foundation.web import paper, see_other
from courses_app.payments.models import Invoice


@pages.get("/bookings/<reference>/invoice.pdf")
@signed_in
def invoice(reference: str) -> Response:
    found = any_or_own(reference).invoice or abort(404)
    return paper(found.document)


@pages.get("/bookings/<reference>/receipt.pdf")
@signed_in
def receipt(reference: str) -> Response:
    found = any_or_own(reference).invoice or abort(404)
    return paper(found.receipt_document)


@pages.get("/bookings/<reference>/additions/<invoice>/invoice.pdf")
@signed_in
def additional_invoice(reference: str, invoice: str) -> Response:
    return paper(_addition(reference, invoice).document)


@pages.get("/bookings/<reference>/additions/<invoice>/receipt.pdf")
@signed_in
def additional_receipt(reference: str, invoice: str) -> Response:
    return paper(_addition(reference, invoice).receipt_document)


@pages.get("/bookings/<reference>/seats/<int:position>/ticket.pdf")
@signed_in
def ticket(reference: str, position: int) -> Response:
    seat = queries.seat_of(any_or_own(reference), position) or abort(404)
    return paper(seat.ticket)


@pages.get("/seats/<reference>")
@signed_in
def seat(reference: str) -> Answer:
    """Where the QR code of an admission ticket leads: each to their own page of it; for others it isn't there."""
    found = queries.seat_by_reference(reference) or abort(404)
    elsewhere = _page_of(found)
    if elsewhere is not None:
        return elsewhere
    return render_template("bookings/seat.html", seat=_own(found), run=found.run)


@pages.get("/seats/<reference>/ticket.pdf")
@signed_in
def own_ticket(reference: str) -> Response:
    """The attendee's own ticket, as long as the seat is theirs."""
    found = _own(queries.seat_by_reference(reference) or abort(404))
    return paper(found.ticket if found.status is SeatStatus.CONFIRMED else None)


def _addition(reference: str, invoice: str) -> Invoice:
    """An additional invoice of a booking, by its own reference."""
    added = any_or_own(reference).supplements
    return next((one.invoice for one in added if one.invoice.reference == invoice), None) or abort(404)


def any_or_own(reference: str) -> Booking:
    """Any booking for the staff; for others their organization's."""
    if current_account().has_role("staff"):
        return queries.booking_for_office(reference) or abort(404)
    return own_booking(reference)


def _page_of(found: Seat) -> BaseResponse | None:
    """The office's booking, the row of the roster, the organization's booking; None where none of them is theirs."""
    account = current_account()
    membership = membership_of(account)
    if account.has_role("staff"):
        return see_other("bookings_admin.booking", reference=found.booking.reference)
    if account.has_role("instructor") and _teaches(account.person_id, found):
        return see_other("rosters.roster", reference=found.run.reference, _anchor=f"entry-{found.reference}")
    if membership is not None and membership.organization_id == found.booking.organization_id:
        return see_other("bookings.booking", reference=found.booking.reference)
    return None


def _teaches(person_id: int | None, found: Seat) -> bool:
    return person_id is not None and any(meeting.instructor_id == person_id for meeting in found.run.meetings)


def _own(found: Seat) -> Seat:
    return found if found.person_id == current_account().person_id else abort(404)
