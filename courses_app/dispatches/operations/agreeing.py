"""A quote is accepted: one invoice, and a private run of the organization whose seats cost nothing."""

from __future__ import annotations

from datetime import datetime

from courses_app.catalogue import operations as catalogue
from courses_app.catalogue.rules import RunStatus
from courses_app.dispatches import emails
from courses_app.dispatches.models import Dispatch
from courses_app.dispatches.operations.bills import bill_of, end_bill
from courses_app.dispatches.operations.moves import locked, move, note
from courses_app.dispatches.operations.runs import run_of
from courses_app.dispatches.rules import DispatchMove, DispatchState, NothingQuoted, QuoteOutOfTime
from courses_app.foundation.audit import SYSTEM, Actor
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import session
from courses_app.foundation.lifecycle import MoveNotAllowed
from courses_app.payments.queries import is_paid


def accept(*, dispatch: Dispatch, number: int, by: Actor, now: datetime) -> Dispatch:
    """The organization orders what the quote with this number says; a second press changes nothing (R-42).

    Raises NothingQuoted (another quote stands by now), QuoteOutOfTime, MoveNotAllowed.
    """
    dispatch = locked(dispatch.id)
    quote = dispatch.quote
    if quote is None or quote.number != number:
        raise NothingQuoted()
    if dispatch.state in (DispatchState.ACCEPTED, DispatchState.PLANNED):
        return dispatch
    if quote.valid_until < day_of(now):
        raise QuoteOutOfTime(quote.valid_until)
    dispatch.run = run_of(dispatch, quote, by=by, now=now)
    dispatch.invoice = bill_of(dispatch, quote, by=by, now=now)
    session.flush()
    detail = {"number": quote.number, "total": quote.total, "run": dispatch.run.reference}
    move(dispatch, DispatchMove.ACCEPT, by=by, now=now, detail=detail)
    emails.to_them("accepted", dispatch, key="accepted", now=now)
    emails.to_office("accepted", dispatch, key="accepted", now=now)
    return dispatch


def plan(*, dispatch: Dispatch, by: Actor, now: datetime) -> None:
    """Staff have looked at the draft of the run: it stands, and attendees can be named.

    Raises MoveNotAllowed, and what `catalogue.operations.publish_run` raises.
    """
    dispatch = locked(dispatch.id)
    move(dispatch, DispatchMove.PLAN, by=by, now=now)
    assert dispatch.run is not None  # held by a CHECK
    catalogue.publish_run(dispatch.run, by=by, now=now)
    emails.to_them("planned", dispatch, key="planned", now=now)


def call_off(*, dispatch: Dispatch, reason: str, by: Actor, now: datetime) -> None:
    """Before the plan is confirmed: the draft goes, the invoice ends. A run that stands is called off on its own page.

    Raises WordsMissing, MoveNotAllowed.
    """
    dispatch = locked(dispatch.id)
    if dispatch.state is not DispatchState.ACCEPTED or dispatch.run is None:
        raise MoveNotAllowed(dispatch.state, DispatchMove.CALL_OFF)
    words = note(dispatch, reason, by_office=True, field="reason", by=by, now=now)
    _end(dispatch, words, by=by, now=now)
    run, dispatch.run = dispatch.run, None
    session.flush()
    catalogue.remove_draft(run, by=by, now=now)


def follow_run(dispatch_id: int, *, now: datetime) -> bool:
    """The office has called the run off: the money follows, everybody is told; whether that was so now."""
    dispatch = locked(dispatch_id)
    if dispatch.state is not DispatchState.PLANNED or dispatch.run is None:
        return False
    if dispatch.run.status is not RunStatus.CALLED_OFF:
        return False
    _end(dispatch, dispatch.run.called_off_reason, by=SYSTEM, now=now)
    return True


def close(dispatch_id: int, *, now: datetime) -> bool:
    """It was held and is paid: nothing more is to be done; whether that was so now."""
    dispatch = locked(dispatch_id)
    run, invoice = dispatch.run, dispatch.invoice
    if dispatch.state is not DispatchState.PLANNED or run is None or invoice is None:
        return False
    if run.status is not RunStatus.PUBLISHED or run.ends_at > now or (invoice.total and not is_paid(invoice)):
        return False
    move(dispatch, DispatchMove.CLOSE, by=SYSTEM, now=now)
    return True


def _end(dispatch: Dispatch, words: str, *, by: Actor, now: datetime) -> None:
    end_bill(dispatch, reason=words, by=by, now=now)
    move(dispatch, DispatchMove.CALL_OFF, by=by, now=now, detail={"reason": words})
    emails.to_them("called_off", dispatch, key="called_off", words=words, now=now)
