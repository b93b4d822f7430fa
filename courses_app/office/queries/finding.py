"""One word, looked for everywhere: references and numbers exactly, names folded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import InstrumentedAttribute, joinedload, selectinload

from courses_app.accounts.models import Membership, Organization, Person
from courses_app.bookings.models import Booking, Seat
from courses_app.catalogue.models import Course, CourseRun
from courses_app.certificates.models import Certificate
from courses_app.foundation.db import session
from courses_app.foundation.references import REFERENCE_LENGTH
from courses_app.foundation.text import digits, folded, search_key
from courses_app.payments.models import Invoice

SHOWN = 8  # of each kind; more than that, and the word is too short
CORPORATE_NUMBER_LENGTH = 13


@dataclass(frozen=True)
class Findings:
    """What was found, of each kind at most `SHOWN`."""

    bookings: Sequence[Booking] = field(default_factory=list)
    runs: Sequence[CourseRun] = field(default_factory=list)
    organizations: Sequence[Organization] = field(default_factory=list)
    people: Sequence[Person] = field(default_factory=list)
    invoices: Sequence[Invoice] = field(default_factory=list)
    certificates: Sequence[Certificate] = field(default_factory=list)

    @property
    def total(self) -> int:
        kinds = (self.bookings, self.runs, self.organizations, self.people, self.invoices, self.certificates)
        return sum(len(kind) for kind in kinds)


def find(word: str) -> Findings:
    """Everything that answers to a word; an empty word finds nothing."""
    typed = (folded(word) or "").upper()
    if not typed:
        return Findings()
    return Findings(
        bookings=_bookings(typed),
        runs=_runs(typed, word),
        organizations=_organizations(typed, word),
        people=_people(word),
        invoices=_invoices(typed),
        certificates=_certificates(typed),
    )


def _bookings(typed: str) -> Sequence[Booking]:
    of_seat = Booking.seats.any(_reference(Seat.reference, "S", typed))
    query = select(Booking).where(or_(_reference(Booking.reference, "B", typed), of_seat))
    query = query.options(joinedload(Booking.organization)).order_by(Booking.id.desc())
    return session.scalars(query.limit(SHOWN)).all()


def _runs(typed: str, word: str) -> Sequence[CourseRun]:
    named = (Course.name_ja, Course.name_en)
    of_course = [Course.code == typed, *(name.icontains(word.strip(), autoescape=True) for name in named)]
    query = select(CourseRun).join(CourseRun.course).where(or_(_reference(CourseRun.reference, "R", typed), *of_course))
    query = query.options(joinedload(CourseRun.course), joinedload(CourseRun.venue)).order_by(
        CourseRun.starts_at.desc()
    )
    return session.scalars(query.limit(SHOWN)).all()


def _organizations(typed: str, word: str) -> Sequence[Organization]:
    number = digits(typed) or ""
    same_number = [Organization.corporate_number == number] if len(number) == CORPORATE_NUMBER_LENGTH else []
    by_name = Organization.search_key.contains(search_key(word), autoescape=True)
    query = select(Organization).where(or_(by_name, Organization.reference == typed, *same_number))
    return session.scalars(query.order_by(Organization.name_kana, Organization.id).limit(SHOWN)).all()


def _people(word: str) -> Sequence[Person]:
    key = search_key(word)
    conditions = [
        Person.search_key.contains(key, autoescape=True),
        Person.reference == key.upper(),
        Person.email == key,
    ]
    query = select(Person).where(or_(*conditions)).order_by(Person.family_name_kana, Person.given_name_kana, Person.id)
    query = query.options(selectinload(Person.memberships).joinedload(Membership.organization))
    return session.scalars(query.limit(SHOWN)).all()


def _invoices(typed: str) -> Sequence[Invoice]:
    numbered = (Invoice.number == typed, Invoice.receipt_number == typed, Invoice.reference == typed)
    query = select(Invoice).where(or_(*numbered, _reference(Invoice.order_reference, "B", typed)))
    query = query.options(joinedload(Invoice.organization)).order_by(Invoice.id.desc())
    return session.scalars(query.limit(SHOWN)).all()


def _certificates(typed: str) -> Sequence[Certificate]:
    query = select(Certificate).where(Certificate.number == typed)
    query = query.options(joinedload(Certificate.person), joinedload(Certificate.course))
    return session.scalars(query.order_by(Certificate.revision.desc()).limit(SHOWN)).all()


def _reference(column: InstrumentedAttribute[str], prefix: str, typed: str) -> ColumnElement[bool]:
    """A reference as it is, or without its hyphen or letter, as people read it out or banks print it."""
    plain = typed.replace("-", "").replace(" ", "")
    if len(plain) > REFERENCE_LENGTH:
        plain = plain.removeprefix(prefix)
    return column == f"{prefix}-{plain}"
