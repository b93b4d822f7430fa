"""What the rules propose for open lines; what a person has chosen stays as it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import joinedload

from courses_app.foundation.db import session
from courses_app.payments.models import BankDraft, BankFile, BankLine
from courses_app.payments.rules.banking import Books, Certainty, LineStatus, Proposal, StatementLine, propose


def draft_lines(*, file: BankFile, books: Books, now: datetime) -> int:
    """A draft for each line of a file that was just taken in; how many."""
    lines = session.execute(
        select(
            BankLine.id, BankLine.row, BankLine.came_on, BankLine.amount, BankLine.payer, BankLine.memo,
            BankLine.balance, BankLine.reverses,
        ).where(BankLine.file_id == file.id).order_by(BankLine.row, BankLine.id)
    ).all()  # fmt: skip
    proposals = propose([StatementLine(*line[1:]) for line in lines], books, drafted=_drafted(_open()))
    rows = [
        {
            "line_id": line[0],
            "status": LineStatus.OPEN,
            "note": "",
            "changed_at": now,
            "version": 1,
            **_columns(drafted),
        }
        for line, drafted in zip(lines, proposals, strict=True)
    ]
    if rows:
        session.execute(insert(BankDraft), rows)
    session.flush()
    return len(rows)


def redraft(*, books: Books, now: datetime) -> int:
    """Propose anew what nobody has chosen, as money and invoices stand now; how many drafts have changed."""
    drafts = _open()
    chosen = [one for one in drafts if one.certainty is Certainty.CHOSEN]
    others = [one for one in drafts if one.certainty is not Certainty.CHOSEN]
    proposals = propose([_as_read(one.line) for one in others], books, drafted=_drafted(chosen))
    changed = 0
    for draft, proposal in zip(others, proposals, strict=True):
        columns = _columns(proposal)
        if any(getattr(draft, name) != value for name, value in columns.items()):
            changed += 1
            draft.changed_at, draft.changed_by_person_id = now, None
            for name, value in columns.items():
                setattr(draft, name, value)
    session.flush()
    return changed


def _open() -> Sequence[BankDraft]:
    return session.scalars(
        select(BankDraft)
        .join(BankDraft.line)
        .options(joinedload(BankDraft.line))
        .where(BankDraft.status == LineStatus.OPEN)
        .order_by(BankLine.came_on, BankLine.id)
        .with_for_update(of=BankDraft)
        .execution_options(populate_existing=True)
    ).all()


def _drafted(drafts: Sequence[BankDraft]) -> Counter[str]:
    """What drafts are to settle, by invoice."""
    taken: Counter[str] = Counter()
    for draft in drafts:
        for number, (reference, amount) in enumerate(draft.shares, start=1):
            taken[reference] += amount + (draft.fee if number == len(draft.shares) else 0)
    return taken


def _as_read(line: BankLine) -> StatementLine:
    return StatementLine(line.row, line.came_on, line.amount, line.payer, line.memo, line.balance, line.reverses)


def _columns(proposal: Proposal) -> dict[str, Any]:
    return {
        "certainty": proposal.certainty,
        "reasons": [[reason.why.value, reason.number] for reason in proposal.reasons],
        "organization_id": proposal.organization_id,
        "shares": [[reference, int(amount)] for reference, amount in proposal.shares],
        "fee": proposal.fee,
    }
