"""An organization joins, and whoever joins for it becomes its coordinator."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from courses_app.accounts.models import Account, Organization
from courses_app.accounts.operations.organizations import add_organization
from courses_app.accounts.operations.people import (
    NAMES,
    check_glyphs,
    join_organization,
    keep_person,
    name_coordinator,
)
from courses_app.accounts.queries.sign_ins import coordinates
from courses_app.accounts.rules.facts import OrganizationFacts, PersonFacts
from courses_app.accounts.rules.people import AlreadyCoordinator
from courses_app.foundation import audit
from courses_app.foundation.db import session


def join(
    *, account: Account, person: PersonFacts, organization: OrganizationFacts, by: audit.Actor, now: datetime
) -> Organization:
    """A new organization with its head office and its coordinator.

    `person` says who the owner of the account is; an account that belongs to a person already keeps that person as it
    is. Raises AlreadyCoordinator, OrganizationKnown, GlyphMissing.
    """
    _wait_for_turn(account)
    if coordinates(account):
        raise AlreadyCoordinator
    if account.person is None:
        check_glyphs(person, *NAMES)
    added = add_organization(facts=organization, by=by, now=now)
    if account.person is None:
        account.person = keep_person(person, by=by, now=now)
    membership = join_organization(account.person, added, establishment=added.establishments[0], by=by, now=now)
    name_coordinator(membership, by=by, now=now)
    return added


def _wait_for_turn(account: Account) -> None:
    """Of two presses of the button at once, the second finds here what the first has made."""
    session.execute(select(Account.id).where(Account.id == account.id).with_for_update())
    session.refresh(account)
