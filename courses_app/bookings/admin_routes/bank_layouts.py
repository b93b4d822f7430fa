"""How the CSV of a bank is read, and which missing yen we bear: what staff save about our bank."""

from __future__ import annotations

from flask import abort, flash, render_template
from flask_babel import gettext as _

from courses_app.accounts.guards import current_actor, staff
from courses_app.bookings.admin_routes.blueprint import Answer, pages
from courses_app.bookings.forms.bank import ENCODINGS, FeesForm, LayoutForm
from courses_app.foundation import clock
from courses_app.foundation.doors import refusals_on
from courses_app.foundation.forms import BaseForm
from courses_app.foundation.web import see_other, writes
from courses_app.foundation.yen import Yen
from courses_app.payments.models import BankLayout
from courses_app.payments.operations import banking as deeds
from courses_app.payments.queries import banking


@pages.get("/office/bank/layouts")
@staff
def bank_layouts() -> Answer:
    return _list(FeesForm(formdata=None))


def _list(form: BaseForm) -> str:
    return render_template(
        "bookings/office_bank_layouts.html", layouts=banking.layouts(), allowances=banking.fee_allowances(), form=form,
        encodings=ENCODINGS, today=clock.today(),
    )  # fmt: skip


@pages.get("/office/bank/layouts/new")
@staff
def bank_new_layout() -> Answer:
    return _new(LayoutForm(formdata=None))


def _new(form: BaseForm) -> str:
    return render_template("bookings/office_bank_layout.html", layout=None, form=form)


@pages.post("/office/bank/layouts/new")
@refusals_on(LayoutForm, _new)
@writes
@staff
def bank_create_layout() -> Answer:
    form = LayoutForm()
    if not form.validate():
        return _new(form), 422
    deeds.create_layout(facts=form.facts(), by=current_actor(), now=clock.now())
    flash(_("The layout is saved: choose it when you take in a statement."), "success")
    return see_other("bookings_admin.bank_layouts")


@pages.get("/office/bank/layouts/<reference>")
@staff
def bank_layout(reference: str) -> Answer:
    return _edit(reference, LayoutForm.of(_layout(reference)))


def _edit(reference: str, form: BaseForm) -> str:
    return render_template("bookings/office_bank_layout.html", layout=_layout(reference), form=form)


@pages.post("/office/bank/layouts/<reference>")
@refusals_on(LayoutForm, _edit)
@writes
@staff
def bank_change_layout(reference: str) -> Answer:
    form, layout = LayoutForm(), _layout(reference)
    if not form.validate():
        return _edit(reference, form), 422
    facts, version = form.facts(), form.seen_version
    deeds.change_layout(layout=layout, facts=facts, version=version, by=current_actor(), now=clock.now())
    flash(_("The layout is saved. Files that were taken in stay as they were read."), "success")
    return see_other("bookings_admin.bank_layouts")


@pages.post("/office/bank/layouts/<reference>/retirement")
@writes
@staff
def bank_retire_layout(reference: str) -> Answer:
    deeds.retire_layout(layout=_layout(reference), by=current_actor(), now=clock.now())
    flash(_("The layout is no longer offered."), "success")
    return see_other("bookings_admin.bank_layouts")


def _fees_page(form: BaseForm) -> str:
    return _list(form)


@pages.post("/office/bank/fees")
@refusals_on(FeesForm, _fees_page)
@writes
@staff
def bank_add_fees() -> Answer:
    form = FeesForm()
    if not form.validate():
        return _list(form), 422
    deeds.add_fee_allowance(
        from_on=form.from_on.data or clock.today(), usual=form.fees, tolerance=Yen(form.tolerance.data or 0),
        by=current_actor(), now=clock.now(),
    )  # fmt: skip
    flash(_("The rule is saved. It holds for drafts made from now on."), "success")
    return see_other("bookings_admin.bank_layouts")


def _layout(reference: str) -> BankLayout:
    return banking.layout_of(reference) or abort(404)
