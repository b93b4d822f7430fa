"""Builds people, organizations and accounts through their operations."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from itertools import count
from typing import Any

from courses_app.accounts import operations, queries
from courses_app.accounts.models import Account, LicenceClass, Organization, OrganizationKind, Person
from courses_app.accounts.operations import OrganizationFacts, PersonFacts
from courses_app.accounts.rules.numbers import corporate_check_digit
from courses_app.accounts.security import passwords
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session

PASSWORD = "demo-course-2026"
_turn = count(1)


@dataclass(frozen=True)
class Somebody:
    """An account with the person behind it and, for coordinators and members, their organization."""

    account: Account
    person: Person
    organization: Organization | None

    @property
    def email(self) -> str:
        return self.account.email


@dataclass(frozen=True)
class Coordinator(Somebody):
    """A coordinator has an organization for certain."""

    organization: Organization


def person_facts(**changes: Any) -> PersonFacts:
    """Who somebody is, unless said otherwise: a name with a rare form, born on 9 April 1985."""
    facts: dict[str, Any] = {
        "family_name": "髙﨑", "given_name": "健一", "family_name_kana": "タカサキ", "given_name_kana": "ケンイチ",
        "born_on": date(1985, 4, 9), "email": None, **changes,
    }  # fmt: skip
    return PersonFacts(**facts)


def organization_facts(**changes: Any) -> OrganizationFacts:
    """A supervising organization in Tokyo with a corporate number of its own."""
    turn = next(_turn)
    base = f"{999_900_000_000 + turn:012}"
    facts: dict[str, Any] = {
        "name": f"東都国際事業協同組合{turn:05}", "name_kana": "トウトコクサイジギョウキョウドウクミアイ",
        "kind": OrganizationKind.SUPERVISING, "corporate_number": f"{corporate_check_digit(base)}{base}",
        "licence_number": "許2599000011", "licence_class": LicenceClass.GENERAL, "postal_code": "105-0003",
        "prefecture": "13", "address": "東京都港区西新橋99丁目9番9号", "phone": "03-0000-0101",
        "contact_name": "髙﨑 健一", "contact_email": f"office{turn}@example.jp", **changes,
    }  # fmt: skip
    return OrganizationFacts(**facts)


class MakeAccounts:
    """`make.organization()`, `.person()`, `.coordinator()`, `.member()`, `.instructor()`, `.staff()`, `.account()`."""

    def deed(self) -> AbstractContextManager[None]:  # given by Make
        raise NotImplementedError

    def account(
        self, email: str, *, roles: tuple[str, ...] = (), person: Person | None = None, confirmed: bool = True
    ) -> Account:
        """An account that can sign in with PASSWORD."""
        with self.deed():
            return self._account(email, roles, person, confirmed=confirmed)

    def organization(
        self, kind: OrganizationKind = OrganizationKind.SUPERVISING, *, member: bool = False, **facts: Any
    ) -> Organization:
        """An organization with its head office; `member=True` has its supporting membership verified."""
        with self.deed():
            number = {"member_number": f"M-{next(_turn):04}"} if member else {}
            told = organization_facts(kind=kind, **number, **facts)
            organization = operations.add_organization(facts=told, by=SYSTEM, now=clock.now())
            if member:
                operations.decide_membership(organization, verified=True, by=SYSTEM, now=clock.now())
            return organization

    def person(self, organization: Organization, **facts: Any) -> Person:
        """A person of the organization."""
        with self.deed():
            here = session.get_one(Organization, organization.id)
            told = vars(person_facts(**facts))
            return operations.add_person(
                organization=here, establishment=here.establishments[0], by=SYSTEM, now=clock.now(), **told
            )

    def coordinator(self, organization: Organization | None = None, email: str = "", **facts: Any) -> Coordinator:
        """Somebody who books for the organization, or for a new one."""
        with self.deed():
            found = organization or self.organization()
            somebody = self.member(found, email=email or f"coordinator{next(_turn)}@example.jp", **facts)
            membership = queries.live_membership(somebody.person.id, found.id)
            assert membership is not None
            operations.name_coordinator(membership, by=SYSTEM, now=clock.now())
            return Coordinator(somebody.account, somebody.person, found)

    def member(self, organization: Organization, email: str = "", **facts: Any) -> Somebody:
        """A person of the organization with an account of their own, who books for nobody."""
        email = email or f"member{next(_turn)}@example.jp"
        person = self.person(organization, email=email, **facts)
        return Somebody(self.account(email, person=person), person, organization)

    def instructor(self, email: str = "", **facts: Any) -> Somebody:
        """Somebody who teaches; belongs to no organization."""
        return self._of_the_house("instructor", email or f"instructor{next(_turn)}@example.jp", facts)

    def staff(self, email: str = "", **facts: Any) -> Somebody:
        """Somebody of the institution's office."""
        return self._of_the_house("staff", email or f"office{next(_turn)}@example.jp", facts)

    def _of_the_house(self, role: str, email: str, facts: dict[str, Any]) -> Somebody:
        with self.deed():
            told = person_facts(**{"family_name": "水野", "given_name": "浩二", "email": email, **facts})
            person = operations.keep_person(told, by=SYSTEM, now=clock.now())
            return Somebody(self._account(email, (role,), person), person, None)

    def _account(self, email: str, roles: tuple[str, ...], person: Person | None, *, confirmed: bool = True) -> Account:
        account = operations.open_account(
            email=email,
            password=passwords.hashed(PASSWORD),
            person=session.get_one(Person, person.id) if person else None,
            confirmed=confirmed,
            by=SYSTEM,
            now=clock.now(),
        )
        for role in roles:
            operations.grant_role(account, role, by=SYSTEM, now=clock.now())
        return account
