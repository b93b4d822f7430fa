"""Asking for money: what would go out today, sent on a press; the steps and their texts; invoices left in peace."""

from __future__ import annotations

from flask import abort, flash, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext

from courses_app.accounts.guards import current_actor, staff
from courses_app.foundation import clock
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.web import see_other, writes
from courses_app.payments import emails, operations, queries
from courses_app.payments.admin_routes.blueprint import Answer, pages
from courses_app.payments.forms.dunning import ReasonForm, StepForm
from courses_app.payments.models import DunningStep, Invoice
from courses_app.payments.rules.dunning import NotDunned, Placeholder


@pages.get("/office/ledger/reminders")
@staff
def reminders() -> Answer:
    return render_template(
        "payments/reminders.html",
        due=queries.reminders_due(today=clock.today()),
        stopped=queries.stopped_invoices(),
        steps=queries.dunning_steps(),
    )


@pages.post("/office/ledger/reminders")
@writes
@staff
def send_reminders() -> Answer:
    """Each chosen invoice at the step that was shown; what changed meanwhile is left out and named."""
    sent, passed = 0, []
    for chosen in request.form.getlist("reminder"):
        reference, _colon, code = chosen.partition(":")
        try:
            _send(reference, code)
            sent += 1
        except NotDunned as refusal:
            passed.append(str(refusal))
    for words in passed:
        flash(words, "warning")
    told = ngettext("%(num)d reminder leaves shortly.", "%(num)d reminders leave shortly.", sent)
    flash(told if sent else _("Nothing was chosen, so nothing was sent."), "success" if sent else "warning")
    return see_other("payments_admin.reminders")


def _send(reference: str, code: str) -> None:
    invoice, step = queries.invoice_of(reference) or abort(404), queries.dunning_step_of(code) or abort(404)
    operations.send_reminder(invoice=invoice, step=step, by=current_actor(), now=clock.now())


@pages.get("/office/ledger/reminders/invoices/<reference>")
@staff
def reminder(reference: str) -> Answer:
    return _invoice_page(_invoice(reference), ReasonForm(formdata=None))


@pages.post("/office/ledger/reminders/invoices/<reference>/stop")
@writes
@staff
def stop_reminders(reference: str) -> Answer:
    invoice, form = _invoice(reference), ReasonForm()
    if not form.validate():
        return _invoice_page(invoice, form), 422
    operations.stop_reminders(invoice=invoice, reason=form.reason.data or "", by=current_actor(), now=clock.now())
    flash(_("No reminders are sent for this invoice any more."), "success")
    return see_other("payments_admin.reminder", reference=reference)


@pages.post("/office/ledger/reminders/invoices/<reference>/resumption")
@writes
@staff
def resume_reminders(reference: str) -> Answer:
    invoice, form = _invoice(reference), ReasonForm()
    if not form.validate():
        return _invoice_page(invoice, form), 422
    operations.resume_reminders(invoice=invoice, reason=form.reason.data or "", by=current_actor(), now=clock.now())
    flash(_("Reminders may be sent for this invoice again."), "success")
    return see_other("payments_admin.reminder", reference=reference)


def _invoice_page(invoice: Invoice, form: ReasonForm) -> str:
    today = clock.today()
    due = queries.reminder_of(invoice, today=today)
    return render_template(
        "payments/reminder.html",
        invoice=invoice,
        form=form,
        due=due,
        words=emails.dunning_words(due, issuer=queries.issuer_on(today)) if due else None,
        letters=queries.letters_of(invoice),
        holds=queries.holds_of(invoice),
        stopped=queries.is_stopped(invoice),
    )


@pages.get("/office/ledger/reminders/steps/new")
@staff
def new_dunning_step() -> Answer:
    return _step_page(StepForm.of(None), None)


@pages.post("/office/ledger/reminders/steps")
@writes
@staff
def create_dunning_step() -> Answer:
    return _saved(None)


@pages.get("/office/ledger/reminders/steps/<code>")
@staff
def dunning_step(code: str) -> Answer:
    step = _step(code)
    return _step_page(StepForm.of(step.facts), step)


@pages.post("/office/ledger/reminders/steps/<code>")
@writes
@staff
def change_dunning_step(code: str) -> Answer:
    return _saved(_step(code))


@pages.post("/office/ledger/reminders/steps/<code>/end")
@writes
@staff
def end_dunning_step(code: str) -> Answer:
    operations.end_dunning_step(_step(code), by=current_actor(), now=clock.now())
    flash(_("The step asks for nothing any more. What it sent is kept."), "success")
    return see_other("payments_admin.reminders")


def _saved(step: DunningStep | None) -> Answer:
    form = StepForm()
    if not form.validate():
        return _step_page(form, step), 422
    try:
        operations.save_dunning_step(step, form.facts(), by=current_actor(), now=clock.now())
    except Refusal as refusal:
        form.refuse(refusal)
        return _step_page(form, step), refusal.status
    flash(_("The step has been saved."), "success")
    return see_other("payments_admin.reminders")


def _step_page(form: StepForm, step: DunningStep | None) -> str:
    placeholders = [(f"{{{one.value}}}", one.label) for one in Placeholder]
    return render_template("payments/dunning_step.html", form=form, step=step, placeholders=placeholders)


def _invoice(reference: str) -> Invoice:
    return queries.invoice_of(reference) or abort(404)


def _step(code: str) -> DunningStep:
    return queries.dunning_step_of(code) or abort(404)
