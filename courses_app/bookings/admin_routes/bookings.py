"""All bookings, and one of them: what happened, and cancelling it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from flask import flash, render_template, request
from flask_babel import gettext as _

from courses_app.accounts.guards import current_actor, staff
from courses_app.bookings import documents, operations, queries
from courses_app.bookings.admin_routes.blueprint import Answer, any_booking, pages
from courses_app.bookings.forms import METHOD_LABELS, STATE_LABELS, OfficeBookingsFilter, ReasonForm
from courses_app.bookings.models import Booking, Seat
from courses_app.bookings.rules import BOOKING, BookingMove, BookingStatus, Possible, shown_status, what_is_possible
from courses_app.foundation import clock
from courses_app.foundation.clock import JST
from courses_app.foundation.doors import refusals_on
from courses_app.foundation.forms import BaseForm
from courses_app.foundation.paging import page_number
from courses_app.foundation.tables import csv_response
from courses_app.foundation.templating import local
from courses_app.foundation.web import see_other, writes
from courses_app.foundation.yen import Yen, total
from courses_app.payments.queries import papers_of_order


@pages.get("/office/bookings")
@staff
def bookings() -> Answer:
    form, now = OfficeBookingsFilter(request.args), clock.now()
    page = queries.office_page(_wanted(form), number=page_number(request.args.get("page")), now=now)
    lines = [(one, _state(one, now)) for one in page.rows]
    return render_template("bookings/office_bookings.html", form=form, page=page, lines=lines)


@pages.get("/office/bookings.csv")
@staff
def bookings_csv() -> Answer:
    now = clock.now()
    header = [
        _("Booking"), _("State"), _("Course"), _("Course run"), _("Starts"), _("Organization"), _("Booked by"),
        _("Attendees"), _("Total"), _("Method of payment"), _("Ordered"), _("Paid"),
    ]  # fmt: skip
    rows = _cells(queries.office_rows(_wanted(OfficeBookingsFilter(request.args)), now=now), now)
    return csv_response("bookings.csv", header, rows)


@pages.get("/office/bookings/<reference>")
@staff
def booking(reference: str) -> Answer:
    return booking_page(reference, ReasonForm(formdata=None))


def booking_page(reference: str, form: BaseForm) -> str:
    """One booking with everything about it; `form` asks why it is cancelled or declined."""
    found, now = any_booking(reference), clock.now()
    queries.read_supplements(found)
    invoices = queries.invoices_of(found)
    refunds = [refund for one in invoices for refund in one.refunds]
    return render_template(
        "bookings/office_booking.html",
        booking=found,
        state=_state(found, now),
        form=form,
        trail=queries.trail_of(found),
        payments=[payment for one in invoices for payment in one.payments],
        papers=papers_of_order(found.reference),
        refunds=refunds,
        refund=_refund(found),
        can_cancel=_can_cancel(found, now),
        fees=found.fees,
        missed=queries.absences_of(found, now=now),
        fee_names={seat.id: seat.full_name or _("Seat without a name") for seat in found.seats},
        nameable=_nameable(found, now),
        theirs=_possible(found, now, office=False),
        ours=_possible(found, now, office=True),
    )


def _refund(found: Booking) -> Yen:
    """What would go back in money, were all of it cancelled by us."""
    if found.status is not BookingStatus.PAID:
        return Yen(0)
    open_ones = {one.seat_id: one.invoice.total for one in queries.open_supplements(found)}
    return total(Yen(max(seat.price - open_ones.get(seat.id, 0), 0)) for seat in found.live_seats)


def _possible(found: Booking, now: datetime, *, office: bool) -> dict[int, Possible]:
    """By run: each has its own days."""
    order = found.standing
    return {run.id: what_is_possible(order, starts_at=run.starts_at, now=now, office=office) for run in found.runs}


def _nameable(found: Booking, now: datetime) -> list[Seat]:
    """The seats without a name that the office may still name."""
    waiting = queries.waiting_in(found)
    return [seat for one in waiting if not one.against(now=now, office=True) for seat in one.seats]


def _can_cancel(found: Booking, now: datetime) -> bool:
    begun = found.status is BookingStatus.PAID and found.first_run.starts_at <= now
    asked = found.status is BookingStatus.REQUESTED  # declined, not cancelled
    return BOOKING.allows(_state(found, now), BookingMove.CANCEL) and not begun and not asked


@pages.post("/office/bookings/<reference>/cancellation")
@refusals_on(ReasonForm, booking_page)
@writes
@staff
def cancel(reference: str) -> Answer:
    form = ReasonForm()
    if not form.validate():
        return booking_page(reference, form), 422
    operations.cancel_by_office(
        booking=any_booking(reference), reason=form.reason.data or "", by=current_actor(), now=clock.now()
    )
    flash(_("The booking has been cancelled, and who booked is told by e-mail."), "success")
    return see_other("bookings_admin.booking", reference=reference)


def _wanted(form: OfficeBookingsFilter) -> queries.Wanted:
    return queries.Wanted(
        state=form.wanted,
        run=(form.run.data or "").upper(),
        organization=(form.organization.data or "").upper(),
        words=form.q.data or "",
    )


def _state(found: Booking, now: datetime) -> BookingStatus:
    return shown_status(found.status, found.hold_until, now=now)


def _cells(found: Iterator[Booking], now: datetime) -> Iterator[list[object]]:
    for one in found:
        yield [
            one.reference, STATE_LABELS[_state(one, now)], local(one.course, "name"),
            "、".join(run.reference for run in one.runs),
            "、".join(filter(None, (_written(run.starts_at) for run in one.runs))),
            one.organization.name, one.booked_by.full_name,
            documents.listed(one.attending), one.total,
            METHOD_LABELS[one.payment_method] if one.payment_method else None,
            _written(one.ordered_at), _written(one.paid_at),
        ]  # fmt: skip


def _written(at: datetime | None) -> str | None:
    return at.astimezone(JST).strftime("%Y-%m-%d %H:%M") if at else None
