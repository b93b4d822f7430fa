"""What people are told when a run is moved, or a seat goes to another date; what instructors hear of their runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from courses_app.accounts.models import Person
from courses_app.bookings.emails.orders import address_of, of_run, to_attendee, to_booker
from courses_app.bookings.models import Booking, MoveQuestion, Seat
from courses_app.bookings.rules import MoveCost, SeatChoice
from courses_app.catalogue.models import CourseRun, Venue
from courses_app.foundation.clock import day_of
from courses_app.foundation.outbox import queue_mail
from courses_app.foundation.yen import Yen
from courses_app.payments.queries import issuer_on


@dataclass(frozen=True)
class Whereabouts:
    """When and where a run was going to be, before it was moved."""

    starts_at: datetime
    ends_at: datetime
    venue: Venue | None


def moved(
    booking: Booking,
    run: CourseRun,
    *,
    before: Whereabouts,
    billed_anew: bool,
    question: MoveQuestion | None,
    now: datetime,
) -> None:
    """The run is at another time or place: what was, and what is, to who booked and who was going to attend.

    Who has ordered is asked to keep the seats, move them or give them back.
    """
    key = f"moved:{run.reference}:{run.sequence}"
    concerned = [seat for seat in booking.live_seats if seat.run_id == run.id]
    more: dict[str, Any] = {"concerned": concerned, "before": before, "billed_anew": billed_anew, **_asked(question)}
    to_booker("moved", booking, key=key, now=now, **of_run(run), **more)
    for seat in concerned:
        if seat.hears_of_a_move:
            to_attendee("moved_attendee", seat, key=key, now=now, before=before)


def question_reminder(question: MoveQuestion, *, now: datetime) -> None:
    """The day to answer by is near, and not every seat has its answer."""
    before = Whereabouts(question.was_starts_at, question.was_ends_at, question.was_venue)
    concerned = [one.seat for one in question.still_here if one.choice is SeatChoice.OPEN]
    more: dict[str, Any] = {"before": before, "concerned": concerned, **of_run(question.run), **_asked(question)}
    to_booker("question_reminder", question.booking, key=_key(question, "reminder"), now=now, **more)


def question_answered(question: MoveQuestion, seats: Sequence[Seat], *, less: Yen, dearer: Yen, now: datetime) -> None:
    """What was answered for which seats, and what that means in money; and what is still to be answered."""
    answers = {one.seat_id: one for one in question.answers}
    chosen = [answers[seat.id] for seat in seats]
    left = [one.seat for one in question.answers if one.choice is SeatChoice.OPEN]
    changed = any(one.choice is not SeatChoice.KEEP for one in chosen)
    money = {"less": less, "dearer": dearer, "changed": changed}
    more: dict[str, Any] = {"answers": chosen, "left": left, **money, **_asked(question)}
    key = _key(question, f"answered:{now.isoformat()}")
    to_booker("question_answered", question.booking, key=key, now=now, **of_run(question.run), **more)


def seat_moved(
    seat: Seat, *, before: Whereabouts, settled: MoveCost | None, booker_told: bool = True, now: datetime
) -> None:
    """A seat is on another date now: who comes, and unless told otherwise who booked, learn what was, and is.

    `settled` if it was paid.
    """
    key, more = f"seat_moved:{now.isoformat()}", of_run(seat.run) | {"seat": seat, "before": before, "cost": settled}
    if booker_told:
        to_booker("seat_moved", seat.booking, key=f"{key}:{seat.position}", now=now, **more)
    to_attendee("seat_moved_attendee", seat, key=key, now=now, before=before)


def moved_instructors(run: CourseRun, *, before: Whereabouts, taught: Iterable[Person], now: datetime) -> None:
    """Who teaches the run learns what was and what is; who no longer does (`taught` it before), that as well."""
    teach = {person.id: person for person in run.instructors}
    for person in ({one.id: one for one in taught} | teach).values():
        more = {"before": before, "still": person.id in teach}
        _to_instructor("moved_instructor", person, run, key=f"moved:{run.sequence}", now=now, **more)


def called_off_instructors(run: CourseRun, *, reason: str, now: datetime) -> None:
    """The run does not take place: who was going to teach it is told why."""
    for person in run.instructors:
        _to_instructor("called_off_instructor", person, run, key="called_off", now=now, reason=reason)


def _to_instructor(name: str, person: Person, run: CourseRun, *, key: str, now: datetime, **more: Any) -> None:
    address = person.email or (person.account.email if person.account else None)
    if address is None:
        return
    meetings = [meeting for meeting in run.meetings if meeting.instructor_id == person.id]
    queue_mail(
        f"bookings/{name}",
        to=address,
        language=person.account.language if person.account else "ja",
        subject=("run", run.reference),
        facts={
            "person": person, "meetings": meetings, "course": run.course, "issuer": issuer_on(day_of(now)),
            "teaching_url": address_of("/teaching"), **of_run(run), **more,
        },
        dedupe_key=f"run:{run.reference}:{name}:{key}:{person.id}",
        now=now,
    )  # fmt: skip


def _asked(question: MoveQuestion | None) -> dict[str, Any]:
    return {"question": question, "question_url": address_of(f"/questions/{question.reference}") if question else ""}


def _key(question: MoveQuestion, what: str) -> str:
    return f"question:{question.reference}:{what}"
