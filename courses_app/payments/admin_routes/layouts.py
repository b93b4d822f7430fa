"""Layouts of the journal file: made, changed, removed."""

from __future__ import annotations

from flask import abort, flash, render_template, request
from flask_babel import gettext as _

from courses_app.accounts.guards import current_actor, staff
from courses_app.foundation import clock
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.repeated import added_or_removed
from courses_app.foundation.web import see_other, writes
from courses_app.payments import operations, queries
from courses_app.payments.admin_routes.blueprint import Answer, pages
from courses_app.payments.forms.books import LayoutForm
from courses_app.payments.models import JournalLayout
from courses_app.payments.rules.journal import Column, Layout, Source

# What a new layout begins with.
PLAIN = Layout(
    tuple(
        Column(source.label, source)
        for source in (
            Source.NUMBER, Source.BOOKED_ON, Source.DEBIT_CODE, Source.DEBIT_NAME, Source.DEBIT_TAX_CODE,
            Source.DEBIT_AMOUNT, Source.CREDIT_CODE, Source.CREDIT_NAME, Source.CREDIT_TAX_CODE, Source.CREDIT_AMOUNT,
            Source.SUMMARY,
        )
    )
)  # fmt: skip


@pages.get("/office/ledger/layouts/new")
@staff
def new_layout() -> Answer:
    return _page(LayoutForm.of("", PLAIN, _taxes()), None)


@pages.post("/office/ledger/layouts")
@writes
@staff
def create_layout() -> Answer:
    return _saved(None)


@pages.get("/office/ledger/layouts/<code>")
@staff
def layout(code: str) -> Answer:
    row = _found(code)
    return _page(LayoutForm.of(row.name, row.layout, _taxes()), row)


@pages.post("/office/ledger/layouts/<code>")
@writes
@staff
def change_layout(code: str) -> Answer:
    return _saved(_found(code))


@pages.post("/office/ledger/layouts/<code>/removal")
@writes
@staff
def remove_layout(code: str) -> Answer:
    row = _found(code)
    operations.remove_layout(row, by=current_actor(), now=clock.now())
    flash(_("The layout has been removed."), "success")
    return see_other("payments_admin.journal")


def _saved(row: JournalLayout | None) -> Answer:
    form = LayoutForm()
    if added_or_removed(form.columns, request.form):
        return _page(form, row)
    if not form.validate():
        return _page(form, row), 422
    try:
        kept = operations.save_layout(
            row, name=form.name.data or "", layout=form.wanted(), by=current_actor(), now=clock.now()
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(form, row), refusal.status
    flash(_("The layout has been saved."), "success")
    return see_other("payments_admin.journal", layout=kept.code)


def _page(form: LayoutForm, row: JournalLayout | None) -> str:
    return render_template("payments/layout.html", form=form, row=row)


def _taxes() -> list[str]:
    return sorted({title.tax_code for title in queries.titles().values() if title.tax_code})


def _found(code: str) -> JournalLayout:
    return queries.layout_of(code) or abort(404)
