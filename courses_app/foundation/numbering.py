"""Numbers without gaps: given one by one under a row lock, by one later step, never inside checkout."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Mapped, mapped_column

from courses_app.foundation.db import Base, session


class NumberSeries(Base):
    """How far a series has counted."""

    __tablename__ = "number_series"

    code: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int] = mapped_column(default=0)


def next_number(series: str) -> int:
    """The next number of the series, starting at 1. Rolled back with its transaction, so no number is ever lost."""
    row = session.scalar(select(NumberSeries).where(NumberSeries.code == series).with_for_update())
    if row is None:
        row = NumberSeries(code=series, last=0)
        session.add(row)
    row.last += 1
    session.flush()
    return row.last
