"""Several people and machines at once, on real databases: threads that start together, each in its own transaction."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from flask import Flask
from sqlalchemy import func, select

from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session, transaction
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.yen import Yen
from courses_app.payments import operations, queries
from courses_app.payments.models import Invoice, Payment, PaymentMethod, Provider, Refund, StripeEvent
from courses_app.payments.rules import AlreadyPaid, RefundTooHigh
from tests.payments.conftest import NOW, TODAY, Builder
from tests.payments.making import receive_whole
from tests.payments.test_checkouts import an_event

Result = TypeVar("Result")


def together(app: Flask, deeds: list[Callable[[], Result]], *, at_once: int) -> list[Result | Refusal]:
    """What each deed gave or was refused with; `at_once` of them begin at the same moment."""
    barrier = threading.Barrier(at_once)

    def one(deed: Callable[[], Result]) -> Result | Refusal:
        barrier.wait(timeout=30)
        with app.app_context():
            try:
                with transaction():
                    return deed()
            except Refusal as refusal:
                return refusal
            finally:
                session.remove()

    with ThreadPoolExecutor(at_once) as pool:
        return list(pool.map(one, deeds))


def receiving(invoice_id: int, external_id: str) -> Callable[[], int]:
    def deed() -> int:
        return receive_whole(
            session.get_one(Invoice, invoice_id), provider=Provider.BANK_TRANSFER, external_id=external_id,
            amount=Yen(34_500), received_on=TODAY, payer="", by=SYSTEM, now=NOW,
        ).id  # fmt: skip

    return deed


def test_r16_two_staff_record_the_same_money_together(made: Builder) -> None:
    invoice = made.invoice(now=NOW)
    given = together(made.app, [receiving(invoice.id, "a")] * 4, at_once=2)
    assert len(set(given)) == 1
    assert session.scalar(select(func.count()).select_from(Payment)) == 1
    assert queries.violations(now=NOW) == []


def test_r16_or_each_under_another_name(made: Builder) -> None:
    invoice = made.invoice(now=NOW)
    given = together(made.app, [receiving(invoice.id, name) for name in "abcd"], at_once=4)
    assert sorted(type(result) is AlreadyPaid for result in given) == [False, True, True, True]
    assert session.scalar(select(func.count()).select_from(Payment)) == 1
    assert queries.violations(now=NOW) == []


def test_r10_the_same_webhook_ten_times_five_at_once(made: Builder) -> None:
    def deed() -> int:
        return operations.store_event(event=an_event(), now=NOW).id

    given = together(made.app, [deed] * 10, at_once=5)
    assert len(set(given)) == 1
    assert session.scalar(select(func.count()).select_from(StripeEvent)) == 1


def test_r24_refunds_at_once_never_pass_what_was_received(made: Builder) -> None:
    invoice = made.paid_invoice(now=NOW)

    def refunding(key: str) -> Callable[[], int]:
        def deed() -> int:
            found = session.get_one(Invoice, invoice.id)
            refunds = operations.owe_refund(
                invoice=found, amount=Yen(20_000), reason="test", key=key, by=SYSTEM, now=NOW
            )
            return refunds[0].amount

        return deed

    given = together(made.app, [refunding(key) for key in "abcd"], at_once=4)
    assert sorted(type(result) is RefundTooHigh for result in given) == [False, True, True, True]
    assert session.scalar(select(func.sum(Refund.amount))) == 20_000
    assert queries.violations(now=NOW) == []


def test_r19_cancelling_and_paying_at_once_keeps_the_money_in_sight(made: Builder) -> None:
    for number in range(5):
        invoice = made.invoice(now=NOW)

        def cancelling(invoice_id: int = invoice.id) -> int:
            operations.cancel_invoice(invoice=session.get_one(Invoice, invoice_id), by=SYSTEM, now=NOW)
            return 0

        together(made.app, [cancelling, receiving(invoice.id, f"t{number}")], at_once=2)
        assert queries.received(invoice) == 34_500
        assert queries.balance(invoice) in (0, 34_500)  # paid then cancelled, or cancelled and held as a matter
    assert queries.violations(now=NOW) == []


def test_r09_two_tabs_intend_one_checkout(made: Builder) -> None:
    invoice = made.invoice(method=PaymentMethod.STRIPE, now=NOW)

    def deed() -> str:
        found = session.get_one(Invoice, invoice.id)
        return operations.intend_checkout(
            invoice=found, language="ja", expires_at=NOW, by=SYSTEM, now=NOW
        ).idempotency_key

    assert len(set(together(made.app, [deed] * 4, at_once=4))) == 1
