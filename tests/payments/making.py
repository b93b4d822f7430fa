"""Builds invoices and their money through the operations of the room."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import date, datetime
from itertools import count
from typing import Any

from sqlalchemy import exists, select

from courses_app.accounts.models import Organization, OrganizationKind
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session
from courses_app.foundation.references import new_reference
from courses_app.foundation.text import search_key
from courses_app.foundation.yen import TaxCategory, Yen
from courses_app.payments import imports, operations
from courses_app.payments.models import Invoice, Payment, PaymentMethod, Provider, TaxRate
from courses_app.payments.operations import LineFacts
from courses_app.payments.rules import bank_due_on, grace_until

COURSE_DAY = date(2026, 12, 1)
NAME = "東都国際事業協同組合"
PROVIDERS = {PaymentMethod.BANK_TRANSFER: Provider.BANK_TRANSFER, PaymentMethod.NONE: Provider.BANK_TRANSFER}
_transfers = count(1)


def seats(
    number: int = 3,
    price: int = 11_500,
    category: TaxCategory = TaxCategory.TAXABLE_10,
    details: tuple[str, ...] = ("東京会場（R-7K4MQ9XHA）",),
) -> LineFacts:
    """A line of some seats."""
    return LineFacts("監理責任者等講習", COURSE_DAY, number, Yen(price), category, details)


class MakePayments:
    """`make.issuer()`, `make.invoice()`, `make.paid_invoice()`."""

    def deed(self) -> AbstractContextManager[None]:  # given by Make
        raise NotImplementedError

    def issuer(self) -> None:
        """The institution and the tax rates of the data file."""
        with self.deed():
            if not session.scalar(select(exists().where(TaxRate.id.is_not(None)))):
                imports.load(by=SYSTEM, now=clock.now())

    def invoice(
        self,
        *lines: LineFacts,
        organization: Organization | None = None,
        method: PaymentMethod = PaymentMethod.BANK_TRANSFER,
        now: datetime | None = None,
        **changes: Any,
    ) -> Invoice:
        """An ordered invoice (three seats at ¥11,500, without a number); `changes` are arguments of `bill`."""
        self.issuer()
        now = now or clock.now()
        due_on = bank_due_on(clock.day_of(now), COURSE_DAY, 7) if method is PaymentMethod.BANK_TRANSFER else None
        facts: dict[str, Any] = {
            "addressee": NAME,
            "subject": "監理責任者等講習（2026年12月1日 東京会場）受講料",
            "lines": lines or (seats(),),
            "method": method,
            "language": "ja",
            "supplied_on": COURSE_DAY,
            "due_on": due_on,
            "grace_until_on": grace_until(due_on, 3) if due_on else None,
            "order_reference": new_reference("B"),
            **changes,
        }
        with self.deed():
            return operations.bill(organization=organization or a_payer(now=now), by=SYSTEM, now=now, **facts)

    def payment(self, invoice: Invoice, *, now: datetime | None = None, **changes: Any) -> Payment:
        """The money for an invoice, in full, by the invoice's method."""
        now = now or clock.now()
        facts: dict[str, Any] = {
            "provider": PROVIDERS.get(invoice.method, Provider.STRIPE),
            "external_id": f"transfer-{next(_transfers)}",
            "amount": invoice.total,
            "received_on": clock.day_of(now),
            "payer": "トウトコクサイジギヨウ（キヨウ",
            **changes,
        }
        with self.deed():
            return receive_whole(invoice, by=SYSTEM, now=now, **facts)

    def paid_invoice(self, *lines: LineFacts, now: datetime | None = None, **changes: Any) -> Invoice:
        """An invoice whose money has come."""
        invoice = self.invoice(*lines, now=now, **changes)
        self.payment(invoice, now=now)
        return invoice


def receive_whole(invoice: Invoice, *, provider: Provider, amount: Yen, **facts: Any) -> Payment:
    """Money for all that is owed of one invoice."""
    return operations.receive(
        organization=invoice.organization, provider=provider, method=PaymentMethod(provider.value), amount=amount,
        shares=[(invoice, amount)], whole=True, **facts,
    )  # fmt: skip


def a_payer(*, now: datetime, name: str = NAME) -> Organization:
    """An organization nobody signs in for: tests of money need no more."""
    organization = Organization(
        reference=new_reference("G"), name=name, name_kana="トウトコクサイジギョウキョウドウクミアイ",
        kind=OrganizationKind.SUPERVISING, postal_code="160-0023", prefecture="13",
        address="東京都新宿区西新宿99丁目8番1号 中央ビル10階", phone="03-0000-0000", contact_name="山田 太郎",
        contact_email="keiri@example.jp", search_key=search_key(name), created_at=now,
    )  # fmt: skip
    session.add(organization)
    session.flush()
    return organization
