"""Under which day something is entered, and closing the books until a day."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import func, select

from courses_app.foundation import audit
from courses_app.foundation.audit import Actor
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import session
from courses_app.payments import queries
from courses_app.payments.models import LedgerClose, LedgerCloseSum
from courses_app.payments.rules.books import CloseKind, open_day, refuse_to_close

BOOKS = 24_007  # the lock of the books: shared by all who enter something, alone for whoever closes them


def posting_day(happened_on: date, *, now: datetime) -> date:
    """The day under which what happened is entered; nobody closes it before the transaction has ended."""
    _hold_books(alone=False)
    return open_day(happened_on, today=day_of(now), closed_until=queries.closed_until())


def close_books(*, kind: CloseKind, until_on: date, by: Actor, now: datetime) -> LedgerClose:
    """Nothing is entered any more until this day; what stands on each account is kept, so that it can be shown.

    Waits for everybody who is entering something. Raises NotOver, NotMonthEnd, ClosedAlready.
    """
    _hold_books(alone=True)
    refuse_to_close(kind, until_on, today=day_of(now), closed_until=queries.closed_until())
    sums = [
        LedgerCloseSum(account=one.account, debit=one.debit, credit=one.credit)
        for one in queries.account_sums(until_on=until_on)
    ]
    close = LedgerClose(kind=kind, until_on=until_on, closed_at=now, closed_by_person_id=by.person_id, sums=sums)
    session.add(close)
    subject, detail = ("books", until_on.isoformat()), {"until_on": until_on.isoformat()}
    audit.record(by=by, now=now, action="books.closed", subject=subject, after=kind.value, detail=detail)
    session.flush()
    return close


def _hold_books(*, alone: bool) -> None:
    """On SQLite there is one writer at a time anyway."""
    if session.connection().dialect.name == "postgresql":
        lock = func.pg_advisory_xact_lock if alone else func.pg_advisory_xact_lock_shared
        session.execute(select(lock(BOOKS)))
