"""Closing the books until a day: looked at first, then done; never undone."""

from __future__ import annotations

from datetime import timedelta

from flask import flash, render_template, request
from flask_babel import gettext as _

from courses_app.accounts.guards import current_actor, staff
from courses_app.foundation import clock
from courses_app.foundation.doors import refusals_on
from courses_app.foundation.paging import page_number
from courses_app.foundation.templating import day
from courses_app.foundation.web import see_other, writes
from courses_app.payments import operations, queries
from courses_app.payments.admin_routes.blueprint import Answer, pages
from courses_app.payments.forms.books import CloseFilter, CloseForm
from courses_app.payments.rules.books import CloseKind

A_DAY = timedelta(days=1)


def _page(form: CloseForm) -> str:
    wanted = CloseFilter.asked(request.args or request.form, today=clock.today())
    closed, until_on = queries.closed_until(), wanted.until_on.data
    from_on = closed + A_DAY if closed else None
    return render_template(
        "payments/closes.html",
        form=form,
        wanted=wanted,
        closed_until=closed,
        from_on=from_on,
        sums=queries.account_sums(from_on=from_on, until_on=until_on),
        titles=queries.titles(),
        page=queries.closes(page_number(request.args.get("page"))),
    )


@pages.get("/office/ledger/closes")
@staff
def closes() -> Answer:
    wanted = CloseFilter.asked(request.args, today=clock.today())
    return _page(CloseForm(formdata=None, kind=wanted.kind.data, until_on=wanted.until_on.data))


@pages.post("/office/ledger/closes")
@refusals_on(CloseForm, _page)
@writes
@staff
def close_books() -> Answer:
    form = CloseForm()
    if not form.validate():
        return _page(form), 422
    kind, until_on = CloseKind(form.kind.data or ""), form.until_on.data or clock.today()
    operations.close_books(kind=kind, until_on=until_on, by=current_actor(), now=clock.now())
    flash(_("The books are closed until %(day)s.", day=day(until_on)), "success")
    return see_other("payments_admin.closes")
