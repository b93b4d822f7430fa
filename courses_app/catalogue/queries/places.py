"""Where runs are held, and who can teach them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from courses_app.accounts.models import AccessRole, Account, Person
from courses_app.catalogue.models import Prefecture, Venue
from courses_app.foundation.db import session

REGIONS = Path(__file__).resolve().parent.parent / "data" / "regions.toml"


@dataclass(frozen=True)
class Region:
    """A part of the country, for filters."""

    code: str
    name_ja: str
    name_en: str


@cache
def regions() -> tuple[Region, ...]:
    """The regions from north to south, as the data file has them: they don't change while the product runs."""
    with REGIONS.open("rb") as source:
        return tuple(Region(**row) for row in tomllib.load(source)["regions"])


def prefectures() -> Sequence[Prefecture]:
    """All 47, from north to south."""
    return session.scalars(select(Prefecture).order_by(Prefecture.code)).all()


def prefectures_by_region() -> list[tuple[Region, list[Prefecture]]]:
    """The regions from north to south, each with its prefectures."""
    found = prefectures()
    return [(region, [one for one in found if one.region == region.code]) for region in regions()]


def venues(*, open_on: date | None = None) -> Sequence[Venue]:
    """Venues from north to south; with a day, only those not closed by then."""
    query = select(Venue).options(joinedload(Venue.prefecture)).order_by(Venue.prefecture_code, Venue.id)
    if open_on is not None:
        query = query.where(or_(Venue.closed_on.is_(None), Venue.closed_on > open_on))
    return session.scalars(query).all()


def find_venue(code: str) -> Venue | None:
    """The venue with this code."""
    return session.scalar(select(Venue).options(joinedload(Venue.prefecture)).where(Venue.code == code))


def instructors() -> Sequence[Person]:
    """Everyone who may teach, in the order of their reading."""
    return session.scalars(
        select(Person)
        .join(Account, Account.person_id == Person.id)
        .where(Account.roles.any(AccessRole.name == "instructor"))
        .order_by(Person.family_name_kana, Person.given_name_kana, Person.id)
    ).all()


def people_by_reference(references: Iterable[str | None]) -> dict[str, Person]:
    """The people with these references; those unknown are left out."""
    wanted = {reference for reference in references if reference}
    if not wanted:
        return {}
    return {person.reference: person for person in session.scalars(select(Person).where(Person.reference.in_(wanted)))}
