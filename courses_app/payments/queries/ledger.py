"""The books: what accounts are called, how journal files are arranged, what is closed, what stands on an account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from courses_app.foundation.db import session
from courses_app.foundation.paging import Page, paged
from courses_app.foundation.yen import Yen
from courses_app.payments.models import (
    AccountTitle,
    JournalLayout,
    LedgerAccount,
    LedgerClose,
    LedgerEntry,
    LedgerTransaction,
)
from courses_app.payments.rules.books import TITLES, Title


@dataclass(frozen=True)
class AccountSum:
    """What was entered on one account."""

    account: str
    debit: Yen
    credit: Yen

    @property
    def balance(self) -> Yen:
        """The debits less the credits."""
        return Yen(self.debit - self.credit)


def titles() -> dict[str, Title]:
    """What every account is called: as staff have named it, else as it came."""
    named = {row.key: row.title for row in session.scalars(select(AccountTitle))}
    return {**TITLES, **named}


def layouts() -> Sequence[JournalLayout]:
    """The saved layouts, by name."""
    return session.scalars(select(JournalLayout).order_by(JournalLayout.name, JournalLayout.id)).all()


def layout_of(code: str) -> JournalLayout | None:
    return session.scalar(select(JournalLayout).where(JournalLayout.code == code))


def closed_until() -> date | None:
    """The last day in which nothing is entered any more."""
    found: date | None = session.scalar(select(func.max(LedgerClose.until_on)))
    return found


def closes(page: int = 1) -> Page[LedgerClose]:
    """Every close with its sums, the newest first."""
    query = select(LedgerClose).options(joinedload(LedgerClose.closed_by), selectinload(LedgerClose.sums))
    return paged(query.order_by(LedgerClose.until_on.desc()), number=page)


def account_sums(*, from_on: date | None = None, until_on: date | None = None) -> list[AccountSum]:
    """What was entered on each account in a period, both days included, in the order of the accounts."""
    query = select(LedgerEntry.account, func.sum(LedgerEntry.debit), func.sum(LedgerEntry.credit)).join(
        LedgerTransaction, LedgerTransaction.id == LedgerEntry.transaction_id
    )
    if from_on is not None:
        query = query.where(LedgerTransaction.booked_on >= from_on)
    if until_on is not None:
        query = query.where(LedgerTransaction.booked_on <= until_on)
    found = {row[0]: row for row in session.execute(query.group_by(LedgerEntry.account))}
    return [
        AccountSum(account.value, Yen(int(found[account][1])), Yen(int(found[account][2])))
        for account in LedgerAccount
        if account in found
    ]


def account_balance(account: LedgerAccount, *, until_on: date) -> Yen:
    """The debits less the credits of an account until a day."""
    query = (
        select(func.sum(LedgerEntry.debit - LedgerEntry.credit))
        .join(LedgerTransaction, LedgerTransaction.id == LedgerEntry.transaction_id)
        .where(LedgerEntry.account == account, LedgerTransaction.booked_on <= until_on)
    )
    return Yen(int(session.execute(query).scalar() or 0))
