"""Stripe's books against ours: when they were last compared, what differs, and the button to do it now."""

from __future__ import annotations

from flask import flash, render_template
from flask_babel import gettext as _

from courses_app.accounts.guards import current_actor, staff
from courses_app.bookings import tasks
from courses_app.bookings.admin_routes.blueprint import Answer, pages
from courses_app.foundation import clock
from courses_app.foundation.web import see_other
from courses_app.payments import queries as money


@pages.get("/office/payments/comparison")
@staff
def comparison() -> Answer:
    return render_template(
        "bookings/office_comparison.html", last=money.last_comparison(), differences=money.differences()
    )


@pages.post("/office/payments/comparison")
@staff
def compare_now() -> Answer:
    """Stripe is asked outside any transaction."""
    found = tasks.compare(clock=clock.now, by=current_actor())
    if found is None:
        flash(_("Stripe could not be reached. Please try again a little later."), "error")
    else:
        flash(_("Compared with Stripe."), "success")
    return see_other("bookings_admin.comparison")
