"""The books: ages add up to the ledger, the journal holds every yen, nothing is entered in a closed period."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from courses_app.cli.ledger import violations
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session, transaction
from courses_app.foundation.yen import TaxCategory, Yen
from courses_app.payments import operations, queries
from courses_app.payments.documents.journal import journal_file
from courses_app.payments.models import (
    AllocationSource,
    LedgerAccount,
    LedgerTransaction,
    PaymentMethod,
    Provider,
)
from courses_app.payments.rules.ageing import Age
from courses_app.payments.rules.books import TITLES, ClosedAlready, CloseKind
from tests.make import Make
from tests.payments.conftest import NOW, TODAY, Builder
from tests.payments.making import a_payer, seats

A_DAY = timedelta(days=1)
ALWAYS = {"from_on": date(2000, 1, 1), "until_on": date(2100, 1, 1)}


def close(until_on: date, kind: CloseKind = CloseKind.DAY, now: datetime = NOW) -> None:
    with transaction():
        operations.close_books(kind=kind, until_on=until_on, by=SYSTEM, now=now)


def entered(key: str) -> date:
    return session.scalars(select(LedgerTransaction.booked_on).where(LedgerTransaction.key.startswith(key))).one()


def test_ages_are_of_each_day_and_add_up_to_the_ledgers_account(made: Builder) -> None:
    with made.deed():
        one, other = a_payer(now=NOW), a_payer(now=NOW, name="南海協同組合")
    late = made.invoice(organization=one, now=NOW, due_on=TODAY + A_DAY)
    made.invoice(seats(1), organization=other, now=NOW, due_on=TODAY + 40 * A_DAY)
    made.invoice(seats(2), organization=other, now=NOW + 5 * A_DAY, due_on=None)
    assert queries.ageing(TODAY - A_DAY).owed == 0, "nothing was entered before"
    assert queries.ageing(TODAY).ages[Age.NOT_DUE] == 46_000
    for days, age in ((2, Age.TO_30), (33, Age.TO_60), (70, Age.TO_90), (120, Age.OVER_90)):
        day = TODAY + days * A_DAY
        (found,) = [line for line in queries.every_debtor(day) if line.organization.id == one.id]
        assert found.ageing.ages[age] == found.ageing.owed == late.total
        whole = queries.ageing(day)
        assert sum(whole.ages.values()) == whole.owed == queries.account_balance(LedgerAccount.RECEIVABLE, until_on=day)
    assert [line.organization.id for line in queries.debtors(TODAY).rows] == [one.id, other.id]
    assert [line.organization.id for line in queries.debtors(TODAY, "南海").rows] == [other.id]


def test_credit_stands_beside_what_is_owed_and_every_movement_has_its_balance(made: Builder) -> None:
    invoice = made.invoice(now=NOW)
    organization = invoice.organization
    with made.deed():
        operations.receive(
            organization=organization, provider=Provider.BANK_TRANSFER, method=PaymentMethod.BANK_TRANSFER,
            external_id="too much", amount=Yen(40_000), received_on=TODAY + 3 * A_DAY, payer="", now=NOW + 3 * A_DAY,
            shares=[(invoice, Yen(20_000))], by=SYSTEM,
        )  # fmt: skip
    account = queries.customer_account(organization, from_on=None, until_on=TODAY + 9 * A_DAY)
    assert [(one.owed, one.credit) for one in account.movements] == [(34_500, 0), (14_500, 0), (14_500, 20_000)]
    assert (account.owed, account.credit) == (14_500, 20_000)
    later = queries.customer_account(organization, from_on=TODAY + A_DAY, until_on=TODAY + 9 * A_DAY)
    assert (later.owed_before, later.credit_before, len(later.movements)) == (34_500, 0, 2)
    (line,) = queries.every_debtor(TODAY + 9 * A_DAY)
    assert (line.ageing.owed, line.ageing.credit) == (14_500, 20_000)
    assert [(one.id, owed) for one, owed in queries.open_invoices(organization, as_of=TODAY)] == [(invoice.id, 34_500)]


def test_the_journal_holds_what_the_ledger_holds_and_is_the_same_twice(made: Builder) -> None:
    invoice = made.invoice(seats(3), seats(2, 5_000, TaxCategory.EXEMPT), now=NOW)
    made.payment(invoice, now=NOW)
    with made.deed():
        operations.owe_refund(invoice=invoice, amount=Yen(11_500), reason="x", key="x", by=SYSTEM, now=NOW)
    unpaid = made.invoice(now=NOW)
    with made.deed():
        operations.settle_without_money(
            invoice=unpaid, amount=Yen(440), source=AllocationSource.BANK_FEE, reason="fee", key="fee",
            by=SYSTEM, now=NOW,
        )  # fmt: skip
    for layout in queries.layouts():
        file = journal_file(layout, **ALWAYS)
        assert journal_file(layout, **ALWAYS).content == file.content
        sums = {one.account: one for one in queries.account_sums()}
        for account, found in sums.items():
            assert sum(line.amount for line in file.lines if line.debit.account == account) == found.debit
            assert sum(line.amount for line in file.lines if line.credit.account == account) == found.credit
    taxed = [line.credit for line in file.lines if line.credit.account == "revenue" and line.posting.kind == "invoice"]
    assert [(one.category, one.amount, one.tax) for one in taxed[:2]] == [
        (TaxCategory.TAXABLE_10, 34_500, 3_136), (TaxCategory.EXEMPT, 10_000, 0),
    ]  # fmt: skip


def test_the_file_stays_the_same_when_an_organization_changes_its_name(made: Builder) -> None:
    invoice = made.paid_invoice(now=NOW)
    (layout, *_) = queries.layouts()
    before = journal_file(layout, **ALWAYS).content
    with made.deed():
        invoice.organization.name = "別の名称の協同組合"
    assert journal_file(layout, **ALWAYS).content == before


def test_names_of_accounts_may_change_and_their_meaning_not(made: Builder) -> None:
    title = TITLES["receivable"]
    wanted = type(title)("receivable", title.kind, "152", "未収金", "Debtors", "対象外")
    other = type(title)("somewhere", title.kind, "1", "x", "x", "")
    with made.deed():
        assert operations.name_accounts([wanted, other], by=SYSTEM, now=NOW) == 1
    with made.deed():
        assert operations.name_accounts([wanted], by=SYSTEM, now=NOW) == 0
    assert queries.titles()["receivable"] == wanted
    assert "somewhere" not in queries.titles()


def test_every_account_has_a_title() -> None:
    named = {key.partition(":")[0] for key in TITLES}
    assert {account.value for account in LedgerAccount} <= named
    assert {f"revenue:{category.value}" for category in TaxCategory} <= set(TITLES)


def test_what_becomes_known_after_a_close_is_entered_on_the_first_open_day(made: Builder) -> None:
    invoice = made.invoice(now=NOW)
    assert entered("invoice:") == TODAY
    later = NOW + 40 * A_DAY
    close(date(2026, 10, 31), CloseKind.MONTH, now=later)
    payment = made.payment(invoice, now=later, received_on=date(2026, 10, 20))
    assert payment.received_on == date(2026, 10, 20), "the day it arrived stays"
    assert entered("payment:") == date(2026, 11, 1)
    assert queries.ageing(date(2026, 10, 31)).owed == 34_500, "the closed month stands as it was closed"
    assert queries.ageing(date(2026, 11, 1)).owed == 0
    assert list(violations()) == []


def test_money_is_entered_under_the_day_it_arrived_while_that_is_open(made: Builder) -> None:
    made.payment(made.invoice(now=NOW), now=NOW + 9 * A_DAY, received_on=TODAY + 4 * A_DAY)
    assert entered("payment:") == TODAY + 4 * A_DAY


def test_a_close_keeps_the_sums_and_is_made_once(made: Builder) -> None:
    made.paid_invoice(now=NOW)
    close(TODAY, now=NOW + A_DAY)
    (found,) = queries.closes().rows
    assert {one.account: (one.debit, one.credit) for one in found.sums} == {
        "receivable": (34_500, 34_500), "cash": (34_500, 0), "revenue": (0, 34_500),
    }  # fmt: skip
    with pytest.raises(ClosedAlready):
        close(TODAY, CloseKind.DAY, now=NOW + A_DAY)
    with pytest.raises(ClosedAlready):
        close(date(2026, 9, 30), CloseKind.MONTH, now=NOW + A_DAY)


@pytest.mark.parametrize(
    "deed",
    [
        "UPDATE ledger_transactions SET booked_on = '2020-01-01'",
        "UPDATE ledger_transactions SET kind = 'x'",
        "DELETE FROM ledger_transactions",
        "UPDATE ledger_entries SET debit = debit + 1",
        "DELETE FROM ledger_entries",
        "UPDATE payments SET amount = amount + 1",
        "DELETE FROM payments",
        "UPDATE allocations SET amount = amount + 1",
        "DELETE FROM allocations",
        "UPDATE ledger_closes SET until_on = '2020-01-01'",
        "DELETE FROM ledger_closes",
        "UPDATE ledger_close_sums SET debit = debit + 1",
        "DELETE FROM ledger_close_sums",
        "INSERT INTO ledger_transactions (key, at, booked_on, kind)"
        " VALUES ('late', '2026-10-01 00:00:00+00:00', '2026-10-01', 'x')",
    ],
)
def test_inv7_sql_can_not_change_the_facts(made: Builder, deed: str) -> None:
    made.paid_invoice(now=NOW)
    close(TODAY, now=NOW + A_DAY)
    with pytest.raises(DatabaseError, match=r"append-only|the books are closed"), transaction():
        session.execute(text(deed))


def test_a_close_and_a_payment_at_the_same_moment(app: Flask, made: Builder) -> None:
    """Whichever is first: the payment stands before the close and in its sums, or after it under the next day."""
    reference, tomorrow = made.invoice(now=NOW).reference, NOW + A_DAY
    begun = Barrier(2)

    def in_app(deed: object) -> None:
        with app.app_context():
            begun.wait()
            deed()  # type: ignore[operator]

    def pay() -> None:
        invoice = queries.invoice_of(reference)
        assert invoice is not None
        made.payment(invoice, now=tomorrow, received_on=TODAY)

    threads = [Thread(target=in_app, args=(deed,)) for deed in (pay, lambda: close(TODAY, now=tomorrow))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    session.rollback()
    (found,) = queries.closes().rows
    kept = {one.account: one.debit for one in found.sums}
    assert (kept.get("cash", 0), entered("payment:")) in ((34_500, TODAY), (0, TODAY + A_DAY))
    assert list(violations()) == []


def test_revenue_is_the_ledgers_to_the_yen_by_either_day(make: Make, inside: Flask) -> None:
    made = Builder(inside)
    one = seats(2, 11_500)
    other = type(one)("別の講習", date(2027, 1, 20), 1, Yen(7_001), TaxCategory.TAXABLE_10, (), "TIM")
    invoice = made.paid_invoice(type(one)(**{**vars(one), "about": "SUP"}), other, now=NOW)
    with made.deed():
        operations.owe_refund(invoice=invoice, amount=Yen(10_000), reason="x", key="x", by=SYSTEM, now=NOW + 40 * A_DAY)
    ledger = -queries.account_balance(LedgerAccount.REVENUE, until_on=date.max)
    booked, supplied = queries.revenue(by_supply=False), queries.revenue(by_supply=True)
    assert sum(line.revenue for line in booked) == sum(line.revenue for line in supplied) == ledger == 20_001
    assert [(line.month, line.about, line.billed) for line in supplied] == [
        (date(2026, 12, 1), "SUP", 23_000), (date(2027, 1, 1), "TIM", 7_001),
    ]  # fmt: skip
    assert [(line.month.month, line.about) for line in booked] == [(10, "SUP"), (10, "TIM"), (11, "SUP"), (11, "TIM")]
    assert sum(line.taken_back for line in supplied) == 10_000
