"""The same payment recorded for several invoices at the same moment: one gets it, the others read where it went."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import func, select

from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import in_transaction, session
from courses_app.payments import queries
from courses_app.payments.models import Payment, Provider
from courses_app.payments.rules import RecordedElsewhere
from tests.accounts.test_at_once import at_once
from tests.payments.conftest import Builder
from tests.payments.making import receive_whole

HANDS = 4


def test_inv9_one_transfer_for_several_invoices_at_once(app: Flask) -> None:
    with app.app_context():
        make = Builder(app)
        make.issuer()
        references = [make.invoice(now=clock.now()).reference for _ in range(HANDS)]

    def receive(hand: int) -> object:
        def work() -> Payment:
            invoice = queries.invoice_of(references[hand])
            assert invoice is not None
            return receive_whole(
                invoice, provider=Provider.BANK_TRANSFER, external_id="one transfer",
                amount=invoice.total, received_on=clock.today(), payer="", by=SYSTEM, now=clock.now(),
            )  # fmt: skip

        return in_transaction(work)

    answers = [type(answer) for answer in at_once(app, receive, hands=HANDS)]
    assert sorted(answers, key=str) == sorted([Payment, *[RecordedElsewhere] * (HANDS - 1)], key=str)
    with app.app_context():
        assert session.scalar(select(func.count(Payment.id))) == 1
        assert queries.violations(now=clock.now()) == []
