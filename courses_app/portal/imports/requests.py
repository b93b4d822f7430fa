"""Requests of the demonstration: one waits, one has its quote, one is agreed on and has its private run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

from courses_app.accounts.models import Organization, Person
from courses_app.dispatches import operations, queries
from courses_app.dispatches.models import Dispatch
from courses_app.dispatches.rules import (
    DispatchFacts,
    Place,
    PlannedMeeting,
    QuotedLine,
    QuoteFacts,
    TimeOfDay,
    Wished,
)
from courses_app.foundation.clock import JST, day_of
from courses_app.foundation.db import session
from courses_app.foundation.references import new_token
from courses_app.foundation.yen import TaxCategory, Yen
from courses_app.portal.imports.cast import Cast, demo_data
from courses_app.portal.imports.script import Script

STAGES = ("requested", "quoted", "accepted", "planned")
BEGINS = {"morning": time(10, 0), "afternoon": time(14, 0)}
LASTS = timedelta(hours=2)


def play_requests(cast: Cast, script: Script, *, now: datetime) -> None:
    """Each at its time: asked for, quoted a day later, accepted after another two days, and planned."""
    for row in demo_data("demo_requests")["requests"]:
        asked_at = now - timedelta(days=row["asked_days_ago"])
        asking = _Asking(cast, row, day_of(now))
        script.at(asked_at, asking.ask)
        for later, step in asking.steps():
            script.at(asked_at + later, step)


class _Asking:
    def __init__(self, cast: Cast, row: dict[str, Any], today: date) -> None:
        self.cast, self.row = cast, row
        self.on = today + timedelta(days=row["wished_in_days"])
        self.booker = cast.booker_key(row["organization"])
        self.made: Dispatch | None = None

    def ask(self, now: datetime) -> None:
        """The request of the organization's coordinator."""
        service = queries.service_by_code(self.row["service"])
        if service is None:
            raise LookupError(self.row["service"])
        organization = session.get_one(Organization, self.cast.organizations[self.row["organization"]].id)
        self.made = operations.ask_for(
            organization=organization, service=service, facts=self._wanted(organization), form_token=new_token(),
            asked_by=session.get_one(Person, self.cast.people[self.booker].id), mail_language="ja",
            by=self.cast.actor(self.booker), now=now,
        )  # fmt: skip

    def steps(self) -> Iterator[tuple[timedelta, Any]]:
        """What follows, and how long after the request."""
        reached = STAGES.index(self.row["stage"])
        deeds = (self._quote, self._accept, partial(self._do, operations.plan))
        for days, deed in list(zip((1, 3, 4), deeds, strict=True))[:reached]:
            yield timedelta(days=days), deed

    def _quote(self, now: datetime) -> None:
        begins = datetime.combine(self.on, BEGINS[self.row["time"]], tzinfo=JST)
        facts = QuoteFacts(
            lines=tuple(
                QuotedLine(words, number, Yen(amount), TaxCategory.TAXABLE_10)
                for words, number, amount in self.row["lines"]
            ),
            meetings=(PlannedMeeting(begins, begins + LASTS),),
            valid_until=day_of(now) + timedelta(days=14),
            capacity=self.row["heads"],
        )
        operations.make_quote(dispatch=self._found(), facts=facts, by=self.cast.office, now=now)

    def _accept(self, now: datetime) -> None:
        operations.accept(dispatch=self._found(), number=1, by=self.cast.actor(self.booker), now=now)

    def _do(self, deed: Any, now: datetime) -> None:
        deed(dispatch=self._found(), by=self.cast.office, now=now)

    def _found(self) -> Dispatch:
        if self.made is None:
            raise LookupError(self.row["subject"])
        return session.get_one(Dispatch, self.made.id)

    def _wanted(self, organization: Organization) -> DispatchFacts:
        row = self.row
        return DispatchFacts(
            subject=row["subject"], place=Place.PREMISES, heads=row["heads"], language="ja",
            wishes=(Wished(self.on, TimeOfDay(row["time"])),), place_name=f"{organization.name} 会議室",
            postal_code=organization.postal_code, prefecture=organization.prefecture, address=organization.address,
            words=row["words"],
        )  # fmt: skip
