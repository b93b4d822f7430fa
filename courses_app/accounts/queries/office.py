"""What the office asks: all organizations, all people, all accounts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from courses_app.accounts.models import (
    AccessRole,
    Account,
    Membership,
    MemberStatus,
    Organization,
    OrganizationKind,
    Person,
)
from courses_app.accounts.rules.wanted import AccountsWanted, PeopleWanted
from courses_app.foundation.db import session, streamed
from courses_app.foundation.paging import Page, paged
from courses_app.foundation.text import folded, search_key


@dataclass(frozen=True)
class OrganizationFilter:
    """What an office list of organizations is narrowed to; None is no wish."""

    search: str = ""
    kind: OrganizationKind | None = None
    member_status: MemberStatus | None = None
    prefecture: str | None = None


def organizations(wanted: OrganizationFilter, *, page: int) -> Page[Organization]:
    """Organizations in the order of their kana."""
    return paged(_organizations(wanted), number=page)


def all_organizations(wanted: OrganizationFilter) -> Iterator[Organization]:
    """The same, all of them, fetched in batches while a file is written; asked when the first is wanted."""
    yield from streamed(_organizations(wanted))


def organization_alone(reference: str) -> Organization | None:
    """One organization without anything that belongs to it."""
    return session.scalar(select(Organization).where(Organization.reference == reference))


def organization(reference: str) -> Organization | None:
    """One organization with its establishments."""
    return session.scalar(
        select(Organization)
        .options(selectinload(Organization.establishments))
        .where(Organization.reference == reference)
    )


def people(wanted: PeopleWanted, *, page: int) -> Page[Person]:
    """Everybody, in the order of their kana, with the organizations they belong to and their account."""
    return paged(_people(wanted), number=page)


def all_people(wanted: PeopleWanted) -> Iterator[Person]:
    """The same, all of them, read in pieces."""
    yield from streamed(_people(wanted))


def person(reference: str) -> Person | None:
    """One person with their account and all memberships, past ones too."""
    return session.scalar(
        select(Person)
        .options(
            joinedload(Person.account).selectinload(Account.roles),
            selectinload(Person.memberships).joinedload(Membership.organization),
            selectinload(Person.memberships).joinedload(Membership.establishment),
        )
        .where(Person.reference == reference)
    )


def accounts(wanted: AccountsWanted, *, page: int) -> Page[Account]:
    """Accounts in the order of their e-mail, with roles and persons."""
    return paged(_accounts(wanted), number=page)


def all_accounts(wanted: AccountsWanted) -> Iterator[Account]:
    """The same, all of them, read in pieces."""
    yield from streamed(_accounts(wanted))


def account(reference: str) -> Account | None:
    """One account."""
    return session.scalar(
        select(Account)
        .options(joinedload(Account.person), selectinload(Account.roles))
        .where(Account.reference == reference)
    )


def people_counted(organization_id: int) -> int:
    """How many people belong to an organization now."""
    live = select(func.count()).where(Membership.organization_id == organization_id, Membership.until_on.is_(None))
    return session.scalar(live) or 0


def _people(wanted: PeopleWanted) -> Select[Person]:
    query = select(Person).options(
        joinedload(Person.account), selectinload(Person.memberships).joinedload(Membership.organization)
    )
    if key := search_key(wanted.search):
        by_email = Person.account.has(Account.email.contains((folded(wanted.search) or "").lower(), autoescape=True))
        query = query.where(or_(Person.search_key.contains(key, autoescape=True), by_email))
    if wanted.organization:
        query = query.where(Person.memberships.any(Membership.until_on.is_(None) & _of(wanted.organization)))
    if wanted.role == "coordinator":
        query = query.where(Person.memberships.any(Membership.until_on.is_(None) & Membership.is_coordinator))
    elif wanted.role:
        query = query.where(Person.account.has(Account.roles.any(AccessRole.name == wanted.role)))
    if wanted.account:
        query = query.where(Person.account.has() if wanted.account == "with" else ~Person.account.has())
    return query.order_by(Person.family_name_kana, Person.given_name_kana, Person.id)


def _of(organization: str) -> ColumnElement[bool]:
    named = Organization.search_key.contains(search_key(organization), autoescape=True)
    return Membership.organization.has(or_(named, Organization.reference == organization.upper()))


def _accounts(wanted: AccountsWanted) -> Select[Account]:
    query = select(Account).options(joinedload(Account.person), selectinload(Account.roles)).order_by(Account.email)
    if key := (folded(wanted.search) or "").lower():
        query = query.where(Account.email.contains(key, autoescape=True))
    if wanted.role:
        query = query.where(Account.roles.any(AccessRole.name == wanted.role))
    if wanted.state:
        query = query.where(_has_state(wanted.state))
    return query


def _has_state(state: str) -> ColumnElement[bool]:
    if state == "closed":
        return ~Account.active
    unconfirmed = Account.confirmed_at.is_(None)
    return Account.active & (unconfirmed if state == "unconfirmed" else ~unconfirmed)


def _organizations(wanted: OrganizationFilter) -> Select[Organization]:
    query = select(Organization).order_by(Organization.name_kana, Organization.id)
    if key := search_key(wanted.search):
        query = query.where(Organization.search_key.contains(key, autoescape=True))
    if wanted.kind:
        query = query.where(Organization.kind == wanted.kind)
    if wanted.member_status:
        query = query.where(Organization.member_status == wanted.member_status)
    if wanted.prefecture:
        query = query.where(Organization.prefecture == wanted.prefecture)
    return query
