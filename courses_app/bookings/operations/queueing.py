"""A form over several dates that found no room on all of them: who has to wait does so at their date, the others sit.

Each date has its own line, so the people of each full date are a party of their own there; seats on the other dates are
kept at once. All of it or nothing, and the same form again finds what it made (R-05, R-42).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from courses_app.accounts.models import Organization, Person
from courses_app.bookings.models import Booking, WaitingParty
from courses_app.bookings.operations.around import id_of
from courses_app.bookings.operations.hold import hold_seats
from courses_app.bookings.operations.joining import Queuing, Whole, join_each, join_waiting_list
from courses_app.bookings.operations.offers import locked_offers
from courses_app.bookings.operations.people import people_for
from courses_app.bookings.rules import AttendeeFacts, FormSentBefore, SeatsAreFree, check_attendees, check_one_course
from courses_app.foundation.audit import Actor
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import session


@dataclass(frozen=True)
class Placed:
    """What became of a form: parties in the lines of their dates, and seats kept on the others."""

    parties: Sequence[WaitingParty]
    booking: Booking | None

    @property
    def people(self) -> int:
        """How many of them wait."""
        return sum(len(party.attendees) for party in self.parties)


def wait_or_hold(
    *,
    organization: Organization,
    run_reference: str,
    attendees: Sequence[AttendeeFacts],
    accepts_part: bool,
    form_token: str,
    by: Actor,
    booked_by: Person,
    language: str = "ja",
    now: datetime,
    key: str = "",
) -> Placed:
    """A party at the end of the line of each date that is full; seats for those whose date has room, in one booking.

    Raises SeatsAreFree where nobody has to wait, OtherCourse, FormSentBefore, and as `join_waiting_list` and
    `hold_seats`.
    """
    check_attendees(attendees)
    dated = [replace(one, run=one.run or run_reference) for one in attendees]
    who: dict[str, Any] = {
        "organization": organization, "by": by, "booked_by": booked_by, "language": language, "now": now, "key": key,
    }  # fmt: skip
    if len({one.run for one in dated}) == 1:
        party = join_waiting_list(
            run_reference=dated[0].run or "", attendees=dated, accepts_part=accepts_part, form_token=form_token, **who
        )
        return Placed([party], None)
    wanted = [one.run or "" for one in dated]
    offers = locked_offers(wanted, id_of(organization), booked_on=day_of(now))  # all of them in one order
    check_one_course([one.course_id for one in offers.values()])
    tokens = {run: f"{form_token}:{run}" for run in offers}
    if (made := _made(organization, dated, form_token=form_token, tokens=tokens.values())) is not None:
        return made
    of = Whole(dates=len(offers))
    asked = [Queuing(run, [one for one in dated if one.run == run], token, of) for run, token in tokens.items()]
    answers = join_each(asked, unless=(SeatsAreFree,), accepts_part=accepts_part, **who)
    pairs = list(zip(asked, answers, strict=True))
    seated = [one for group, answer in pairs if not isinstance(answer, WaitingParty) for one in group.people]
    booking = None
    if seated:
        booking = hold_seats(run_reference=run_reference, attendees=seated, form_token=form_token, **who)
    return Placed([one for one in answers if isinstance(one, WaitingParty)], booking)


def _made(
    organization: Organization, attendees: Sequence[AttendeeFacts], *, form_token: str, tokens: Collection[str]
) -> Placed | None:
    """What the form made before, if it was sent before and asks for the same. Raises FormSentBefore."""
    theirs = (WaitingParty.organization_id == organization.id, WaitingParty.form_token.in_(tokens))
    parties = session.scalars(select(WaitingParty).where(*theirs).order_by(WaitingParty.id)).all()
    ours = (Booking.organization_id == organization.id, Booking.form_token == form_token)
    booking = session.scalars(select(Booking).where(*ours)).one_or_none()
    if not parties:
        return None
    found = Counter((party.run.reference, one.person_id) for party in parties for one in party.attendees)
    found.update((seat.run.reference, seat.person_id) for seat in (booking.seats if booking else ()))
    people = people_for(id_of(organization), attendees)
    wanted = Counter((asked.run, one.person_id) for asked, one in zip(attendees, people, strict=True))
    if dict(found) != dict(wanted):
        raise FormSentBefore(parties[0].reference)
    return Placed(parties, booking)
