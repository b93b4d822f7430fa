"""Four eyes: a second person is asked, agrees or declines. Nothing asked for is done before somebody else agreed."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from courses_app.foundation import audit, matters
from courses_app.foundation.audit import Actor
from courses_app.foundation.db import session
from courses_app.foundation.references import new_reference
from courses_app.foundation.yen import Yen
from courses_app.payments import queries
from courses_app.payments.models import LookDecision, LookKind, LookLimit, SecondLook
from courses_app.payments.operations.ledger import settle_matter_of
from courses_app.payments.rules.looking import (
    DecidedAlready,
    LimitKnown,
    LimitTooSoon,
    NotYourRequest,
    OwnRequest,
    SecondLookNeeded,
    reaches,
)

LOOK_WANTED = "second_look"  # the matter of something that waits for a second person


def check_looked_at(*, kind: LookKind, key: str, amount: Yen, today: date) -> None:
    """Raises SecondLookNeeded where the amount reaches the limit and nobody else has agreed to this deed."""
    limit = queries.limit_on(kind, today)
    if limit is None or not reaches(amount, limit) or queries.is_agreed(key, amount):
        return
    raise SecondLookNeeded(key=key, amount=amount, limit=limit, asked=queries.undecided_look(key) is not None)


def ask_for_look(
    *,
    kind: LookKind,
    key: str,
    amount: Yen,
    subject: tuple[str, str],
    deed: dict[str, Any],
    reason: str,
    by: Actor,
    now: datetime,
) -> SecondLook:
    """Put a deed before the others; asked for already, the same request comes back.

    `deed` holds what is done once it is approved, `key` names it. Raises ValueError when nobody asks.
    """
    if by.person_id is None:
        raise ValueError("only a person asks for a second one")
    known = queries.undecided_look(key)
    if known is not None:
        return known
    look = SecondLook(
        reference=new_reference("Z"), kind=kind, key=key, amount=amount, subject_kind=subject[0],
        subject_reference=subject[1], deed=deed, reason=reason, asked_by_person_id=by.person_id, asked_at=now,
    )  # fmt: skip
    session.add(look)
    detail = {"amount": amount, "reason": reason}
    audit.record(by=by, now=now, action="second_look.asked", subject=_subject(look), after="asked", detail=detail)
    matters.open_matter(kind=LOOK_WANTED, subject=_subject(look), now=now, by=by, detail=detail)
    session.flush()
    return look


def approve_look(*, look: SecondLook, by: Actor, now: datetime, note: str = "") -> SecondLook:
    """A second person agrees; the caller then does the deed. Raises OwnRequest, DecidedAlready."""
    return _decide(look, LookDecision.APPROVED, by=by, now=now, note=note)


def decline_look(*, look: SecondLook, by: Actor, now: datetime, note: str) -> SecondLook:
    """A second person does not agree: nothing is done. Raises OwnRequest, DecidedAlready."""
    return _decide(look, LookDecision.DECLINED, by=by, now=now, note=note)


def withdraw_look(*, look: SecondLook, by: Actor, now: datetime) -> SecondLook:
    """Who asked no longer wants it. Raises NotYourRequest, DecidedAlready."""
    return _decide(look, LookDecision.WITHDRAWN, by=by, now=now, note="")


def set_limit(*, kind: LookKind, amount: Yen | None, from_on: date, by: Actor, now: datetime, today: date) -> LookLimit:
    """A new limit from a day to come. Raises LimitTooSoon, LimitKnown."""
    if from_on <= today:
        raise LimitTooSoon(today + timedelta(days=1))
    if session.scalar(select(LookLimit.id).where(LookLimit.kind == kind, LookLimit.from_on == from_on)):
        raise LimitKnown
    limit = LookLimit(kind=kind, amount=amount, from_on=from_on, set_at=now, set_by_person_id=by.person_id)
    session.add(limit)
    detail = {"amount": amount, "from_on": from_on.isoformat()}
    audit.record(by=by, now=now, action="look_limit.set", subject=("look_limit", kind.value), detail=detail)
    session.flush()
    return limit


def _decide(look: SecondLook, decision: LookDecision, *, by: Actor, now: datetime, note: str) -> SecondLook:
    fresh = select(SecondLook).where(SecondLook.id == look.id).with_for_update()
    look = session.scalars(fresh.execution_options(populate_existing=True)).one()
    if look.decided_at is not None:
        raise DecidedAlready(at=look.decided_at, by=look.decided_by.full_name if look.decided_by else "")
    own = by.person_id == look.asked_by_person_id
    if own is not (decision is LookDecision.WITHDRAWN):
        raise OwnRequest if own else NotYourRequest
    look.decision, look.decided_at, look.decided_by_person_id, look.note = decision, now, by.person_id, note.strip()
    audit.record(
        by=by, now=now, action=f"second_look.{decision.value}", subject=_subject(look), before="asked",
        after=decision.value, detail={"amount": look.amount} | ({"note": look.note} if look.note else {}),
    )  # fmt: skip
    session.flush()
    settle_matter_of(LOOK_WANTED, _subject(look), by=by, now=now, note=decision.value)
    return look


def _subject(look: SecondLook) -> tuple[str, str]:
    return "second_look", look.reference
