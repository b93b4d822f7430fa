"""What people and organizations say about themselves, as plain values: forms make them, operations keep them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from courses_app.accounts.rules.words import LicenceClass, OrganizationKind
from courses_app.foundation.text import search_key


@dataclass(frozen=True, kw_only=True)
class PersonFacts:
    """Who somebody is. A single name stands in `family_name`, with `given_name` empty."""

    family_name: str
    given_name: str
    family_name_kana: str
    given_name_kana: str
    born_on: date | None
    email: str | None

    @property
    def search_key(self) -> str:
        return search_key(self.family_name, self.given_name, self.family_name_kana, self.given_name_kana)

    @property
    def identity(self) -> str:
        """By what two entries are taken for the same human being."""
        return f"{search_key(self.family_name, self.given_name)} {self.born_on or ''}"


@dataclass(frozen=True, kw_only=True)
class OrganizationFacts:
    """What an organization says about itself. Numbers are plain: 13 digits, 許 and 10 digits, 123-4567."""

    name: str
    name_kana: str
    kind: OrganizationKind
    corporate_number: str | None
    licence_number: str | None
    licence_class: LicenceClass | None
    postal_code: str
    prefecture: str  # JIS X 0401
    address: str
    phone: str
    contact_name: str
    contact_email: str
    invoice_addressee: str = ""
    member_number: str = ""

    @property
    def search_key(self) -> str:
        return search_key(self.name, self.name_kana, self.corporate_number, self.licence_number)


@dataclass(frozen=True, kw_only=True)
class EstablishmentFacts:
    """What an establishment is called, and where it stands."""

    name: str
    prefecture: str
    address: str
