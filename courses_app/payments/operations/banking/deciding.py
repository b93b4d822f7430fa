"""What a person decides about a line; posting itself is the business of the room that knows what is paid for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from courses_app.accounts.models import Organization
from courses_app.foundation import audit
from courses_app.foundation.audit import Actor
from courses_app.foundation.db import session
from courses_app.foundation.yen import Yen, total
from courses_app.payments.models import BankDraft, BankLine, Invoice, PayerName, Payment
from courses_app.payments.rules.banking import (
    LINE,
    Certainty,
    FeeTooHigh,
    LapsedNeedsWhole,
    LineChanged,
    LineDealtWith,
    LineMove,
    LineStatus,
    MoneyTakenBack,
    NobodyChosen,
    SharesTooHigh,
    ShareTooHigh,
    fold_name,
    without_number,
)


def choose(
    *,
    line: BankLine,
    stamp: int,
    organization: Organization,
    shares: Sequence[tuple[Invoice, Yen]],
    fee: Yen,
    by: Actor,
    now: datetime,
) -> None:
    """A person says whose money it is and what it settles; the rest is the organization's credit. Nothing is posted.

    Raises LineDealtWith, LineChanged, MoneyTakenBack, SharesTooHigh, ShareTooHigh, LapsedNeedsWhole, FeeTooHigh.
    """
    draft = open_draft(line, stamp)
    check_shares(line, shares, fee)
    draft.certainty, draft.reasons, draft.organization_id = Certainty.CHOSEN, [], organization.id
    draft.shares = [[invoice.reference, int(yen)] for invoice, yen in shares]
    draft.fee, draft.changed_at, draft.changed_by_person_id = fee, now, by.person_id
    detail: dict[str, object] = {"organization": organization.reference, "amount": line.amount}
    detail |= {"shares": [f"{invoice.reference}: {int(yen):,}" for invoice, yen in shares]} if shares else {}
    _note("bank_line.chosen", draft, by=by, now=now, detail=detail)


def set_aside(*, line: BankLine, stamp: int, reason: str, by: Actor, now: datetime) -> None:
    """It is not money for us to match, and why. Raises LineDealtWith, LineChanged."""
    draft = _open(line, stamp)
    _move(draft, LineMove.SET_ASIDE, note=reason, by=by, now=now)


def take_up(*, line: BankLine, by: Actor, now: datetime) -> None:
    """A line that was set aside is to be matched after all. Raises MoveNotAllowed."""
    _move(_locked(line), LineMove.TAKE_UP, note="", by=by, now=now)


def open_draft(line: BankLine, stamp: int) -> BankDraft:
    """The draft under its lock, as the person saw it, and of money that stayed.

    Raises LineDealtWith (R-16), LineChanged, MoneyTakenBack.
    """
    draft = _open(line, stamp)
    if line.reverses:
        raise MoneyTakenBack
    return draft


def posted_draft(line: BankLine) -> BankDraft:
    """The draft of a posted line, under its lock. Raises MoveNotAllowed."""
    draft = _locked(line)
    LINE.after(draft.status, LineMove.TAKE_BACK)
    return draft


def check_shares(line: BankLine, shares: Sequence[tuple[Invoice, Yen]], fee: Yen) -> Invoice | None:
    """Whether a line can be spread like this, as invoices stand now; on which of them the fee lies, if there is one.

    Raises SharesTooHigh, ShareTooHigh, LapsedNeedsWhole, FeeTooHigh.
    """
    given = total(yen for _invoice, yen in shares)
    if given > line.amount:
        raise SharesTooHigh(amount=line.amount, shares=given)
    missing: list[tuple[Yen, Invoice]] = []
    for invoice, yen in shares:
        left = invoice.unsettled
        if not 0 < yen <= left:
            raise ShareTooHigh(invoice=invoice.reference, left=left, asked=yen)
        if invoice.cancelled_at is not None and yen < left:
            raise LapsedNeedsWhole(invoice.reference)
        missing.append((Yen(left - yen), invoice))
    if not fee:
        return None
    most, bearing = max(missing, key=lambda one: one[0], default=(Yen(0), None))
    if fee > most:
        raise FeeTooHigh(missing=most)
    return bearing


def note_posted(draft: BankDraft, *, payment: Payment, by: Actor, now: datetime) -> None:
    """The line is money received: nobody posts it again, and the payer's name is known from now on."""
    draft.payment = payment
    _move(draft, LineMove.POST, note="", by=by, now=now, detail={"amount": payment.amount})
    learn_name(payer=draft.line.payer, organization=payment.organization, by=by, now=now)


