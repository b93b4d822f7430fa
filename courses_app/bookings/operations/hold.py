"""Keeping seats: the one hot path, where never a seat too many or too few may be given.

Under the lock of all runs wanted (taken in the order of their ids), in this order: who are they? did the same form
book already? and for each run: may it be booked now? what has run out? is anybody in it already? is there room for all,
and for those who wait? Then everything is written. Statements are built once, and those that are only read or written
in bulk go around the ORM; each further run costs one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import bindparam, insert, literal, select

from courses_app.accounts.models import Organization, Person
from courses_app.bookings.models import Booking, Estimate, Seat, SeatEvent
from courses_app.bookings.operations.around import id_of, table_of
from courses_app.bookings.operations.crowd import Crowd, crowd_of, only_new
from courses_app.bookings.operations.line import check_nobody_before
from courses_app.bookings.operations.offers import Offer, locked_offers
from courses_app.bookings.operations.overbooking import NOT_BY_OFFICE, ByOffice, allow_beyond
from courses_app.bookings.operations.people import Attending, keep_new_people, people_for
from courses_app.bookings.operations.places import Place, at_quoted_prices, note_use
from courses_app.bookings.rules import (
    MOST_ATTENDEES,
    AttendeeFacts,
    BookingStatus,
    FormSentBefore,
    SeatMove,
    SeatStatus,
    check_attendees,
    check_one_course,
    check_room,
)
from courses_app.bookings.rules.sheets import MOST_FROM_FILE
from courses_app.foundation import audit
from courses_app.foundation.audit import Actor
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import session
from courses_app.foundation.references import new_reference
from courses_app.foundation.yen import total

SEATS, EVENTS = table_of(Seat), table_of(SeatEvent)
_EVENTS = insert(EVENTS).from_select(
    ["seat_id", "at", "move", "after", "actor_label", "request_id"],
    select(
        SEATS.c.id,
        bindparam("at", type_=EVENTS.c.at.type),
        literal(SeatMove.HOLD, EVENTS.c.move.type),
        literal(SeatStatus.HELD, EVENTS.c.after.type),
        bindparam("actor", type_=EVENTS.c.actor_label.type),
        bindparam("request", type_=EVENTS.c.request_id.type),
    )
    .where(SEATS.c.booking_id == bindparam("booking"))
    .order_by(SEATS.c.position),
)


@dataclass(frozen=True)
class GivenUp:
    """Seats by run that the organization has just given up for new ones, and until when these were kept."""

    seats: Mapping[int, int]
    until: datetime | None

    @classmethod
    def of(cls, old: Booking, *, now: datetime) -> GivenUp:
        """How many seats a hold keeps in each run, and until when; none once it has run out."""
        return (
            NOTHING if old.hold_until <= now else cls(Counter(seat.run_id for seat in old.live_seats), old.hold_until)
        )

    def ends(self, asked: Sequence[Asked]) -> list[datetime]:
        """Where others wait for such seats, the new hold ends with the old one: changing it gains no time."""
        awaited = any(one.crowd.somebody_waits and self.seats.get(one.offer.run_id) for one in asked)
        return [self.until] if awaited and self.until is not None else []


NOTHING = GivenUp(MappingProxyType({}), None)


@dataclass(frozen=True)
class Asked:
    """A run of the order: who is to sit there, and how full it is."""

    offer: Offer
    people: Sequence[Attending]
    crowd: Crowd

    @property
    def known(self) -> list[int]:
        return [one.person_id for one in self.people if one.person_id is not None]


def hold_seats(  # noqa: PLR0913 - the one door to a seat: who, where, by which form, and what may bend the rule
    *,
    organization: Organization,
    run_reference: str,
    attendees: Sequence[AttendeeFacts],
    form_token: str,
    by: Actor,
    booked_by: Person,
    language: str = "ja",
    now: datetime,
    most: int = MOST_ATTENDEES,
    key: str = "",
    office: ByOffice = NOT_BY_OFFICE,
    given_up: GivenUp = NOTHING,
    quote: Estimate | None = None,
) -> Booking:
    """Keep one seat for each attendee, or none at all; the same form sent again gives the same booking (R-05, R-42).

    Each sits in the run they name, else in `run_reference`; all runs are of one course. `key` is that of a private
    run's link. `office` is what staff alone may ask for. `given_up` are seats that the organization has just
    given up for this: so many don't belong to those who wait. Prices are those of `quote`, while it holds.
    Raises NobodyNamed, TooManyAttendees, SamePersonTwice, AttendeeUnknown,
    RunNotOffered, RunOfAnother, OtherCourse, BookingNotOpen, BookingClosed, NamesNeeded,
    AlreadyBooked, RunFull, OthersWait (R-23b), and FormSentBefore.
    """
    check_attendees(attendees, most=most)
    organization_id = id_of(organization)
    places = _places(run_reference, attendees, organization_id=organization_id, key=key, now=now)
    asked = _looked_at(places, organization_id=organization_id, form_token=form_token, now=now)
    if asked[0].crowd.same_form is not None:
        pairs = [(place.offer.run_reference, place.who.person_id) for place in places]
        return of_same_form(session.get_one(Booking, asked[0].crowd.same_form), pairs)
    _check(asked, organization_id=organization_id, given_up=given_up, beyond=bool(office.beyond), now=now)
    for one in asked:
        one.offer.check_named(one.people, now=now)
    places = _with_new_people(places, organization_id=organization_id, by=by, now=now)
    places = at_quoted_prices(places, quote, today=day_of(now))
    fresh = _kept_until([one.offer for one in asked], long=office.long, now=now)
    booking = booking_of(places, until=min([fresh, *given_up.ends(asked)]), now=now)
    booking.organization_id, booking.booked_by_person_id = organization_id, id_of(booked_by)
    booking.form_token, booking.language = form_token, language
    if office is not NOT_BY_OFFICE:
        booking.needs_approval = False  # whoever books for them has said yes
    write_hold(booking, places=places, by=by, now=now)
    note_use(quote, booking, now=now)
    for one in asked if office.beyond else ():
        allow_beyond(
            booking, offer=one.offer, crowd=one.crowd, wanted=len(one.people), reason=office.beyond, by=by, now=now
        )
    return booking


def hold_for_list(
    *,
    organization: Organization,
    runs: Sequence[str],
    form_token: str,
    by: Actor,
    booked_by: Person,
    language: str,
    now: datetime,
    given_up: GivenUp = NOTHING,
) -> Booking:
    """A seat without a name in each of these runs (references, one a row of a list that is still mended).

    Whether names are needed is asked when ordering. Raises as `hold_seats`.
    """
    unnamed, organization_id = [AttendeeFacts(run=run) for run in runs], id_of(organization)
    check_attendees(unnamed, most=MOST_FROM_FILE)
    places = _places("", unnamed, organization_id=organization_id, key="", now=now)
    asked = _looked_at(places, organization_id=organization_id, form_token=form_token, now=now)
    _check(asked, organization_id=organization_id, given_up=given_up, beyond=False, now=now)
    until = min([_kept_until([one.offer for one in asked], long=False, now=now), *given_up.ends(asked)])
    booking = booking_of(places, until=until, now=now)
    booking.organization_id, booking.booked_by_person_id = organization_id, id_of(booked_by)
    booking.form_token, booking.language = form_token, language
    write_hold(booking, places=places, by=by, now=now)
    return booking


def of_same_form(booking: Booking, wanted: Iterable[tuple[str, int | None]]) -> Booking:
    """The booking that the form has made, if it asks for the same now: `wanted` are runs with people.

    A token of ours (with a colon, as none from outside has) stands for one cause and is not looked into. Raises
    FormSentBefore.
    """
    made = Counter((seat.run.reference, seat.person_id) for seat in booking.seats)
    if ":" not in booking.form_token and made != Counter(wanted):
        raise FormSentBefore(booking.reference)
    return booking


def _places(
    run_reference: str, attendees: Sequence[AttendeeFacts], *, organization_id: int, key: str, now: datetime
) -> list[Place]:
    """Everybody's place in the run they want, all runs locked."""
    wanted = [one.run or run_reference for one in attendees]
    offers = locked_offers(wanted, organization_id, booked_on=day_of(now))
    for offer in offers.values():
        offer.check_shown(organization_id, key=key)
    people = people_for(organization_id, attendees)
    return [Place(offers[run], one) for run, one in zip(wanted, people, strict=True)]


