"""What is asked about money: lists for the office, the institution of a day, and the check of all promises."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session, transaction
from courses_app.foundation.numbering import next_number
from courses_app.foundation.yen import Yen
from courses_app.payments import imports, operations, queries
from courses_app.payments.models import Invoice, Issuer, PaymentMethod
from tests.payments.conftest import NOW, TODAY, Builder
from tests.payments.making import seats
from tests.triggers import asleep


def test_unpaid_invoices_are_found_by_what_stands_on_a_statement(made: Builder) -> None:
    invoice = made.invoice(now=NOW, order_reference="B-7K4MQ9XHA")
    made.paid_invoice(now=NOW)
    cancelled = made.invoice(now=NOW)
    with transaction():
        operations.cancel_invoice(invoice=cancelled, by=SYSTEM, now=NOW)
    made.invoice(seats(1, 0), now=NOW)
    for search in ("", "B7K4MQ9XHA", "b-7k4mq9xha", "東都国際", "34,500", "￥３４５００", invoice.reference):
        assert [row.reference for row in queries.unpaid(1, search).rows] == [invoice.reference], search
    for search in ("34501", "B-XXXXXXXXX", "西都", "%"):
        assert queries.unpaid(1, search).total == 0, search
    assert queries.unpaid(1, method=PaymentMethod.STRIPE).total == 0
    assert queries.invoices(1, amount=Yen(34_500)).total == 3


def test_the_issuer_of_a_day_loads_once(made: Builder) -> None:
    with transaction():
        assert imports.load(by=SYSTEM, now=NOW) == 11  # the issuer, three tax rates, four layouts, three steps
    with transaction():
        assert imports.load(by=SYSTEM, now=NOW) == 0
    issuer = queries.issuer_on(TODAY)
    assert queries.institution_on(TODAY)["registration_number"] == "T8999900000001"
    assert issuer.bank_account["holder_kana"] == "ザイ）コクサイケンシユウキヨウイクキコウ"
    with pytest.raises(LookupError):
        queries.issuer_on(date(1980, 1, 1))
    with transaction():
        same = {column.key: getattr(issuer, column.key) for column in Issuer.__table__.columns if column.key != "id"}
        session.add(Issuer(**{**same, "from_on": date(2027, 1, 1), "phone": "03-9999-0000"}))
    assert queries.issuer_on(date(2026, 12, 31)).phone == "03-0000-0100"
    assert queries.issuer_on(date(2027, 1, 1)).phone == "03-9999-0000"


# ---- The check sees what the operations would never do -----------------------------------------------------------


def broken(invoice: Invoice, statement: str) -> list[str]:
    """What the check says after somebody wrote this by hand."""
    with transaction():
        asleep("payments", "allocations")
        session.execute(text(statement), {"id": invoice.id})
    return queries.violations(now=NOW + timedelta(days=1))


ITS = "id IN (SELECT payment_id FROM allocations WHERE invoice_id = :id)"
OTHER = "(SELECT MAX(id) FROM organizations)"
BORNE = "source = 'bank_fee', payment_id = NULL"


@pytest.mark.parametrize(
    ("statement", "code", "words"),
    [
        ("UPDATE invoices SET total = total + 1 WHERE id = :id", "INV-6", "sum of its lines"),
        ("UPDATE invoice_lines SET tax_category = 'exempt' WHERE invoice_id = :id", "INV-6", "a category's total"),
        ("UPDATE invoice_taxes SET amount = amount - 1 WHERE invoice_id = :id", "INV-6", "don't add up"),
        ("UPDATE invoice_taxes SET tax = 3135 WHERE invoice_id = :id", "INV-6", "rounded once"),
        (
            "INSERT INTO ledger_transactions (key, at, booked_on, kind)"
            " SELECT 'x', '2026-10-01', '2026-10-01', 'x' WHERE :id > 0",
            "INV-7",
            "x",
        ),
        ("UPDATE invoices SET reference = 'Q-OTHER' WHERE id = :id", "INV-7", "never posted"),
        (f"UPDATE payments SET amount = amount - 1 WHERE {ITS}", "INV-8", "it and the ledger differ"),
        (f"UPDATE payments SET amount = amount - 1 WHERE {ITS}", "INV-8", "more than it brought"),
        (f"UPDATE payments SET amount = amount + 1 WHERE {ITS}", "INV-8", "its credit and the ledger differ"),
        (f"UPDATE payments SET organization_id = {OTHER} WHERE {ITS}", "INV-8", "of another organization"),
        ("UPDATE allocations SET amount = amount + 1 WHERE invoice_id = :id", "INV-8", "more is settled"),
        (f"UPDATE allocations SET {BORNE} WHERE invoice_id = :id", "INV-8", "without money, and the ledger differs"),
        ("UPDATE refunds SET amount = 99999 WHERE invoice_id = :id", "INV-8", "more was refunded"),
        ("UPDATE refunds SET amount = amount - 1 WHERE invoice_id = :id", "INV-8", "still owed and ledger differ"),
        ("DELETE FROM allocations WHERE invoice_id = :id", "INV-8", "less what is settled"),
        ("UPDATE matters SET settled_at = '2026-10-01' WHERE :id > 0", "INV-8", "no matter is open"),
    ],
)
def test_the_check_names_the_invoice_and_the_promise(made: Builder, statement: str, code: str, words: str) -> None:
    invoice = made.paid_invoice(now=NOW)
    made.invoice(now=NOW)  # of another organization
    with transaction():
        operations.owe_refund(invoice=invoice, amount=Yen(500), reason="test", key="k", by=SYSTEM, now=NOW)
    assert queries.violations(now=NOW) == []
    assert any(line.startswith(code) and words in line for line in broken(invoice, statement))


def test_inv8_a_cancelled_invoice_still_owed_or_with_money_is_seen(made: Builder) -> None:
    invoice = made.invoice(now=NOW)
    assert "it is cancelled and still owed" in " ".join(
        broken(invoice, "UPDATE invoices SET cancelled_at = '2026-10-01' WHERE id = :id")
    )
    late = made.invoice(now=NOW)
    with transaction():
        operations.cancel_invoice(invoice=late, by=SYSTEM, now=NOW)
    made.payment(late, now=NOW)
    said = broken(late, "UPDATE matters SET settled_at = '2026-10-01' WHERE :id > 0")
    assert "money is held without being owed" in " ".join(said)


def test_a_number_without_its_paper_is_seen(made: Builder) -> None:
    with transaction():
        next_number("invoice:2026")
        next_number("receipt:2026")
    assert [line.split(":")[0] for line in queries.violations(now=NOW)] == ["numbers invoice", "numbers receipt"]
