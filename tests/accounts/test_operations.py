"""Deeds: what they keep, refuse, and put on record."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from courses_app.accounts import operations, queries
from courses_app.accounts.models import Account, Membership, MemberStatus, Organization, Person
from courses_app.accounts.operations import EstablishmentFacts
from courses_app.accounts.rules.people import (
    AlreadyCoordinator,
    EditedMeanwhile,
    EndsBeforeItBegan,
    HeadOffice,
    LastCoordinator,
    MembershipEnded,
    NoMembershipClaim,
    OrganizationKnown,
    OwnAccount,
)
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM, AuditEntry
from courses_app.foundation.db import Base, session, transaction
from courses_app.foundation.matters import Matter
from courses_app.foundation.papers import GlyphMissing
from tests.accounts.making import organization_facts, person_facts
from tests.make import Make

NAMES = ["髙﨑", "𠮷野", "葛󠄀城", "渡邉󠄁", "\ufa19谷", "ヴェロニカ", "ㇰラ", "グエン・ティ・タイン・フオン", "一"]
NOW = clock.now()


def count(table: type[Base]) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def actions() -> list[str]:
    return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


@pytest.mark.parametrize("name", NAMES)
def test_d13_names_are_kept_byte_for_byte(inside: Flask, make: Make, name: str) -> None:
    organization = make.organization(contact_name=name)
    person = make.person(organization, family_name=name, given_name="")
    session.expire_all()
    kept = session.get_one(Person, person.id)
    assert kept.family_name.encode() == name.encode()
    assert kept.full_name == name
    assert session.get_one(Organization, organization.id).contact_name.encode() == name.encode()


def test_a_name_our_papers_cannot_print_is_refused_with_its_character(inside: Flask, make: Make) -> None:
    organization = make.organization()
    with pytest.raises(GlyphMissing) as refusal:
        make.person(organization, given_name="太\U0001f600郎")
    assert refusal.value.field == "given_name"
    assert "\U0001f600" in str(refusal.value)
    assert count(Person) == 0


def test_joining_makes_an_organization_with_its_head_office_and_coordinator(inside: Flask, make: Make) -> None:
    account = make.account("taro@example.jp")
    with transaction():
        here = session.get_one(Account, account.id)
        organization = operations.join(
            account=here, person=person_facts(email=here.email), organization=organization_facts(), by=SYSTEM, now=NOW
        )
        assert here.person
        membership = queries.coordinated_membership(here.person.id)
        assert membership
        assert membership.organization is organization
        assert membership.establishment is organization.establishments[0]
        assert organization.establishments[0].is_head
    assert {"organization.added", "person.added", "membership.coordinator_named"} <= set(actions())


def test_joining_twice_is_refused(inside: Flask, make: Make) -> None:
    somebody = make.coordinator()
    with pytest.raises(AlreadyCoordinator), transaction():
        here = session.get_one(Account, somebody.account.id)
        operations.join(account=here, person=person_facts(), organization=organization_facts(), by=SYSTEM, now=NOW)


@pytest.mark.parametrize(
    ("person", "organization", "refusal"),
    [
        ({"family_name": "\U0001f600"}, {}, GlyphMissing),
        ({}, {"name": "組合\U0001f600"}, GlyphMissing),
        ({}, {"corporate_number": "5835678256246"}, OrganizationKnown),
    ],
)
def test_a_refused_deed_has_written_nothing_yet(
    inside: Flask, make: Make, person: dict[str, str], organization: dict[str, str], refusal: type[Exception]
) -> None:
    make.organization(corporate_number="5835678256246")
    account = make.account("taro@example.jp")
    before = (count(Organization), count(Person), count(AuditEntry))
    with transaction():  # kept, as by a door that shows the refusal on its form
        here = session.get_one(Account, account.id)
        facts = organization_facts(**organization)
        with pytest.raises(refusal):
            operations.join(account=here, person=person_facts(**person), organization=facts, by=SYSTEM, now=NOW)
    assert (count(Organization), count(Person), count(AuditEntry)) == before


def test_two_organizations_without_a_corporate_number_are_two(inside: Flask, make: Make) -> None:
    make.organization(corporate_number=None)
    make.organization(corporate_number=None)
    assert count(Organization) == 2


def test_a_claimed_membership_waits_for_the_office(inside: Flask, make: Make) -> None:
    organization = make.organization(member_number="M-0103")
    assert organization.member_status is MemberStatus.PENDING
    matter = session.scalars(select(Matter)).one()
    assert (matter.kind, matter.subject_reference) == ("membership_claimed", organization.reference)
    with transaction():
        here = session.get_one(Organization, organization.id)
        operations.decide_membership(here, verified=True, by=SYSTEM, now=NOW)
    assert session.get_one(Organization, organization.id).member_status is MemberStatus.VERIFIED
    session.expire_all()
    assert session.scalars(select(Matter)).one().settled_at


def test_another_member_number_has_to_be_verified_anew(inside: Flask, make: Make) -> None:
    organization = make.organization(member=True)
    for number, status in (("M-9999", MemberStatus.PENDING), ("", MemberStatus.NONE)):
        with transaction():
            here = session.get_one(Organization, organization.id)
            facts = organization_facts(member_number=number)
            operations.change_organization(here, facts=facts, version=here.version, by=SYSTEM, now=NOW)
            assert here.member_status is status
    with pytest.raises(NoMembershipClaim), transaction():
        here = session.get_one(Organization, organization.id)
        operations.decide_membership(here, verified=True, by=SYSTEM, now=NOW)


def test_r41_the_second_of_two_edits_is_refused(inside: Flask, make: Make) -> None:
    somebody = make.coordinator()
    seen = somebody.person.version
    for turn, name in enumerate(("花子", "次郎")):
        with transaction():
            membership = queries.live_membership(somebody.person.id, somebody.organization.id)
            assert membership
            told = {"facts": person_facts(given_name=name), "establishment": None, "version": seen}
            if turn:
                with pytest.raises(EditedMeanwhile):
                    operations.change_person(membership, **told, by=SYSTEM, now=NOW)  # type: ignore[arg-type]
            else:
                operations.change_person(membership, **told, by=SYSTEM, now=NOW)  # type: ignore[arg-type]
    assert session.get_one(Person, somebody.person.id).given_name == "花子"
    with pytest.raises(EditedMeanwhile), transaction():
        here = session.get_one(Organization, somebody.organization.id)
        operations.change_organization(here, facts=organization_facts(), version=0, by=SYSTEM, now=NOW)


def test_the_trail_names_the_changed_fields_of_a_person_not_their_values(inside: Flask, make: Make) -> None:
    somebody = make.coordinator()
    with transaction():
        membership = queries.live_membership(somebody.person.id, somebody.organization.id)
        assert membership
        facts = person_facts(given_name="花子", born_on=date(1990, 1, 1))
        operations.change_person(
            membership, facts=facts, establishment=membership.establishment, version=1, by=SYSTEM, now=NOW
        )
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "person.changed")).one()
    assert entry.detail == {"fields": ["born_on", "email", "given_name"]}


def test_people_leave_but_never_the_last_coordinator(inside: Flask, make: Make) -> None:
    somebody = make.coordinator()
    membership = queries.live_membership(somebody.person.id, somebody.organization.id)
    assert membership
    with pytest.raises(LastCoordinator), transaction():
        operations.end_membership(membership, until_on=clock.today(), by=SYSTEM, now=NOW)
    make.coordinator(somebody.organization)
    with pytest.raises(EndsBeforeItBegan), transaction():
        operations.end_membership(membership, until_on=clock.today() - timedelta(days=1), by=SYSTEM, now=NOW)
    with transaction():
        operations.end_membership(membership, until_on=clock.today(), by=SYSTEM, now=NOW)
    with pytest.raises(MembershipEnded), transaction():
        operations.name_coordinator(membership, by=SYSTEM, now=NOW)
    assert queries.coordinated_membership(somebody.person.id) is None
    assert session.get_one(Membership, membership.id).until_on == clock.today()


def test_establishments_open_change_and_close(inside: Flask, make: Make) -> None:
    organization = make.organization()
    with transaction():
        here = session.get_one(Organization, organization.id)
        facts = EstablishmentFacts(name="太田支所", prefecture="10", address="群馬県太田市飯田町9999番地")
        place = operations.add_establishment(here, facts=facts, by=SYSTEM, now=NOW)
        changed = EstablishmentFacts(name="太田事業所", prefecture="10", address=facts.address)
        operations.change_establishment(place, facts=changed, by=SYSTEM, now=NOW)
        operations.close_establishment(place, closed_on=clock.today(), by=SYSTEM, now=NOW)
        with pytest.raises(HeadOffice):
            head = queries.establishments_of(here)[0]
            operations.close_establishment(head, closed_on=clock.today(), by=SYSTEM, now=NOW)
        assert [one.name for one in queries.establishments_of(here)] == ["本社・本部", "太田事業所"]
    assert actions()[-3:] == ["establishment.added", "establishment.changed", "establishment.closed"]


def test_access_is_granted_and_withdrawn_on_record_but_not_ones_own(inside: Flask, make: Make) -> None:
    chief, clerk = make.staff(), make.staff()
    with transaction():
        account, own = session.get_one(Account, clerk.account.id), session.get_one(Account, chief.account.id)
        operations.withdraw_role(account, "staff", own=own, by=SYSTEM, now=NOW)
        operations.grant_role(account, "instructor", by=SYSTEM, now=NOW)
        for deed in (operations.close_account, lambda one, **how: operations.withdraw_role(one, "staff", **how)):
            with pytest.raises(OwnAccount):
                deed(own, own=own, by=SYSTEM, now=NOW)
    assert [role.name for role in session.get_one(Account, clerk.account.id).roles] == ["instructor"]
    assert actions()[-2:] == ["account.role_withdrawn", "account.role_granted"]
