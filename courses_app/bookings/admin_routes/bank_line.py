"""One line of a statement: whose money it is, what it settles; posted, set aside, taken back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, flash, render_template, request
from flask_babel import gettext as _

from courses_app.accounts.guards import current_actor, staff
from courses_app.accounts.models import Organization
from courses_app.bookings.admin_routes.bank import invoices_of
from courses_app.bookings.admin_routes.blueprint import Answer, pages
from courses_app.bookings.forms.bank import LineForm, LineReasonForm, PayerSearch
from courses_app.bookings.imports import bank
from courses_app.foundation import clock
from courses_app.foundation.forms import BaseForm
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.web import see_other, writes
from courses_app.foundation.yen import Yen
from courses_app.payments import queries as money
from courses_app.payments.models import BankLine, Invoice
from courses_app.payments.operations.banking import take_up
from courses_app.payments.queries import banking
from courses_app.payments.rules.banking import told


@pages.get("/office/bank/lines/<reference>")
@staff
def bank_line(reference: str) -> Answer:
    return _page(reference)


def _page(reference: str, form: LineForm | None = None, reason: LineReasonForm | None = None) -> str:
    line = _line(reference)
    search = PayerSearch(request.args)
    organization = _organization(line)
    invoices = _invoices(line, organization)
    if form is None:
        form = LineForm.about(invoices, formdata=None)
        form.fill(line, organization.reference if organization else "")
    return render_template(
        "bookings/office_bank_line.html", line=line, form=form, invoices=invoices, organization=organization, told=told,
        search=search, found=banking.organizations_like(search.q.data or ""), drafted=invoices_of([line]),
        reason=reason or LineReasonForm(formdata=None, version=line.draft.stamp),
        credit=money.credit_of(organization) if organization else 0,
    )  # fmt: skip


def _organization(line: BankLine) -> Organization | None:
    """Whose money it would be: as asked for, else as the draft says."""
    wanted = request.form.get("organization") or request.args.get("organization")
    if wanted:
        return next(iter(one for one in banking.organizations_like(wanted) if one.reference == wanted), None)
    return line.draft.organization


def _invoices(line: BankLine, organization: Organization | None) -> list[Invoice]:
    """What can be settled: all that is open of the organization, and what the draft names (an order given up)."""
    if organization is None:
        return []
    drafted = banking.invoices_named([reference for reference, _yen in line.draft.shares]).values()
    known = {one.id: one for one in (*banking.owed_by(organization), *bank.given_up_by(organization, now=clock.now()))}
    known |= {one.id: one for one in drafted if one.organization_id == organization.id}
    return list(known.values())


@pages.post("/office/bank/lines/<reference>/draft")
@staff
def bank_choose(reference: str) -> Answer:
    line = _line(reference)
    organization = _organization(line) or abort(404)
    invoices = _invoices(line, organization)
    form = LineForm.about(invoices)
    if not form.validate():
        return _page(reference, form), 422
    wanted, seen = bank.Chosen(organization, form.shares(invoices), Yen(form.fee.data or 0)), form.seen_version
    refusal = _deed(lambda: bank.choose(line, wanted, stamp=seen, by=current_actor(), now=clock.now()))
    words = _("The draft is saved. It is not posted yet.")
    return _answered(refusal, form, lambda: _page(reference, form), reference, words)


@pages.post("/office/bank/lines/<reference>/posting")
@staff
def bank_post_line(reference: str) -> Answer:
    line, form = _line(reference), LineReasonForm()
    done = bank.post_lines([(line.reference, form.seen_version)], by=current_actor(), clock=clock.now)
    for _refused, why in done.refused:
        flash(why, "error")
    if done.lines:
        flash(_("The line is posted."), "success")
    return see_other("bookings_admin.bank_line", reference=reference)


@pages.post("/office/bank/lines/<reference>/setting-aside")
@staff
def bank_set_aside(reference: str) -> Answer:
    form = LineReasonForm()
    if not form.validate():
        return _page(reference, reason=form), 422
    line, why, by = _line(reference), form.reason.data or "", current_actor()
    deed = _deed(lambda: bank.set_aside(line, why, stamp=form.seen_version, by=by, now=clock.now()))
    return _answered(deed, form, lambda: _page(reference, reason=form), reference, _("The line is set aside."))


@pages.post("/office/bank/lines/<reference>/taking-up")
@writes
@staff
def bank_take_up(reference: str) -> Answer:
    take_up(line=_line(reference), by=current_actor(), now=clock.now())
    flash(_("The line waits to be matched again."), "success")
    return see_other("bookings_admin.bank_line", reference=reference)


@pages.post("/office/bank/lines/<reference>/taking-back")
@staff
def bank_take_back(reference: str) -> Answer:
    form = LineReasonForm()
    if not form.validate():
        return _page(reference, reason=form), 422
    line, why, by = _line(reference), form.reason.data or "", current_actor()
    deed = _deed(lambda: bank.take_back(line, why, by=by, now=clock.now()))
    words = _("The posting is taken back. The invoices it had settled are open again.")
    return _answered(deed, form, lambda: _page(reference, reason=form), reference, words)


def _deed(work: Callable[[], Any]) -> Refusal | None:
    try:
        work()
    except Refusal as refusal:
        return refusal
    return None


def _answered(refusal: Refusal | None, form: BaseForm, page: Callable[[], str], reference: str, words: str) -> Answer:
    """What was typed with what is wrong, or the line as it stands now."""
    if refusal is not None:
        form.refuse(refusal)
        return page(), refusal.status
    flash(words, "success")
    return see_other("bookings_admin.bank_line", reference=reference)


def _line(reference: str) -> BankLine:
    return banking.bank_line_of(reference) or abort(404)
