"""Asking for money: steps are kept, reminders sent once each, invoices left in peace with a reason."""

from __future__ import annotations

from datetime import date, datetime

from courses_app.foundation import audit
from courses_app.foundation.audit import Actor
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import session
from courses_app.foundation.references import new_reference
from courses_app.payments import emails, queries
from courses_app.payments.models import DunningHold, DunningLetter, DunningStep, Invoice
from courses_app.payments.operations.ledger import locked
from courses_app.payments.rules.dunning import NotDunned, StepFacts, check_step


def save_dunning_step(
    step: DunningStep | None, facts: StepFacts, *, by: Actor, now: datetime, code: str = ""
) -> DunningStep:
    """A new step, or another text for one; mails that were sent stay as they were. Raises like `check_step`."""
    check_step(facts)
    if step is None:
        step = DunningStep(code=code or new_reference("T"))
        session.add(step)
    step.name, step.days, step.automatic = facts.name, facts.days, facts.automatic
    step.kinds = [kind.value for kind in facts.kinds]
    step.subject_ja, step.body_ja = facts.subject_ja, facts.body_ja
    step.subject_en, step.body_en = facts.subject_en, facts.body_en
    detail = {"name": facts.name, "days": facts.days, "automatic": facts.automatic}
    audit.record(by=by, now=now, action="dunning_step.saved", subject=("dunning_step", step.code), detail=detail)
    session.flush()
    return step


def end_dunning_step(step: DunningStep, *, by: Actor, now: datetime) -> None:
    """It asks for nothing any more; what it sent stays. Twice does nothing more."""
    session.refresh(step, with_for_update=True)
    if step.ended_at is not None:
        return
    step.ended_at = now
    subject, detail = ("dunning_step", step.code), {"name": step.name}
    audit.record(by=by, now=now, action="dunning_step.ended", subject=subject, detail=detail)
    session.flush()


def send_reminder(*, invoice: Invoice, step: DunningStep, by: Actor, now: datetime) -> DunningLetter:
    """Ask for an invoice at the step that is due for it now, once. Raises NotDunned."""
    invoice, today = locked(invoice), day_of(now)
    due = queries.reminder_of(invoice, today=today)
    if due is None or due.step.id != step.id:
        raise NotDunned(invoice.number or invoice.reference)
    letter = DunningLetter(invoice=invoice, step=step, owed=due.owed, sent_at=now, sent_by_person_id=by.person_id)
    session.add(letter)
    emails.dunning(due, issuer=queries.issuer_on(today), today=today, now=now)
    detail = {"step": step.name, "amount": due.owed}
    audit.record(by=by, now=now, action="dunning.sent", subject=("invoice", invoice.reference), detail=detail)
    session.flush()
    return letter


def stop_reminders(*, invoice: Invoice, reason: str, by: Actor, now: datetime) -> None:
    """Leave an invoice in peace until somebody says otherwise."""
    _hold(invoice, True, reason, "dunning.held", by=by, now=now)


def resume_reminders(*, invoice: Invoice, reason: str, by: Actor, now: datetime) -> None:
    """Ask for it again from the next step on."""
    _hold(invoice, False, reason, "dunning.resumed", by=by, now=now)


def remind_by_itself(invoice_id: int, *, today: date, by: Actor, now: datetime) -> bool:
    """What a step that goes out by itself would send now; whether it did."""
    invoice = locked(session.get_one(Invoice, invoice_id))
    due = queries.reminder_of(invoice, today=today)
    if due is None or not due.step.automatic:
        return False
    send_reminder(invoice=invoice, step=due.step, by=by, now=now)
    return True


def _hold(invoice: Invoice, stopped: bool, reason: str, action: str, *, by: Actor, now: datetime) -> None:
    invoice = locked(invoice)
    if queries.is_stopped(invoice) is stopped:
        return
    session.add(DunningHold(invoice_id=invoice.id, stopped=stopped, reason=reason, at=now, by_person_id=by.person_id))
    audit.record(by=by, now=now, action=action, subject=("invoice", invoice.reference), detail={"reason": reason})
    session.flush()
