"""Who plays: organizations with their people and roles, instructors, staff, and who signs in."""

from __future__ import annotations

import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from courses_app.accounts import operations, queries
from courses_app.accounts.models import Establishment, LicenceClass, Organization, OrganizationKind, Person
from courses_app.accounts.operations import EstablishmentFacts, OrganizationFacts, PersonFacts
from courses_app.accounts.security import passwords
from courses_app.compliance.operations import appoint
from courses_app.foundation.audit import SYSTEM, Actor, ActorKind
from courses_app.foundation.db import session

DATA = Path(__file__).resolve().parent.parent / "data"
PASSWORD = "demo-course-2026"  # noqa: S105 - of the demonstration, which production refuses
LICENCE_CLASSES = {"general": LicenceClass.GENERAL, "specific": LicenceClass.SPECIFIED}
NAMES = ("family_name", "given_name", "family_name_kana", "given_name_kana")


def demo_data(name: str = "demo") -> dict[str, Any]:
    """A data file of the demonstration."""
    with (DATA / f"{name}.toml").open("rb") as source:
        return tomllib.load(source)


class Cast:
    """Everybody of the data file, by key, once they have entered."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data
        self.organizations: dict[str, Organization] = {}
        self.establishments: dict[str, Establishment] = {}
        self.people: dict[str, Person] = {}
        self.roles = {one["key"]: one["roles"][0]["role_code"] for one in data["people"] if one["roles"]}

    def has_begun(self) -> bool:
        """Whether any of the organizations is there already."""
        numbers = [one["corporate_number"] for one in self.data["organizations"]]
        return session.scalar(select(Organization.id).where(Organization.corporate_number.in_(numbers))) is not None

    def enter(self, now: datetime) -> None:
        """Organizations join with all their people; staff and instructors are known."""
        for one in (*self.data["staff"], *self.data["instructors"]):
            self.people[one["key"]] = operations.keep_person(_person(one), by=SYSTEM, now=now)
        for one in self.data["organizations"]:
            self._join(one, now)
        for one in self.data["people"]:
            self._belong(one, now)
        for one in self.data["organizations"]:
            operations.name_coordinator(self._membership(self.booker(one["key"])), by=SYSTEM, now=now)

    def open_accounts(self, now: datetime) -> None:
        """Who signs in may do so from now on."""
        hashed = passwords.hashed(PASSWORD)
        for one in self.data["sign_ins"]:
            person = session.get_one(Person, self.people[one["person"]].id)
            account = operations.open_account(
                email=one["email"], password=hashed, person=person, confirmed=True, by=SYSTEM, now=now
            )
            if one["kind"] in {"staff", "instructor"}:
                operations.grant_role(account, one["kind"], by=SYSTEM, now=now)

    def claim_membership(self, key: str, number: str, now: datetime) -> None:
        """An organization says it is a supporting member; staff have not looked yet."""
        organization = self.organizations[key]
        names = OrganizationFacts.__dataclass_fields__
        facts = OrganizationFacts(**{**{name: getattr(organization, name) for name in names}, "member_number": number})
        operations.change_organization(
            organization, facts=facts, version=organization.version, by=self.actor(self.booker_key(key)), now=now
        )

    def actor(self, key: str) -> Actor:
        """A person of the cast as who acts."""
        person = self.people[key]
        return Actor(ActorKind.PERSON, person.id, person.full_name)

    @property
    def office(self) -> Actor:
        return self.actor(self.data["staff"][0]["key"])

    def booker_key(self, organization: str) -> str:
        """Who books for an organization: its first person in the file."""
        return next(str(one["key"]) for one in self.data["people"] if one["organization"] == organization)

    def booker(self, organization: str) -> Person:
        return self.people[self.booker_key(organization)]

    def _join(self, one: dict[str, Any], now: datetime) -> None:
        organization = operations.add_organization(facts=self._organization(one), by=SYSTEM, now=now)
        self.organizations[one["key"]] = organization
        for place in one["establishments"]:
            facts = EstablishmentFacts(
                name=place["name_ja"], prefecture=place["prefecture"], address=place["address_ja"]
            )
            self.establishments[place["key"]] = self._establish(organization, facts, now)
        if one["is_supporting_member"]:
            operations.decide_membership(organization, verified=True, by=self.office, now=now)

    def _establish(self, organization: Organization, facts: EstablishmentFacts, now: datetime) -> Establishment:
        """The first one is the head office that came with the organization."""
        head = organization.establishments[0]
        if head in self.establishments.values():
            return operations.add_establishment(organization, facts=facts, by=SYSTEM, now=now)
        operations.change_establishment(head, facts=facts, by=SYSTEM, now=now)
        return head

    def _belong(self, one: dict[str, Any], now: datetime) -> None:
        roles = [(role, self.establishments[role["establishment"]]) for role in one["roles"]]
        organization = self.organizations[one["organization"]]
        person = operations.add_person(
            organization=organization,
            establishment=roles[0][1] if roles else organization.establishments[0],
            by=SYSTEM,
            now=now,
            **vars(_person(one)),
        )
        self.people[one["key"]] = person
        for role, establishment in roles:
            appoint(person, role["role_code"], establishment, from_on=role["from_on"], by=SYSTEM, now=now)

    def _membership(self, person: Person) -> Any:
        organization = next(one["organization"] for one in self.data["people"] if self.people[one["key"]] is person)
        return queries.live_membership(person.id, self.organizations[organization].id)

    def _organization(self, one: dict[str, Any]) -> OrganizationFacts:
        contact = next(person for person in self.data["people"] if person["organization"] == one["key"])
        licence = one.get("licence_class")
        return OrganizationFacts(
            name=one["name_ja"],
            name_kana=one["name_kana"],
            kind=OrganizationKind(one["kind"]),
            corporate_number=one["corporate_number"],
            licence_number=one.get("licence_number"),
            licence_class=LICENCE_CLASSES[licence] if licence else None,
            postal_code=one["postal_code"],
            prefecture=one["prefecture"],
            address=one["address_ja"],
            phone=one["phone"],
            contact_name=f"{contact['family_name']} {contact['given_name']}".strip(),
            contact_email=one["email"],
            member_number=one.get("member_number", ""),
        )


def _person(one: dict[str, Any]) -> PersonFacts:
    return PersonFacts(**{name: one[name] for name in NAMES}, born_on=one.get("born_on"), email=one["email"])
