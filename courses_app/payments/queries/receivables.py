"""Who owes us how much since when, as of any day, and what each organization's account (得意先元帳) says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, case, func, or_, select
from sqlalchemy.orm import joinedload

from courses_app.accounts.models import Organization
from courses_app.foundation.db import session, snapshot
from courses_app.foundation.paging import Page, paged_rows
from courses_app.foundation.text import search_key
from courses_app.foundation.yen import Yen
from courses_app.payments.models import Invoice, LedgerAccount, LedgerEntry, LedgerTransaction
from courses_app.payments.queries.ledger import account_balance
from courses_app.payments.rules.ageing import UNTIL_DAYS, Age

PER_PAGE = 50
SHOWN = (LedgerAccount.RECEIVABLE, LedgerAccount.CUSTOMER_CREDIT)
SIDE = LedgerEntry.debit - LedgerEntry.credit


@dataclass(frozen=True)
class Ageing:
    """What is owed, how much of it since when, and how much credit (前受金) stands beside it."""

    owed: Yen
    ages: dict[Age, Yen]
    credit: Yen


@dataclass(frozen=True)
class Debtor:
    """One organization with its ageing."""

    organization: Organization
    ageing: Ageing


@dataclass(frozen=True)
class Movement:
    """One entry of an organization's account, and what it owes and has as credit after it."""

    entry: LedgerEntry
    transaction: LedgerTransaction
    owed: Yen
    credit: Yen

    @property
    def is_credit_account(self) -> bool:
        return self.entry.account is LedgerAccount.CUSTOMER_CREDIT


@dataclass(frozen=True)
class CustomerAccount:
    """An organization's account: what was brought forward, every movement, how it stands at the end."""

    owed_before: Yen
    credit_before: Yen
    movements: Sequence[Movement]
    owed: Yen
    credit: Yen


@dataclass(frozen=True)
class Receivables:
    """A page of debtors, all of them together, and what the ledger's own accounts say, all of one moment."""

    page: Page[Debtor]
    together: Ageing
    ledger_owed: Yen
    ledger_credit: Yen

    @property
    def adds_up(self) -> bool:
        return (self.together.owed, self.together.credit) == (self.ledger_owed, self.ledger_credit)


def receivables(as_of: date, search: str = "", page: int = 1) -> Receivables:
    """How receivables stood on a day; with a search only those found are added up."""
    snapshot()
    return Receivables(
        debtors(as_of, search, page),
        ageing(as_of, search),
        account_balance(LedgerAccount.RECEIVABLE, until_on=as_of),
        Yen(-account_balance(LedgerAccount.CUSTOMER_CREDIT, until_on=as_of)),
    )


def debtors(as_of: date, search: str = "", page: int = 1) -> Page[Debtor]:
    """A page of organizations that owe or have credit on a day, who owes most first."""
    found = paged_rows(_debtors(as_of, search), number=page, per_page=PER_PAGE)
    return Page([_debtor(row) for row in found.rows], found.number, found.per_page, found.total)


def every_debtor(as_of: date, search: str = "") -> Iterator[Debtor]:
    """The same, all of them."""
    for row in session.execute(_debtors(as_of, search)):
        yield _debtor(row)


def ageing(as_of: date, search: str = "") -> Ageing:
    """The same, together."""
    rows = _debtors(as_of, search).order_by(None).subquery()
    names = ["owed", *(age.value for age in Age), "credit"]
    return _ageing(session.execute(select(*(func.sum(rows.c[name]) for name in names))).one())


def customer_account(organization: Organization, *, from_on: date | None, until_on: date) -> CustomerAccount:
    """Every movement of what an organization owes us and has as credit, in a period, both days included."""
    owed = before = _stood(organization, LedgerAccount.RECEIVABLE, from_on)
    credit = credit_before = Yen(-_stood(organization, LedgerAccount.CUSTOMER_CREDIT, from_on))
    movements = []
    for entry, transaction in session.execute(_entries(organization, from_on, until_on)):
        change = entry.debit - entry.credit
        if entry.account is LedgerAccount.RECEIVABLE:
            owed = Yen(owed + change)
        else:
            credit = Yen(credit - change)
        movements.append(Movement(entry, transaction, owed, credit))
    return CustomerAccount(before, credit_before, movements, owed, credit)


def open_invoices(organization: Organization, *, as_of: date) -> Sequence[tuple[Invoice | None, Yen]]:
    """What the organization's debt consists of on a day, the earliest due first."""
    owed = _owed(as_of)
    query = (
        select(Invoice, owed.c.owed)
        .select_from(owed)
        .outerjoin(Invoice, Invoice.id == owed.c.invoice_id)
        .where(owed.c.organization_id == organization.id)
        .order_by(Invoice.due_on.is_(None), Invoice.due_on, Invoice.id)
    )
    return [(row[0], Yen(int(row[1]))) for row in session.execute(query)]


