"""Four eyes: what waits for a second person, what was decided, and from how many yen on it is needed."""

from __future__ import annotations

from flask import abort, flash, render_template, request
from flask_babel import gettext as _

from courses_app.accounts.guards import current_actor, staff
from courses_app.bookings import operations
from courses_app.bookings.admin_routes.blueprint import Answer, pages
from courses_app.bookings.forms import LOOK_LABELS, LimitForm, LookForm
from courses_app.foundation import clock
from courses_app.foundation.doors import refusals_on
from courses_app.foundation.forms import BaseForm
from courses_app.foundation.paging import page_number
from courses_app.foundation.web import see_other, writes
from courses_app.foundation.yen import Yen
from courses_app.payments import operations as payments
from courses_app.payments import queries as money
from courses_app.payments.models import LookKind, SecondLook


@pages.get("/office/payments/looks")
@staff
def looks() -> Answer:
    decided = request.args.get("view") == "decided"
    page = money.looks(page_number(request.args.get("page")), decided=decided)
    return render_template("bookings/office_looks.html", page=page, decided=decided, kinds=LOOK_LABELS)


@pages.get("/office/payments/looks/<reference>")
@staff
def look(reference: str) -> Answer:
    return _look(reference, LookForm(formdata=None))


def _look(reference: str, form: BaseForm) -> str:
    assert isinstance(form, LookForm)
    found = _found(reference)
    form.offer(own=found.asked_by_person_id == current_actor().person_id)
    return render_template("bookings/office_look.html", look=found, form=form, kinds=LOOK_LABELS)


@pages.post("/office/payments/looks/<reference>")
@refusals_on(LookForm, _look)
@writes
@staff
def decide_look(reference: str) -> Answer:
    """Agree, and what was asked for is done; decline with a reason; or withdraw what one asked for oneself."""
    found, form = _found(reference), LookForm()
    if not form.validate():
        return _look(reference, form), 422
    by, now, note = current_actor(), clock.now(), form.note.data or ""
    if form.decision.data == "agree":
        operations.agree(look=found, by=by, now=now, note=note)
        flash(_("Agreed. What was asked for is done, or may be done now."), "success")
    elif form.decision.data == "withdraw":
        payments.withdraw_look(look=found, by=by, now=now)
        flash(_("The request is withdrawn."), "success")
    else:
        payments.decline_look(look=found, by=by, now=now, note=note)
        flash(_("Declined. Nothing was done."), "success")
    return see_other("bookings_admin.looks")


@pages.post("/office/payments/refunds/looks")
@writes
@staff
def ask_look() -> Answer:
    """A high refund is put before a second person; asked again, it waits already."""
    refund = money.refund_of(request.form.get("key", "")) or abort(404)
    operations.ask_to_send(refund=refund, reason=refund.reason, by=current_actor(), now=clock.now())
    flash(_("A second member of staff has been asked to agree. Nothing has been changed yet."), "warning")
    return see_other("bookings_admin.payments", view="refunds")


@pages.get("/office/payments/limits")
@staff
def limits() -> Answer:
    return _limits(LimitForm(formdata=None))


def _limits(form: BaseForm) -> str:
    today = clock.today()
    in_force = [(kind, money.limit_on(kind, today)) for kind in LookKind]
    return render_template(
        "bookings/office_limits.html", form=form, in_force=in_force, limits=money.limits(), kinds=LOOK_LABELS
    )


@pages.post("/office/payments/limits")
@refusals_on(LimitForm, _limits)
@writes
@staff
def set_limit() -> Answer:
    form, today = LimitForm(), clock.today()
    if not form.validate():
        return _limits(form), 422
    amount = Yen(form.amount.data) if form.amount.data else None
    kind, from_on = LookKind(form.kind.data), form.from_on.data or today
    payments.set_limit(kind=kind, amount=amount, from_on=from_on, by=current_actor(), now=clock.now(), today=today)
    flash(_("The limit has been set."), "success")
    return see_other("bookings_admin.limits")


def _found(reference: str) -> SecondLook:
    return money.look_of(reference) or abort(404)
