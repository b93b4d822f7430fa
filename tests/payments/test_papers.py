"""The register of papers: every one that was issued, for as long as the law wants it, in series without gaps."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from functools import partial

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import in_transaction, session, transaction
from courses_app.foundation.yen import TaxCategory, Yen
from courses_app.payments import operations, queries, tasks
from courses_app.payments.models import Paper, PaperKind, PaperRequest
from courses_app.payments.operations import PaperWanted, request_paper
from courses_app.payments.queries import PapersWanted
from courses_app.payments.rules.papers import (
    RegistrationNumberWrong,
    Series,
    by_category,
    check_registration_number,
    kept_until,
    tax_parts,
)
from tests.accounts.test_at_once import at_once
from tests.payments.conftest import NOW, TODAY, Builder
from tests.payments.making import a_payer, seats

HANDS = 20


def run() -> int:
    return tasks.run_due(clock=lambda: NOW)


def register() -> list[Paper]:
    return list(session.scalars(select(Paper).order_by(Paper.id)))


def found(**wanted: object) -> list[str]:
    return [paper.number for paper, _replaced in queries.papers(PapersWanted(**wanted)).rows]  # type: ignore[arg-type]


def quote_wanted(amount: int = 23_000, addressee: str = "東都国際事業協同組合") -> PaperWanted:
    content = {
        "recipient": {"name": addressee, "person": "", "honorific": "御中", "postal_code": "", "address": ""},
        "lines": [], "taxes": [], "valid_until_on": "2026-10-31", "notes": [],
    }  # fmt: skip
    return PaperWanted(PaperKind.QUOTE, addressee, "受講料", Yen(amount), content)


def test_d17_every_paper_that_is_issued_stands_in_the_register(made: Builder) -> None:
    invoice = made.paid_invoice(now=NOW, order_reference="B-7K4MQ9XHA")
    assert run() == 2
    first, second = register()
    assert (first.kind, first.number, first.amount) == (PaperKind.INVOICE, "2026-000001", invoice.total)
    assert (second.kind, second.number, second.series) == (PaperKind.RECEIPT, "R-2026-000001", Series.RECEIPT)
    assert {one.counterparty for one in register()} == {invoice.addressee}
    assert {one.issued_on for one in register()} == {TODAY}
    assert {one.order_reference for one in register()} == {"B-7K4MQ9XHA"}
    for one in register():
        assert hashlib.sha256(one.document.content).hexdigest() == one.document.sha256
    assert queries.violations(now=NOW) == []


def test_d17_papers_are_found_by_ranges_of_day_and_amount_and_by_party_together(made: Builder) -> None:
    made.paid_invoice(seats(1), now=NOW, addressee="髙﨑商事株式会社")
    made.paid_invoice(seats(2), now=NOW, addressee="ヤマダ協同組合")
    run()
    assert len(found()) == 4
    assert len(found(from_on=TODAY, until_on=TODAY)) == 4
    assert found(from_on=TODAY + timedelta(days=1)) == []
    assert found(least=Yen(11_501), kind=PaperKind.INVOICE) == ["2026-000002"]
    assert found(most=Yen(11_500), until_on=TODAY, kind=PaperKind.RECEIPT) == ["R-2026-000001"]
    assert len(found(party="ﾔﾏﾀﾞ協同", least=Yen(1), until_on=TODAY)) == 2
    assert found(party="やまだ", most=Yen(11_500)) == []
    assert len(found(party="髙﨑")) == 2


@pytest.mark.parametrize("deed", ["UPDATE papers SET amount = 1", "DELETE FROM papers", "DELETE FROM paper_requests"])
def test_d17_nothing_in_the_register_is_changed_or_deleted(made: Builder, deed: str) -> None:
    made.invoice(now=NOW)
    with transaction():
        request_paper(quote_wanted(), key="k", organization=a_payer(now=NOW), language="ja", by=SYSTEM, now=NOW)
    run()
    with pytest.raises(DBAPIError, match="append-only"), transaction():
        session.execute(text(deed))


@pytest.mark.parametrize(
    ("issued", "ends_in", "until"),
    [
        (date(2026, 10, 1), 3, date(2034, 5, 31)),
        (date(2027, 3, 31), 3, date(2034, 5, 31)),
        (date(2027, 4, 1), 3, date(2035, 5, 31)),
        (date(2026, 6, 1), 12, date(2034, 2, 28)),
        (date(2027, 1, 1), 12, date(2035, 2, 28)),
        (date(2026, 11, 30), 11, date(2034, 1, 31)),
    ],
)
def test_d17_papers_are_kept_seven_years_from_two_months_after_the_business_year(
    issued: date, ends_in: int, until: date
) -> None:
    assert kept_until(issued, year_ends_in=ends_in) == until


@pytest.mark.parametrize(
    "wrong", ["T8999900000002", "8999900000001", "T899990000000", "T89999000000011", "t8999900000001"]
)
def test_a_registration_number_that_can_not_be_one_is_refused(wrong: str) -> None:
    with pytest.raises(RegistrationNumberWrong):
        check_registration_number(wrong)


def test_a_registration_number_with_its_check_digit_is_taken() -> None:
    assert check_registration_number("T8999900000001") == "T8999900000001"
    assert check_registration_number("T7000012050002") == "T7000012050002"  # of the National Tax Agency


@given(some.lists(some.tuples(some.sampled_from(TaxCategory), some.integers(0, 300_000)), max_size=12))
def test_d17_tax_is_rounded_down_once_for_each_rate_and_parts_add_up(pairs: list[tuple[TaxCategory, int]]) -> None:
    sums = by_category((category, Yen(amount)) for category, amount in pairs)
    parts = tax_parts(sums, {TaxCategory.TAXABLE_10: 10, TaxCategory.EXEMPT: 0, TaxCategory.OUT_OF_SCOPE: 0})
    assert sum(part.amount for part in parts) == sum(amount for _category, amount in pairs)
    taxed = sum(amount for category, amount in pairs if category is TaxCategory.TAXABLE_10)
    assert sum(part.tax for part in parts) == taxed * 10 // 110


def test_a_paper_asked_for_twice_under_one_key_is_one_paper(made: Builder) -> None:
    made.issuer()
    payer = a_payer_of(made)
    for _ in range(2):
        with transaction():
            request_paper(quote_wanted(), key="k", organization=payer, language="ja", by=SYSTEM, now=NOW)
    assert (run(), run()) == (1, 0)
    (paper,) = register()
    assert (paper.number, paper.kind) == ("M-2026-000001", PaperKind.QUOTE)


def a_payer_of(made: Builder) -> object:
    with made.deed():
        return a_payer(now=NOW)


def test_inv6_twenty_papers_of_one_series_at_once_leave_no_gap_and_no_double(app: Flask) -> None:
    with app.app_context():
        make = Builder(app)
        make.issuer()
        with make.deed():
            payer = a_payer(now=clock.now())
            for number in range(HANDS):
                request_paper(
                    quote_wanted(), key=f"k{number}", organization=payer, language="ja", by=SYSTEM, now=clock.now()
                )
        ids = list(session.scalars(select(PaperRequest.id).order_by(PaperRequest.id)))

    def issue(hand: int) -> object:
        while True:
            try:
                return in_transaction(
                    partial(issue_next, ids[hand], queries.number_to_come(Series.QUOTE, clock.today()))
                )
            except operations.NumberTaken:
                session.rollback()

    at_once(app, issue, hands=HANDS)
    with app.app_context():
        numbers = sorted(session.scalars(select(Paper.number)))
        assert [number[-6:] for number in numbers] == [f"{number:06}" for number in range(1, HANDS + 1)]
        assert session.scalar(select(func.count(func.distinct(Paper.request_id)))) == HANDS
        assert queries.violations(now=clock.now()) == []


def issue_next(request_id: int, number: str) -> object:
    request, now = session.get_one(PaperRequest, request_id), clock.now()
    return operations.issue_requested(
        request, number=number, paper=b"%PDF-", today=clock.day_of(now), by=SYSTEM, now=now
    )
