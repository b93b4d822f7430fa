"""Money owed, received and given back, on both databases."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from courses_app.accounts.models import Person
from courses_app.foundation.audit import SYSTEM, Actor, ActorKind, AuditEntry
from courses_app.foundation.db import session, transaction
from courses_app.foundation.matters import Matter
from courses_app.foundation.outbox import OutboxMessage
from courses_app.foundation.references import new_reference
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.yen import TaxCategory, Yen
from courses_app.payments import operations, queries
from courses_app.payments.models import (
    Invoice,
    LedgerEntry,
    LedgerTransaction,
    PaperKind,
    PaperRequest,
    PaymentMethod,
    Provider,
    RefundStatus,
    TaxRate,
)
from courses_app.payments.rules import (
    AlreadyPaid,
    AlreadyRefunded,
    AmountDiffers,
    RecordedElsewhere,
    RefundTooHigh,
)
from tests.payments.conftest import NOW, TODAY, Builder
from tests.payments.making import receive_whole, seats


def owe(invoice: Invoice, amount: int, key: str = "k") -> None:
    with transaction():
        operations.owe_refund(invoice=invoice, amount=Yen(amount), reason="test", key=key, by=SYSTEM, now=NOW)


def cancel(invoice: Invoice) -> None:
    with transaction():
        operations.cancel_invoice(invoice=invoice, by=SYSTEM, now=NOW)


def reinstate(invoice: Invoice) -> None:
    with transaction():
        operations.reinstate_invoice(invoice=invoice, by=SYSTEM, now=NOW)


def accounts(invoice: Invoice) -> dict[str, int]:
    """Debits less credits of each account that moved in whatever concerns the invoice."""
    concerned = select(LedgerEntry.transaction_id).where(LedgerEntry.invoice_id == invoice.id)
    side = func.sum(LedgerEntry.debit - LedgerEntry.credit)
    moved = select(LedgerEntry.account, side).where(LedgerEntry.transaction_id.in_(concerned))
    return {account.value: int(sum_) for account, sum_ in session.execute(moved.group_by(LedgerEntry.account)) if sum_}


def open_matters() -> list[str]:
    return list(session.scalars(select(Matter.kind).where(Matter.settled_at.is_(None)).order_by(Matter.kind)))


# ---- Billing ----------------------------------------------------------------------------------------------------


def test_inv6_an_invoice_adds_up_and_is_owed(made: Builder) -> None:
    invoice = made.invoice(seats(3), seats(1, 5_000, TaxCategory.OUT_OF_SCOPE), now=NOW)
    found = queries.invoice_of(invoice.reference)
    assert found is not None
    assert found.total == 39_500
    assert [(part.percent, part.amount, part.tax) for part in found.taxes] == [(10, 34_500, 3_136), (0, 5_000, 0)]
    assert [line.position for line in found.lines] == [1, 2]
    assert accounts(invoice) == {"receivable": 39_500, "revenue": -39_500}
    assert queries.balance(invoice) == -39_500
    assert not queries.is_paid(invoice)
    assert queries.violations(now=NOW) == []


def test_a_free_invoice_owes_nothing_and_is_paid(made: Builder) -> None:
    invoice = made.invoice(seats(2, 0), method=PaymentMethod.NONE, now=NOW)
    assert accounts(invoice) == {}
    assert queries.is_paid(invoice)
    with pytest.raises(AlreadyPaid):
        made.payment(invoice, provider=Provider.BANK_TRANSFER, amount=Yen(0), now=NOW)
    assert queries.violations(now=NOW) == []


def test_an_invoice_without_lines_or_with_an_unknown_rate_is_refused(made: Builder) -> None:
    with pytest.raises(ValueError, match="line"):
        made.invoice(now=NOW, lines=())
    with pytest.raises(LookupError):
        made.invoice(now=NOW, supplied_on=date(1980, 1, 1))


def test_the_rate_is_that_of_the_course_day(made: Builder) -> None:
    made.issuer()
    with transaction():
        session.add(TaxRate(category=TaxCategory.TAXABLE_10, percent=12, from_on=date(2027, 4, 1)))
    assert made.invoice(seats(1, 11_200), now=NOW).taxes[0].tax == 1_018
    assert made.invoice(seats(1, 11_200), now=NOW, supplied_on=date(2027, 4, 1)).taxes[0].tax == 1_200


# ---- Receiving --------------------------------------------------------------------------------------------------


def test_money_settles_its_invoice(made: Builder) -> None:
    invoice = made.paid_invoice(now=NOW)
    assert queries.is_paid(invoice)
    assert queries.balance(invoice) == 0
    assert accounts(invoice) == {"cash": 34_500, "revenue": -34_500}
    by_card = made.paid_invoice(now=NOW, method=PaymentMethod.STRIPE)
    assert accounts(by_card) == {"stripe_balance": 34_500, "revenue": -34_500}
    assert queries.violations(now=NOW) == []


def test_inv9_the_same_payment_is_recorded_once(made: Builder) -> None:
    invoice = made.invoice(now=NOW)
    first = made.payment(invoice, external_id="a", now=NOW)
    again = made.payment(invoice, external_id="a", payer="another", now=NOW + timedelta(days=1))
    assert (again.id, again.payer, again.recorded_at) == (first.id, first.payer, first.recorded_at)
    other = made.invoice(now=NOW)
    with pytest.raises(RecordedElsewhere):
        made.payment(other, external_id="a", now=NOW)
    assert made.payment(other, external_id="a", provider=Provider.STRIPE, now=NOW).id != first.id


def test_r16_the_second_learns_when_and_by_whom(made: Builder) -> None:
    with made.deed():
        clerk = Person(
            reference=new_reference("P"), family_name="佐藤", given_name="葵", family_name_kana="サトウ",
            search_key="", created_at=NOW,
        )  # fmt: skip
        session.add(clerk)
    invoice = made.invoice(now=NOW)
    with transaction():
        receive_whole(
            invoice, provider=Provider.BANK_TRANSFER, external_id="a", amount=invoice.total,
            received_on=TODAY, payer="", by=Actor(ActorKind.PERSON, clerk.id), now=NOW,
        )  # fmt: skip
    with pytest.raises(AlreadyPaid, match="2026年10月1日（木）12:00に佐藤 葵が") as caught:
        made.payment(invoice, external_id="b", now=NOW)
    assert (caught.value.at, caught.value.by) == (NOW, "佐藤 葵")


@pytest.mark.parametrize("amount", [34_499, 34_501, 0, -34_500, 69_000])
def test_s24_another_amount_is_not_recorded(made: Builder, amount: int) -> None:
    invoice = made.invoice(now=NOW)
    with pytest.raises(AmountDiffers) as caught:
        made.payment(invoice, amount=Yen(amount), now=NOW)
    assert (caught.value.expected, caught.value.got, caught.value.field) == (34_500, amount, "amount")
    assert queries.received(invoice) == 0


# ---- Cancelling, late money, giving back ------------------------------------------------------------------------


def test_a_cancelled_invoice_is_owed_no_longer(made: Builder) -> None:
    invoice = made.invoice(now=NOW)
    cancel(invoice)
    cancel(invoice)
    assert accounts(invoice) == {}
    assert session.scalar(select(func.count()).select_from(LedgerTransaction)) == 2
    assert queries.violations(now=NOW) == []


def test_r07_late_money_is_recorded_and_a_matter_until_it_is_owed_again(made: Builder) -> None:
    invoice = made.invoice(now=NOW)
    cancel(invoice)
    made.payment(invoice, now=NOW)
    assert queries.balance(invoice) == 34_500
    assert open_matters() == ["money_held"]
    reinstate(invoice)
    reinstate(invoice)
    assert open_matters() == []
    assert accounts(invoice) == {"cash": 34_500, "revenue": -34_500}
    assert queries.violations(now=NOW) == []


def test_r07_or_until_it_is_given_back(made: Builder) -> None:
    invoice = made.invoice(now=NOW)
    cancel(invoice)
    made.payment(invoice, now=NOW)
    owe(invoice, 34_500)
    assert open_matters() == ["refund_due"]
    assert accounts(invoice) == {"cash": 34_500, "refunds_payable": -34_500}
    with pytest.raises(AlreadyRefunded):
        reinstate(invoice)
    assert queries.violations(now=NOW) == []


def test_r19_cancelled_after_payment_the_money_goes_back_out_of_revenue(made: Builder) -> None:
    invoice = made.paid_invoice(now=NOW)
    cancel(invoice)
    owe(invoice, 34_500)
    assert accounts(invoice) == {"cash": 34_500, "refunds_payable": -34_500}
    refund = queries.open_refunds().rows[0]
    for _ in range(2):
        with transaction():
            operations.note_refund_sent(refund=refund, sent_on=TODAY, by=SYSTEM, now=NOW)
    assert accounts(invoice) == {}
    assert queries.open_refunds().total == 0
    assert open_matters() == []
    assert session.scalars(select(OutboxMessage.kind)).all() == []  # it goes with the return invoice
    assert session.scalars(select(PaperRequest.kind)).all() == [PaperKind.RETURN_INVOICE]
    assert queries.violations(now=NOW) == []


def test_inv8_no_more_goes_back_than_came(made: Builder) -> None:
    invoice = made.paid_invoice(now=NOW)
    owe(invoice, 20_000, "first")
    owe(invoice, 20_000, "first")  # the same cause, the same refund
    assert queries.refunded(invoice) == 20_000
    for amount in (14_501, 0, -1):
        with pytest.raises(RefundTooHigh):
            owe(invoice, amount, "second")
    owe(invoice, 14_500, "second")
    unpaid = made.invoice(now=NOW)
    with pytest.raises(RefundTooHigh):
        owe(unpaid, 1, "third")
    assert queries.violations(now=NOW) == []


def test_inv8_a_half_sent_refund_stays_before_the_office(made: Builder) -> None:
    invoice = made.paid_invoice(now=NOW)
    owe(invoice, 10_000, "a")
    owe(invoice, 10_000, "b")
    first = queries.refund_of("a")
    assert first is not None
    with transaction():
        operations.note_refund_sent(refund=first, sent_on=TODAY, by=SYSTEM, now=NOW)
    assert first.status is RefundStatus.SENT
    assert open_matters() == ["refund_due"]
    assert queries.violations(now=NOW) == []


def test_inv13_every_change_of_money_has_its_audit_row(made: Builder) -> None:
    invoice = made.paid_invoice(now=NOW)
    owe(invoice, 100)
    cancel(invoice)
    actions = select(AuditEntry.action).where(AuditEntry.subject_reference == invoice.reference).order_by(AuditEntry.id)
    told = ["invoice.billed", "payment.received", "refund.owed", "matter.opened", "invoice.cancelled"]
    assert session.scalars(actions).all() == told


# ---- The invariants, whatever the order -------------------------------------------------------------------------

MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("receive"), st.integers(1, 3)),
        st.tuples(st.just("refund"), st.integers(1, 40_000)),
        st.tuples(st.just("send"), st.just(0)),
        st.tuples(st.just("cancel"), st.just(0)),
        st.tuples(st.just("reinstate"), st.just(0)),
    ),
    max_size=9,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(price=st.integers(0, 20_000), moves=MOVES)
def test_inv6_to_9_hold_after_any_sequence(made: Builder, price: int, moves: list[tuple[str, int]]) -> None:
    invoice = made.invoice(seats(2, price), now=NOW)
    for position, (move, number) in enumerate(moves):
        try:
            with transaction():
                _do(move, number, invoice, f"{invoice.reference}-{position}")
        except Refusal:
            pass
        assert queries.violations(now=NOW) == []
        assert 0 <= queries.refunded(invoice) <= queries.received(invoice) <= invoice.total
    debit, credit = session.execute(select(func.sum(LedgerEntry.debit), func.sum(LedgerEntry.credit))).one()
    assert debit == credit


def _do(move: str, number: int, invoice: Invoice, key: str) -> None:
    if move == "receive":
        receive_whole(
            invoice, provider=Provider.BANK_TRANSFER, external_id=f"{invoice.reference}-{number}",
            amount=invoice.total, received_on=TODAY, payer="", by=SYSTEM, now=NOW,
        )  # fmt: skip
    elif move == "refund":
        operations.owe_refund(invoice=invoice, amount=Yen(number), reason="test", key=key, by=SYSTEM, now=NOW)
    elif move == "send":
        for refund in queries.refunds_due(invoice):
            operations.note_refund_sent(refund=refund, sent_on=TODAY, by=SYSTEM, now=NOW)
    elif move == "cancel":
        operations.cancel_invoice(invoice=invoice, by=SYSTEM, now=NOW)
    else:
        operations.reinstate_invoice(invoice=invoice, by=SYSTEM, now=NOW)