def note_taken_back(draft: BankDraft, *, reason: str, by: Actor, now: datetime) -> None:
    """The line waits for a person again. Who paid is to be chosen anew, and the name is forgotten."""
    payment, draft.payment = draft.payment, None
    draft.certainty, draft.reasons, draft.shares, draft.fee = Certainty.UNCLEAR, [], [], Yen(0)
    organization, draft.organization_id = draft.organization, None
    amount = payment.amount if payment else None
    _move(draft, LineMove.TAKE_BACK, note=reason, by=by, now=now, detail={"amount": amount, "reason": reason})
    if organization is not None:
        _forget(organization, fold_name(without_number(draft.line.payer)), by=by, now=now)


def learn_name(*, payer: str, organization: Organization, by: Actor, now: datetime) -> None:
    """Remember by which name an organization pays, unless it is its own."""
    written = without_number(payer)
    folded = fold_name(written)
    if not folded or folded in {fold_name(organization.name_kana), fold_name(organization.name)}:
        return
    known = select(PayerName).where(PayerName.folded == folded, PayerName.organization_id == organization.id)
    if session.scalar(known) is not None:
        return
    name = PayerName(
        folded=folded, written=written, organization=organization, learned_at=now, learned_by_person_id=by.person_id
    )
    try:
        with session.begin_nested():
            session.add(name)
    except IntegrityError:
        return  # learned from another line just now
    _note_name("payer_name.learned", organization, written, by=by, now=now)


def forget_name(*, name: PayerName, by: Actor, now: datetime) -> None:
    """The name says nothing any more about who pays."""
    _forget(name.organization, name.folded, by=by, now=now)


def decided(draft: BankDraft) -> None:
    """Raises NobodyChosen where a person must still choose."""
    if not draft.is_decided:
        raise NobodyChosen


def _forget(organization: Organization, folded: str, *, by: Actor, now: datetime) -> None:
    its = (PayerName.organization_id == organization.id, PayerName.folded == folded)
    known = session.scalar(select(PayerName).where(*its))
    if known is not None:
        session.execute(delete(PayerName).where(*its))
        _note_name("payer_name.forgotten", organization, known.written, by=by, now=now)


def _open(line: BankLine, stamp: int) -> BankDraft:
    draft = _locked(line)
    if draft.status is not LineStatus.OPEN:
        raise LineDealtWith(at=draft.changed_at, by=draft.changed_by.full_name if draft.changed_by else "—")
    if draft.stamp != stamp:
        raise LineChanged
    return draft


def _locked(line: BankLine) -> BankDraft:
    query = select(BankDraft).where(BankDraft.line_id == line.id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def _move(
    draft: BankDraft,
    move: LineMove,
    *,
    note: str,
    by: Actor,
    now: datetime,
    detail: Mapping[str, object] | None = None,
) -> None:
    before, draft.status = draft.status, LINE.after(draft.status, move)
    draft.note, draft.changed_at, draft.changed_by_person_id = note, now, by.person_id
    _note(
        f"bank_line.{move.value}",
        draft,
        by=by,
        now=now,
        before=before,
        detail=detail or ({"reason": note} if note else None),
    )


def _note(
    action: str,
    draft: BankDraft,
    *,
    by: Actor,
    now: datetime,
    before: LineStatus | None = None,
    detail: Mapping[str, object] | None = None,
) -> None:
    audit.record(
        by=by, now=now, action=action, subject=("bank_line", draft.line.reference),
        before=before.value if before else None, after=draft.status.value, detail=dict(detail) if detail else None,
    )  # fmt: skip
    session.flush()


def _note_name(action: str, organization: Organization, written: str, *, by: Actor, now: datetime) -> None:
    subject = ("organization", organization.reference)
    audit.record(by=by, now=now, action=action, subject=subject, detail={"name": written})
    session.flush()
