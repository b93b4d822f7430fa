"""What else the cast does about seats: waits, sends a list, gives some back, asks to hear of new runs."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from courses_app.bookings import operations, queries
from courses_app.bookings.models import Booking
from courses_app.bookings.operations import Agreed, AttendeeFacts
from courses_app.bookings.rules.sheets import DraftRow
from courses_app.catalogue.models import CourseRun
from courses_app.catalogue.queries import course_by_code
from courses_app.foundation.audit import Actor
from courses_app.foundation.references import digest, new_token
from courses_app.portal.imports.cast import Cast
from courses_app.portal.imports.scenes import SheetSent, Waiting


def attendees(cast: Cast, keys: Iterable[str]) -> list[AttendeeFacts]:
    """People of the cast as a form names them."""
    return [AttendeeFacts(person=cast.people[key].reference, role_code=cast.roles.get(key)) for key in keys]


def wait(cast: Cast, run: CourseRun, party: Waiting, now: datetime) -> None:
    """A party at the end of the run's line."""
    operations.join_waiting_list(
        organization=cast.organizations[party.organization],
        run_reference=run.reference,
        attendees=attendees(cast, party.people),
        accepts_part=party.accepts_part,
        form_token=new_token(),
        by=cast.actor(cast.booker_key(party.organization)),
        booked_by=cast.booker(party.organization),
        now=now,
    )


def keep_list(cast: Cast, run: CourseRun, sheet: SheetSent, now: datetime) -> None:
    """A list as it came from the file, faults included."""
    roles = queries.roles_of(run)
    operations.keep_draft(
        organization=cast.organizations[sheet.organization],
        run=run,
        rows=[DraftRow.typed(number, row, roles) for number, row in enumerate(sheet.rows, start=2)],
        filename=sheet.filename,
        digest=digest(sheet.filename),
        form_token=new_token(),
        created_by=cast.booker(sheet.organization),
        by=cast.actor(cast.booker_key(sheet.organization)),
        now=now,
    )


def give_back(cast: Cast, booking: Booking, people: Collection[str], *, by: Actor, now: datetime) -> None:
    """Some seats of a booking, at the fee that is asked at that moment."""
    gone = {cast.people[key].id for key in people}
    positions = [seat.position for seat in booking.seats if seat.person_id in gone]
    quote = queries.quote_of(booking, positions, now=now)
    operations.cancel_seats(
        booking=booking, positions=positions, agreed=Agreed(quote.fee, quote.refund), by=by, now=now
    )


def ask_for_news(cast: Cast, alerts: Iterable[dict[str, Any]], now: datetime) -> None:
    """Organizations that want to hear when a run opens."""
    for one in alerts:
        key = one["organization"]
        operations.ask_for_runs(
            organization=cast.organizations[key],
            course=course_by_code(one["course"]),
            place=one["place"],
            asked_by=cast.booker(key),
            language="ja",
            by=cast.actor(cast.booker_key(key)),
            now=now,
        )
