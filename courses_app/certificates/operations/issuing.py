"""Numbers without gaps, papers and their mails: each in the one transaction of `tasks` that gives the number."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import IntegrityError

from courses_app.certificates import emails, queries
from courses_app.certificates.documents import Draft
from courses_app.certificates.models import Certificate, FailureNotice
from courses_app.certificates.rules import Series, certificate_number, notice_number
from courses_app.foundation import audit, matters, numbering
from courses_app.foundation.audit import Actor
from courses_app.foundation.db import session
from courses_app.foundation.documents import store
from courses_app.foundation.text import search_key
from courses_app.rosters.models import RosterEntry

WRITTEN = {Series.CERTIFICATE: certificate_number, Series.NOTICE: notice_number}


class NumberTaken(Exception):
    """The number printed on the paper went to another one meanwhile: nothing is kept, print again."""


def issue_certificate(*, entry: RosterEntry, draft: Draft, today: date, by: Actor, now: datetime) -> Certificate | None:
    """Give the printed certificate its number, keep it for good, owe the mails. None if it is no longer due.

    Raises NumberTaken.
    """
    if not _still_due(entry, queries.certificate_due()):
        return None
    _take(Series.CERTIFICATE, draft, entry, today)
    seat = entry.seat
    valid_through = draft.facts["valid_through"]
    certificate = Certificate(
        number=draft.number,
        revision=1,
        code=draft.code,
        person=seat.person,
        course=seat.run.course,
        entry=entry,
        facts=draft.facts,
        search_key=search_key(seat.full_name, seat.full_name_kana),
        completed_on=entry.completed_on,
        valid_through=date.fromisoformat(valid_through) if valid_through else None,
        issued_at=now,
        document=store(kind="certificate", filename=f"certificate-{draft.number}.pdf", content=draft.paper, now=now),
    )
    session.add(certificate)
    _note(entry, "certificate.issued", ("certificate", draft.number), by=by, now=now)
    emails.issued(certificate, now=now)
    session.flush()
    return certificate


def issue_notice(*, entry: RosterEntry, draft: Draft, today: date, by: Actor, now: datetime) -> FailureNotice | None:
    """Give the printed notice of failure its number, keep it, owe the mail. None if it is no longer due.

    Raises NumberTaken.
    """
    if not _still_due(entry, queries.notice_due()):
        return None
    _take(Series.NOTICE, draft, entry, today)
    document = store(kind="notice_of_failure", filename=f"notice-{draft.number}.pdf", content=draft.paper, now=now)
    notice = FailureNotice(number=draft.number, entry=entry, facts=draft.facts, document=document, issued_at=now)
    session.add(notice)
    _note(entry, "notice_of_failure.issued", ("notice_of_failure", draft.number), by=by, now=now)
    emails.failed(notice, now=now)
    session.flush()
    return notice


def put_off_paper(*, entry: RosterEntry, paper: Series, reason: str, by: Actor, now: datetime) -> None:
    """Note that a paper could not be printed: it is tried again later, and staff see why (a character, a fault)."""
    detail = {
        "paper": paper.value,
        "reason": reason,
        "run": entry.seat.run.reference,
        "booking": entry.seat.booking.reference,
        "tried_at": now.isoformat(),
    }
    subject = ("seat", entry.seat.reference)
    matters.open_matter(kind=queries.PAPER_FAILED, subject=subject, now=now, by=by, detail=detail).detail = detail
    session.flush()


def _still_due(entry: RosterEntry, due: ColumnElement[bool]) -> bool:
    """Looks again under the entry's lock: another worker may have been faster."""
    session.execute(select(RosterEntry.id).where(RosterEntry.id == entry.id).with_for_update())
    session.expire(entry)
    return queries.is_due(entry, due)


def _take(series: Series, draft: Draft, entry: RosterEntry, today: date) -> None:
    course = entry.seat.run.course.code
    try:
        count = numbering.next_number(series.code(course, today.year))
    except IntegrityError as error:  # two began the series at once
        raise NumberTaken(draft.number) from error
    if WRITTEN[series](course, today.year, count) != draft.number:
        raise NumberTaken(draft.number)


def _note(entry: RosterEntry, action: str, subject: tuple[str, str], *, by: Actor, now: datetime) -> None:
    detail = {"seat": entry.seat.reference, "run": entry.seat.run.reference}
    audit.record(by=by, now=now, action=action, subject=subject, after="issued", detail=detail)
    if (matter := queries.matter_of(queries.PAPER_FAILED, entry.seat)) is not None:
        matters.settle(matter, by=by, now=now, note="printed")
