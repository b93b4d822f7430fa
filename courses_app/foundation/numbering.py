"""Numbers without gaps: given one by one under a row lock, by one later step, never inside checkout."""

from __future__ import annotations

from sqlalchemy import select, text
from sqlalchemy.orm import Mapped, mapped_column

from courses_app.foundation.db import Base, session

BEGIN_SERIES = text("INSERT INTO number_series (code, last) VALUES (:code, 0) ON CONFLICT DO NOTHING")


class NumberSeries(Base):
    """How far a series has counted."""

    __tablename__ = "number_series"

    code: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int] = mapped_column(default=0)


def next_number(series: str) -> int:
    """The next number of the series, starting at 1. Rolled back with its transaction, so no number is ever lost."""
    mine = select(NumberSeries).where(NumberSeries.code == series).with_for_update()
    row = session.scalar(mine)
    if row is None:
        session.execute(BEGIN_SERIES, {"code": series})  # two may begin it at once: the second waits, then counts on
        row = session.scalars(mine).one()
    row.last += 1
    session.flush()
    return row.last
