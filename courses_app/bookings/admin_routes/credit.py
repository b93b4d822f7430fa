"""How an organization stands with us: what it owes, what we hold of it, by which names it pays."""

from __future__ import annotations

from flask import abort, flash, render_template, request
from flask_babel import gettext as _

from courses_app.accounts.guards import current_actor, staff
from courses_app.accounts.models import Organization
from courses_app.accounts.queries import office
from courses_app.bookings import operations
from courses_app.bookings.admin_routes.blueprint import Answer, pages
from courses_app.bookings.forms.bank import CreditBackForm, UseCreditForm
from courses_app.foundation import clock
from courses_app.foundation.doors import refusals_on
from courses_app.foundation.forms import BaseForm
from courses_app.foundation.references import new_token
from courses_app.foundation.web import see_other, writes
from courses_app.foundation.yen import Yen
from courses_app.payments import queries as money
from courses_app.payments.operations import banking as deeds
from courses_app.payments.queries import banking


@pages.get("/office/organizations/<reference>/account")
@staff
def account(reference: str) -> Answer:
    return _page(reference)


def _page(reference: str, form: BaseForm | None = None) -> str:
    organization, today = _organization(reference), clock.today()
    credit = money.credit_of(organization)
    fresh = {"formdata": None, "form_token": new_token()}
    use = form if isinstance(form, UseCreditForm) else UseCreditForm(**fresh)
    back = form if isinstance(form, CreditBackForm) else CreditBackForm(**fresh, amount=credit)
    payments = banking.payments_by(organization)
    return render_template(
        "bookings/office_account.html", organization=organization, today=today, credit=credit, use=use, back=back,
        form=form, debt=banking.debt_of(organization), overdue=banking.debt_of(organization, before=today),
        invoices=banking.owed_by(organization), payments=payments,
        left={one.id: money.unallocated(one) for one in payments}, names=banking.payer_names_of(organization),
    )  # fmt: skip


@pages.post("/office/organizations/<reference>/account/uses")
@refusals_on(UseCreditForm, _page)
@writes
@staff
def use_credit(reference: str) -> Answer:
    form, organization = UseCreditForm(), _organization(reference)
    if not form.validate():
        return _page(reference, form), 422
    invoice = next((one for one in banking.owed_by(organization) if one.reference == form.invoice.data), None)
    operations.use_credit(
        organization=organization, invoice=invoice or abort(404), amount=Yen(form.amount.data or 0),
        key=f"credit:{form.form_token.data or new_token()}", by=current_actor(), now=clock.now(),
    )  # fmt: skip
    flash(_("The credit is used for the invoice."), "success")
    return see_other("bookings_admin.account", reference=reference)


@pages.post("/office/organizations/<reference>/account/refunds")
@refusals_on(CreditBackForm, _page)
@writes
@staff
def pay_credit_back(reference: str) -> Answer:
    form, organization = CreditBackForm(), _organization(reference)
    if not form.validate():
        return _page(reference, form), 422
    operations.pay_credit_back(
        organization=organization, amount=Yen(form.amount.data or 0), reason=form.reason.data or "",
        key=f"credit-back:{form.form_token.data or new_token()}", by=current_actor(), now=clock.now(),
    )  # fmt: skip
    flash(_("The refund is noted: it waits under “Refunds to send”."), "success")
    return see_other("bookings_admin.account", reference=reference)


@pages.post("/office/organizations/<reference>/account/names")
@writes
@staff
def forget_payer_name(reference: str) -> Answer:
    names = banking.payer_names_of(_organization(reference))
    name = next((one for one in names if one.folded == request.form.get("name")), None) or abort(404)
    deeds.forget_name(name=name, by=current_actor(), now=clock.now())
    flash(_("The name is forgotten: transfers under it are no longer matched to the organization."), "success")
    return see_other("bookings_admin.account", reference=reference)


def _organization(reference: str) -> Organization:
    return office.organization(reference) or abort(404)
