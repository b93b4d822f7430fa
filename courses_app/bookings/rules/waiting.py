"""The waiting list: the life of a party, who is served next with free seats, and how long an offer stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_ngettext as _n

from courses_app.bookings.rules.refusals import NoRoom
from courses_app.foundation.lifecycle import Lifecycle
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.templating import day, instant

LEAST_TIME = timedelta(hours=1)  # an offer that stands shorter helps nobody: none is made
CALLED_OFF, BOOKING_CLOSED = "called_off", "booking_closed"  # why a whole line ends
LINE_ENDS = (CALLED_OFF, BOOKING_CLOSED)
SMALLER_PASSED = "smaller_may_pass"  # why somebody was passed, where the course's rule did it
HELD_ALREADY = "holds_seats"  # and where they held seats by another booking at that time


class PartyState(StrEnum):
    WAITING = "waiting"  # for seats; some of its people may have an offer already
    OFFERED = "offered"  # everybody has an offer
    SERVED = "served"  # and the offers were ordered
    LEFT = "left"  # of their own will: left the list, or declined the offer
    LAPSED = "lapsed"  # the offer ran out
    CLOSED = "closed"  # by the office, or with the run


class PartyMove(StrEnum):
    OFFER = "offer"
    SERVE = "serve"
    LEAVE = "leave"
    LAPSE = "lapse"
    CLOSE = "close"


PARTY = Lifecycle[PartyState, PartyMove](
    {
        (PartyState.WAITING, PartyMove.OFFER): PartyState.OFFERED,
        (PartyState.WAITING, PartyMove.SERVE): PartyState.SERVED,  # all of them found seats by another way
        (PartyState.WAITING, PartyMove.LEAVE): PartyState.LEFT,
        (PartyState.WAITING, PartyMove.CLOSE): PartyState.CLOSED,
        (PartyState.OFFERED, PartyMove.SERVE): PartyState.SERVED,
        (PartyState.OFFERED, PartyMove.LEAVE): PartyState.LEFT,
        (PartyState.OFFERED, PartyMove.LAPSE): PartyState.LAPSED,
        (PartyState.OFFERED, PartyMove.CLOSE): PartyState.CLOSED,
    },
    begins=(PartyState.WAITING,),
)
IN_LINE = (PartyState.WAITING, PartyState.OFFERED)


@dataclass(frozen=True)
class InLine:
    """A party as the line sees it."""

    id: int
    wanted: int
    accepts_part: bool

    def served_by(self, free: int) -> int:
        """How many seats it takes of so many free ones: all it wants, or some where it accepts that, or none."""
        if self.wanted <= free:
            return self.wanted
        return free if self.accepts_part else 0


@dataclass(frozen=True)
class Sharing:
    """Who gets how many seats (`given`), what remains, and whether somebody who remains must not be passed."""

    given: Sequence[tuple[int, int]]
    left: int
    blocked: bool

    def leaves_room_for(self, wanted: int) -> bool:
        """Whether somebody at the end of the line may take so many seats now."""
        return not self.blocked and wanted <= self.left


def share_out(line: Iterable[InLine], *, free: int, smaller_may_pass: bool) -> Sharing:
    """The free seats for those who wait, in order of arrival (INV-17).

    Where the first does not fit, nobody behind is served, unless the course's rule lets a smaller party pass.
    """
    given: list[tuple[int, int]] = []
    for party in line:
        seats = party.served_by(free)
        if seats:
            given.append((party.id, seats))
            free -= seats
        if seats < party.wanted and not smaller_may_pass:
            return Sharing(given, free, blocked=True)
        if not free:
            break
    return Sharing(given, free, blocked=False)


def offer_until(*, hours: int, closes_at: datetime, now: datetime) -> datetime | None:
    """Until when an offer made now stands, never longer than booking is open; None when too little time is left."""
    until = min(now + timedelta(hours=hours), closes_at)
    return until if until - now >= LEAST_TIME else None


class OthersWait(NoRoom):
    """The free seats belong to those who wait (R-23b, R-26); `on` the date, one of several."""

    def __init__(self, *, on: date | None = None) -> None:
        if on is not None:
            message = _l(
                "Others are waiting for the run on %(day)s, and seats that become free are offered to them first. "
                "Nothing was booked; choose another date for these people, or join the waiting list of that day.",
                day=day(on),
            )
        else:
            message = _l(
                "Others are waiting for this run, and seats that become free are offered to them first. Nothing was "
                "booked; you can join the waiting list with these people."
            )
        super().__init__(message)


class SeatsAreFree(Refusal):
    """Nobody needs to wait."""

    def __init__(self) -> None:
        super().__init__(_l("Enough seats are free: you can book them at once, nobody needs to wait."))


class WaitingIsOver(Refusal):
    """No offer can be made any more before booking closes; `on` the date, one of several."""

    def __init__(self, closes_at: datetime, *, on: date | None = None) -> None:
        until = instant(closes_at - LEAST_TIME)
        if on is not None:
            message = _l(
                "The run on %(day)s is full, and one could join its waiting list until %(until)s: seats are offered no "
                "later than an hour before booking closes. Nothing was changed; choose another date for its people.",
                day=day(on),
                until=until,
            )
        else:
            message = _l(
                "One could join the waiting list until %(until)s: seats are offered no later than an hour before "
                "booking closes. Please choose another date.",
                until=until,
            )
        super().__init__(message)


class PartyTooLarge(Refusal):
    """More people than the run has seats."""

    def __init__(self, capacity: int, *, on: date) -> None:
        super().__init__(
            _n(
                "The run on %(day)s has only %(num)d seat in all. Name fewer people, or accept seats for a part of"
                " them.",
                "The run on %(day)s has only %(num)d seats in all. Name fewer people, or accept seats for a part of"
                " them.",
                capacity,
                day=day(on),
            ),
            field="accepts_part",
        )


class AlreadyWaiting(Refusal):
    """People who wait for this run already; `on` the date, one of several."""

    def __init__(self, names: Iterable[str], *, on: date | None = None) -> None:
        who = "、".join(names)
        if on is not None:
            message = _l(
                "Already waiting for the run on %(day)s: %(names)s. They keep their place; please leave them out here.",
                day=day(on),
                names=who,
            )
        else:
            message = _l(
                "Already waiting for this run: %(names)s. They keep their place; please leave them out here.", names=who
            )
        super().__init__(message)


class UnnamedWait(Refusal):
    """Seats without a name for which the organization waits already: a second time would hardly be meant."""

    def __init__(self, reference: str, seats: int, *, on: date | None = None) -> None:
        if on is not None:
            message = _n(
                "You wait for %(num)d seat without a name on %(day)s already (%(reference)s); it keeps its place. For"
                " more seats, enter the names of those who come in addition, or end the first entry and join again.",
                "You wait for %(num)d seats without a name on %(day)s already (%(reference)s); they keep their place."
                " For more seats, enter the names of those who come in addition, or end the first entry and join"
                " again.",
                seats,
                day=day(on),
                reference=reference,
            )
        else:
            message = _n(
                "You wait for %(num)d seat without a name of this run already (%(reference)s); it keeps its place. For"
                " more seats, enter the names of those who come in addition, or end the first entry and join again.",
                "You wait for %(num)d seats without a name of this run already (%(reference)s); they keep their place."
                " For more seats, enter the names of those who come in addition, or end the first entry and join"
                " again.",
                seats,
                reference=reference,
            )
        super().__init__(message, field="unnamed")
        self.reference = reference


class OfferIsForThem(Refusal):
    """An offer is ordered or declined as it is: its seats belong to the line."""

    def __init__(self) -> None:
        super().__init__(
            _l(
                "These seats are offered to these people. Order them first; then you can name another person for"
                " a seat."
            )
        )


class TooFewFree(Refusal):
    """An offer by hand without the seats for it."""

    def __init__(self, free: int) -> None:
        super().__init__(
            _n(
                "%(num)d seat is free, and this party needs more. Nothing was offered.",
                "%(num)d seats are free, and this party needs more. Nothing was offered.",
                free,
            )
            if free > 0
            else _l("No seat is free. Nothing was offered.")
        )


class TheyHoldSeats(Refusal):
    """Nobody is offered a second seat."""

    def __init__(self) -> None:
        super().__init__(_l("All of this party hold seats by another booking. Nothing was offered."))


class PassingNeedsReason(Refusal):
    """The office serves somebody before those who came earlier (INV-17)."""

    def __init__(self, passed: int) -> None:
        super().__init__(
            _n(
                "This offer passes %(num)d party that came earlier. Enter the reason; it is kept.",
                "This offer passes %(num)d parties that came earlier. Enter the reason; it is kept.",
                passed,
            ),
            field="reason",
        )


class NoOfferNow(Refusal):
    """Booking is not open, or closes too soon for an offer (R-20)."""

    def __init__(self, *, opens_at: datetime, closes_at: datetime) -> None:
        super().__init__(
            _l(
                "No offer can be made: seats of this run are offered from %(opens)s, when booking opens, until "
                "%(until)s, an hour before it closes, and only while it is published.",
                opens=instant(opens_at),
                until=instant(closes_at - LEAST_TIME),
            )
        )