def _looked_at(places: Sequence[Place], *, organization_id: int, form_token: str, now: datetime) -> list[Asked]:
    """The runs in the order in which they were locked, each with its crowd."""
    offers = {place.offer.run_id: place.offer for place in places}
    asked = []
    for run_id in sorted(offers):
        people = [place.who for place in places if place.offer.run_id == run_id]
        known = [one.person_id for one in people if one.person_id is not None]
        crowd = crowd_of(run_id, people=known, organization_id=organization_id, form_token=form_token, now=now)
        asked.append(Asked(offers[run_id], people, crowd))
    return asked


def _check(asked: Sequence[Asked], *, organization_id: int, given_up: GivenUp, beyond: bool, now: datetime) -> None:
    """Whether all find a seat, each in their run; `beyond` the capacity, and those who wait, if staff say so."""
    check_one_course([one.offer.course_id for one in asked])
    for one in asked:
        offer, crowd, wanted = one.offer, one.crowd, len(one.people)
        on = day_of(offer.starts_at) if len(asked) > 1 else None
        offer.check_bookable(on=on, now=now)
        only_new(crowd, run_id=offer.run_id, people=one.known, organization_id=organization_id, now=now)
        if beyond:
            continue
        check_room(wanted=wanted, taken=crowd.taken, capacity=offer.capacity, on=on)
        if crowd.somebody_waits:
            own = given_up.seats.get(offer.run_id, 0)
            free = offer.capacity - crowd.taken - own
            check_nobody_before(offer, free=free, wanted=wanted - own, on=on, now=now)


