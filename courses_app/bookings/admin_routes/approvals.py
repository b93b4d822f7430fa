"""The answer of the office to a request: yes, or no with a reason."""

from __future__ import annotations

from flask import flash
from flask_babel import gettext as _

from courses_app.accounts.guards import current_actor, staff
from courses_app.bookings import operations
from courses_app.bookings.admin_routes.blueprint import Answer, any_booking, pages
from courses_app.bookings.admin_routes.bookings import booking_page
from courses_app.bookings.forms import ReasonForm
from courses_app.foundation import clock
from courses_app.foundation.doors import refusals_on
from courses_app.foundation.web import see_other, writes


@pages.post("/office/bookings/<reference>/approval")
@writes
@staff
def approve(reference: str) -> Answer:
    operations.approve(booking=any_booking(reference), by=current_actor(), now=clock.now())
    flash(_("The request has been approved, and who sent it is told by e-mail."), "success")
    return see_other("bookings_admin.booking", reference=reference)


@pages.post("/office/bookings/<reference>/refusal")
@refusals_on(ReasonForm, booking_page)
@writes
@staff
def decline(reference: str) -> Answer:
    form = ReasonForm()
    if not form.validate():
        return booking_page(reference, form), 422
    operations.decline(
        booking=any_booking(reference), reason=form.reason.data or "", by=current_actor(), now=clock.now()
    )
    flash(_("The request has been declined, and who sent it is told by e-mail."), "success")
    return see_other("bookings_admin.booking", reference=reference)
