"""Establishments (事業所) of an organization are added, changed and closed."""

from __future__ import annotations

from datetime import date, datetime

from courses_app.accounts.models import Establishment, Organization
from courses_app.accounts.rules.facts import EstablishmentFacts
from courses_app.accounts.rules.people import HeadOffice
from courses_app.foundation import audit
from courses_app.foundation.db import session
from courses_app.foundation.references import new_reference


def add_establishment(
    organization: Organization, *, facts: EstablishmentFacts, by: audit.Actor, now: datetime
) -> Establishment:
    """Another establishment of the organization."""
    establishment = Establishment(reference=new_reference("E"), organization=organization, **vars(facts))
    session.add(establishment)
    session.flush()
    audit.record(
        by=by,
        now=now,
        action="establishment.added",
        subject=_subject(establishment),
        detail={"organization": organization.reference},
    )
    return establishment


def change_establishment(
    establishment: Establishment, *, facts: EstablishmentFacts, by: audit.Actor, now: datetime
) -> None:
    """New facts about an establishment."""
    changed = {name: value for name, value in vars(facts).items() if getattr(establishment, name) != value}
    if not changed:
        return
    detail = {name: [getattr(establishment, name), value] for name, value in changed.items()}
    for name, value in changed.items():
        setattr(establishment, name, value)
    session.flush()
    audit.record(by=by, now=now, action="establishment.changed", subject=_subject(establishment), detail=detail)


def close_establishment(establishment: Establishment, *, closed_on: date, by: audit.Actor, now: datetime) -> None:
    """Nobody is assigned to it any more; what happened there stays. Raises HeadOffice."""
    if establishment.is_head:
        raise HeadOffice
    if establishment.closed_on is not None:
        return
    establishment.closed_on = closed_on
    session.flush()
    audit.record(
        by=by, now=now, action="establishment.closed", subject=_subject(establishment), after=closed_on.isoformat()
    )


def _subject(establishment: Establishment) -> tuple[str, str]:
    return ("establishment", establishment.reference)
