"""Statement files as banks make them, written by us: `python -m tests.payments.banking.making` writes `files/` anew."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import jaconv

FILES = Path(__file__).resolve().parent / "files"
BANK, BRANCH, ACCOUNT = "0000", "001", "0012345"
NAME = "ｻﾞｲ)ｺｸｻｲｹﾝｼﾕｳｷﾖｳｲｸｷｺｳ"


@dataclass(frozen=True)
class Came:
    """Money that came (negative: went)."""

    on: date
    amount: int
    payer: str
    memo: str = ""


def half(text: str, length: int) -> bytes:
    """A text field: half-width, cut where the field ends, blanks behind."""
    narrow = jaconv.z2h(text, kana=True, ascii=True, digit=True)
    return narrow.encode("cp932")[:length].ljust(length)


def reiwa(day: date) -> bytes:
    return f"{day.year - 2018:02d}{day:%m%d}".encode()


def notice(lines: Sequence[Came], *, line_end: bytes = b"", on: date = date(2026, 11, 5)) -> bytes:
    """振込入金通知 (kind 01, form A)."""
    header = b"1010" + reiwa(on) * 3 + BANK.encode() + half("ﾐﾎﾝ", 15) + BRANCH.encode() + half("ﾎﾝﾃﾝ", 15) + b"1"
    rows = [header + ACCOUNT.encode() + half(NAME, 40)]
    for number, line in enumerate(lines, start=1):
        row = f"2{number:06d}".encode() + reiwa(line.on) * 2 + f"{line.amount:010d}{0:010d}{0:010d}".encode()
        rows.append(row + half(line.payer, 48) + half("ﾐﾎﾝ", 15) + half("ｼﾃﾝ", 15) + b"0" + half(line.memo, 20))
    rows.append(f"8{len(lines):06d}{sum(line.amount for line in lines):012d}{0:06d}{0:012d}".encode())
    return joined([*rows, b"9"], line_end)


def transactions(lines: Sequence[Came], *, line_end: bytes = b"\r\n", on: date = date(2026, 11, 5)) -> bytes:
    """入出金取引明細 (kind 03): money out, too."""
    header = (
        b"1030" + reiwa(on) * 3 + BANK.encode() + half("ﾐﾎﾝ", 15) + BRANCH.encode() + half("ﾎﾝﾃﾝ", 15) + b"000" + b"1"
    )
    rows = [header + f"{int(ACCOUNT):010d}".encode() + half(NAME, 40) + b"11" + f"{1_000_000:014d}".encode()]
    for number, line in enumerate(lines, start=1):
        way = b"1" if line.amount > 0 else b"2"
        row = f"2{number:08d}".encode() + reiwa(line.on) * 2 + way + b"11" + f"{abs(line.amount):012d}{0:012d}".encode()
        row += f"{0:06d}{0:06d}{0:01d}{0:07d}{0:03d}{0:010d}".encode() + half(line.payer, 48)
        rows.append(row + half("ﾐﾎﾝ", 15) + half("ｼﾃﾝ", 15) + half(line.memo, 20) + half("", 21))
    into, out = [one for one in lines if one.amount > 0], [one for one in lines if one.amount < 0]
    sums = sum(one.amount for one in into), -sum(one.amount for one in out)
    rows.append(f"8{len(into):06d}{sums[0]:013d}{len(out):06d}{sums[1]:013d}1{0:014d}{len(lines):07d}".encode())
    return joined([*rows, f"9{len(rows) + 2:010d}00001".encode()], line_end)


def joined(rows: Iterable[bytes], line_end: bytes) -> bytes:
    return b"".join(row.ljust(200) + line_end for row in rows)


def table(rows: Iterable[Sequence[str]], *, encoding: str, quoted: bool) -> bytes:
    written = io.StringIO()
    quoting = csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
    csv.writer(written, lineterminator="\r\n", quoting=quoting).writerows(rows)
    return written.getvalue().encode(encoding)


def city_bank(lines: Sequence[Came]) -> bytes:
    """A bank's CSV in Shift_JIS: two rows of heading, half-width payers, days of the era, amounts out and in apart."""
    balance, rows = 1_000_000, [["口座", "普通 0012345", "", "", "", ""]]
    rows.append(["お取引日", "お支払金額", "お預り金額", "お取引内容", "残高", "メモ"])
    for line in lines:
        balance += line.amount
        out, into = (f"{-line.amount:,}", "") if line.amount < 0 else ("", f"{line.amount:,}")
        day = f"令和{line.on.year - 2018}年{line.on.month}月{line.on.day}日"
        rows.append([day, out, into, jaconv.z2h(line.payer, ascii=True, digit=True), f"{balance:,}", line.memo])
    return table(rows, encoding="cp932", quoted=True)


