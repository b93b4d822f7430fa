"""Who the attendees are: people the organization knows, or new ones it will know from now on; for the hot path."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, insert, select

from courses_app.accounts.models import Membership, Person
from courses_app.accounts.operations.people import NAMES, PersonFacts, check_glyphs
from courses_app.bookings.operations.around import table_of
from courses_app.bookings.rules import AttendeeFacts, AttendeeUnknown, SamePersonTwice
from courses_app.foundation import audit
from courses_app.foundation.audit import Actor
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import session
from courses_app.foundation.references import new_reference

PERSONS, MEMBERSHIPS = table_of(Person), table_of(Membership)
Named = tuple[str, str, date | None]


@dataclass(frozen=True)
class Attending:
    """An attendee and the person they are; `person_id` is None until somebody new is written, or nobody is named."""

    person_id: int | None
    person: PersonFacts
    email: str | None
    role_code: str | None

    @property
    def is_unnamed(self) -> bool:
        """Nobody yet."""
        return self.person_id is None and not self.person.family_name

    @property
    def is_new(self) -> bool:
        """Somebody who is named, and not known yet."""
        return self.person_id is None and not self.is_unnamed


_FACTS = ("family_name", "given_name", "family_name_kana", "given_name_kana", "born_on", "email")


def _known_among(condition: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """The organization's people among those that fit.

    Those that fit are found first (MATERIALIZED), by their index: a planner without figures would else walk through
    all the people of a large organization.
    """
    fitting = select(PERSONS).where(condition).cte("fitting").prefix_with("MATERIALIZED")
    return (
        select(fitting.c.id, fitting.c.reference, *(fitting.c[name] for name in _FACTS))
        .join(MEMBERSHIPS, MEMBERSHIPS.c.person_id == fitting.c.id)
        .where(MEMBERSHIPS.c.organization_id == bindparam("organization"), MEMBERSHIPS.c.until_on.is_(None))
        .order_by(fitting.c.id)
    )


_BY_REFERENCE = _known_among(PERSONS.c.reference.in_(bindparam("references", expanding=True)))
_BY_NAME = _known_among(
    and_(
        PERSONS.c.family_name.in_(bindparam("families", expanding=True)),
        PERSONS.c.given_name.in_(bindparam("givens", expanding=True)),
    )
)


def people_for(organization_id: int, attendees: Sequence[AttendeeFacts]) -> list[Attending]:
    """Each attendee with the person they are, in order.

    Asked under the run's lock: of two colleagues typing the same new name at once the second finds the first's (R-04).
    Raises AttendeeUnknown, SamePersonTwice, and GlyphMissing for a new name our papers can't print.
    """
    known: dict[str | Named, Attending] = {}
    for row in _known(organization_id, attendees):
        facts = PersonFacts(**{name: row._mapping[name] for name in _FACTS})
        found = Attending(row.id, facts, row.email, None)
        known[row.reference] = found
        known.setdefault(_named(found.person), found)  # of namesakes the oldest
    people = [_attending(one, known) for one in attendees]
    _refuse_twice(people)
    return people


def keep_new_people(
    people: Sequence[Attending], *, organization_id: int, organization_reference: str, by: Actor, now: datetime
) -> list[Attending]:
    """As accounts.add_person, but all who are new in two statements; everybody who is named now has a person."""
    new = [one.person for one in people if one.is_new]
    if not new:
        return list(people)
    references = [new_reference("P") for _ in new]
    rows = [
        {"reference": reference, "search_key": facts.search_key, "created_at": now, "version": 1, **vars(facts)}
        for reference, facts in zip(references, new, strict=True)
    ]
    connection = session.connection()
    writing = insert(PERSONS).returning(PERSONS.c.id, sort_by_parameter_order=True)
    ids = connection.execute(writing, rows).scalars().all()
    since = {"organization_id": organization_id, "is_coordinator": False, "from_on": day_of(now)}
    connection.execute(insert(MEMBERSHIPS), [{"person_id": number, **since} for number in ids])
    for reference in references:
        detail = {"organization": organization_reference}
        audit.record(by=by, now=now, action="person.added", subject=("person", reference), detail=detail)
    written = iter(ids)
    return [replace(one, person_id=next(written)) if one.is_new else one for one in people]


def _known(organization_id: int, attendees: Sequence[AttendeeFacts]) -> Iterator[Row[Any]]:
    """The rows of the organization's people among them."""
    typed = [one for one in attendees if one.person is None and not one.is_unnamed]
    asked = {
        "organization": organization_id,
        "references": [one.person for one in attendees if one.person is not None],
        "families": [one.family_name for one in typed],
        "givens": [one.given_name for one in typed],
    }
    if asked["references"]:
        yield from session.connection().execute(_BY_REFERENCE, asked)
    if asked["families"]:
        yield from session.connection().execute(_BY_NAME, asked)


def _attending(one: AttendeeFacts, known: dict[str | Named, Attending]) -> Attending:
    found = known.get(one.person) if one.person is not None else known.get(_named(one))
    if found is not None:
        return replace(found, email=one.email or found.email, role_code=one.role_code)
    if one.person is not None:
        raise AttendeeUnknown()
    facts = PersonFacts(**{name: getattr(one, name) for name in _FACTS})
    check_glyphs(facts, *NAMES)
    return Attending(None, facts, one.email, one.role_code)


def _named(one: PersonFacts | AttendeeFacts) -> Named:
    return one.family_name, one.given_name, one.born_on


def _refuse_twice(people: Sequence[Attending]) -> None:
    """Somebody ticked and typed; people typed twice are refused before (`check_attendees`)."""
    seen = Counter(one.person_id for one in people if one.person_id is not None)
    twice = [one.person for one in people if seen[one.person_id or 0] > 1]
    if twice:
        raise SamePersonTwice(sorted({f"{person.family_name} {person.given_name}".strip() for person in twice}))
