"""A statement is taken in: the same file, or a line that another file brought already, changes nothing."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from courses_app.foundation import audit
from courses_app.foundation.audit import Actor
from courses_app.foundation.db import session
from courses_app.foundation.documents import store
from courses_app.foundation.references import new_reference
from courses_app.payments.models import BankFile, BankLayout, BankLine
from courses_app.payments.queries.banking import ZENGIN, file_with
from courses_app.payments.rules.banking import AccountLines, StatementLine, plain

AT_ONCE = 500  # fingerprints in one question
TRIES = 3


def take_in_statement(
    *,
    accounts: Sequence[AccountLines],
    content: bytes,
    filename: str,
    layout: BankLayout | None,
    by: Actor,
    now: datetime,
) -> tuple[BankFile, bool]:
    """The file with its new lines, and whether it is new itself; the same bytes read the same way are taken in once.

    The lines have no drafts yet (`draft_lines`).
    """
    sha256, read_as = hashlib.sha256(content).hexdigest(), layout.reference if layout else ZENGIN
    for _try in range(TRIES):
        if (known := file_with(sha256, read_as)) is not None:
            return known, False
        try:
            with session.begin_nested():
                file = _file(accounts, content, filename, layout, (sha256, read_as), by=by, now=now)
        except IntegrityError:
            continue  # somebody took in the same file, or one with the same lines, just now
        _note(file, accounts, by=by, now=now)
        return file, True
    raise RuntimeError("a statement could not be taken in: others are faster again and again")


def _file(
    accounts: Sequence[AccountLines],
    content: bytes,
    filename: str,
    layout: BankLayout | None,
    name: tuple[str, str],
    *,
    by: Actor,
    now: datetime,
) -> BankFile:
    fresh, known = _told_apart(list(_rows(accounts)))
    document = store(
        kind="bank_statement", filename=filename, content=content, media_type="application/octet-stream", now=now
    )
    file = BankFile(
        reference=new_reference("F"), sha256=name[0], read_as=name[1], layout_id=layout.id if layout else None,
        filename=filename, document_id=document.id, known=known,
        withdrawals=sum(account.withdrawals for account in accounts),
        taken_in_at=now, taken_in_by_person_id=by.person_id,
    )  # fmt: skip
    session.add(file)
    session.flush()
    if fresh:
        session.execute(insert(BankLine), [{**row, "file_id": file.id} for row in fresh])
    return file


def _rows(accounts: Sequence[AccountLines]) -> Iterator[dict[str, Any]]:
    """Each line as a row; the n-th that looks the same has the ordinal n."""
    seen: Counter[str] = Counter()
    for account in accounts:
        for line in account.lines:
            fingerprint = fingerprint_of(account.account, line)
            seen[fingerprint] += 1
            yield {
                "reference": new_reference("T"), "row": line.row, "account": account.account, "came_on": line.on,
                "amount": line.amount, "payer": line.payer, "memo": line.memo, "balance": line.balance,
                "reverses": line.reverses, "fingerprint": fingerprint, "ordinal": seen[fingerprint],
            }  # fmt: skip


def fingerprint_of(account: str, line: StatementLine) -> str:
    """By what a line is known again in another file: not its place there, and not how wide its letters are."""
    payer = "".join(plain(line.payer).split())
    facts = (account, line.on.isoformat(), int(line.amount), payer, line.balance, line.reverses)
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def _told_apart(rows: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], int]:
    """The rows that are new, and how many are not."""
    known: set[tuple[str, int]] = set()
    wanted = [row["fingerprint"] for row in rows]
    for start in range(0, len(wanted), AT_ONCE):
        query = select(BankLine.fingerprint, BankLine.ordinal)
        found = session.execute(query.where(BankLine.fingerprint.in_(wanted[start : start + AT_ONCE])))
        known |= {(row[0], row[1]) for row in found}
    fresh = [row for row in rows if (row["fingerprint"], row["ordinal"]) not in known]
    return fresh, len(rows) - len(fresh)


def _note(file: BankFile, accounts: Sequence[AccountLines], *, by: Actor, now: datetime) -> None:
    lines = sum(len(account.lines) for account in accounts)
    detail = {"filename": file.filename, "lines": lines - file.known, "known": file.known}
    audit.record(by=by, now=now, action="bank_file.taken_in", subject=("bank_file", file.reference), detail=detail)
    session.flush()
