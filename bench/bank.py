"""A statement of 10,000 lines against 10,000 open invoices: read, matched, taken in; seconds and peak memory.

The ceiling beside it is the same bytes cut into records, each looked up in a dictionary by its payer, and the rows
written by one bare INSERT: no check, no reason, no draft.
"""

from __future__ import annotations

import resource
import sqlite3
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask_migrate import upgrade
from sqlalchemy import func, insert, select

from bench.servers import database, postgresql
from courses_app import create_app
from courses_app.accounts.models import Organization
from courses_app.bookings.imports import bank
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import db, session, transaction
from courses_app.foundation.references import new_reference
from courses_app.payments.models import BankDraft, Invoice, PaymentMethod
from courses_app.payments.queries.books import books
from courses_app.payments.rules.banking import LARGEST_STATEMENT, Books, propose, read_zengin
from tests.conftest import settings_for
from tests.payments.banking.making import Came, notice

LINES, INVOICES, ORGANIZATIONS = 10_000, 10_000, 4_000
KANA = "アカサタナハマヤラワイキシチニヒミリウクスツヌフムユル"
MEGABYTE = 1024**2


def measure() -> None:
    """Print seconds and memory for reading and matching alone, and for taking in on both databases."""
    day = date(2026, 11, 5)
    content = _statement(day)
    assert len(content) <= LARGEST_STATEMENT
    print(f"bank: a notice of {LINES:,} lines ({len(content) / MEGABYTE:.1f} MB) against {INVOICES:,} open invoices")
    _say("ceiling: bare look-ups and rows", *_measured(lambda: _bare(content)))
    with TemporaryDirectory() as folder, postgresql() as server:
        for url in (f"sqlite:///{Path(folder) / 'bank.sqlite3'}", database(server, "bank")):
            _one(url, Path(folder), content, day)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  {'peak memory of the whole process':<44}{peak:9.0f} MB\n")
    sys.stdout.flush()


def _one(url: str, folder: Path, content: bytes, day: date) -> None:
    name, app = url.partition(":")[0].partition("+")[0], create_app(settings_for(folder, url))
    with app.app_context():
        upgrade()
        with transaction():
            _fill(day)
        lines = _say(f"{name}: read and checked", *_measured(lambda: read_zengin(content, today=day)))[0].lines
        asked: Books = _say(f"{name}: invoices and names asked for", *_measured(lambda: books(today=day)))
        _say(f"{name}: matched", *_measured(lambda: propose(lines, asked)))
        take = lambda: bank.take_in(content, "bench.txt", None, by=SYSTEM, now=clock.now())  # noqa: E731
        _say(f"{name}: all of it, drafts kept", *_measured(take))
        _say(f"{name}: the same file again", *_measured(take))
        found = dict(session.execute(select(BankDraft.certainty, func.count()).group_by(BankDraft.certainty)).all())
        print(f"  {name}: " + ", ".join(f"{certainty.value} {count:,}" for certainty, count in sorted(found.items())))
        session.remove()
        db.engine.dispose()


def _name(number: int) -> str:
    """A reading of its own for each organization."""
    letters = []
    for _ in range(8):
        number, place = divmod(number * 7 + 3, len(KANA))
        letters.append(KANA[place])
        number += 11 * len(letters)
    return "".join(letters)


def _owed(number: int) -> tuple[int, int]:
    """The organization and the yen of an invoice."""
    return number % ORGANIZATIONS, 11_500 * (1 + number % 7) + number // ORGANIZATIONS * 100


def _statement(day: date) -> bytes:
    """Of ten lines six are paid in full, one with a number, one less a fee, one too much, one by nobody known."""
    lines = []
    for number in range(LINES):
        organization, yen = _owed(number)
        payer, kind = f"ｶ){_name(organization)}", number % 10
        if kind == 7:
            yen -= 440
        elif kind == 8:
            yen += 1000
        elif kind == 9:
            payer = f"ｼﾗﾅｲﾋﾄ{number % 97}"
        lines.append(Came(day - timedelta(days=number % 20), yen, payer))
    return notice(lines, on=day)


def _fill(day: date) -> None:
    now = clock.now()
    session.execute(
        insert(Organization), [_organization(number) | {"created_at": now} for number in range(ORGANIZATIONS)]
    )
    first = session.scalar(select(func.min(Organization.id))) or 1
    rows = []
    for number in range(INVOICES):
        organization, yen = _owed(number)
        rows.append(
            {
                "reference": new_reference("Q"), "order_reference": new_reference("B"), "addressee": "bench",
                "organization_id": first + organization, "subject": "bench", "method": PaymentMethod.BANK_TRANSFER,
                "language": "ja", "total": yen, "supplied_on": day, "ordered_at": now, "due_on": day,
            }
        )  # fmt: skip
    session.execute(insert(Invoice), rows)


def _organization(number: int) -> dict[str, Any]:
    return {
        "reference": new_reference("O"), "name": f"第{number}協同組合", "name_kana": f"カブシキガイシャ{_name(number)}",
        "kind": "supervising", "postal_code": "105-0003", "prefecture": "13", "address": "東京都港区",
        "phone": "03-0000-0000", "contact_name": "bench", "contact_email": "bench@example.jp",
        "search_key": str(number), "invoice_addressee": "", "member_number": "", "member_status": "none", "version": 1,
    }  # fmt: skip


def _bare(content: bytes) -> list[tuple[str, int]]:
    """What the work comes to without our product: cut, look up, insert."""
    owed = {f"ｶ){_name(number)}".encode("cp932")[:48].ljust(48): number for number in range(ORGANIZATIONS)}
    records = [content[start : start + 200] for start in range(200, len(content) - 400, 200)]
    rows = [(record[49:97].decode("cp932").strip(), int(record[19:29]), owed.get(record[49:97])) for record in records]
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE lines (id INTEGER PRIMARY KEY, payer TEXT, yen INTEGER, organization INTEGER)")
    connection.executemany("INSERT INTO lines (payer, yen, organization) VALUES (?, ?, ?)", rows)
    connection.commit()
    return [(row[0], row[1]) for row in rows]


def _measured(work: Callable[[], Any]) -> tuple[Any, float]:
    begun = time.perf_counter()
    result = work()
    return result, time.perf_counter() - begun


def _say(what: str, result: Any, seconds: float) -> Any:
    print(f"  {what:<44}{seconds:9.2f} s")
    sys.stdout.flush()
    return result
