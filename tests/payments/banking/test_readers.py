"""Statements of banks are read to the last yen, or refused with the place that is broken; nothing else (R-18)."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses_app.payments.rules.banking import (
    Encoding,
    Mapping,
    StatementUnreadable,
    amount_of_statement,
    day_of_statement,
    first_rows,
    is_zengin,
    read_table,
    read_zengin,
)
from tests.payments.banking.making import AWKWARD, DAY, FILES, OUT, Came, net_bank, notice, transactions, written

CITY = Mapping(Encoding.CP932, header_rows=2, day=1, amount=3, payer=4, memo=6, balance=5)
NET = Mapping(Encoding.UTF_8, header_rows=1, day=1, amount=2, payer=4, balance=3)
ZENGIN = ["zengin-notice.txt", "zengin-notice-lines.txt", "zengin-transactions.txt"]
LENGTH = 200


def read(name: str) -> list[tuple[date, int, int]]:
    content = (FILES / name).read_bytes()
    if name in ZENGIN:
        accounts = read_zengin(content, today=DAY)
    else:
        accounts = read_table(content, CITY if name.startswith("city") else NET, today=DAY)
    return [(line.on, line.amount, len(line.payer)) for account in accounts for line in account.lines]


@pytest.mark.parametrize("name", sorted(written()))
def test_r18_every_layout_tells_the_same_lines(name: str) -> None:
    assert [(on, amount) for on, amount, _payer in read(name)] == [(line.on, line.amount) for line in AWKWARD]


@pytest.mark.parametrize("name", sorted(written()))
def test_the_files_kept_here_are_those_the_maker_writes(name: str) -> None:
    assert (FILES / name).read_bytes() == written()[name]


def test_a_long_name_is_cut_where_the_field_of_48_bytes_ends() -> None:
    assert [payer for _on, _amount, payer in read("zengin-notice.txt")][1] == 48


def test_a_notice_tells_the_account_and_leaves_out_nothing() -> None:
    (account,) = read_zengin(notice(AWKWARD), today=DAY)
    assert (account.account, account.withdrawals) == ("0000-001-0012345", 0)
    assert account.lines[0].payer == "ｶ)ﾔﾏﾀﾞｼﾖｳｼﾞ"


def test_money_that_went_is_counted_and_left_out() -> None:
    (account,) = read_zengin(transactions([*AWKWARD, OUT]), today=DAY)
    assert (len(account.lines), account.withdrawals) == (len(AWKWARD), 1)


def test_a_deposit_the_bank_took_back_is_seen() -> None:
    rows = notice([Came(DAY, 500, "ｱ"), Came(DAY, 300, "ｲ")])
    second = rows[2 * LENGTH : 3 * LENGTH]
    taken_back = second[:127] + b"1" + second[128:]
    trailer = f"8{1:06d}{500:012d}{1:06d}{300:012d}".encode().ljust(LENGTH)
    (account,) = read_zengin(rows[: 2 * LENGTH] + taken_back + trailer + b"9".ljust(LENGTH), today=DAY)
    assert [(line.amount, line.reverses) for line in account.lines] == [(500, False), (300, True)]


def test_the_amounts_of_form_b_have_twelve_digits() -> None:
    rows = notice([Came(DAY, 1, "ｱ")])
    data = rows[LENGTH : 2 * LENGTH]
    data = data[:19] + b"0" * 10 + data[29:128] + b"012345678901" + b"0" * 12 + data[152:]
    trailer = f"8{1:06d}{12345678901:012d}{0:06d}{0:012d}".encode().ljust(LENGTH)
    (account,) = read_zengin(rows[:LENGTH] + data + trailer + b"9".ljust(LENGTH), today=DAY)
    assert account.lines[0].amount == 12_345_678_901


def broken(content: bytes) -> StatementUnreadable:
    with pytest.raises(StatementUnreadable) as refused:
        read_zengin(content, today=DAY)
    return refused.value


def at(content: bytes, place: int, instead: bytes) -> bytes:
    """A file with other bytes at a place (counted from 0)."""
    return content[:place] + instead + content[place + len(instead) :]


GOOD = notice(AWKWARD)
TRAILER = LENGTH * (len(AWKWARD) + 1)


@pytest.mark.parametrize(
    ("content", "row", "column"),
    [
        (at(GOOD, 2 * LENGTH + 60, b"\x05"), 3, 61),
        (at(GOOD, 2 * LENGTH + 60, b"\xff"), 3, 61),
        (at(GOOD, LENGTH + 20, b"x"), 2, 20),
        (at(GOOD, LENGTH + 13, b"081399"), 2, 14),
        (at(GOOD, LENGTH + 7, b"000000000000"), 2, 8),
        (at(GOOD, LENGTH, b"5"), 2, 1),
        (at(GOOD, LENGTH, b"9"), 2, 1),
        (at(GOOD, 3, b"1"), 1, 4),
        (at(GOOD, 1, b"21"), 1, 2),
        (at(GOOD, TRAILER + 1, b"000009"), 12, 2),
        (at(GOOD, TRAILER + 7, b"000000000001"), 12, 8),
        (at(GOOD, TRAILER + 19, b"000001"), 12, 20),
        (GOOD + b"9".ljust(LENGTH), 14, 1),
        (GOOD[:-1], 13, None),
    ],
)
def test_every_broken_byte_is_told_with_its_place(content: bytes, row: int, column: int | None) -> None:
    refused = broken(content)
    assert (refused.row, refused.column) == (row, column)


def test_a_file_that_breaks_off_is_refused() -> None:
    assert "download it again" in str(broken(GOOD[:-LENGTH]).message)
    assert "download it again" in str(broken(GOOD[: 4 * LENGTH]).message)


def test_orders_to_a_bank_are_no_statement() -> None:
    orders = b"".join(row.ljust(120) for row in (b"1210", b"2", b"8", b"9"))
    assert "120" in str(broken(orders).message)


@pytest.mark.parametrize("content", [b"", b"  \r\n", b"x" * (7 * 1024**2)])
def test_what_is_empty_or_far_too_large_is_refused(content: bytes) -> None:
    broken(content)


@given(st.binary(max_size=1500))
def test_any_bytes_are_read_or_refused_and_nothing_else(content: bytes) -> None:
    with suppress(StatementUnreadable):
        read_zengin(content, today=DAY)
    for mapping in (CITY, NET):
        with suppress(StatementUnreadable):
            read_table(content, mapping, today=DAY)
        with suppress(StatementUnreadable):
            first_rows(content, mapping.encoding, 5)


@given(st.integers(0, len(GOOD) - 1), st.binary(min_size=1, max_size=40))
def test_one_damage_is_refused_or_harmless(place: int, damage: bytes) -> None:
    """What is read in spite of it has the sums its trailer tells."""
    try:
        accounts = read_zengin(at(GOOD, place, damage), today=DAY)
    except StatementUnreadable:
        return
    for account in accounts:
        assert all(line.amount > 0 for line in account.lines)


@given(st.text(max_size=200), st.sampled_from(Encoding))
def test_any_text_is_read_or_refused_and_nothing_else(text: str, encoding: Encoding) -> None:
    content = text.encode(encoding.value, errors="replace")
    with suppress(StatementUnreadable):
        read_table(content, Mapping(encoding, header_rows=0, day=1, amount=2, payer=3), today=DAY)


@given(st.lists(st.tuples(st.dates(date(2019, 5, 1), date(2027, 10, 1)), st.integers(1, 9_999_999_999)), max_size=20))
def test_what_a_bank_wrote_is_what_is_read(lines: list[tuple[date, int]]) -> None:
    came = [Came(on, amount, "ｱｲｳ", "EDI") for on, amount in lines]
    for content in (notice(came), notice(came, line_end=b"\n"), transactions([*came, OUT])):
        (account,) = read_zengin(content, today=date(2026, 11, 5))
        assert [(line.on, line.amount, line.payer, line.memo) for line in account.lines] == [
            (line.on, line.amount, line.payer, line.memo) for line in came
        ]


@pytest.mark.parametrize(
    "typed",
    ["2026/11/5", "2026-11-05", "20261105", "2026年11月5日", "令和8年11月5日", "令和８年１１月５日", "R8.11.5",
     "r08/11/05", "26/11/05", "08.11.05", "081105", " 2026.11.05 "],
)  # fmt: skip
def test_days_of_banks(typed: str) -> None:
    assert day_of_statement(typed, DAY) == date(2026, 11, 5)


def test_the_first_year_of_an_era_has_a_word() -> None:
    assert day_of_statement("令和元年5月1日", DAY) == date(2019, 5, 1)


@pytest.mark.parametrize("typed", ["", "合計", "2026/13/1", "2026/2/29", "99", "令和8年"])
def test_what_is_no_day(typed: str) -> None:
    assert day_of_statement(typed, DAY) is None


@given(st.dates(DAY - timedelta(days=3000), DAY + timedelta(days=300)))
def test_two_digits_of_a_year_are_never_mistaken_within_eight_years(day: date) -> None:
    assert day_of_statement(f"{day:%y/%m/%d}", DAY) == day
    if day >= date(2019, 5, 1):
        assert day_of_statement(f"{day.year - 2018:02d}{day:%m%d}", DAY) == day


@pytest.mark.parametrize(
    ("typed", "yen"),
    [("12,345", 12345), ("¥12,345", 12345), ("￥１２，３４５", 12345), ("\\12,345", 12345), ("12345円", 12345),
     ("12345.00", 12345), ("△500", -500), ("▲500", -500), ("-500", -500), ("+500", 500), ("", 0),
     ("  ", 0), ("*1,000", 1000)],
)  # fmt: skip
def test_amounts_of_banks(typed: str, yen: int) -> None:
    assert amount_of_statement(typed) == yen


@pytest.mark.parametrize("typed", ["一万", "12.5", "1-2", "x", "--5"])
def test_what_is_no_amount(typed: str) -> None:
    assert amount_of_statement(typed) is None


def test_a_wrong_encoding_is_told_with_its_place() -> None:
    with pytest.raises(StatementUnreadable) as refused:
        read_table((FILES / "city-bank.csv").read_bytes(), NET, today=DAY)
    assert (refused.value.row, refused.value.column) == (1, 2)


def test_a_wrong_column_is_told_with_its_place() -> None:
    wrong = Mapping(Encoding.UTF_8, header_rows=1, day=4, amount=2, payer=1)
    with pytest.raises(StatementUnreadable) as refused:
        read_table(net_bank(AWKWARD), wrong, today=DAY)
    assert (refused.value.row, refused.value.column) == (2, 4)


def test_rows_below_the_lines_are_left_out_where_the_layout_says_so() -> None:
    content = net_bank(AWKWARD) + "合計,¥0,0,\r\n".encode()
    footed = Mapping(Encoding.UTF_8, header_rows=1, day=1, amount=2, payer=4, footer_rows=1)
    (account,) = read_table(content, footed, today=DAY)
    assert len(account.lines) == len(AWKWARD)


def test_fixed_length_files_are_told_from_tables() -> None:
    assert is_zengin(GOOD)
    assert not is_zengin(net_bank(AWKWARD))
    assert not is_zengin(b"1234,2026/11/05,500,x\r\n")
