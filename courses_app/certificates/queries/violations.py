"""What must always be true of certificates, asked in SQL: each query names what is not (INV-11, INV-12)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select

from courses_app.certificates.models import Certificate, FailureNotice
from courses_app.certificates.queries.absences import absences_broken
from courses_app.certificates.rules import Series, Status
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import session
from courses_app.foundation.numbering import NumberSeries
from courses_app.rosters.models import RosterEntry
from courses_app.rosters.rules import Outcome


def violations(*, now: datetime) -> Iterator[str]:
    """A sentence for each broken invariant."""
    for table, series in ((Certificate, Series.CERTIFICATE), (FailureNotice, Series.NOTICE)):
        yield from _gaps(table, series)
    for number in session.scalars(_not_completed()):
        yield f"INV-11: certificate {number} was issued to somebody who did not complete the course on its day"
    for number in session.scalars(_without_current_copy()):
        yield f"INV-11: certificate {number} has copies 1 to n with a gap, or not exactly one current copy"
    for certificate in session.scalars(select(Certificate).where(Certificate.revoked_at.is_not(None))):
        if certificate.status_on(day_of(now)) is not Status.REVOKED:
            yield f"INV-12: revoked certificate {certificate.number} does not verify as revoked"
    for number in session.scalars(_partly_revoked()):
        yield f"INV-12: certificate {number} is revoked in some of its copies only"
    yield from absences_broken(now=now)


def _gaps(table: type[Certificate] | type[FailureNotice], series: Series) -> Iterator[str]:
    """Every count from 1 to the series' last has its paper, and no paper has a count beyond it."""
    for kept in session.scalars(select(NumberSeries).where(NumberSeries.code.startswith(f"{series}:"))):
        _kind, course, year = kept.code.split(":")
        start = f"{course}-{year}-{'F' if series is Series.NOTICE else ''}"
        written = select(func.count(func.distinct(table.number)), func.max(table.number))
        count, highest = session.execute(written.where(_counted(table, start, series))).one()
        if count != kept.last or (highest or start + "0") != f"{start}{kept.last:06}":
            yield f"INV-11: the series {kept.code} counts to {kept.last}, but {count} numbers stand on papers"


def _counted(table: type[Certificate] | type[FailureNotice], start: str, series: Series) -> Any:
    """Numbers of the series; a certificate's count has no letter before it."""
    of_series = table.number.startswith(start, autoescape=True)
    return of_series if series is Series.NOTICE else of_series & ~table.number.startswith(f"{start}F", autoescape=True)


def _not_completed() -> Select[str]:
    return (
        select(Certificate.number)
        .join(RosterEntry, RosterEntry.id == Certificate.entry_id)
        .where(
            or_(
                RosterEntry.outcome.is_distinct_from(Outcome.COMPLETED),
                RosterEntry.completed_on != Certificate.completed_on,
            )
        )
    )


def _without_current_copy() -> Select[str]:
    current = func.count().filter(Certificate.superseded_at.is_(None))
    return (
        select(Certificate.number)
        .group_by(Certificate.number)
        .having(or_(current != 1, func.max(Certificate.revision) != func.count()))
    )


def _partly_revoked() -> Select[str]:
    revoked = func.count(Certificate.revoked_at)
    return select(Certificate.number).group_by(Certificate.number).having((revoked > 0) & (revoked < func.count()))
