"""People are kept once per organization and picked again; names stay byte for byte as typed (D-13)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select

from courses_app.accounts.models import Establishment, Membership, Organization, Person
from courses_app.accounts.rules.facts import PersonFacts
from courses_app.accounts.rules.people import EditedMeanwhile, EndsBeforeItBegan, LastCoordinator, MembershipEnded
from courses_app.foundation import audit
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import session
from courses_app.foundation.references import new_reference

__all__ = [
    "NAMES", "PersonFacts", "add_person", "change_person", "check_glyphs", "end_membership",
    "join_organization", "keep_person", "name_coordinator",
]  # fmt: skip

NAMES = ("family_name", "given_name")


def add_person(
    *,
    organization: Organization,
    establishment: Establishment | None = None,
    family_name: str,
    given_name: str,
    family_name_kana: str,
    given_name_kana: str,
    born_on: date | None,
    email: str | None,
    by: audit.Actor,
    now: datetime,
) -> Person:
    """Keep a person as belonging to the organization from today on. Raises GlyphMissing."""
    facts = PersonFacts(
        family_name=family_name,
        given_name=given_name,
        family_name_kana=family_name_kana,
        given_name_kana=given_name_kana,
        born_on=born_on,
        email=email,
    )
    person = keep_person(facts, by=by, now=now)
    join_organization(person, organization, establishment=establishment, by=by, now=now)
    return person


def keep_person(facts: PersonFacts, *, by: audit.Actor, now: datetime) -> Person:
    """Keep a person who belongs to no organization (yet): instructors, staff. Raises GlyphMissing."""
    check_glyphs(facts, *NAMES)
    person = Person(reference=new_reference("P"), search_key=facts.search_key, created_at=now, **vars(facts))
    session.add(person)
    session.flush()
    audit.record(by=by, now=now, action="person.added", subject=_subject(person))
    return person


def join_organization(
    person: Person, organization: Organization, *, establishment: Establishment | None, by: audit.Actor, now: datetime
) -> Membership:
    """A person belongs to an organization from today on."""
    membership = Membership(
        person=person, organization=organization, establishment=establishment, from_on=day_of(now), until_on=None
    )
    session.add(membership)
    session.flush()
    audit.record(
        by=by,
        now=now,
        action="membership.begun",
        subject=_subject(person),
        detail={"organization": organization.reference},
    )
    return membership


def name_coordinator(membership: Membership, *, by: audit.Actor, now: datetime) -> None:
    """A person of the organization books and pays for it from now on."""
    if membership.until_on is not None:
        raise MembershipEnded
    membership.is_coordinator = True
    session.flush()
    audit.record(
        by=by,
        now=now,
        action="membership.coordinator_named",
        subject=_subject(membership.person),
        detail={"organization": membership.organization.reference},
    )


def change_person(
    membership: Membership,
    *,
    facts: PersonFacts,
    establishment: Establishment | None,
    version: int,
    by: audit.Actor,
    now: datetime,
) -> None:
    """New facts about a person of an organization. Raises EditedMeanwhile, MembershipEnded, GlyphMissing."""
    person = membership.person
    if membership.until_on is not None:
        raise MembershipEnded
    if person.version != version:
        raise EditedMeanwhile
    check_glyphs(facts, *NAMES)
    changed = sorted(name for name, value in vars(facts).items() if getattr(person, name) != value)
    for name in changed:
        setattr(person, name, getattr(facts, name))
    person.search_key = facts.search_key
    if membership.establishment_id != (establishment.id if establishment else None):
        membership.establishment = establishment
        changed.append("establishment")
    session.flush()
    if changed:  # the names of the fields only: the trail outlives a person's wish to be forgotten
        audit.record(by=by, now=now, action="person.changed", subject=_subject(person), detail={"fields": changed})


def end_membership(membership: Membership, *, until_on: date, by: audit.Actor, now: datetime) -> None:
    """The person no longer belongs to the organization after `until_on`. Their bookings and certificates stay.

    Raises MembershipEnded, EndsBeforeItBegan, LastCoordinator.
    """
    if membership.until_on is not None:
        raise MembershipEnded
    if until_on < membership.from_on:
        raise EndsBeforeItBegan
    if membership.is_coordinator and _is_last_coordinator(membership):
        raise LastCoordinator
    membership.until_on = until_on
    session.flush()
    audit.record(
        by=by,
        now=now,
        action="membership.ended",
        subject=_subject(membership.person),
        after=until_on.isoformat(),
        detail={"organization": membership.organization.reference},
    )


def check_glyphs(facts: object, *fields: str) -> None:
    """Raises GlyphMissing, on the field it concerns, for words our papers can't print."""
    from courses_app.foundation.papers import check_name  # typst and the fonts, only where a name is typed

    for field in fields:
        check_name(getattr(facts, field), field=field)


def _is_last_coordinator(membership: Membership) -> bool:
    others = select(Membership.id).where(
        Membership.organization_id == membership.organization_id,
        Membership.is_coordinator,
        Membership.until_on.is_(None),
        Membership.id != membership.id,
    )
    return session.scalar(others.limit(1)) is None


def _subject(person: Person) -> tuple[str, str]:
    return ("person", person.reference)
