"""To whom of an organization we write about what one of its coordinators has asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr

from flask import current_app
from sqlalchemy import case, func, or_, select

from courses_app.accounts.models import Account, Membership, Organization, Person
from courses_app.foundation import matters
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session

NOBODY_TO_WRITE = "nobody_to_write"  # the matter of an organization without anybody who may read its mails


@dataclass(frozen=True)
class Reader:
    """Who a mail is addressed to."""

    name: str
    address: str


def reader_of(organization: Organization, *, asked: int, now: datetime) -> Reader:
    """The person `asked` while they book for the organization; afterwards its coordinator of longest standing.

    Whoever has left, or whose account is closed, hears nothing more. Where nobody is left the mail comes to our own
    office, with a matter, so that it is neither lost nor read by anybody else.
    """
    found = session.execute(
        select(
            Person.family_name,
            Person.given_name,
            func.coalesce(func.nullif(Person.email, ""), Account.email, Organization.contact_email),
        )
        .join(Membership, Membership.person_id == Person.id)
        .join(Organization, Organization.id == Membership.organization_id)
        .outerjoin(Account, Account.person_id == Person.id)
        .where(
            Organization.id == organization.id,
            Membership.is_coordinator,
            Membership.until_on.is_(None),
            or_(Account.id.is_(None), Account.active),
        )
        .order_by(case((Person.id == asked, 0), else_=1), Membership.id)
        .limit(1)
    ).first()
    if found is not None:
        family, given, address = found
        return Reader(f"{family} {given}".strip(), address)
    subject = ("organization", organization.reference)
    matters.open_matter(kind=NOBODY_TO_WRITE, subject=subject, now=now, by=SYSTEM)
    return Reader(organization.name, parseaddr(current_app.config["SETTINGS"].mail_from)[1])
