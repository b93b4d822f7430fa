"""What a payment settles: one transfer for several invoices, several for one, less, more, borne fees (R-18, INV-8)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from courses_app.accounts.models import Organization
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session, transaction
from courses_app.foundation.matters import Matter
from courses_app.foundation.outbox import OutboxMessage
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.yen import Yen
from courses_app.payments import operations, queries
from courses_app.payments.models import (
    AllocationSource,
    Invoice,
    LedgerAccount,
    Payment,
    PaymentMethod,
    Provider,
    RefundStatus,
)
from courses_app.payments.rules import AmountDiffers, CreditTooLow, RefundTooHigh, parts_of_refund
from tests.payments.conftest import NOW, TODAY, Builder
from tests.payments.making import a_payer, seats


@pytest.fixture
def payer(made: Builder) -> Organization:
    with made.deed():
        return a_payer(now=NOW)


def come(payer: Organization, amount: int, *shares: tuple[Invoice, int], name: str = "t") -> Payment:
    """A transfer of an organization that settles these invoices."""
    with transaction():
        return operations.receive(
            organization=payer, provider=Provider.BANK_TRANSFER, method=PaymentMethod.BANK_TRANSFER, external_id=name,
            amount=Yen(amount), received_on=TODAY, payer="ｶ)ﾄｳﾄ", by=SYSTEM, now=NOW,
            shares=[(invoice, Yen(share)) for invoice, share in shares],
        )  # fmt: skip


def open_kinds() -> list[str]:
    return sorted(session.scalars(select(Matter.kind).where(Matter.settled_at.is_(None))))


def test_r18_one_transfer_pays_several_invoices_and_the_rest_is_credit(made: Builder, payer: Organization) -> None:
    first, second = made.invoice(seats(1), organization=payer, now=NOW), made.invoice(organization=payer, now=NOW)
    payment = come(payer, 50_000, (first, 11_500), (second, 34_500))
    assert queries.is_paid(first)
    assert queries.is_paid(second)
    assert queries.credit_of(payer) == queries.unallocated(payment) == 4_000
    assert queries.violations(now=NOW) == []


def test_r18_several_transfers_pay_one_invoice_and_the_office_sees_it_between(
    made: Builder, payer: Organization
) -> None:
    invoice = made.invoice(organization=payer, now=NOW)
    come(payer, 20_000, (invoice, 20_000), name="a")
    assert (queries.is_paid(invoice), queries.owed(invoice)) == (False, 14_500)
    assert open_kinds() == ["part_paid"]
    come(payer, 14_500, (invoice, 14_500), name="b")
    assert queries.is_paid(invoice)
    assert [payment.external_id for payment in session.get_one(Invoice, invoice.id).payments] == ["a", "b"]
    assert open_kinds() == []
    assert queries.violations(now=NOW) == []


def test_r18_a_fee_the_payers_bank_kept_is_borne_by_us(made: Builder, payer: Organization) -> None:
    invoice = made.invoice(organization=payer, now=NOW)
    come(payer, 34_060, (invoice, 34_060))
    with transaction():
        for _twice in range(2):
            operations.settle_without_money(
                invoice=invoice, amount=Yen(440), source=AllocationSource.BANK_FEE, reason="振込手数料", key="fee",
                by=SYSTEM, now=NOW,
            )  # fmt: skip
    assert queries.is_paid(invoice)
    assert queries.ledger_side(invoice, LedgerAccount.BANK_FEES) == 440
    assert queries.received(invoice) == 34_060
    assert open_kinds() == []
    assert queries.violations(now=NOW) == []
    with pytest.raises(RefundTooHigh), transaction():
        operations.owe_refund(invoice=invoice, amount=Yen(34_500), reason="", key="k", by=SYSTEM, now=NOW)


def test_credit_pays_a_later_invoice_once(made: Builder, payer: Organization) -> None:
    payment = come(payer, 20_000)
    invoice = made.invoice(seats(1), organization=payer, now=NOW)
    with transaction():
        for _twice in range(2):
            operations.allocate(payment=payment, invoice=invoice, amount=Yen(11_500), key="c", by=SYSTEM, now=NOW)
    assert queries.is_paid(invoice)
    assert queries.credit_of(payer) == 8_500
    assert queries.violations(now=NOW) == []


def test_credit_is_nobody_elses_and_no_more_than_there_is(made: Builder, payer: Organization) -> None:
    payment = come(payer, 5_000)
    theirs, ours = made.invoice(now=NOW), made.invoice(organization=payer, now=NOW)
    for invoice, amount in ((theirs, 5_000), (ours, 5_001)):
        with pytest.raises(CreditTooLow), transaction():
            operations.allocate(payment=payment, invoice=invoice, amount=Yen(amount), key="c", by=SYSTEM, now=NOW)
    assert queries.credit_of(payer) == 5_000


def test_shares_are_no_more_than_came_and_than_is_owed(made: Builder, payer: Organization) -> None:
    invoice = made.invoice(organization=payer, now=NOW)
    for amount, share in ((50_000, 34_501), (10_000, 10_001), (10_000, 0), (10_000, -1)):
        with pytest.raises(AmountDiffers):
            come(payer, amount, (invoice, share))
    assert session.scalar(select(func.count(Payment.id))) == 0


def test_a_part_of_a_cancelled_invoice_becomes_credit_and_pays_the_next(made: Builder, payer: Organization) -> None:
    old = made.invoice(organization=payer, now=NOW)
    payment = come(payer, 20_000, (old, 20_000))
    with transaction():
        operations.cancel_invoice(invoice=old, by=SYSTEM, now=NOW)
    assert queries.credit_of(payer) == 20_000
    assert queries.violations(now=NOW) == []
    new = made.invoice(seats(2), organization=payer, now=NOW)
    with transaction():
        operations.carry_over(payments=[payment], invoice=new, by=SYSTEM, now=NOW)
    assert (queries.owed(new), queries.credit_of(payer)) == (3_000, 0)
    assert queries.violations(now=NOW) == []


def test_inv8_a_refund_takes_from_each_payment_what_it_brought(made: Builder, payer: Organization) -> None:
    invoice = made.invoice(organization=payer, now=NOW)
    come(payer, 20_000, (invoice, 20_000), name="a")
    come(payer, 14_500, (invoice, 14_500), name="b")
    with transaction():
        refunds = operations.owe_refund(invoice=invoice, amount=Yen(30_000), reason="x", key="k", by=SYSTEM, now=NOW)
        again = operations.owe_refund(invoice=invoice, amount=Yen(30_000), reason="x", key="k", by=SYSTEM, now=NOW)
    assert [(one.key, one.amount, one.payment.external_id) for one in refunds] == [
        ("k", 20_000, "a"), ("k+2", 10_000, "b"),
    ]  # fmt: skip
    assert again == refunds
    assert queries.violations(now=NOW) == []
    with transaction():
        operations.note_refund_sent(refund=refunds[0], sent_on=TODAY, by=SYSTEM, now=NOW)
    assert open_kinds() == ["refund_due"]
    with transaction():
        operations.note_refund_sent(refund=refunds[1], sent_on=TODAY, by=SYSTEM, now=NOW)
    assert open_kinds() == []
    assert queries.violations(now=NOW) == []


def test_credit_goes_back_and_the_mail_says_what_it_was(made: Builder, payer: Organization) -> None:
    made.issuer()
    payment = come(payer, 9_000)
    with pytest.raises(RefundTooHigh), transaction():
        operations.owe_credit_back(payment=payment, amount=Yen(9_001), reason="", key="k", by=SYSTEM, now=NOW)
    with transaction():
        refund = operations.owe_credit_back(
            payment=payment, amount=Yen(9_000), reason="過入金", key="k", by=SYSTEM, now=NOW
        )
    assert (queries.credit_of(payer), open_kinds()) == (0, ["refund_due"])
    with transaction():
        operations.note_refund_sent(refund=refund, sent_on=TODAY, by=SYSTEM, now=NOW)
    assert (refund.status, open_kinds()) == (RefundStatus.SENT, [])
    mail = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "payments/credit_sent")).one()
    assert "返金額　　：¥9,000" in mail.body
    assert "過入金" in mail.body
    assert queries.violations(now=NOW) == []


@given(kept=st.lists(st.integers(0, 40_000), min_size=1, max_size=5), share=st.floats(0, 1))
def test_parts_of_a_refund_are_all_of_it_and_no_more_than_each_holds(kept: list[int], share: float) -> None:
    held = {number: Yen(amount) for number, amount in enumerate(kept)}
    amount = Yen(int(sum(kept) * share))
    if not amount:
        return
    parts = parts_of_refund(amount, held)
    assert sum(part for _payment, part in parts) == amount
    assert all(0 < part <= held[payment] for payment, part in parts)
    assert len(parts) == 1 or max(kept) < amount


class Till:
    """One organization, its two invoices, and every deed that moves money between them."""

    def __init__(self, payer_id: int, invoice_id: int, key: str, amount: int) -> None:
        self.payer, self.invoice = session.get_one(Organization, payer_id), session.get_one(Invoice, invoice_id)
        self.key, self.amount, self.facts = key, Yen(amount), {"by": SYSTEM, "now": NOW}

    def come(self, share: int | None = None, more: int = 0) -> None:
        part = Yen(queries.owed(self.invoice) if share is None else share)
        operations.receive(
            organization=self.payer, provider=Provider.BANK_TRANSFER, method=PaymentMethod.BANK_TRANSFER,
            external_id=self.key, amount=Yen(part + more or self.amount), received_on=TODAY, payer="",
            shares=[(self.invoice, part)] if part else [], **self.facts,
        )  # fmt: skip

    def more(self) -> None:
        self.come(more=self.amount)

    def part(self) -> None:
        self.come(min(self.amount, queries.owed(self.invoice)))

    def use(self) -> None:
        for payment in self._with_credit():
            operations.allocate(payment=payment, invoice=self.invoice, amount=self.amount, key=self.key, **self.facts)

    def fee(self) -> None:
        source = AllocationSource.BANK_FEE
        operations.settle_without_money(
            invoice=self.invoice, amount=self.amount, source=source, reason="", key=self.key, **self.facts
        )

    def refund(self) -> None:
        operations.owe_refund(invoice=self.invoice, amount=self.amount, reason="", key=self.key, **self.facts)

    def back(self) -> None:
        for payment in self._with_credit():
            operations.owe_credit_back(payment=payment, amount=self.amount, reason="", key=self.key, **self.facts)

    def send(self) -> None:
        for refund in queries.refunds_due(self.invoice):
            operations.note_refund_sent(refund=refund, sent_on=TODAY, **self.facts)

    def withdraw(self) -> None:
        for refund in queries.refunds_due(self.invoice):
            operations.withdraw_refund(refund=refund, **self.facts)

    def cancel(self) -> None:
        operations.cancel_invoice(invoice=self.invoice, **self.facts)

    def reinstate(self) -> None:
        operations.reinstate_invoice(invoice=self.invoice, **self.facts)

    def _with_credit(self) -> list[Payment]:
        theirs = session.scalars(select(Payment).where(Payment.organization_id == self.payer.id)).all()
        return [payment for payment in theirs if queries.unallocated(payment)][:1]


MOVES = (
    Till.come, Till.more, Till.part, Till.use, Till.fee, Till.refund, Till.back, Till.send, Till.withdraw, Till.cancel,
    Till.reinstate,
)  # fmt: skip


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(st.tuples(st.sampled_from(MOVES), st.integers(1, 40_000)), max_size=14))
def test_inv6_to_inv9_any_sequence_keeps_every_yen(
    made: Builder, moves: list[tuple[Callable[[Till], None], int]]
) -> None:
    made.issuer()
    with made.deed():
        payer = a_payer(now=NOW)
    invoices = [made.invoice(seats(number), organization=payer, now=NOW).id for number in (1, 3)]
    for number, (move, amount) in enumerate(moves):
        try:
            with transaction():
                move(Till(payer.id, invoices[amount % 2], f"{payer.reference}-{number}", amount))
        except Refusal:
            session.rollback()
        assert queries.violations(now=NOW) == [], (move.__name__, number)
