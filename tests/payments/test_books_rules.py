"""Ages, posting days, closes and the journal file, from plain values."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from courses_app.foundation.charts import round_step, stacked
from courses_app.foundation.yen import TaxCategory, Yen
from courses_app.payments.rules import spread
from courses_app.payments.rules.ageing import Age, age_of
from courses_app.payments.rules.books import (
    TITLES,
    ClosedAlready,
    CloseKind,
    NotMonthEnd,
    NotOver,
    open_day,
    refuse_to_close,
)
from courses_app.payments.rules.journal import (
    Column,
    ColumnsMissing,
    DateFormat,
    Encoding,
    JournalSide,
    Layout,
    Posting,
    Source,
    cells_of,
    check_columns,
    lines_of,
    written,
)

DAY = date(2026, 11, 30)
TODAY = date(2026, 12, 3)
AMOUNTS = st.lists(st.integers(1, 10_000_000), min_size=1, max_size=6)


@pytest.mark.parametrize(
    ("days", "age"),
    [(-40, Age.NOT_DUE), (0, Age.NOT_DUE), (1, Age.TO_30), (30, Age.TO_30), (31, Age.TO_60), (60, Age.TO_60),
     (61, Age.TO_90), (90, Age.TO_90), (91, Age.OVER_90), (900, Age.OVER_90)],
)  # fmt: skip
def test_the_day_itself_is_not_overdue_and_each_age_ends_with_its_last_day(days: int, age: Age) -> None:
    assert age_of(DAY - timedelta(days=days), DAY) is age


def test_what_names_no_day_is_not_due() -> None:
    assert age_of(None, DAY) is Age.NOT_DUE


def test_what_happened_in_a_closed_period_is_entered_on_the_first_open_day() -> None:
    assert open_day(DAY, today=TODAY, closed_until=None) == DAY
    assert open_day(DAY, today=TODAY, closed_until=DAY - timedelta(days=1)) == DAY
    assert open_day(DAY, today=TODAY, closed_until=DAY) == date(2026, 12, 1)
    assert open_day(date(2026, 1, 1), today=TODAY, closed_until=DAY) == date(2026, 12, 1)
    assert open_day(date(2027, 1, 1), today=TODAY, closed_until=None) == TODAY, "nothing is entered in the future"


@pytest.mark.parametrize(
    ("kind", "until_on", "closed_until", "refusal"),
    [
        (CloseKind.DAY, TODAY, None, NotOver),
        (CloseKind.MONTH, date(2026, 11, 29), None, NotMonthEnd),
        (CloseKind.DAY, DAY, DAY, ClosedAlready),
        (CloseKind.MONTH, date(2026, 10, 31), DAY, ClosedAlready),
    ],
)
def test_only_what_is_over_is_closed_and_only_once(
    app: Flask, kind: CloseKind, until_on: date, closed_until: date | None, refusal: type[Exception]
) -> None:
    with app.test_request_context(), pytest.raises(refusal):
        refuse_to_close(kind, until_on, today=TODAY, closed_until=closed_until)
    refuse_to_close(CloseKind.MONTH, DAY, today=TODAY, closed_until=date(2026, 11, 12))


@given(AMOUNTS, st.integers(0, 10_000_000))
def test_an_amount_in_parts_is_the_amount(weights: list[int], amount: int) -> None:
    parts = spread(amount, weights)
    assert sum(parts) == amount
    assert all(part >= 0 for part in parts)
    assert spread(sum(weights), weights) == weights


def _posting(debits: list[int], credits: list[int]) -> Posting:
    return Posting(
        7, DAY, "payment", "東都国際事業協同組合", "O-7K4MQ9XHA",
        tuple(JournalSide("cash", Yen(one)) for one in debits),
        tuple(JournalSide("revenue", Yen(one), TaxCategory.TAXABLE_10, Yen(one * 10 // 110)) for one in credits),
    )  # fmt: skip


@given(AMOUNTS, AMOUNTS)
def test_lines_of_the_journal_hold_every_yen_and_every_tax_of_both_sides(debits: list[int], credits: list[int]) -> None:
    more = sum(debits) - sum(credits)
    (credits if more > 0 else debits).append(abs(more) or 1)
    if not more:
        credits.append(1)
    posting = _posting(debits, credits)
    lines = lines_of(posting)
    assert all(line.debit.amount == line.credit.amount > 0 for line in lines)
    assert sum(line.amount for line in lines) == sum(debits) == sum(credits)
    assert sum(line.credit.tax for line in lines) == sum(side.tax for side in posting.credits)
    assert len(lines) < len(debits) + len(credits)


LAYOUT = Layout(
    (
        Column("日付", Source.BOOKED_ON), Column("借方", Source.DEBIT_NAME), Column("金額", Source.DEBIT_AMOUNT),
        Column("貸方", Source.CREDIT_NAME), Column("税区分", Source.CREDIT_TAX_CODE),
        Column("貸方金額", Source.CREDIT_AMOUNT), Column("税額", Source.CREDIT_TAX), Column("摘要", Source.SUMMARY),
        Column("flag", Source.CONSTANT, "2000"),
    ),
    tax_words={"課税売上10%": "課税売上込10%"},
)  # fmt: skip


def test_a_line_reads_as_its_layout_says() -> None:
    (line,) = lines_of(_posting([34_500], [34_500]))
    assert cells_of(line, 1, LAYOUT, TITLES, {"payment": "入金"}) == [
        "2026/11/30", "普通預金", 34_500, "受講料収入", "課税売上込10%", 34_500, 3_136,
        "入金 東都国際事業協同組合", "2000",
    ]  # fmt: skip


def test_files_begin_with_a_mark_end_lines_as_excel_does_and_run_nothing() -> None:
    content = written([["=1+1", 5]], Layout((Column("日付", Source.BOOKED_ON), Column("金", Source.CONSTANT)))).content
    assert content == "\ufeff日付,金\r\n'=1+1,5\r\n".encode()


def test_cp932_keeps_what_it_can_and_reports_what_it_cannot() -> None:
    plain = Layout(LAYOUT.columns, Encoding.CP932, with_header=False)
    file = written([["髙橋﨑 〜−"], ["𠮷野𠮷 한"]], plain)
    assert file.content.decode("cp932") == "髙橋﨑 ～－\r\n〓野〓 〓\r\n"
    assert file.lost == {"𠮷": 2, "한": 1}


def test_days_are_written_as_chosen() -> None:
    assert [form.written(DAY) for form in DateFormat] == ["2026/11/30", "2026-11-30", "20261130"]


def test_a_file_without_a_side_is_refused() -> None:
    check_columns(LAYOUT.columns)
    for gone in (Source.BOOKED_ON, Source.DEBIT_NAME, Source.CREDIT_NAME, Source.DEBIT_AMOUNT, Source.CREDIT_AMOUNT):
        with pytest.raises(ColumnsMissing):
            check_columns(column for column in LAYOUT.columns if column.source is not gone)


def test_columns_of_a_chart_stand_on_zero_and_what_is_below_hangs_from_it() -> None:
    chart = stacked([("4月", [300, -120, 50]), ("5月", [0, 80, 0])], [["a", "b", "c"], ["d", "e", "f"]])
    first, below, above, other = chart.parts
    assert first.y + first.height == pytest.approx(chart.zero, abs=0.2)
    assert above.y + above.height == pytest.approx(first.y, abs=0.2)
    assert below.y == pytest.approx(chart.zero, abs=0.2)
    assert other.words == "e"
    assert [amount for _, amount in chart.lines] == [-150, -100, -50, 0, 50, 100, 150, 200, 250, 300, 350]
    assert stacked([], []).parts == []


@pytest.mark.parametrize(("most", "step"), [(1, 1), (8, 1), (9, 2), (350, 50), (1_000_000, 200_000)])
def test_lines_of_a_chart_are_round(most: int, step: int) -> None:
    assert round_step(most) == step
