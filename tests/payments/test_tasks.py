"""Numbers without gaps, papers and their mails: all three or none."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session, transaction
from courses_app.foundation.documents import StoredDocument
from courses_app.foundation.matters import Matter
from courses_app.foundation.numbering import NumberSeries
from courses_app.foundation.outbox import OutboxMessage
from courses_app.foundation.yen import Yen
from courses_app.payments import operations, queries, tasks
from courses_app.payments.models import Invoice, PaymentMethod
from courses_app.payments.operations import NumberTaken
from tests.payments.conftest import NOW, TODAY, Builder
from tests.payments.making import seats

NEVER_DRAWN = "\ue000"  # private use: what old systems keep unusual characters in


def run(now: datetime = NOW) -> int:
    return tasks.run_due(clock=lambda: now)


def again(invoice: Invoice) -> Invoice:
    return session.scalars(
        select(Invoice).where(Invoice.id == invoice.id).execution_options(populate_existing=True)
    ).one()


def numbers() -> list[str | None]:
    return list(session.scalars(select(Invoice.number).where(Invoice.number.is_not(None)).order_by(Invoice.number)))


def mails() -> list[OutboxMessage]:
    return list(session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))


def open_matters() -> list[str]:
    return list(session.scalars(select(Matter.kind).where(Matter.settled_at.is_(None)).order_by(Matter.id)))


def test_an_ordered_invoice_gets_number_paper_and_mail(made: Builder) -> None:
    invoice = made.invoice(now=NOW, order_reference="B-7K4MQ9XHA")
    assert run() == 1
    assert run() == 0
    issued = again(invoice)
    assert (issued.number, issued.issued_on, issued.receipt_number) == ("2026-000001", TODAY, None)
    assert issued.document is not None
    assert (issued.document.filename, issued.document.content[:5]) == ("invoice-2026-000001.pdf", b"%PDF-")
    (mail,) = mails()
    assert (mail.recipient, mail.document_ids) == ("keiri@example.jp", [issued.document_id])
    assert mail.subject == "【請求書】お支払いのお願い（申込番号 B-7K4MQ9XHA）"
    for expected in (
        "¥34,500（税込）", "2026年10月13日（火）", "みほん銀行（0000）　本店営業部（001）", "普通　0012345",
        "振込手数料", "番号を付けてください：B7K4MQ9XHA", "登録番号 T8999900000001",
    ):  # fmt: skip
        assert expected in mail.body, expected
    assert queries.violations(now=NOW) == []


def test_numbers_follow_the_order_and_begin_anew_each_year(made: Builder) -> None:
    late = datetime(2026, 12, 31, 14, 59, tzinfo=UTC)  # 23:59 in Tokyo
    second, first = made.invoice(now=NOW + timedelta(hours=1)), made.invoice(now=NOW)
    assert run(late) == 2
    third = made.invoice(now=late)
    assert run(late + timedelta(minutes=1)) == 1
    assert [again(one).number for one in (first, second, third)] == ["2026-000001", "2026-000002", "2027-000001"]
    assert again(third).issued_on == date(2027, 1, 1)
    assert queries.violations(now=NOW) == []


def test_a_paid_invoice_gets_its_receipt_in_a_series_of_its_own(made: Builder) -> None:
    invoice = made.invoice(now=NOW)
    run()
    made.payment(invoice, now=NOW)
    assert run() == 1
    paid = again(invoice)
    assert (paid.number, paid.receipt_number) == ("2026-000001", "R-2026-000001")
    mail = mails()[-1]
    assert (mail.kind, mail.document_ids) == ("payments/payment_received", [paid.receipt_document_id])
    assert "R-2026-000001" in mail.body
    assert run() == 0


def test_by_card_both_papers_come_in_one_mail_once_it_is_paid(made: Builder) -> None:
    invoice = made.invoice(now=NOW, method=PaymentMethod.STRIPE, language="en")
    assert run() == 0
    made.payment(invoice, now=NOW)
    assert run() == 2
    paid = again(invoice)
    (mail,) = mails()
    assert mail.document_ids == [paid.receipt_document_id, paid.document_id]
    assert mail.subject.startswith("Receipt: your payment for booking B-")
    assert "The receipt and the invoice are attached" in mail.body


def test_money_that_was_faster_than_the_invoice_is_not_asked_for_again(made: Builder) -> None:
    made.paid_invoice(now=NOW)
    assert run() == 2
    (mail,) = mails()
    assert mail.kind == "payments/payment_received"
    assert len(mail.document_ids) == 2
    assert "お振込の必要はありません" in mail.body


def test_free_cancelled_and_refunded_invoices_get_nothing(made: Builder) -> None:
    made.invoice(seats(2, 0), method=PaymentMethod.NONE, now=NOW)
    cancelled, given_back = made.invoice(now=NOW), made.paid_invoice(now=NOW)
    with transaction():
        operations.cancel_invoice(invoice=cancelled, by=SYSTEM, now=NOW)
        operations.owe_refund(invoice=given_back, amount=Yen(34_500), reason="test", key="k", by=SYSTEM, now=NOW)
    assert run() == 1  # the invoice of the refunded one, to which the notice of refund refers
    assert again(given_back).receipt_number is None
    assert numbers() == ["2026-000001"]


def test_what_cannot_be_printed_takes_no_number_and_holds_nobody_up(made: Builder) -> None:
    bad, good = made.invoice(now=NOW, addressee=f"山{NEVER_DRAWN}商店"), made.invoice(now=NOW)
    assert run() == 1
    assert (again(bad).number, again(good).number) == (None, "2026-000001")
    (matter,) = session.scalars(select(Matter))
    assert (matter.kind, matter.subject_reference) == ("paper_failed", bad.reference)
    assert "U+E000" in (matter.detail or {})["reason"]
    assert run() == 0
    with transaction():
        again(bad).addressee = "山田商店"
    assert run(NOW + timedelta(minutes=9)) == 0  # it rests for a while
    assert run(NOW + timedelta(minutes=10)) == 1
    assert again(bad).number == "2026-000002"
    assert open_matters() == []
    assert queries.violations(now=NOW) == []


def test_a_number_that_was_taken_meanwhile_keeps_nothing(made: Builder) -> None:
    invoice = made.invoice(now=NOW)
    with pytest.raises(NumberTaken), transaction():
        operations.issue_invoice(invoice=invoice, number="2026-000002", paper=b"%PDF-", today=TODAY, by=SYSTEM, now=NOW)
    assert (again(invoice).number, mails()) == (None, [])
    assert session.scalars(select(StoredDocument.id)).all() == []
    assert session.scalars(select(NumberSeries.last)).all() == []


def test_an_invoice_cancelled_while_it_was_printed_gets_no_number(made: Builder) -> None:
    invoice = made.invoice(now=NOW)
    with transaction():
        operations.cancel_invoice(invoice=invoice, by=SYSTEM, now=NOW)
        kept = operations.issue_invoice(
            invoice=invoice, number="2026-000001", paper=b"%PDF-", today=TODAY, by=SYSTEM, now=NOW
        )
    assert kept is None
    assert (numbers(), session.scalars(select(NumberSeries.last)).all()) == ([], [])


def test_r39_two_workers_at_once_leave_no_gap_and_no_duplicate(made: Builder) -> None:
    for _ in range(6):
        made.invoice(now=NOW)
    run()
    for _ in range(6):
        made.invoice(now=NOW)
    done: list[int] = []

    def worker() -> None:
        with made.app.app_context():
            while count := run():
                done.append(count)
            session.remove()

    _at_once([worker, worker])
    run()
    assert numbers() == [f"2026-{number:06}" for number in range(1, 13)]
    assert len(mails()) == 12
    assert queries.violations(now=NOW) == []


def _at_once(deeds: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=deed) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_notice_of_refund_is_a_qualified_return_invoice(made: Builder, language: str) -> None:
    invoice = made.paid_invoice(now=NOW, language=language, method=PaymentMethod.STRIPE)
    run()
    with transaction():
        [refund] = operations.owe_refund(
            invoice=invoice, amount=Yen(10_000), reason="test", key="k", by=SYSTEM, now=NOW
        )
    with transaction():
        operations.note_refund_sent(refund=refund, sent_on=TODAY, by=SYSTEM, now=NOW)
    run()
    mail = mails()[-1]
    assert (mail.kind, len(mail.document_ids)) == ("payments/refund_sent", 1)
    body = mail.body
    for expected in ("T8999900000001", "H-2026-000001", "2026-000001", "¥10,000", "¥909"):
        assert expected in body, expected
    assert ("2026年12月1日（火）" if language == "ja" else "Tue 1 December 2026") in body
    assert ("カードの明細" if language == "ja" else "statement") in body