def net_bank(lines: Sequence[Came]) -> bytes:
    """A net bank's CSV in UTF-8 with its mark: one row of heading, full-width payers, one column with a sign."""
    rows = [["取引日", "入出金(円)", "取引後残高(円)", "入出金先内容"]]
    balance = 1_000_000
    for line in lines:
        balance += line.amount
        payer = jaconv.h2z(line.payer, kana=True, ascii=True, digit=True)
        rows.append(
            [
                f"{line.on:%Y/%m/%d}",
                f"¥{line.amount:,}",
                str(balance),
                f"振込　{payer}" if line.amount > 0 else "手数料",
            ]
        )
    return table(rows, encoding="utf-8-sig", quoted=False)


# The awkward lines of one day: 株式会社 shortened, dakuten apart, a name that doesn't end, a fee taken off, twins,
# three orders at once, one order in two parts, a number before the name, somebody nobody knows, money that went out.
LONG_NAME = "ﾆﾂﾎﾟﾝｶﾞｲｺｸｼﾞﾝｷﾞﾉｳｼﾞﾂｼﾕｳｾｲｳｹｲﾚｼﾞｷﾞﾖｳﾁﾕｳｵｳｷﾖｳﾄﾞｳｸﾐｱｲ"
DAY = date(2026, 11, 5)
AWKWARD = [
    Came(DAY, 23_000, "ｶ)ﾔﾏﾀﾞｼﾖｳｼﾞ"),
    Came(DAY, 11_500, LONG_NAME),
    Came(DAY, 22_560, "ﾕ)ｻｸﾗｻﾝｷﾞﾖｳ"),
    Came(DAY, 34_500, "ﾐﾄﾞﾘｷﾖｳｸﾐ"),
    Came(DAY, 34_500, "ﾐﾄﾞﾘｷﾖｳｸﾐ"),
    Came(DAY, 69_000, "ﾎｸﾘｸｼﾞﾂｼﾕｳ(ｷﾖｳ"),
    Came(DAY, 20_000, "ｼﾞﾝｻﾞｲｾﾝﾀ-(ﾄﾞ"),
    Came(date(2026, 11, 6), 14_500, "ｼﾞﾝｻﾞｲｾﾝﾀ-(ﾄﾞ"),
    Came(DAY, 46_000, "B7K4MQ9XHA ﾊﾊｶﾞｲｼﾔﾎ-ﾙﾃﾞｲﾝｸﾞｽ(ｶ"),
    Came(DAY, 11_500, "ﾀﾅｶ ﾀﾛｳ"),
]
OUT = Came(DAY, -440, "ﾌﾘｺﾐﾃｽｳﾘﾖｳ")


def written() -> dict[str, bytes]:
    with_out = [*AWKWARD[:3], OUT, *AWKWARD[3:]]
    return {
        "zengin-notice.txt": notice(AWKWARD),
        "zengin-notice-lines.txt": notice(AWKWARD, line_end=b"\r\n"),
        "zengin-transactions.txt": transactions(with_out),
        "city-bank.csv": city_bank(with_out),
        "net-bank.csv": net_bank(with_out),
    }


if __name__ == "__main__":
    for name, content in written().items():
        (FILES / name).write_bytes(content)
