"""The ways to pay: which are offered, up to which amount, and until when before a run."""

from __future__ import annotations

from flask import abort, current_app, flash, render_template
from flask_babel import gettext as _

from courses_app.accounts.guards import current_actor, staff
from courses_app.bookings.admin_routes.blueprint import Answer, pages
from courses_app.bookings.forms import METHOD_LABELS, WayForm
from courses_app.foundation import clock
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.web import see_other, writes
from courses_app.payments import queries as money
from courses_app.payments.models import PaymentWay
from courses_app.payments.operations import set_way


@pages.get("/office/payments/ways")
@staff
def ways() -> Answer:
    today = clock.today()
    return render_template(
        "bookings/office_ways.html",
        ways=money.ways_on(today),
        coming=money.ways_set(after=today),
        labels=METHOD_LABELS,
        stripe_enabled=current_app.config["SETTINGS"].stripe_enabled,
    )


@pages.get("/office/payments/ways/<method>")
@staff
def way(method: str) -> Answer:
    found = _found(method)
    return _page(found, WayForm.of(found, from_on=clock.today()))


@pages.post("/office/payments/ways/<method>")
@writes
@staff
def change_way(method: str) -> Answer:
    found = _found(method)
    form = WayForm.of(found)
    if not form.validate():
        return _page(found, form), 422
    try:
        _set(found, form)
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(found, form), 409
    flash(_("The way to pay has been set."), "success")
    return see_other("bookings_admin.ways")


def _set(found: PaymentWay, form: WayForm) -> None:
    today = clock.today()
    set_way(
        method=found.method, facts=form.facts(found), from_on=form.from_on.data or today, by=current_actor(),
        now=clock.now(), today=today,
    )  # fmt: skip


def _found(method: str) -> PaymentWay:
    return next((one for one in money.ways_on(clock.today()) if one.method.value == method), None) or abort(404)


def _page(found: PaymentWay, form: WayForm) -> str:
    return render_template("bookings/office_way.html", way=found, form=form, label=METHOD_LABELS[found.method])
