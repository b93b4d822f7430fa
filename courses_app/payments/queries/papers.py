"""The register of papers: found by day, amount and party, in ranges and combined (電子帳簿保存法施行規則2条6項5号)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import aliased, joinedload

from courses_app.foundation.db import session, streamed
from courses_app.foundation.paging import Page, paged_rows
from courses_app.foundation.text import search_key
from courses_app.foundation.yen import TaxCategory, Yen
from courses_app.payments.models import Invoice, Paper, PaperKind, PaperRequest, Series
from courses_app.payments.rules.papers import by_category


@dataclass(frozen=True)
class PapersWanted:
    """Conditions that all hold; empty ones leave everything in. Days and amounts include both ends.

    `party` is a part of the name as printed, in any spelling, or of the number.
    """

    from_on: date | None = None
    until_on: date | None = None
    least: Yen | None = None
    most: Yen | None = None
    party: str = ""
    kind: PaperKind | None = None


_Newer = aliased(Paper)
REPLACED: ColumnElement[bool] = (
    select(_Newer.id)
    .where(_Newer.invoice_id == Paper.invoice_id, _Newer.series == Paper.series, _Newer.edition > Paper.edition)
    .exists()
)


def papers(wanted: PapersWanted, page: int = 1) -> Page[Any]:
    """A page of (paper, whether another replaced it), the newest first."""
    return paged_rows(_wanted(wanted), number=page)


def every_paper(wanted: PapersWanted) -> Iterator[Paper]:
    """The same papers, all of them, read in pieces."""
    query = (
        select(Paper).options(joinedload(Paper.organization), joinedload(Paper.document)).where(*_conditions(wanted))
    )
    yield from streamed(query.order_by(Paper.id.desc()))


def paper_of(number: str, copy: int = 1) -> Paper | None:
    """A paper by its number and print, with its document."""
    query = select(Paper).options(joinedload(Paper.document), joinedload(Paper.request))
    return session.scalar(query.where(Paper.number == number, Paper.copy == copy))


def copies_of(number: str) -> int:
    """How often a paper was printed."""
    return session.scalar(select(func.count(Paper.id)).where(Paper.number == number)) or 0


def papers_of(invoice: Invoice) -> Sequence[Any]:
    """Every (paper, whether another replaced it) of an invoice, in the order of issue."""
    query = select(Paper, REPLACED.label("replaced")).where(Paper.invoice_id == invoice.id)
    return session.execute(query.order_by(Paper.id)).all()


def standing_papers(invoice: Invoice, series: Series) -> Sequence[Paper]:
    """The first prints of those papers of an invoice and series that nothing has replaced."""
    of_it = (Paper.invoice_id == invoice.id, Paper.series == series, Paper.copy == 1)
    return session.scalars(select(Paper).where(*of_it, ~REPLACED).order_by(Paper.id)).all()


def newest_of(invoice: Invoice, series: Series) -> int:
    """The latest edition of an invoice's papers of a series, issued or asked for; 0 for none."""
    issued = session.scalar(
        select(func.max(Paper.edition)).where(Paper.invoice_id == invoice.id, Paper.series == series)
    )
    kinds = [PaperKind.RECEIPT] if series is Series.RECEIPT else [PaperKind.CORRECTED_INVOICE]
    of_it = (PaperRequest.invoice_id == invoice.id, PaperRequest.kind.in_(kinds))
    asked = session.scalar(select(func.max(PaperRequest.edition)).where(*of_it))
    return max(issued or 0, asked or 0)


def request_of(key: str) -> PaperRequest | None:
    """What was asked for under this key."""
    return session.scalar(select(PaperRequest).where(PaperRequest.key == key))


def requests_by(key: str) -> Sequence[PaperRequest]:
    """What one form asked for: several papers, each under the key and its number."""
    its = PaperRequest.key.startswith(f"{key}:", autoescape=True)
    return session.scalars(select(PaperRequest).where(its).order_by(PaperRequest.id)).all()


def kept_by_category(invoice: Invoice) -> dict[TaxCategory, Yen]:
    """What was billed less what was given back, with the fees kept of that: what receipts say together."""
    back = select(PaperRequest.content).where(
        PaperRequest.invoice_id == invoice.id, PaperRequest.kind == PaperKind.RETURN_INVOICE
    )
    pairs = [(part.category, part.amount) for part in invoice.taxes]
    for content in session.scalars(back):
        pairs += [(TaxCategory(part["category"]), Yen(-part["amount"])) for part in content["taxes"]]
        pairs += [(TaxCategory(one["tax"]), Yen(one["amount"])) for one in content["kept"]]
    return by_category(pairs)


def papers_of_order(reference: str) -> Sequence[Any]:
    """Every (paper, whether another replaced it) of an order, in the order of issue."""
    query = select(Paper, REPLACED.label("replaced")).where(Paper.order_reference == reference)
    return session.execute(query.order_by(Paper.id)).all()


def requests_waiting(invoice: Invoice) -> Sequence[PaperRequest]:
    """What was asked for and is not printed yet."""
    of_it = (PaperRequest.invoice_id == invoice.id, ~PaperRequest.papers.any())
    return session.scalars(select(PaperRequest).where(*of_it).order_by(PaperRequest.id)).all()


def _wanted(wanted: PapersWanted) -> Select[*tuple[Any, ...]]:
    query = select(Paper, REPLACED.label("replaced")).options(joinedload(Paper.organization))
    return query.where(*_conditions(wanted)).order_by(Paper.id.desc())


def _conditions(wanted: PapersWanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.from_on is not None:
        found.append(Paper.issued_on >= wanted.from_on)
    if wanted.until_on is not None:
        found.append(Paper.issued_on <= wanted.until_on)
    if wanted.least is not None:
        found.append(Paper.amount >= wanted.least)
    if wanted.most is not None:
        found.append(Paper.amount <= wanted.most)
    if wanted.party.strip():
        found.append(Paper.search_key.contains(search_key(wanted.party), autoescape=True))
    if wanted.kind is not None:
        found.append(Paper.kind == wanted.kind)
    return found
