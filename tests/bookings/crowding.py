"""Runs with thousands of seats and lines of thousands, written in bulk after one real one of each kind.

Everything the pages show is there; what only the past needs (audit rows, events, mails of each copy) is left out, so
`check-ledger` is not asked about them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Table, insert, select

from courses_app.accounts.models import Membership, Person
from courses_app.bookings.models import Booking, Seat, WaitingAttendee, WaitingParty
from courses_app.foundation.db import Base, session
from courses_app.foundation.references import new_reference
from tests.make import Make

AT_ONCE = 500
PARTY = 5  # seats of each booking


@dataclass(frozen=True)
class CrowdedPage:
    """A page that shows the crowd, and who looks at it (nobody's `email`: a visitor without sign-in)."""

    name: str
    path: str
    email: str = ""


@dataclass(frozen=True)
class Crowd:
    """A full run and its line: the references of one of each kind, and the addresses of those who look at them."""

    run: str
    booking: str
    held: str  # the last seat; when it is given back, the first party is offered it
    party: str  # the last in the line
    owner: str
    waiting: str
    visitor: str
    teacher: str
    office: str

    def pages(self) -> list[CrowdedPage]:
        """Everything where the length of a list could be felt."""
        run, staff = f"/runs/{self.run}", f"/office/runs/{self.run}"
        return [
            CrowdedPage("run", run),
            CrowdedPage("timetable", "/runs"),
            CrowdedPage("form of a new booking", f"{run}/bookings/new", self.visitor),
            CrowdedPage("own place in the line", f"/waiting/{self.party}", self.waiting),
            CrowdedPage("my organization", "/organization", self.owner),
            CrowdedPage("own bookings", "/organization/bookings", self.owner),
            CrowdedPage("office: run", staff, self.office),
            CrowdedPage("office: bookings of the run", f"/office/bookings?run={self.run}", self.office),
            CrowdedPage("office: one booking", f"/office/bookings/{self.booking}", self.office),
            CrowdedPage("office: line", f"{staff}/waiting", self.office),
            CrowdedPage("office: end of the line", f"{staff}/waiting?page=250", self.office),
            CrowdedPage("office: one party", f"/office/waiting/{self.party}", self.office),
            CrowdedPage("roster", f"/teaching{run}/roster", self.teacher),
        ]


def crowd(make: Make, *, seats: int, line: int) -> Crowd:
    """A run with so many seats taken, all but one confirmed, and so many parties of one behind them."""
    make.issuer()
    teacher, office, visitor = make.instructor(), make.staff(), make.coordinator()
    run = make.run(capacity=seats, instructor=teacher.person)
    booking = make.paid(run, PARTY)
    _seats_like(make, booking, seats - PARTY - 1)
    held = make.held(run)
    party = make.waiting(run)
    _parties_like(make, party, line - 2)
    last = make.waiting(run)
    with make.app.app_context():
        found = [session.get_one(kind, number) for kind, number in ((Booking, booking.id), (WaitingParty, last.id))]
        owner, waiting = (one.booked_by.email or "" for one in found)
        return Crowd(
            run=run.reference, booking=booking.reference, held=held.reference, party=last.reference, owner=owner,
            waiting=waiting, visitor=visitor.email, teacher=teacher.email, office=office.email,
        )  # fmt: skip


def _seats_like(make: Make, model: Booking, count: int) -> None:
    """Other organizations' bookings would look the same: these are of the model's, paid like it."""
    with make.deed():
        seat = _row(Seat, model.seats[0].id)
        of_booking, of_person = _row(Booking, model.id), _row(Person, seat["person_id"])
        membership = _row(Membership, _membership_of(seat["person_id"]))
        seat.pop("ticket_document_id", None)
        bookings = _written(
            Booking,
            [
                {**of_booking, "reference": new_reference("B"), "form_token": f"crowd-{turn}", "invoice_id": None}
                for turn in range(-(-count // PARTY))
            ],
        )
        people = _written(
            Person, [{**of_person, "reference": new_reference("P"), **_named(turn)} for turn in range(count)]
        )
        _written(Membership, [{**membership, "person_id": person} for person in people])
        rows = [
            {
                **seat, "reference": new_reference("S"), "booking_id": bookings[turn // PARTY], "person_id": person,
                "position": 1 + turn % PARTY, **_named(turn),
            }
            for turn, person in enumerate(people)
        ]  # fmt: skip
        _written(Seat, rows)


def _parties_like(make: Make, model: WaitingParty, count: int) -> None:
    with make.deed():
        party = _row(WaitingParty, model.id)
        attendee = _row(WaitingAttendee, model.attendees[0].id)
        references = [{"reference": f"W-{turn:05}", "form_token": f"line-{turn}"} for turn in range(1, count + 1)]
        parties = _written(WaitingParty, [{**party, **one} for one in references])
        _written(WaitingAttendee, [{**attendee, "party_id": party_id} for party_id in parties])


def _named(turn: int) -> dict[str, str]:
    return {"family_name": "渡邉", "given_name": f"健一{turn}"}


def _membership_of(person_id: int) -> int:
    return session.scalars(select(Membership.id).where(Membership.person_id == person_id)).one()


def _row(model: type[Base], number: int) -> dict[str, Any]:
    """A row as it stands, without its number."""
    table = cast(Table, model.__table__)
    row = dict(session.execute(select(table).where(table.c.id == number)).mappings().one())
    del row["id"]
    return row


def _written(model: type[Base], rows: Sequence[dict[str, Any]]) -> list[int]:
    table, ids = cast(Table, model.__table__), []
    for start in range(0, len(rows), AT_ONCE):
        writing = insert(table).returning(table.c.id, sort_by_parameter_order=True)
        ids += session.connection().execute(writing, rows[start : start + AT_ONCE]).scalars().all()
    return ids