def _kept_until(offers: Sequence[Offer], *, long: bool, now: datetime) -> datetime:
    """Some minutes; if `long` as an offer would stand, in every one of the runs."""
    ends = [offer.stands_until(now=now) if long else None for offer in offers]
    return min(end or now + timedelta(minutes=offer.hold_minutes) for offer, end in zip(offers, ends, strict=True))


def _with_new_people(places: Sequence[Place], *, organization_id: int, by: Actor, now: datetime) -> list[Place]:
    """The same, and everybody has a person."""
    people = keep_new_people(
        [place.who for place in places], organization_id=organization_id,
        organization_reference=places[0].offer.organization_reference, by=by, now=now,
    )  # fmt: skip
    return [Place(place.offer, one) for place, one in zip(places, people, strict=True)]


def booking_of(places: Sequence[Place], *, until: datetime, now: datetime) -> Booking:
    """A new hold of these places, not written yet. Raises NoFee."""
    return Booking(
        reference=new_reference("B"),
        status=BookingStatus.HELD,
        total=total(place.price.amount for place in places),
        held_at=now,
        hold_until=until,
        needs_approval=places[0].offer.needs_approval,
    )


def write_hold(booking: Booking, *, places: Sequence[Place], by: Actor, now: datetime) -> None:
    """The booking with its audit row, its seats and their first events."""
    runs = ", ".join(dict.fromkeys(place.offer.run_reference for place in places))
    detail = {"run": runs, "seats": len(places)}
    session.add(booking)
    audit.record(
        by=by, now=now, action="booking.hold", subject=("booking", booking.reference), after="held", detail=detail
    )
    session.flush()
    connection = session.connection()
    seats = [_seat(booking, position, place) for position, place in enumerate(places, start=1)]
    connection.execute(insert(SEATS), seats)
    told = {"booking": booking.id, "at": now, "actor": by.label, "request": audit.request_id.get()}
    connection.execute(_EVENTS, told)


def _seat(booking: Booking, position: int, place: Place) -> dict[str, Any]:
    """Names are copied, so that a later correction of the person changes no order."""
    offer, one = place.offer, place.who
    return {
        "reference": new_reference("S"),
        "booking_id": booking.id,
        "run_id": offer.run_id,
        "person_id": one.person_id,
        "position": position,
        "status": SeatStatus.HELD,
        "hold_until": booking.hold_until,
        "price": place.price.amount,
        "list_price": place.price.regular,
        "pending_price": place.pending_price,
        "fee_audience": offer.audience,
        "tax_category": place.price.tax_category,
        "role_code": one.role_code,
        **vars(one.person),
        "email": one.email,
    }