def _debtors(as_of: date, search: str) -> Any:
    owed, credit = _by_age(as_of), _credits(as_of)
    zero = func.coalesce(owed.c.owed, 0)
    query = (
        select(
            Organization,
            zero.label("owed"),
            *(func.coalesce(owed.c[age.value], 0).label(age.value) for age in Age),
            func.coalesce(credit.c.credit, 0).label("credit"),
        )
        .outerjoin(owed, owed.c.organization_id == Organization.id)
        .outerjoin(credit, credit.c.organization_id == Organization.id)
        .where(or_(owed.c.organization_id.is_not(None), credit.c.organization_id.is_not(None)))
        .order_by(zero.desc(), Organization.id)
    )
    key = search_key(search)
    return query.where(Organization.search_key.contains(key, autoescape=True)) if key else query


def _by_age(as_of: date) -> Subquery:
    """One row for each organization that owes: the sum, and the sum of each age."""
    owed = _owed(as_of)
    parts = [
        func.sum(case((_of_age(age, as_of), owed.c.owed), else_=0)).label(age.value) for age in Age
    ]  # due days are the invoices' own
    return (
        select(owed.c.organization_id, func.sum(owed.c.owed).label("owed"), *parts)
        .select_from(owed)
        .outerjoin(Invoice, Invoice.id == owed.c.invoice_id)
        .group_by(owed.c.organization_id)
        .subquery()
    )


def _owed(as_of: date) -> Subquery:
    """One row for each invoice that isn't settled on that day."""
    return (
        select(LedgerEntry.organization_id, LedgerEntry.invoice_id, func.sum(SIDE).label("owed"))
        .join(LedgerTransaction, LedgerTransaction.id == LedgerEntry.transaction_id)
        .where(LedgerEntry.account == LedgerAccount.RECEIVABLE, LedgerTransaction.booked_on <= as_of)
        .group_by(LedgerEntry.organization_id, LedgerEntry.invoice_id)
        .having(func.sum(SIDE) != 0)
        .subquery()
    )


def _credits(as_of: date) -> Subquery:
    return (
        select(LedgerEntry.organization_id, func.sum(-SIDE).label("credit"))
        .join(LedgerTransaction, LedgerTransaction.id == LedgerEntry.transaction_id)
        .where(LedgerEntry.account == LedgerAccount.CUSTOMER_CREDIT, LedgerTransaction.booked_on <= as_of)
        .group_by(LedgerEntry.organization_id)
        .having(func.sum(SIDE) != 0)
        .subquery()
    )


def _of_age(age: Age, as_of: date) -> ColumnElement[bool]:
    """`rules.ageing.age_of`, for the database."""
    ages = list(Age)
    place = ages.index(age)
    if place == 0:
        return or_(Invoice.due_on.is_(None), Invoice.due_on >= as_of)
    after = Invoice.due_on < as_of - timedelta(days=UNTIL_DAYS[ages[place - 1]])
    if age not in UNTIL_DAYS:
        return after
    return and_(after, Invoice.due_on >= as_of - timedelta(days=UNTIL_DAYS[age]))


def _debtor(row: Any) -> Debtor:
    return Debtor(row[0], _ageing(row[1:]))


def _ageing(amounts: Sequence[Any]) -> Ageing:
    owed, *ages, credit = (Yen(int(amount or 0)) for amount in amounts)
    return Ageing(owed, dict(zip(Age, ages, strict=True)), credit)


def _stood(organization: Organization, account: LedgerAccount, before: date | None) -> Yen:
    """The debits less the credits of an organization's account before a day; nothing without one."""
    if before is None:
        return Yen(0)
    query = (
        select(func.sum(SIDE))
        .join(LedgerTransaction, LedgerTransaction.id == LedgerEntry.transaction_id)
        .where(
            LedgerEntry.account == account,
            LedgerEntry.organization_id == organization.id,
            LedgerTransaction.booked_on < before,
        )
    )
    return Yen(int(session.execute(query).scalar() or 0))


def _entries(organization: Organization, from_on: date | None, until_on: date) -> Any:
    query = (
        select(LedgerEntry, LedgerTransaction)
        .join(LedgerTransaction, LedgerTransaction.id == LedgerEntry.transaction_id)
        .options(joinedload(LedgerEntry.invoice))
        .where(
            LedgerEntry.account.in_(SHOWN),
            LedgerEntry.organization_id == organization.id,
            LedgerTransaction.booked_on <= until_on,
        )
    )
    if from_on is not None:
        query = query.where(LedgerTransaction.booked_on >= from_on)
    return query.order_by(LedgerTransaction.booked_on, LedgerTransaction.id, LedgerEntry.id)
