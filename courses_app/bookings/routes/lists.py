"""All bookings of the organization."""

from __future__ import annotations

from datetime import datetime

from flask import render_template, request

from courses_app.accounts.guards import coordinator, current_organization
from courses_app.bookings import queries
from courses_app.bookings.forms import BookingsFilter
from courses_app.bookings.models import Booking
from courses_app.bookings.routes.blueprint import Answer, pages
from courses_app.bookings.rules import BookingStatus, shown_status
from courses_app.foundation import clock
from courses_app.foundation.paging import page_number

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
        questions=queries.open_questions_in(organization, now=now) if number == 1 else [],
        waiting=waiting, places=queries.places_of(waiting), drafts=drafts, now=now,
    )  # fmt: skip


def _line(booking: Booking, now: datetime) -> tuple[Booking, BookingStatus]:
    """A booking, and the state people see."""
    return booking, shown_status(booking.status, booking.hold_until, now=now)
