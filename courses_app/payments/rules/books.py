"""The books: what the accounts of the ledger are called, on which day something is entered, when a period is closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p

from courses_app.foundation.naming import Told
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.templating import day
from courses_app.foundation.yen import TaxCategory

A_DAY = timedelta(days=1)
REVENUE = "revenue"


class AccountKind(StrEnum):
    """On which side of the balance sheet or of the income statement an account stands."""

    ASSET = "asset"
    LIABILITY = "liability"
    REVENUE = "revenue"
    EXPENSE = "expense"

    @property
    def label(self) -> str:
        return str(KINDS[self])


KINDS = {
    AccountKind.ASSET: _l("Asset"),
    AccountKind.LIABILITY: _l("Liability"),
    AccountKind.REVENUE: _l("Revenue"),
    AccountKind.EXPENSE: _l("Expense"),
}


@dataclass(frozen=True)
class Title:
    """An account as accountants know it; revenue has one for each tax category. What it means is its `key`."""

    key: str
    kind: AccountKind
    code: str
    name_ja: str
    name_en: str
    tax_code: str


# [guess] What the titles are called until the institution's accountant says otherwise (勘定科目).
TITLES = {
    title.key: title
    for title in (
        Title("cash", AccountKind.ASSET, "111", "普通預金", "Bank account", "対象外"),
        Title("stripe_balance", AccountKind.ASSET, "136", "未収入金（Stripe）", "Balance at Stripe", "対象外"),
        Title("receivable", AccountKind.ASSET, "135", "売掛金", "Accounts receivable", "対象外"),
        Title("customer_credit", AccountKind.LIABILITY, "218", "前受金", "Customer credit", "対象外"),
        Title("refunds_payable", AccountKind.LIABILITY, "219", "未払金（返金）", "Refunds payable", "対象外"),
        Title("revenue:taxable_10", AccountKind.REVENUE, "411", "受講料収入", "Course fees", "課税売上10%"),
        Title("revenue:exempt", AccountKind.REVENUE, "412", "受講料収入（非課税）", "Exempt fees", "非課税売上"),
        Title(
            "revenue:out_of_scope", AccountKind.REVENUE, "413", "受講料収入（対象外）", "Fees out of scope", "対象外"
        ),
        Title("bank_fees", AccountKind.EXPENSE, "621", "支払手数料", "Bank fees", "対象外"),
        Title("write_offs", AccountKind.EXPENSE, "622", "貸倒損失", "Write-offs", "対象外"),
    )
}


def title_in(titles: Mapping[str, Title], key: str) -> Title:
    """The title of an account (of revenue as a whole the first); one that nobody named keeps its own word."""
    found = titles.get(key) or next((one for known, one in titles.items() if known.startswith(f"{key}:")), None)
    return found or Title(key, AccountKind.ASSET, "", key, key, "")


def key_of(account: str, category: TaxCategory | None = None) -> str:
    """Which title an entry stands under."""
    return f"{account}:{category.value}" if account == REVENUE and category else account


def open_day(natural: date, *, today: date, closed_until: date | None) -> date:
    """The day something is entered under: its own, unless that is closed or still to come.

    What happened in a closed period is entered on the first day after it, so that it stands nearest to its true day;
    the fact itself (the day money arrived) keeps its own day.
    """
    wanted = min(natural, today)
    return wanted if closed_until is None or wanted > closed_until else closed_until + A_DAY


class CloseKind(StrEnum):
    """What is closed."""

    DAY = "day"
    MONTH = "month"

    @property
    def label(self) -> str:
        return str(CLOSES[self])


CLOSES = {CloseKind.DAY: _l("Day close"), CloseKind.MONTH: _l("Month close")}


class NotOver(Refusal):
    """Only what is over can be closed: until midnight money may still come."""

    def __init__(self, until_on: date) -> None:
        super().__init__(_l("%(day)s is not over yet. A day can be closed from the next day on.", day=day(until_on)))


class NotMonthEnd(Refusal):
    """A month ends on its last day."""

    def __init__(self, until_on: date) -> None:
        super().__init__(_l("%(day)s is not the last day of a month.", day=day(until_on)))


class ClosedAlready(Refusal):
    """Somebody was faster, or a later day is closed."""

    def __init__(self, closed_until: date) -> None:
        self.closed_until = closed_until
        super().__init__(
            _l(
                "The books are already closed until %(day)s. A close can't be undone: what is wrong is corrected by a"
                " new entry.",
                day=day(closed_until),
            )
        )


def refuse_to_close(kind: CloseKind, until_on: date, *, today: date, closed_until: date | None) -> None:
    """Raises NotOver, NotMonthEnd, ClosedAlready."""
    if until_on >= today:
        raise NotOver(until_on)
    if kind is CloseKind.MONTH and (until_on + A_DAY).day != 1:
        raise NotMonthEnd(until_on)
    if closed_until is not None and until_on <= closed_until:
        raise ClosedAlready(closed_until)


TOLD = Told(
    actions={
        "account_titles.changed": _p("what was done", "Names of ledger accounts changed"),
        "journal_layout.saved": _p("what was done", "Layout of the journal file saved"),
        "journal_layout.removed": _p("what was done", "Layout of the journal file removed"),
        "books.closed": _p("what was done", "Books closed"),
    },
    states={
        "books.day": _p("state in the audit", "Day close"),
        "books.month": _p("state in the audit", "Month close"),
    },
    details={
        "columns": _p("detail in the audit", "Number of columns"),
    },
)
