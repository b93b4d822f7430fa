"""Money goes back through a payment firm: asked for under a stored key, then pending, sent, or failed (R-24b)."""

from __future__ import annotations

from datetime import datetime, timedelta

from courses_app.foundation import audit, matters
from courses_app.foundation.audit import Actor
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import session
from courses_app.foundation.references import new_token
from courses_app.payments import queries
from courses_app.payments.gateways.stripe_answers import RefundState
from courses_app.payments.models import Provider, Refund, RefundStatus
from courses_app.payments.operations.ledger import settle_matter_of, unpost, watch_balance
from courses_app.payments.operations.refunding import (
    REFUND_DUE,
    Kept,
    lock_refund,
    note_refund,
    note_refund_sent,
    sent_key,
    subject_of,
)
from courses_app.payments.rules import RefundUnderWay

REFUND_FAILED = "refund_failed"  # the matter of a refund that did not reach the payer
ASK_AGAIN = timedelta(minutes=5)
GONE = ("failed", "canceled")  # at the firm: the money is ours again
UNDER_WAY = (RefundStatus.ASKED, RefundStatus.PENDING)


def intend_refund(*, refund: Refund, by: Actor, now: datetime) -> bool:
    """The key of a refund that is owed, to be committed before the firm is asked (R-09); whether it is to be asked now.

    One that failed gets a new key; one whose answer was lost keeps its own. A high one waits for a second person.
    """
    lock_refund(refund)
    if refund.provider is not Provider.STRIPE or not refund.is_owed or refund.status is RefundStatus.PENDING:
        return False
    if refund.status is not RefundStatus.ASKED:
        if queries.refunds_to_look_at([refund], day_of(now)):
            return False
        before, refund.status = refund.status, RefundStatus.ASKED
        refund.idempotency_key, refund.asked_at, refund.external_id = new_token(), now, None
        note_refund("refund.asked", refund, by=by, now=now, before=before, after=refund.status)
    refund.next_try_at, refund.failure = now + ASK_AGAIN, ""
    session.flush()
    return True


def note_refund_answer(
    *, refund: Refund, state: RefundState, kept: Kept = (), by: Actor = audit.STRIPE, now: datetime
) -> None:
    """What the firm says of a refund, in whatever order it comes: pending, sent, failed; even weeks after it was sent.

    What an earlier attempt is said to have become changes nothing. `kept` as for `note_refund_sent`.
    """
    lock_refund(refund)
    earlier = refund.external_id not in (None, state.id) and state.ours is not None
    if refund.status is RefundStatus.WITHDRAWN or earlier:
        return
    if refund.status is RefundStatus.SENT and refund.external_id is None:
        refund.external_id = state.id  # sent by hand, as a person has said before
    if state.status in GONE:
        fail_refund(refund=refund, why=state.failure_reason or state.status or "", external_id=state.id, by=by, now=now)
    elif refund.status is RefundStatus.FAILED and refund.external_id == state.id:
        return  # older news
    elif state.status == "succeeded":
        note_refund_sent(refund=refund, sent_on=day_of(now), external_id=state.id, kept=kept, by=by, now=now)
        settle_matter_of(REFUND_FAILED, subject_of(refund), by=by, now=now, note="sent")
    elif refund.status is not RefundStatus.SENT:
        _note_pending(refund, state, by=by, now=now)


def fail_refund(*, refund: Refund, why: str, by: Actor, now: datetime, external_id: str | None = None) -> None:
    """The firm could not give it back, perhaps weeks later: still owed, the office is asked, the ledger says so."""
    lock_refund(refund)
    if refund.status is RefundStatus.FAILED and refund.external_id == external_id:
        return
    before = refund.status
    if before is RefundStatus.SENT:
        key = sent_key(refund, again=False)
        unpost(kind="refund_failed", key=f"refund-failed:{key}", of=key, now=now)
    refund.status, refund.failure, refund.external_id = RefundStatus.FAILED, why, external_id
    refund.sent_on, refund.next_try_at = None, None
    action = "refund.reopened" if before is RefundStatus.SENT else "refund.failed"
    note_refund(action, refund, by=by, now=now, before=before, after=refund.status)
    detail = {"amount": refund.amount, "reason": why, "key": refund.key}
    matters.open_matter(kind=REFUND_DUE, subject=subject_of(refund), now=now, by=by, detail=detail)
    matter = matters.open_matter(kind=REFUND_FAILED, subject=subject_of(refund), now=now, by=by, detail=detail)
    matter.detail = detail
    session.flush()
    if refund.invoice is not None:
        watch_balance(refund.invoice, by=by, now=now)


def give_back_by_bank(*, refund: Refund, by: Actor, now: datetime) -> None:
    """What the firm can't give back goes by bank transfer: a person sends it. Raises RefundUnderWay."""
    lock_refund(refund)
    if refund.status in UNDER_WAY:
        raise RefundUnderWay()
    if not refund.is_owed or refund.provider is Provider.BANK_TRANSFER:
        return
    before, refund.status, refund.provider = refund.status, RefundStatus.DUE, Provider.BANK_TRANSFER
    note_refund("refund.by_bank", refund, by=by, now=now, before=before, after=refund.status)
    settle_matter_of(REFUND_FAILED, subject_of(refund), by=by, now=now, note="by_bank")


def _note_pending(refund: Refund, state: RefundState, *, by: Actor, now: datetime) -> None:
    before = refund.status
    refund.status, refund.external_id, refund.next_try_at = RefundStatus.PENDING, state.id, None
    refund.failure = "requires_action" if state.status == "requires_action" else ""
    if before is not RefundStatus.PENDING:
        note_refund("refund.pending", refund, by=by, now=now, before=before, after=refund.status)
    session.flush()
