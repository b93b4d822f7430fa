"""Certificates as people look for them: by number, by code, of an organization, in the office."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from courses_app.accounts.models import Membership, Organization, Person
from courses_app.bookings.models import Booking, Seat
from courses_app.catalogue.models import Course, CourseRun
from courses_app.certificates.models import Certificate, FailureNotice
from courses_app.certificates.rules import CertificateFilter, NoticeFilter, Status, is_number
from courses_app.foundation.clock import end_of, start_of
from courses_app.foundation.db import session, streamed
from courses_app.foundation.paging import Page, paged
from courses_app.foundation.text import search_key
from courses_app.rosters.models import Roster, RosterEntry


def latest(number: str) -> Certificate | None:
    """The latest copy of the certificate with a number."""
    return session.scalar(_whole().where(Certificate.number == number).order_by(Certificate.revision.desc()).limit(1))


def copies_of(number: str) -> Sequence[Certificate]:
    """Every copy, the latest first."""
    return session.scalars(
        _whole()
        .options(joinedload(Certificate.revoked_by))
        .where(Certificate.number == number)
        .order_by(Certificate.revision.desc())
        .execution_options(populate_existing=True)
    ).all()


def by_code(code: str) -> Certificate | None:
    """The copy whose QR code this is."""
    return session.scalar(_whole().where(Certificate.code == code))


def by_code_for(
    code: str, *, person_id: int | None, organization: Organization | None, staff: bool
) -> Certificate | None:
    """The same for its holder, the organization that booked the seat, and the staff; for others it isn't there."""
    certificate = by_code(code)
    if certificate is None or staff:
        return certificate
    booked_by = certificate.entry.seat.booking.organization_id
    own = person_id is not None and certificate.person_id == person_id
    return certificate if own or (organization is not None and organization.id == booked_by) else None


def of_person(person: Person) -> Sequence[Certificate]:
    """A person's own current copies, the latest completion first."""
    return session.scalars(
        select(Certificate)
        .options(joinedload(Certificate.course))
        .where(Certificate.person_id == person.id, Certificate.superseded_at.is_(None))
        .order_by(Certificate.completed_on.desc(), Certificate.id.desc())
    ).all()


def of_organization(
    organization: Organization, wanted: CertificateFilter, *, number: int, today: date
) -> Page[Certificate]:
    """A page of the current copies of everybody whose seat the organization booked, or who belongs to it now."""
    return paged(_narrowed(_current().where(_concerns(organization)), wanted, today), number=number)


def for_office(wanted: CertificateFilter, *, number: int, today: date) -> Page[Certificate]:
    """A page of all current copies."""
    return paged(_narrowed(_current(), wanted, today), number=number)


def every(wanted: CertificateFilter, *, today: date, organization: Organization | None = None) -> Iterator[Certificate]:
    """The whole list for a download, read piece by piece; of one organization, or of all."""
    query = _current() if organization is None else _current().where(_concerns(organization))
    yield from streamed(_narrowed(query, wanted, today))


def courses_with_certificates() -> Sequence[Course]:
    """The courses that issue certificates, for the filter."""
    return session.scalars(select(Course).where(Course.issues_certificate).order_by(Course.position, Course.id)).all()


def notice_by_number(number: str) -> FailureNotice | None:
    """A notice of failure, for the office."""
    return session.scalar(
        select(FailureNotice).options(joinedload(FailureNotice.document)).where(FailureNotice.number == number)
    )


def notices(wanted: NoticeFilter, *, number: int) -> Page[FailureNotice]:
    """For the office: a page of notices of failure, the latest first."""
    return paged(_notices(wanted), number=number)


def every_notice(wanted: NoticeFilter) -> Iterator[FailureNotice]:
    """The whole list for a download, read piece by piece."""
    yield from streamed(_notices(wanted))


def _notices(wanted: NoticeFilter) -> Select[FailureNotice]:
    word = wanted.word
    query = (
        select(FailureNotice)
        .join(FailureNotice.entry)
        .join(RosterEntry.seat)
        .join(Seat.person)
        .options(
            contains_eager(FailureNotice.entry)
            .contains_eager(RosterEntry.seat)
            .options(
                joinedload(Seat.booking).joinedload(Booking.organization),
                joinedload(Seat.run).joinedload(CourseRun.course),
            )
        )
        .order_by(FailureNotice.issued_at.desc(), FailureNotice.id.desc())
    )
    if word:
        named = Person.search_key.contains(search_key(word), autoescape=True)
        query = query.where(FailureNotice.number == word.upper() if is_number(word.upper()) else named)
    if wanted.from_on:
        query = query.where(FailureNotice.issued_at >= start_of(wanted.from_on))
    if wanted.until_on:
        query = query.where(FailureNotice.issued_at < end_of(wanted.until_on))
    return query


def closed_run(reference: str) -> CourseRun | None:
    """A run whose roster is closed."""
    return session.scalar(
        select(CourseRun)
        .join(Roster, Roster.run_id == CourseRun.id)
        .options(joinedload(CourseRun.course), joinedload(CourseRun.venue))
        .where(CourseRun.reference == reference, Roster.closed_at.is_not(None))
    )


def _whole() -> Select[Certificate]:
    entry = joinedload(Certificate.entry)
    return select(Certificate).options(
        joinedload(Certificate.course),
        joinedload(Certificate.person),
        joinedload(Certificate.document),
        entry.joinedload(RosterEntry.seat).joinedload(Seat.booking).joinedload(Booking.organization),
        entry.joinedload(RosterEntry.seat).joinedload(Seat.run),
    )


def _current() -> Select[Certificate]:
    return (
        select(Certificate)
        .join(RosterEntry, RosterEntry.id == Certificate.entry_id)
        .join(Seat, Seat.id == RosterEntry.seat_id)
        .join(Booking, Booking.id == Seat.booking_id)
        .join(Course, Course.id == Certificate.course_id)
        .options(
            joinedload(Certificate.course),
            joinedload(Certificate.entry)
            .joinedload(RosterEntry.seat)
            .joinedload(Seat.booking)
            .joinedload(Booking.organization),
        )
        .where(Certificate.superseded_at.is_(None))
        .order_by(Certificate.completed_on.desc(), Certificate.number)
    )


def _concerns(organization: Organization) -> ColumnElement[bool]:
    members = select(Membership.person_id).where(
        Membership.organization_id == organization.id, Membership.until_on.is_(None)
    )
    return or_(Booking.organization_id == organization.id, Certificate.person_id.in_(members))


def _narrowed(query: Select[Certificate], wanted: CertificateFilter, today: date) -> Select[Certificate]:
    if wanted.word:
        named = Certificate.search_key.contains(search_key(wanted.word), autoescape=True)
        typed = wanted.word.upper()
        query = query.where(Certificate.number == typed if is_number(typed) else named)
    if wanted.course:
        query = query.where(Course.code == wanted.course)
    if wanted.status is not None:
        query = query.where(_has(wanted.status, today))
    return query


def _has(status: Status, today: date) -> ColumnElement[bool]:
    """The same table as `rules.status_on`, for current copies."""
    ended = Certificate.valid_through < today
    return {
        Status.REVOKED: Certificate.revoked_at.is_not(None),
        Status.SUPERSEDED: Certificate.superseded_at.is_not(None),
        Status.EXPIRED: Certificate.revoked_at.is_(None) & ended,
        Status.GENUINE: Certificate.revoked_at.is_(None) & (Certificate.valid_through.is_(None) | ~ended),
    }[status]
