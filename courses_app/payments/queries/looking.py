"""Which limits hold on a day, what waits for a second person, and what was agreed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from courses_app.foundation.db import session
from courses_app.foundation.paging import Page, paged
from courses_app.foundation.yen import Yen
from courses_app.payments.models import LookDecision, LookKind, LookLimit, Refund, SecondLook
from courses_app.payments.rules.looking import reaches

# [guess] What holds until the office sets something else.
USUAL = {LookKind.REFUND: Yen(100_000), LookKind.WAIVER: Yen(30_000)}


def look_key(refund: Refund) -> str:
    """The deed a second person agrees to before a high refund is sent."""
    return f"refund:{refund.key}"


def limit_on(kind: LookKind, day: date) -> Yen | None:
    """From how many yen on two people must agree on that day; None: one is enough."""
    rows = select(LookLimit).where(LookLimit.kind == kind, LookLimit.from_on <= day)
    last = session.scalar(rows.order_by(LookLimit.from_on.desc()).limit(1))
    return USUAL[kind] if last is None else last.amount


def limits() -> Sequence[LookLimit]:
    """All that were ever set, the latest first."""
    query = select(LookLimit).options(joinedload(LookLimit.set_by))
    return session.scalars(query.order_by(LookLimit.from_on.desc(), LookLimit.id.desc())).all()


def look_of(reference: str) -> SecondLook | None:
    """One request, with who asked and who decided."""
    return session.scalar(_looks().where(SecondLook.reference == reference))


def undecided_look(key: str) -> SecondLook | None:
    """The request for a deed that waits for somebody."""
    return session.scalar(_looks().where(SecondLook.key == key, SecondLook.decision.is_(None)))


def is_agreed(key: str, amount: Yen) -> bool:
    """Whether a second person has agreed to this deed with this amount."""
    agreed = (SecondLook.key == key, SecondLook.amount == amount, SecondLook.decision == LookDecision.APPROVED)
    return session.scalar(select(SecondLook.id).where(*agreed).limit(1)) is not None


def refunds_to_look_at(refunds: Iterable[Refund], day: date) -> set[str]:
    """Keys of those that can't be sent before a second person agrees."""
    limit = limit_on(LookKind.REFUND, day)
    high = [one for one in refunds if reaches(one.amount, limit)]
    return {one.key for one in high if not is_agreed(look_key(one), one.amount)}


def looks(page: int = 1, *, decided: bool = False) -> Page[SecondLook]:
    """What waits for a second person, the oldest first; or what was decided, the latest first."""
    if decided:
        query = _looks().where(SecondLook.decision.is_not(None))
        return paged(query.order_by(SecondLook.decided_at.desc(), SecondLook.id.desc()), number=page)
    return paged(_looks().where(SecondLook.decision.is_(None)).order_by(SecondLook.id), number=page)


def _looks() -> Select[SecondLook]:
    return select(SecondLook).options(joinedload(SecondLook.asked_by), joinedload(SecondLook.decided_by))
