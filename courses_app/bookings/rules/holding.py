"""Who may be booked, when, and whether there is room."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from courses_app.bookings.rules.refusals import (
    MOST_ATTENDEES,
    BookingClosed,
    BookingNotOpen,
    CapacityBelowSold,
    NobodyNamed,
    OrderingClosed,
    OtherCourse,
    RunFull,
    RunNotOffered,
    SamePersonTwice,
    TooManyAttendees,
)


@dataclass(frozen=True)
class AttendeeFacts:
    """One attendee as typed, or a person the organization knows (`person`, a reference; then names may be empty).

    Neither a name nor a person: a seat whose name follows.
    """

    family_name: str = ""
    given_name: str = ""
    family_name_kana: str = ""
    given_name_kana: str = ""
    born_on: date | None = None
    email: str | None = None
    role_code: str | None = None
    person: str | None = None
    run: str | None = None  # the reference of another date than the page's

    @property
    def is_unnamed(self) -> bool:
        return self.person is None and not self.family_name


def check_bookable(
    *, published: bool, opens_at: datetime, closes_at: datetime, on: date | None = None, now: datetime
) -> None:
    """Whether seats may be held now; `on` names the date where there are several.

    Raises RunNotOffered, BookingNotOpen or BookingClosed.
    """
    if not published:
        raise RunNotOffered()
    if now < opens_at:
        raise BookingNotOpen(opens_at)
    if now >= closes_at:
        raise BookingClosed(closes_at, on=on)


def check_orderable(*, published: bool, starts_at: datetime, now: datetime) -> None:
    """Whether held seats may still be ordered: booking may have closed meanwhile, but the run must be to come.

    Raises RunNotOffered and OrderingClosed.
    """
    if not published:
        raise RunNotOffered()
    if starts_at <= now:
        raise OrderingClosed(starts_at)


def check_attendees(attendees: Sequence[AttendeeFacts], *, most: int = MOST_ATTENDEES) -> None:
    """Whether one booking can be made of them. Raises NobodyNamed, TooManyAttendees or SamePersonTwice."""
    if not attendees:
        raise NobodyNamed()
    if len(attendees) > most:
        raise TooManyAttendees(most)
    named = [one for one in attendees if one.person is None and not one.is_unnamed]
    typed = [(one.family_name, one.given_name, one.born_on) for one in named]
    twice = {f"{family} {given}".strip() for family, given, born in typed if typed.count((family, given, born)) > 1}
    if twice:
        raise SamePersonTwice(sorted(twice))


def check_named(attendees: Sequence[AttendeeFacts]) -> None:
    """Whether everybody among them is named. Raises NobodyNamed."""
    if any(one.is_unnamed for one in attendees):
        raise NobodyNamed()


def check_one_course(courses: Collection[int]) -> None:
    """Dates of one order are dates of one course. Raises OtherCourse."""
    if len(set(courses)) > 1:
        raise OtherCourse()


def check_room(*, wanted: int, taken: int, capacity: int, on: date | None = None) -> None:
    """Whether all of them find a seat; never some of them (R-02). `on` names the date where there are several.

    Raises RunFull.
    """
    left = max(0, capacity - taken)
    if wanted > left:
        raise RunFull(left, on=on)


def check_capacity(*, capacity: int, before: int, taken: int, accepted_over: int | None = None) -> None:
    """Fewer seats than are taken only if staff accept by how many the run is then overbooked (R-25).

    Raises CapacityBelowSold.
    """
    if capacity < taken and capacity < before and accepted_over != taken - capacity:
        raise CapacityBelowSold(sold=taken, capacity=capacity)


def over_by(*, wanted: int, taken: int, capacity: int) -> int:
    """How many of those who are wanted would sit beyond the capacity."""
    return wanted - max(0, min(wanted, capacity - taken))
