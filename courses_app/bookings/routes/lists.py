"""All bookings of the organization, and the papers of one."""

from __future__ import annotations

from datetime import datetime

from flask import Response, abort, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from courses_app.accounts.guards import coordinator, current_organization
from courses_app.bookings import queries
from courses_app.bookings.forms import BookingsFilter
from courses_app.bookings.models import Booking
from courses_app.bookings.routes.blueprint import Answer, own_booking, pages, paper
from courses_app.bookings.rules import BookingStatus, shown_status
from courses_app.foundation import clock
from courses_app.foundation.paging import page_number
from courses_app.foundation.web import see_other

NAMED = 3  # attendees named in a line


@pages.get("/organization/bookings")
@coordinator
def bookings() -> Answer:
    form, now = BookingsFilter(request.args), clock.now()
    number = page_number(request.args.get("page"))
    found = queries.bookings_of(current_organization(), state=form.wanted, number=number, now=now)
    lines = [_line(one, now) for one in found.rows]
    organization = current_organization()
    waiting = queries.parties_of(organization) if number == 1 else []
    drafts = queries.drafts_of(organization) if number == 1 else []
    return render_template(
        "bookings/bookings.html", page=found, form=form, lines=lines, named=NAMED,
        waiting=waiting, places=queries.places_of(waiting), drafts=drafts,
    )  # fmt: skip


def _line(booking: Booking, now: datetime) -> tuple[Booking, BookingStatus, int]:
    """A booking, the state people see, and how many attendees are not named in the line."""
    return booking, shown_status(booking.status, booking.hold_until, now=now), max(0, len(booking.attending) - NAMED)


@pages.get("/bookings/<reference>/invoice.pdf")
@coordinator
def invoice(reference: str) -> Response:
    found = own_booking(reference).invoice or abort(404)
    return paper(found.document)


@pages.get("/bookings/<reference>/receipt.pdf")
@coordinator
def receipt(reference: str) -> Response:
    found = own_booking(reference).invoice or abort(404)
    return paper(found.receipt_document)


@pages.get("/bookings/<reference>/seats/<int:position>/ticket.pdf")
@coordinator
def ticket(reference: str, position: int) -> Response:
    seat = queries.seat_of(own_booking(reference), position) or abort(404)
    return paper(seat.ticket)


@pages.get("/seats/<reference>")
@coordinator
def seat(reference: str) -> BaseResponse:
    """Where the QR code of an admission ticket leads those who booked it."""
    found = queries.seat_of_organization(current_organization(), reference) or abort(404)
    return see_other("bookings.booking", reference=found.booking.reference)
