"""Lists in pages: every list of the house is cut by the database, never in Python."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, func, select

from courses_app.foundation.db import session

Row = TypeVar("Row")
PER_PAGE = 20
LAST_PAGE = 100_000
LONGEST_NUMBER = 20  # digits; Python refuses to read thousands of them


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of a list: `rows`, the page `number` from 1, and the `total` number of rows."""

    rows: Sequence[Row]
    number: int
    per_page: int
    total: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.per_page))

    @property
    def first(self) -> int:
        return (self.number - 1) * self.per_page + 1 if self.total else 0

    @property
    def last(self) -> int:
        return min(self.number * self.per_page, self.total)


def page_number(text: str | None) -> int:
    """The page asked for in `?page=`; anything unreadable is page 1."""
    if text and text.isascii() and text.isdigit():
        return min(max(int(text[:LONGEST_NUMBER]), 1), LAST_PAGE)
    return 1


def paged(query: Select[Row], *, number: int, per_page: int = PER_PAGE) -> Page[Row]:
    """One page of entities in two statements, however long the list."""
    total = session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    rows: Sequence[Any] = session.scalars(query.limit(per_page).offset((number - 1) * per_page)).unique().all()
    return Page(rows, number, per_page, total)


def paged_rows(query: Select[Any], *, number: int, per_page: int = PER_PAGE) -> Page[Any]:
    """The same for queries of several columns or entities."""
    total = session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    rows = session.execute(query.limit(per_page).offset((number - 1) * per_page)).unique().all()
    return Page(rows, number, per_page, total)
