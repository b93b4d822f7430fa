"""Who owes us how much since when, and the account of one organization (得意先元帳)."""

from __future__ import annotations

from datetime import date

from flask import abort, render_template, request
from flask_babel import gettext as _

from courses_app.accounts.guards import staff
from courses_app.accounts.models import Organization
from courses_app.accounts.queries import office
from courses_app.foundation import clock
from courses_app.foundation.paging import page_number
from courses_app.foundation.tables import csv_response
from courses_app.payments import queries
from courses_app.payments.admin_routes.blueprint import Answer, pages
from courses_app.payments.forms.books import AsOfForm, MovementsForm
from courses_app.payments.queries import CustomerAccount, Movement
from courses_app.payments.rules.ageing import Age
from courses_app.payments.rules.kinds import kind_word


@pages.get("/office/ledger")
@staff
def receivables() -> Answer:
    form = AsOfForm.asked(request.args, today=clock.today())
    found = queries.receivables(form.day, form.q.data or "", page_number(request.args.get("page")))
    return render_template("payments/receivables.html", form=form, found=found, page=found.page, ages=list(Age))


@pages.get("/office/ledger.csv")
@staff
def receivables_csv() -> Answer:
    form = AsOfForm.asked(request.args, today=clock.today())
    header = [
        _("As of"), _("Organization reference"), _("Organization"), _("Owed"), *(age.label for age in Age),
        _("Customer credit"),
    ]  # fmt: skip
    rows = (
        [form.day.isoformat(), one.organization.reference, one.organization.name, one.ageing.owed,
         *one.ageing.ages.values(), one.ageing.credit]
        for one in queries.every_debtor(form.day, form.q.data or "")
    )  # fmt: skip
    return csv_response(f"receivables-{form.day:%Y%m%d}.csv", header, rows)


@pages.get("/office/ledger/organizations/<reference>")
@staff
def customer(reference: str) -> Answer:
    organization, (form, from_on, until_on) = _organization(reference), _asked()
    return render_template(
        "payments/customer.html",
        organization=organization,
        form=form,
        until_on=until_on,
        account=queries.customer_account(organization, from_on=from_on, until_on=until_on),
        open_invoices=queries.open_invoices(organization, as_of=until_on),
    )


@pages.get("/office/ledger/organizations/<reference>.csv")
@staff
def customer_csv(reference: str) -> Answer:
    organization, (_form, from_on, until_on) = _organization(reference), _asked()
    account = queries.customer_account(organization, from_on=from_on, until_on=until_on)
    header = [
        _("Posting day"), _("Kind of entry"), _("Invoice"), _("Booking"), _("Debit"), _("Credit side"),
        _("Owed"), _("Customer credit"),
    ]  # fmt: skip
    return csv_response(f"account-{organization.reference}.csv", header, _rows(account))


def _rows(account: CustomerAccount) -> list[list[object]]:
    before: list[object] = ["", _("Brought forward"), "", "", "", "", account.owed_before, account.credit_before]
    return [before, *(_row(one) for one in account.movements)]


def _row(one: Movement) -> list[object]:
    invoice, entry = one.entry.invoice, one.entry
    return [
        one.transaction.booked_on.isoformat(),
        kind_word(one.transaction.kind),
        (invoice.number or invoice.reference) if invoice else "",
        invoice.order_reference if invoice else "",
        entry.debit or "",
        entry.credit or "",
        one.owed,
        one.credit,
    ]


def _asked() -> tuple[MovementsForm, date | None, date]:
    """All until today, unless told otherwise."""
    form = MovementsForm(request.args)
    form.validate()
    return form, form.from_on.data, form.until_on.data or clock.today()


def _organization(reference: str) -> Organization:
    return office.organization_alone(reference) or abort(404)
