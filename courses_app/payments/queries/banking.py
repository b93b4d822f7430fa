"""Statements of our bank: files, lines, layouts, and the names organizations pay by."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from courses_app.accounts.models import Organization
from courses_app.foundation.db import session
from courses_app.foundation.paging import Page, paged
from courses_app.foundation.text import search_key
from courses_app.foundation.yen import Yen
from courses_app.payments.models import (
    Allocation,
    BankDraft,
    BankFile,
    BankLayout,
    BankLine,
    FeeAllowance,
    Invoice,
    PayerName,
    Payment,
)
from courses_app.payments.queries.paid import PAID, STILL_OWED
from courses_app.payments.rules.banking import LineStatus

ZENGIN = "zengin"  # how a fixed-length file is read: it needs no layout
LINES_PER_PAGE = 50
MOST_FOUND = 20


@dataclass(frozen=True)
class FileSummary:
    """How far the lines of a file are dealt with."""

    lines: int
    open: int
    amount: Yen


def layouts() -> Sequence[BankLayout]:
    """Those in use, by name."""
    return session.scalars(
        select(BankLayout).where(BankLayout.retired_at.is_(None)).order_by(BankLayout.name, BankLayout.id)
    ).all()


def layout_of(reference: str) -> BankLayout | None:
    return session.scalar(select(BankLayout).where(BankLayout.reference == reference))


def fee_allowances() -> Sequence[FeeAllowance]:
    """All, the latest first."""
    return session.scalars(select(FeeAllowance).order_by(FeeAllowance.from_on.desc())).all()


def file_with(sha256: str, read_as: str) -> BankFile | None:
    """The file with these bytes, read in this way."""
    return session.scalar(select(BankFile).where(BankFile.sha256 == sha256, BankFile.read_as == read_as))


def bank_file_of(reference: str) -> BankFile | None:
    query = select(BankFile).options(joinedload(BankFile.layout), joinedload(BankFile.taken_in_by))
    return session.scalar(query.where(BankFile.reference == reference))


def bank_files(page: int = 1) -> Page[BankFile]:
    """The latest first."""
    query = select(BankFile).options(joinedload(BankFile.layout), joinedload(BankFile.taken_in_by))
    return paged(query.order_by(BankFile.id.desc()), number=page)


def summaries(files: Collection[BankFile]) -> dict[int, FileSummary]:
    """How far each is dealt with."""
    rows = session.execute(
        select(
            BankLine.file_id,
            func.count(),
            func.count().filter(BankDraft.status == LineStatus.OPEN),
            func.sum(BankLine.amount),
        )
        .join(BankLine.draft)
        .where(BankLine.file_id.in_([one.id for one in files]))
        .group_by(BankLine.file_id)
    )
    return {row[0]: FileSummary(row[1], row[2], Yen(int(row[3]))) for row in rows}


def bank_line_of(reference: str) -> BankLine | None:
    return session.scalar(_lines().where(BankLine.reference == reference))


def bank_lines(page: int, *, status: LineStatus | None = None, file: BankFile | None = None) -> Page[BankLine]:
    """Lines in a state, or of a file; what came first in front, of those dealt with the latest."""
    query = _lines()
    if status is not None:
        query = query.where(BankDraft.status == status)
    if file is not None:
        query = query.where(BankLine.file_id == file.id).order_by(BankLine.row, BankLine.id)
    elif status is LineStatus.OPEN:
        query = query.order_by(BankLine.came_on, BankLine.id)
    else:
        query = query.order_by(BankDraft.changed_at.desc(), BankLine.id)
    return paged(query, number=page, per_page=LINES_PER_PAGE)


def open_lines() -> int:
    """How many lines wait for a person."""
    return session.scalar(select(func.count()).where(BankDraft.status == LineStatus.OPEN)) or 0


def invoices_named(references: Collection[str]) -> dict[str, Invoice]:
    """Invoices by their references, with what settles them."""
    found = session.scalars(select(Invoice).where(Invoice.reference.in_(list(references))))
    return {one.reference: one for one in found}


def owed_by(organization: Organization) -> Sequence[Invoice]:
    """What an organization has still to pay, what is due first in front."""
    query = select(Invoice).where(
        Invoice.organization_id == organization.id, Invoice.cancelled_at.is_(None), Invoice.total > 0, ~PAID
    )
    return session.scalars(query.order_by(Invoice.due_on.is_(None), Invoice.due_on, Invoice.id)).all()


def debt_of(organization: Organization, *, before: date | None = None) -> Yen:
    """How many yen that is; `before`: only what was due before a day."""
    query = select(func.sum(STILL_OWED)).where(
        Invoice.organization_id == organization.id, Invoice.cancelled_at.is_(None), ~PAID
    )
    if before is not None:
        query = query.where(Invoice.due_on < before)
    return Yen(int(session.scalar(query) or 0))


def payments_by(organization: Organization) -> Sequence[Payment]:
    """All money that came of an organization, the latest first."""
    query = select(Payment).options(joinedload(Payment.recorded_by))
    mine = query.where(Payment.organization_id == organization.id)
    return session.scalars(mine.order_by(Payment.received_on.desc(), Payment.id.desc())).all()


def was_settled(key: str) -> bool:
    """Whether this cause has settled something already."""
    return session.scalar(select(Allocation.id).where(Allocation.key == key)) is not None


def payer_names_of(organization: Organization) -> Sequence[PayerName]:
    return session.scalars(
        select(PayerName).where(PayerName.organization_id == organization.id).order_by(PayerName.folded)
    ).all()


def organizations_like(typed: str) -> Sequence[Organization]:
    """Organizations whose name, reading, reference or numbers begin with or hold what was typed; the first few."""
    key = search_key(typed)
    if not key:
        return []
    like = Organization.search_key.contains(key, autoescape=True)
    named = or_(like, Organization.reference == typed.strip().upper())
    return session.scalars(select(Organization).where(named).order_by(Organization.name).limit(MOST_FOUND)).all()


def _lines() -> Select[BankLine]:
    return (
        select(BankLine)
        .join(BankLine.draft)
        .options(
            contains_eager(BankLine.draft).joinedload(BankDraft.organization),
            contains_eager(BankLine.draft).joinedload(BankDraft.changed_by),
            joinedload(BankLine.file),
        )
    )
