"""What stands on invoices and receipts, read back from their PDFs."""

from __future__ import annotations

import io
import re

import pytest
from pypdf import PdfReader

from courses_app.foundation.yen import TaxCategory
from courses_app.payments import documents
from courses_app.payments.models import Invoice, PaymentMethod
from tests.payments.conftest import NOW, TODAY, Builder
from tests.payments.making import seats


def words(pdf: bytes) -> str:
    """All the text, white space taken out."""
    return re.sub(r"\s+", "", "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages))


def invoice_words(invoice: Invoice) -> str:
    return words(documents.invoice_pdf(invoice, number="2026-000001", today=TODAY, now=NOW))


def test_d17_an_invoice_has_every_field_of_a_qualified_invoice(made: Builder) -> None:
    lines = (
        seats(3, details=("東京会場（R-7K4MQ9XHA）", "髙﨑 𠮷郎、渡邉󠄁 花子、葛󠄀城 一")),
        seats(1, 5_000, TaxCategory.OUT_OF_SCOPE),
    )
    said = invoice_words(made.invoice(*lines, now=NOW, order_reference="B-7K4MQ9XHA"))
    for expected in (
        "一般財団法人国際研修教育機構（デモ）", "T8999900000001", "2026-000001", "2026年10月1日", "B-7K4MQ9XHA",
        "東都国際事業協同組合御中", "監理責任者等講習", "2026年12月1日", "3名", "¥11,500", "10%対象¥34,500¥3,136",
        "対象外¥5,000", "¥39,500", "2026年10月13日（火）", "みほん銀行", "本店営業部（001）", "普通", "0012345",
        "B7K4MQ9XHA", "ザイ）コクサイケンシユウキヨウイクキコウ", "振込手数料", "髙﨑𠮷郎、渡邉󠄁花子、葛󠄀城一",
    ):  # fmt: skip
        assert expected in said, expected


def test_an_invoice_paid_by_card_asks_for_no_transfer(made: Builder) -> None:
    said = invoice_words(made.paid_invoice(now=NOW, method=PaymentMethod.STRIPE))
    assert "2026年10月1日にクレジットカードでお支払いいただきました。お振込は不要です。" in said
    assert "みほん銀行" not in said
    assert "お支払期限" not in said


def test_an_invoice_for_readers_of_english_says_how_to_transfer_in_english(made: Builder) -> None:
    said = invoice_words(made.invoice(now=NOW, language="en", subject="Course for Supervision Managers"))
    assert "Pleaseenterthebookingnumbershownontheinvoice" in said
    assert "anybanktransferfeeisbornebythepersonmakingthetransfer" in said


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("山田商店", "山田商店御中"),
        ("山田商店 御中", "山田商店御中"),
        ("山田　太郎　様", "山田太郎様"),
    ],
)
def test_the_honorific_stands_once(made: Builder, typed: str, printed: str) -> None:
    said = invoice_words(made.invoice(now=NOW, addressee=typed))
    assert printed in said
    assert "御中御中" not in said


def test_a_receipt_says_who_paid_what_for_what_and_how(made: Builder) -> None:
    invoice = made.paid_invoice(now=NOW, order_reference="B-7K4MQ9XHA")
    said = words(documents.receipt_pdf(invoice, number="R-2026-000001", today=TODAY, now=NOW))
    for expected in (
        "領収書", "R-2026-000001", "東都国際事業協同組合御中", "¥34,500", "（2026年12月1日東京会場）受講料として",
        "2026年10月1日（木）", "銀行振込", "10%対象¥34,500¥3,136", "T8999900000001", "B-7K4MQ9XHA",
    ):  # fmt: skip
        assert expected in said, expected
    assert "再発行" not in said
