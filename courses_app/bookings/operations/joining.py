"""Joining the waiting list of a run: the same form as a booking, which found no room."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select

from courses_app.accounts.models import Organization, Person
from courses_app.bookings import emails
from courses_app.bookings.models import WaitingAttendee, WaitingParty
from courses_app.bookings.operations.around import id_of
from courses_app.bookings.operations.crowd import crowd_of, only_new
from courses_app.bookings.operations.line import has_room_for
from courses_app.bookings.operations.offers import Offer, locked_offer
from courses_app.bookings.operations.people import Attending, keep_new_people, people_for
from courses_app.bookings.rules import (
    MOST_ATTENDEES,
    AlreadyWaiting,
    AttendeeFacts,
    FormSentBefore,
    PartyState,
    PartyTooLarge,
    SeatsAreFree,
    UnnamedWait,
    WaitingIsOver,
    check_attendees,
)
from courses_app.foundation import audit
from courses_app.foundation.audit import Actor
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import session
from courses_app.foundation.references import new_reference
from courses_app.foundation.refusal import Refusal


@dataclass(frozen=True)
class Whole:
    """What a party is part of: parties of one list for one date (`people`) seek seats together, so that room for one of
    them alone is not enough; where people wait for several `dates`, a refusal names the one it is about."""

    people: int = 0
    dates: int = 1
    most: int = MOST_ATTENDEES


ALONE = Whole()


def join_waiting_list(
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
    of: Whole = ALONE,
) -> WaitingParty:
    """A party at the end of the run's line; the same form sent again gives the same party.

    It may be part `of` more. Raises what `hold_seats` raises about people and time; SeatsAreFree, PartyTooLarge,
    AlreadyWaiting, UnnamedWait, WaitingIsOver, NamesNeeded, and FormSentBefore.
    """
    check_attendees(attendees, most=of.most)
    organization_id = id_of(organization)
    offer = locked_offer(run_reference, organization_id, booked_on=day_of(now))
    offer.check_shown(organization_id, key=key)
    people = people_for(organization_id, attendees)
    known = _same_form(organization_id, form_token)
    if known is not None:
        _check_same(known, offer.run_id, people)
        return known
    on = day_of(offer.starts_at) if of.dates > 1 else None
    offer.check_bookable(on=on, now=now)
    offer.check_named(people, now=now)
    wanted = max(of.people, len(people))
    _check_may_wait(offer, people, wanted, accepts_part=accepts_part, organization_id=organization_id, on=on, now=now)
    people = keep_new_people(
        people, organization_id=organization_id, organization_reference=offer.organization_reference, by=by, now=now
    )
    party = WaitingParty(
        reference=new_reference("W"), run_id=offer.run_id, organization_id=organization_id,
        booked_by_person_id=id_of(booked_by), form_token=form_token, state=PartyState.WAITING,
        accepts_part=accepts_part, wanted=len(people), language=language, joined_at=now,
    )  # fmt: skip
    _write(party, people, run_reference=run_reference, by=by, now=now)
    return party


@dataclass(frozen=True)
class Queuing:
    """Those who would be one party in the line of a run, by the token of their own."""

    run: str
    people: Sequence[AttendeeFacts]
    token: str
    of: Whole = ALONE


def join_each(
    asked: Sequence[Queuing], *, unless: tuple[type[Refusal], ...], **who: Any
) -> list[WaitingParty | Refusal]:
    """What became of each: a party in its line; or why not, where that is one of `unless` and the others may go on.

    Raises where nobody waits: SeatsAreFree where all find seats, else the first reason; and as `join_waiting_list`.
    """
    answers: list[WaitingParty | Refusal] = []
    for one in asked:
        try:
            party = join_waiting_list(
                run_reference=one.run, attendees=one.people, form_token=one.token, of=one.of, **who
            )
        except unless as refusal:
            answers.append(refusal)
        else:
            answers.append(party)
    if not any(isinstance(one, WaitingParty) for one in answers):
        others = (one for one in answers if isinstance(one, Refusal) and not isinstance(one, SeatsAreFree))
        raise next(others, SeatsAreFree())
    return answers


def _same_form(organization_id: int, form_token: str) -> WaitingParty | None:
    return session.scalars(
        select(WaitingParty).where(
            WaitingParty.organization_id == organization_id, WaitingParty.form_token == form_token
        )
    ).one_or_none()


def _check_same(party: WaitingParty, run_id: int, people: Sequence[Attending]) -> None:
    """Whether the form asks for what it was sent for before. Raises FormSentBefore."""
    theirs = Counter(one.person_id for one in party.attendees)
    if party.run_id != run_id or theirs != Counter(one.person_id for one in people):
        raise FormSentBefore(party.reference)


def _check_may_wait(
    offer: Offer,
    people: Sequence[Attending],
    wanted: int,
    *,
    accepts_part: bool,
    organization_id: int,
    on: date | None,
    now: datetime,
) -> None:
    """Whether there is a reason to wait, and then a chance; who finds a seat needs no time for an offer."""
    known = [one.person_id for one in people if one.person_id is not None]
    crowd = crowd_of(offer.run_id, people=known, now=now)
    only_new(crowd, run_id=offer.run_id, people=known, organization_id=organization_id, now=now)
    if waiting := _waiting_already(offer.run_id, known):
        raise AlreadyWaiting(waiting, on=on)
    if any(one.is_unnamed for one in people):
        _check_no_others_unnamed(offer, organization_id, on=on)
    if has_room_for(offer, free=offer.capacity - crowd.taken, wanted=wanted, now=now):
        raise SeatsAreFree()
    if offer.stands_until(now=now) is None:
        raise WaitingIsOver(offer.closes_at, on=on)
    if wanted > offer.capacity and not accepts_part:
        raise PartyTooLarge(offer.capacity, on=day_of(offer.starts_at))


def _waiting_already(run_id: int, people: Sequence[int]) -> list[str]:
    found = session.scalars(
        select(WaitingAttendee)
        .join(WaitingAttendee.party)
        .where(
            WaitingParty.run_id == run_id,
            WaitingParty.state == PartyState.WAITING,
            WaitingAttendee.person_id.in_(people),
            WaitingAttendee.booking_id.is_(None),
        )
        .order_by(WaitingAttendee.id)
    )
    return list(dict.fromkeys(one.full_name for one in found))


def _check_no_others_unnamed(offer: Offer, organization_id: int, *, on: date | None) -> None:
    """Seats without a name are asked for once: nobody could tell a second time from a mistake. Raises UnnamedWait."""
    found = session.execute(
        select(WaitingParty.reference, func.count())
        .join(WaitingParty.attendees)
        .where(
            WaitingParty.run_id == offer.run_id,
            WaitingParty.organization_id == organization_id,
            WaitingParty.state == PartyState.WAITING,
            WaitingAttendee.person_id.is_(None),
            WaitingAttendee.booking_id.is_(None),
        )
        .group_by(WaitingParty.id, WaitingParty.reference)
        .order_by(WaitingParty.id)
    ).first()
    if found is not None:
        reference, seats = found
        raise UnnamedWait(reference, seats, on=on)


def _write(party: WaitingParty, people: Sequence[Attending], *, run_reference: str, by: Actor, now: datetime) -> None:
    """The party with its people, its audit row and its mail."""
    party.attendees = [
        WaitingAttendee(
            position=position,
            person_id=one.person_id,
            role_code=one.role_code,
            **{**vars(one.person), "email": one.email},
        )
        for position, one in enumerate(people, start=1)
    ]
    session.add(party)
    detail = {"run": run_reference, "people": len(people), "accepts_part": party.accepts_part}
    audit.record(
        by=by, now=now, action="waiting.join", subject=("waiting", party.reference), after="waiting", detail=detail
    )
    session.flush()
    emails.waiting_joined(party, now=now)
