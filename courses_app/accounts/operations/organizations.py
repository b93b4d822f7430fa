"""Organizations are added and changed, and have their supporting membership decided on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from courses_app.accounts.models import Establishment, MemberStatus, Organization
from courses_app.accounts.operations.people import check_glyphs
from courses_app.accounts.rules.facts import OrganizationFacts
from courses_app.accounts.rules.people import EditedMeanwhile, NoMembershipClaim, OrganizationKnown
from courses_app.foundation import audit, matters
from courses_app.foundation.db import session
from courses_app.foundation.references import new_reference

CLAIM = "membership_claimed"
HEAD_OFFICE = "本社・本部"
PRINTED = ("name", "address", "invoice_addressee")


def add_organization(*, facts: OrganizationFacts, by: audit.Actor, now: datetime) -> Organization:
    """A new organization with its head office and nobody in it. Raises OrganizationKnown, GlyphMissing."""
    _refuse_known(facts.corporate_number, besides=None)
    check_glyphs(facts, *PRINTED)
    organization = Organization(
        reference=new_reference("O"), created_at=now, search_key=facts.search_key, **vars(facts)
    )
    head = Establishment(
        reference=new_reference("E"), name=HEAD_OFFICE, prefecture=facts.prefecture, address=facts.address, is_head=True
    )
    organization.establishments.append(head)
    with _number_taken_at_the_same_moment():
        session.add(organization)
    subject = _subject(organization)
    audit.record(by=by, now=now, action="organization.added", subject=subject, detail={"name": facts.name})
    _claim(organization, by=by, now=now)
    return organization


def change_organization(
    organization: Organization, *, facts: OrganizationFacts, version: int, by: audit.Actor, now: datetime
) -> None:
    """New facts. Raises EditedMeanwhile when `version` is not the present one, OrganizationKnown, GlyphMissing."""
    if organization.version != version:
        raise EditedMeanwhile
    _refuse_known(facts.corporate_number, besides=organization)
    check_glyphs(facts, *PRINTED)
    changed = {name: value for name, value in vars(facts).items() if getattr(organization, name) != value}
    if not changed:
        return
    detail = {name: [_plain(getattr(organization, name)), _plain(value)] for name, value in changed.items()}
    with _number_taken_at_the_same_moment():
        for name, value in changed.items():
            setattr(organization, name, value)
        organization.search_key = facts.search_key
    audit.record(by=by, now=now, action="organization.changed", subject=_subject(organization), detail=detail)
    if "member_number" in changed:
        _claim(organization, by=by, now=now)


def decide_membership(organization: Organization, *, verified: bool, by: audit.Actor, now: datetime) -> None:
    """The office has looked: the supporting membership holds (and the member fee with it), or not.

    Raises NoMembershipClaim.
    """
    if not organization.member_number:
        raise NoMembershipClaim
    before = organization.member_status
    organization.member_status = MemberStatus.VERIFIED if verified else MemberStatus.NONE
    session.flush()
    audit.record(
        by=by,
        now=now,
        action="organization.membership_decided",
        subject=_subject(organization),
        before=before,
        after=organization.member_status,
        detail={"member_number": organization.member_number},
    )
    _settle_claim(organization, by=by, now=now, note=organization.member_status)


def _claim(organization: Organization, *, by: audit.Actor, now: datetime) -> None:
    """A member number is a claim until the office has verified it."""
    if not organization.member_number:
        organization.member_status = MemberStatus.NONE
        _settle_claim(organization, by=by, now=now, note="withdrawn")
        return
    organization.member_status = MemberStatus.PENDING
    session.flush()
    matters.open_matter(
        kind=CLAIM, subject=_subject(organization), now=now, by=by, detail={"member_number": organization.member_number}
    )


def _settle_claim(organization: Organization, *, by: audit.Actor, now: datetime, note: str) -> None:
    kind, reference = _subject(organization)
    matter = session.scalar(
        select(matters.Matter).where(
            matters.Matter.kind == CLAIM,
            matters.Matter.subject_kind == kind,
            matters.Matter.subject_reference == reference,
            matters.Matter.settled_at.is_(None),
        )
    )
    if matter is not None:
        matters.settle(matter, by=by, now=now, note=note)


def _refuse_known(corporate_number: str | None, *, besides: Organization | None) -> None:
    if not corporate_number:
        return
    known = session.scalar(select(Organization.id).where(Organization.corporate_number == corporate_number))
    if known is not None and (besides is None or known != besides.id):
        raise OrganizationKnown


@contextmanager
def _number_taken_at_the_same_moment() -> Iterator[None]:
    """Write inside; if somebody else wrote the same corporate number a moment before, that is refused as ever."""
    try:
        with session.begin_nested():
            yield
    except IntegrityError:
        raise OrganizationKnown from None


def _plain(value: object) -> str | None:
    return None if value is None else str(value)


def _subject(organization: Organization) -> tuple[str, str]:
    return ("organization", organization.reference)
