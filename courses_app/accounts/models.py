"""People, organizations and their accounts."""

from __future__ import annotations

from datetime import date, datetime

from flask_security import RoleMixin, UserMixin
from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Table, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courses_app.accounts.rules.words import LicenceClass, MemberStatus, OrganizationKind, TokenPurpose
from courses_app.foundation.db import Base, choice
from courses_app.foundation.references import new_reference

__all__ = [
    "AccessRole", "Account", "AccountToken", "Establishment", "LicenceClass", "MemberStatus", "Membership",
    "Organization", "OrganizationKind", "Person", "SignIn", "TokenPurpose",
]  # fmt: skip

LIVE = text("until_on IS NULL")


class Organization(Base):
    """A body that books seats."""

    __tablename__ = "organizations"

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    name_kana: Mapped[str]
    kind: Mapped[OrganizationKind] = mapped_column(choice(OrganizationKind, "kind"))
    corporate_number: Mapped[str | None] = mapped_column(unique=True)
    licence_number: Mapped[str | None]
    licence_class: Mapped[LicenceClass | None] = mapped_column(choice(LicenceClass, "licence_class"))
    postal_code: Mapped[str]
    prefecture: Mapped[str]  # JIS X 0401 code, "13" for Tokyo
    address: Mapped[str]
    phone: Mapped[str]
    contact_name: Mapped[str]
    contact_email: Mapped[str]
    invoice_addressee: Mapped[str] = mapped_column(default="")
    member_number: Mapped[str] = mapped_column(default="")
    member_status: Mapped[MemberStatus] = mapped_column(
        choice(MemberStatus, "member_status"), default=MemberStatus.NONE
    )
    search_key: Mapped[str] = mapped_column(index=True)
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    establishments: Mapped[list[Establishment]] = relationship(
        back_populates="organization", order_by="Establishment.id"
    )
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own declaration


class Establishment(Base):
    """A business establishment (事業所); supervision managers are appointed per establishment (法40条)."""

    __tablename__ = "establishments"

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    name: Mapped[str]
    prefecture: Mapped[str]
    address: Mapped[str] = mapped_column(default="")
    is_head: Mapped[bool] = mapped_column(default=False)
    closed_on: Mapped[date | None]

    organization: Mapped[Organization] = relationship(back_populates="establishments")


class Person(Base):
    """A human being. Names are kept exactly as typed (as on the residence record); only `search_key` is folded."""

    __tablename__ = "persons"
    # Typed attendees are looked up by name while their run is locked: not through all people of a large organization.
    __table_args__ = (Index("ix_persons_family_name_given_name", "family_name", "given_name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    family_name: Mapped[str]
    given_name: Mapped[str] = mapped_column(default="")  # empty for people with a single name
    family_name_kana: Mapped[str]
    given_name_kana: Mapped[str] = mapped_column(default="")
    born_on: Mapped[date | None]
    email: Mapped[str | None]
    search_key: Mapped[str] = mapped_column(index=True)
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    memberships: Mapped[list[Membership]] = relationship(back_populates="person", order_by="Membership.id")
    account: Mapped[Account | None] = relationship(back_populates="person")
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def full_name(self) -> str:
        """Family name first, one space; a single name alone."""
        return f"{self.family_name} {self.given_name}".strip()

    @property
    def full_name_kana(self) -> str:
        return f"{self.family_name_kana} {self.given_name_kana}".strip()


class Membership(Base):
    """Since when a person belongs to an organization. One live membership per pair."""

    __tablename__ = "memberships"
    __table_args__ = (
        Index(
            "uq_memberships_live", "person_id", "organization_id", unique=True, sqlite_where=LIVE, postgresql_where=LIVE
        ),
        CheckConstraint("until_on IS NULL OR until_on >= from_on", name="period"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    establishment_id: Mapped[int | None] = mapped_column(ForeignKey("establishments.id"))
    is_coordinator: Mapped[bool] = mapped_column(default=False)
    from_on: Mapped[date]
    until_on: Mapped[date | None]

    person: Mapped[Person] = relationship(back_populates="memberships")
    organization: Mapped[Organization] = relationship()
    establishment: Mapped[Establishment | None] = relationship()


account_roles = Table(
    "account_roles",
    Base.metadata,
    Column("account_id", ForeignKey("accounts.id"), primary_key=True),
    Column("role_id", ForeignKey("access_roles.id"), primary_key=True),
)


class AccessRole(Base, RoleMixin):
    """What an account may do beyond its memberships: `staff`, `instructor`."""

    __tablename__ = "access_roles"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)


class Account(Base, UserMixin):
    """How a person signs in."""

    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True, default=lambda: new_reference("A"))
    email: Mapped[str] = mapped_column(unique=True)  # folded to lower case
    password: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(unique=True)
    confirmed_at: Mapped[datetime | None]
    language: Mapped[str] = mapped_column(default="ja")
    person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"), unique=True)
    created_at: Mapped[datetime]

    person: Mapped[Person | None] = relationship(back_populates="account")
    roles: Mapped[list[AccessRole]] = relationship(secondary=account_roles)  # type: ignore[assignment]


class SignIn(Base):
    """One signed-in browser. The cookie carries the token, the table its digest; ended rows open nothing (S-12)."""

    __tablename__ = "sign_ins"
    __table_args__ = (Index(None, "account_id", "address_digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token_digest: Mapped[str] = mapped_column(unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    address_digest: Mapped[str] = mapped_column(default="")  # of the network address, for the throttle (S-03)
    browser: Mapped[str] = mapped_column(default="")
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    account: Mapped[Account] = relationship()


class AccountToken(Base):
    """A link sent by mail: 256 random bits, kept as a digest, for one purpose, once, until it expires (S-05)."""

    __tablename__ = "account_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_digest: Mapped[str] = mapped_column(unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    purpose: Mapped[TokenPurpose] = mapped_column(choice(TokenPurpose, "purpose"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]  # used, or made useless by another deed
    used_address_digest: Mapped[str] = mapped_column(default="")

    account: Mapped[Account] = relationship()
