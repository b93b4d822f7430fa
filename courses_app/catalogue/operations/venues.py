"""Halls: added, and changed."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from courses_app.catalogue.models import Venue
from courses_app.catalogue.rules import ChangedMeanwhile, VenueFacts
from courses_app.foundation.audit import Actor, record
from courses_app.foundation.db import session
from courses_app.foundation.refusal import Refusal


class CodeTaken(Refusal):
    """Another venue has this code."""

    def __init__(self) -> None:
        super().__init__(_l("Another venue has this code already. Choose another one."), field="code")


def add_venue(facts: VenueFacts, *, code: str, by: Actor, now: datetime) -> Venue:
    """A new venue. Raises CodeTaken."""
    if session.scalar(select(Venue.id).where(Venue.code == code)) is not None:
        raise CodeTaken()
    venue = Venue(code=code, **asdict(facts))
    session.add(venue)
    session.flush()
    record(by=by, now=now, action="venue.added", subject=("venue", code))
    return venue


def change_venue(venue: Venue, facts: VenueFacts, *, version: int, by: Actor, now: datetime) -> Venue:
    """New facts for a venue; `version` is the one its page showed. Raises ChangedMeanwhile."""
    if venue.version != version:
        raise ChangedMeanwhile()
    changed = {name: value for name, value in asdict(facts).items() if getattr(venue, name) != value}
    for name, value in changed.items():
        setattr(venue, name, value)
    session.flush()
    if changed:
        record(
            by=by, now=now, action="venue.changed", subject=("venue", venue.code), detail={"fields": sorted(changed)}
        )
    return venue
