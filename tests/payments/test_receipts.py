"""Receipts in parts and once more, corrected invoices and return invoices: new papers, the old ones stay (D-17)."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as some
from pypdf import PdfReader
from sqlalchemy import select

from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session, transaction
from courses_app.foundation.outbox import OutboxMessage
from courses_app.foundation.yen import TaxCategory, Yen
from courses_app.payments import operations, queries, tasks
from courses_app.payments.models import Invoice, Paper, PaperKind, Series
from courses_app.payments.rules.papers import PaperNotReady, SumDiffers
from courses_app.payments.rules.receipts import NothingChanged, ReceiptPart, spread
from tests.payments.conftest import NOW, TODAY, Builder
from tests.payments.making import seats


def run() -> int:
    return tasks.run_due(clock=lambda: NOW)


def paid(made: Builder, *lines: object) -> Invoice:
    invoice = made.paid_invoice(*lines, now=NOW)  # type: ignore[arg-type]
    run()
    return invoice


def words(paper: Paper) -> str:
    pages = PdfReader(io.BytesIO(paper.document.content)).pages
    return re.sub(r"\s+", "", "".join(page.extract_text() for page in pages))


def part(amount: int, addressee: str = "東都国際事業協同組合", for_what: str = "") -> ReceiptPart:
    return ReceiptPart(addressee, for_what, Yen(amount))


def split(invoice: Invoice, *parts: ReceiptPart, token: str = "t") -> None:
    with transaction():
        operations.split_receipt(invoice=invoice, parts=parts, form_token=token, by=SYSTEM, now=NOW)


def standing(invoice: Invoice) -> dict[str, Paper]:
    return {paper.number: paper for paper in queries.standing_papers(invoice, Series.RECEIPT)}


def test_a_receipt_in_parts_replaces_the_whole_one_and_adds_up(made: Builder) -> None:
    invoice = paid(made)
    split(invoice, part(11_500, for_what="髙﨑 𠮷郎様 受講料"), part(23_000, "東都国際事業協同組合 大阪支部"))
    split(invoice, part(11_500), part(23_000))  # the same form: nothing more
    assert run() == 2
    now = standing(invoice)
    assert list(now) == ["R-2026-000002", "R-2026-000003"]
    assert sum(paper.amount for paper in now.values()) == invoice.total
    said = words(now["R-2026-000002"])
    for expected in ("髙﨑𠮷郎様受講料", "¥11,500", "¥1,045", "領収書R-2026-000001に代わるものです"):
        assert expected in said, expected
    rows = {paper.number: replaced for paper, replaced in queries.papers_of(invoice)}
    assert rows == {"2026-000001": False, "R-2026-000001": True, "R-2026-000002": False, "R-2026-000003": False}
    assert queries.violations(now=NOW) == []


def test_parts_that_are_not_what_was_paid_are_refused(made: Builder) -> None:
    invoice = paid(made)
    for amounts in ((34_499,), (34_500, 1), (34_500, 0), (40_000, -5_500)):
        with pytest.raises(SumDiffers):
            split(invoice, *(part(amount) for amount in amounts))
    assert run() == 0


def test_nothing_is_split_before_there_is_a_receipt_or_while_others_are_printed(made: Builder) -> None:
    invoice = made.paid_invoice(now=NOW)
    with pytest.raises(PaperNotReady):
        split(invoice, part(34_500))
    run()
    split(invoice, part(34_500))
    with pytest.raises(PaperNotReady):
        split(invoice, part(34_500), token="another")


def test_a_second_print_keeps_its_number_and_is_counted(made: Builder) -> None:
    invoice = paid(made)
    for count in (1, 2):
        with transaction():
            paper = queries.paper_of("R-2026-000001")
            assert paper is not None
            operations.reprint_receipt(paper=paper, form_token=str(count), by=SYSTEM, now=NOW)
        assert run() == 1
    copies = session.scalars(select(Paper).where(Paper.number == "R-2026-000001").order_by(Paper.copy)).all()
    assert [paper.copy for paper in copies] == [1, 2, 3]
    assert "再発行（2回目）" in words(copies[2])
    assert "再発行" not in words(copies[0])
    assert len(standing(invoice)) == 1
    assert queries.violations(now=NOW) == []


def test_a_corrected_invoice_says_what_it_replaces_and_what_changed(made: Builder) -> None:
    invoice = paid(made)
    lines = [{"description": "監理責任者等講習 受講料", "details": ["大阪会場"]}]
    with transaction():
        operations.correct_invoice(
            invoice=invoice, addressee="髙﨑商事株式会社", subject=invoice.subject, lines=lines, by=SYSTEM, now=NOW
        )
    assert run() == 1
    (now,) = queries.standing_papers(invoice, Series.INVOICE)
    assert (now.number, now.kind, now.amount) == ("2026-000002", PaperKind.CORRECTED_INVOICE, invoice.total)
    said = words(now)
    for expected in (
        "修正請求書",
        "請求番号2026-000001の請求書を修正したもの",
        "髙﨑商事株式会社御中",
        "大阪会場",
        "10%対象¥34,500¥3,136",
    ):
        assert expected in said, expected
    mail = session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()[-1]
    assert (mail.kind, "差し替え" in mail.body) == ("payments/paper_issued", True)
    with pytest.raises(NothingChanged), transaction():
        operations.correct_invoice(
            invoice=invoice, addressee="髙﨑商事株式会社", subject=invoice.subject, lines=lines, by=SYSTEM, now=NOW
        )
    assert queries.violations(now=NOW) == []


def test_d17_a_refund_has_its_return_invoice_with_every_field(made: Builder) -> None:
    invoice = paid(made)
    with transaction():
        (refund,) = operations.owe_refund(
            invoice=invoice, amount=Yen(8_050), reason="test", key="k", by=SYSTEM, now=NOW
        )
    kept = [{"words": "取消料（30％）", "tax": "out_of_scope", "amount": 3_450}]
    for _ in range(2):
        with transaction():
            operations.note_refund_sent(refund=refund, sent_on=TODAY, kept=kept, by=SYSTEM, now=NOW)
    assert queries.violations(now=NOW) == []
    assert run() == 1
    paper = queries.paper_of("H-2026-000001")
    assert paper is not None
    said = words(paper)
    for expected in (
        "適格返還請求書", "T8999900000001", "2026年10月1日（木）", "2026年12月1日（火）", "監理責任者等講習",
        "2026-000001", "10%対象¥11,500¥1,045", "取消料（30％）不課税（損害賠償金）−¥3,450", "¥8,050",
    ):  # fmt: skip
        assert expected in said, expected
    assert queries.kept_by_category(invoice) == {TaxCategory.TAXABLE_10: 23_000, TaxCategory.OUT_OF_SCOPE: 3_450}
    split(invoice, part(26_450))  # the receipt after a partial refund
    run()
    ((_number, receipt),) = standing(invoice).items()
    assert receipt.amount == 26_450
    assert "10%対象¥23,000¥2,090" in words(receipt)


@given(
    some.dictionaries(some.sampled_from(TaxCategory), some.integers(1, 300_000), min_size=1),
    some.lists(some.integers(1, 99), min_size=1, max_size=9),
)
def test_d17_parts_of_a_receipt_place_every_yen_of_every_category(
    sums: dict[TaxCategory, int], weights: list[int]
) -> None:
    whole = sum(sums.values())
    amounts = [whole * weight // sum(weights) for weight in weights]
    amounts[-1] += whole - sum(amounts)
    parts = [part(amount) for amount in amounts if amount]
    shares = spread(parts, {category: Yen(amount) for category, amount in sums.items()})
    assert [sum(share.values()) for share in shares] == [one.amount for one in parts]
    for category, amount in sums.items():
        assert sum(share.get(category, 0) for share in shares) == amount
    assert all(amount > 0 for share in shares for amount in share.values())


def test_a_receipt_of_two_categories_in_parts(made: Builder) -> None:
    invoice = paid(made, seats(2), seats(1, 5_000, TaxCategory.OUT_OF_SCOPE))
    split(invoice, part(14_000), part(14_000))
    run()
    assert [paper.amount for paper in standing(invoice).values()] == [14_000, 14_000]
