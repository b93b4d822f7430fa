"""People of an organization, its establishments and coordinators; each found through the organization (S-20)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager, joinedload

from courses_app.accounts.models import Establishment, Membership, Organization, Person
from courses_app.accounts.rules.facts import PersonFacts
from courses_app.foundation.db import session
from courses_app.foundation.paging import Page, paged
from courses_app.foundation.text import search_key

Row = TypeVar("Row")


def people_of(organization: Organization, *, search: str = "", page: int = 1) -> Page[Person]:
    """The people who belong to the organization now, in the order of their kana."""
    return paged(_found(_people(organization), search).order_by(*_BY_KANA), number=page)


def memberships_of(organization: Organization, *, search: str = "", page: int = 1) -> Page[Membership]:
    """The same people with their establishment, and whether they are coordinators."""
    query = (
        select(Membership)
        .join(Membership.person)
        .options(contains_eager(Membership.person), joinedload(Membership.establishment))
        .where(Membership.organization_id == organization.id, Membership.until_on.is_(None))
    )
    return paged(_found(query, search).order_by(*_BY_KANA), number=page)


def person_of(organization: Organization, reference: str) -> Person | None:
    """A person who belongs to the organization now."""
    return session.scalar(_people(organization).where(Person.reference == reference))


def membership_of(organization: Organization, reference: str) -> Membership | None:
    """The same with their establishment."""
    return session.scalar(
        select(Membership)
        .join(Membership.person)
        .options(contains_eager(Membership.person), joinedload(Membership.establishment))
        .where(
            Membership.organization_id == organization.id,
            Membership.until_on.is_(None),
            Person.reference == reference,
        )
    )


def live_membership(person_id: int, organization_id: int) -> Membership | None:
    """That a person belongs to an organization now."""
    return session.scalar(
        select(Membership)
        .options(joinedload(Membership.person), joinedload(Membership.organization))
        .where(
            Membership.person_id == person_id,
            Membership.organization_id == organization_id,
            Membership.until_on.is_(None),
        )
    )


def namesakes(organization: Organization, facts: PersonFacts) -> Sequence[Person]:
    """People of the organization who may be the same human being: the same name in any spelling of its width, kana or
    case, and no other day of birth."""
    folded = search_key(facts.family_name, facts.given_name)
    candidates = session.scalars(_people(organization).where(Person.search_key.startswith(folded, autoescape=True)))
    return [
        person
        for person in candidates
        if search_key(person.family_name, person.given_name) == folded
        and (facts.born_on is None or person.born_on is None or person.born_on == facts.born_on)
    ]


def coordinators_of(organization: Organization) -> Sequence[Membership]:
    """Who may book for the organization, with the account they sign in with."""
    return session.scalars(
        select(Membership)
        .join(Membership.person)
        .options(contains_eager(Membership.person).joinedload(Person.account), joinedload(Membership.establishment))
        .where(Membership.organization_id == organization.id, Membership.is_coordinator, Membership.until_on.is_(None))
        .order_by(*_BY_KANA)
    ).all()


def establishments_of(organization: Organization) -> Sequence[Establishment]:
    """Its establishments: the head office first, closed ones last."""
    return session.scalars(
        select(Establishment)
        .where(Establishment.organization_id == organization.id)
        .order_by(Establishment.closed_on.is_not(None), Establishment.is_head.desc(), Establishment.id)
    ).all()


def establishment_of(organization: Organization, reference: str) -> Establishment | None:
    """One of its establishments."""
    return session.scalar(
        select(Establishment).where(
            Establishment.organization_id == organization.id, Establishment.reference == reference
        )
    )


_BY_KANA = (Person.family_name_kana, Person.given_name_kana, Person.id)


def _people(organization: Organization) -> Select[Person]:
    live = select(Membership.person_id).where(
        Membership.organization_id == organization.id, Membership.until_on.is_(None)
    )
    return select(Person).where(Person.id.in_(live))


def _found(query: Select[Row], search: str) -> Select[Row]:
    key = search_key(search)
    return query.where(Person.search_key.contains(key, autoescape=True)) if key else query
