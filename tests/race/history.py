"""The history of a sale, checked against the database (T3).

Every attempt is written down before it is sent, with the answer it got: "ok" names its booking, "refused" says that no
seat was given, "unknown" is an answer that says neither (a lost connection, an error page). While it goes on nothing is
given back, so free seats only get fewer: whoever was refused must not find room for all of theirs afterwards either.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select

from courses_app.bookings import queries
from courses_app.bookings.models import Booking, Seat
from courses_app.catalogue.models import CourseRun
from courses_app.foundation.db import session

BOOKED, NO_ROOM = 303, 409


class Outcome(StrEnum):
    OK = "ok"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Attempt:
    """One form that was sent: its token, how many seats it asked for, and what came back."""

    form_token: str
    seats: int
    outcome: Outcome
    booking: str = ""  # the reference the answer named


def attempt(form_token: str, seats: int, *, status: int, location: str) -> Attempt:
    """An attempt by the answer it got."""
    if status == BOOKED:
        return Attempt(form_token, seats, Outcome.OK, location.rpartition("/")[2])
    return Attempt(form_token, seats, Outcome.REFUSED if status == NO_ROOM else Outcome.UNKNOWN)


def faults_in(history: Sequence[Attempt], run: CourseRun, *, now: datetime) -> list[str]:
    """What the database says otherwise than the answers did; nothing, if all is well. The run was empty before."""
    kept = _kept(run)
    return [*_untrue(history, kept), *_unsaid(history, kept), *_miscounted(history, kept, run, now=now)]


def _kept(run: CourseRun) -> dict[str, tuple[str, int]]:
    """The run's bookings by the form that made them: reference, and how many seats are in it."""
    rows = session.execute(
        select(Booking.form_token, Booking.reference, func.count(Seat.id))
        .join(Booking.seats)
        .where(Seat.run_id == run.id)
        .group_by(Booking.id, Booking.form_token, Booking.reference)
    )
    return {token: (reference, seats) for token, reference, seats in rows}


def _untrue(history: Sequence[Attempt], kept: dict[str, tuple[str, int]]) -> Iterator[str]:
    """Answers that were no true ones."""
    for one in history:
        found = kept.get(one.form_token)
        if one.outcome is Outcome.OK and found != (one.booking, one.seats):
            yield f"{one.booking} was acknowledged with {one.seats} seats, kept is {found}"
        if one.outcome is Outcome.REFUSED and found is not None:
            yield f"{found[0]} is kept though it was refused"
        if one.outcome is Outcome.UNKNOWN and found is not None and found[1] != one.seats:
            yield f"{found[0]} is kept with {found[1]} seats of {one.seats}"


def _unsaid(history: Sequence[Attempt], kept: dict[str, tuple[str, int]]) -> Iterator[str]:
    """Bookings that nobody asked for, or that two answers name."""
    for token in kept.keys() - {one.form_token for one in history}:
        yield f"{kept[token][0]} is kept though nobody sent its form"
    named = Counter(one.booking for one in history if one.outcome is Outcome.OK)
    for booking, times in named.items():
        if times > 1:
            yield f"{booking} was given {times} times"


def _miscounted(
    history: Sequence[Attempt], kept: dict[str, tuple[str, int]], run: CourseRun, *, now: datetime
) -> Iterator[str]:
    """One seat too many, or one too few: sold = min(capacity, demand), as far as whole parties can fill the run."""
    sold = queries.taken_by_run([run.id], now=now)[run.id]
    if sold != sum(seats for _reference, seats in kept.values()):
        yield f"{sold} seats are taken, the bookings hold {sum(seats for _reference, seats in kept.values())}"
    if sold > run.capacity:
        yield f"{sold} of {run.capacity} seats are sold"
    refused = [one.seats for one in history if one.outcome is Outcome.REFUSED]
    if refused and min(refused) <= run.capacity - sold:
        yield f"{min(refused)} seats were refused though {run.capacity - sold} are free"
