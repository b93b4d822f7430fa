"""Lists of attendees that are not booked yet, and what is known of the people in them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import contains_eager, defer, joinedload, selectinload

from courses_app.accounts.models import Membership, Organization, Person
from courses_app.bookings.models import AttendeeDraft, Booking, ListPart, Seat, WaitingParty
from courses_app.bookings.queries.dates import OtherDate, dates_for_list
from courses_app.bookings.queries.seats import live
from courses_app.bookings.rules import TooManyNames
from courses_app.bookings.rules.sheets import (
    Dates,
    Directory,
    DraftRow,
    Examined,
    Known,
    examined,
    typed_day,
)
from courses_app.bookings.rules.sheets.rows import NAMES, READINGS
from courses_app.catalogue.models import CourseRun
from courses_app.catalogue.queries import duties_on
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import session


def draft_of(organization: Organization, reference: str) -> AttendeeDraft | None:
    """A list of the organization, whoever of it sent the file."""
    return session.scalar(_whole(organization).where(AttendeeDraft.reference == reference))


def draft_for_update(organization: Organization, reference: str) -> AttendeeDraft | None:
    """The same under the lock of its row, freshly read."""
    locked = select(AttendeeDraft.id).where(AttendeeDraft.reference == reference).with_for_update()
    if session.scalar(locked) is None:
        return None
    whole = _whole(organization).where(AttendeeDraft.reference == reference)
    return session.scalar(whole.execution_options(populate_existing=True))


def draft_of_form(organization_id: int, form_token: str, digest: str) -> AttendeeDraft | None:
    """The list that this form made of this file."""
    return session.scalar(
        select(AttendeeDraft).where(
            AttendeeDraft.organization_id == organization_id,
            AttendeeDraft.form_token == form_token,
            AttendeeDraft.digest == digest,
        )
    )


def drafts_of(organization: Organization) -> Sequence[AttendeeDraft]:
    """The lists that wait to be booked, the latest first, without their rows; there are never many."""
    waiting = _whole(organization).where(AttendeeDraft.ended_at.is_(None))
    return session.scalars(
        waiting.options(defer(AttendeeDraft.rows)).order_by(AttendeeDraft.updated_at.desc(), AttendeeDraft.id.desc())
    ).all()


def drafts_waiting(organization_id: int) -> int:
    """How many there are."""
    query = select(func.count()).where(AttendeeDraft.organization_id == organization_id)
    return session.scalar(query.where(AttendeeDraft.ended_at.is_(None))) or 0


def drafts_forgotten(*, before: datetime) -> Sequence[int]:
    """Lists nobody has touched since."""
    return session.scalars(select(AttendeeDraft.id).where(AttendeeDraft.updated_at < before)).all()


def directory_of(organization_id: int) -> Directory:
    """Everybody who belongs to the organization now, in one statement without the weight of objects."""
    names = ("id", "reference", "family_name", "given_name", "family_name_kana", "given_name_kana", "born_on")
    rows = session.execute(
        select(*(getattr(Person, name) for name in names))
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.organization_id == organization_id, Membership.until_on.is_(None))
        .order_by(Person.id)
    )
    return Directory(Known(*row) for row in rows)


def everybody_in(runs: Collection[CourseRun], *, now: datetime) -> dict[str, set[int]]:
    """Who has a live seat in the runs, by their references, whoever booked it. One statement."""
    found: defaultdict[str, set[int]] = defaultdict(set)
    names = {run.id: run.reference for run in runs}
    query = select(Seat.run_id, Seat.person_id).where(Seat.run_id.in_(names), live(now=now))
    for run_id, person_id in session.execute(query):
        found[names[run_id]].add(person_id or 0)  # nobody, for a seat without a name
    return found


def dates_of(draft: AttendeeDraft, *, now: datetime) -> list[OtherDate]:
    """The dates a list may name: its own first, then every open one of the course. One statement."""
    return dates_for_list(draft.run, now=now)


def room_for(draft: AttendeeDraft, dates: Sequence[OtherDate], *, now: datetime) -> Mapping[str, int]:
    """How many seats the list finds on each of its dates: those left, and those kept for it."""
    room = Counter({one.run.reference: one.left for one in dates})
    room.update(seat.run.reference for seat in draft.kept_seats(now=now))
    return room


def list_of(*, booking: Booking | None = None, party: WaitingParty | None = None) -> AttendeeDraft | None:
    """The list of which a booking or a party is a part, while it has rows that are neither."""
    part = ListPart.booking_id == booking.id if booking else ListPart.party_id == (party.id if party else None)
    return session.scalar(select(AttendeeDraft).join(AttendeeDraft.parts).where(part, AttendeeDraft.ended_at.is_(None)))


def roles_of(run: CourseRun) -> dict[str, tuple[str, str]]:
    """The roles the course names on the run's day, each with its words in Japanese and English."""
    duties = duties_on(run.course, day_of(run.starts_at))
    return {duty.role_code: (duty.role_name_ja, duty.role_name_en) for duty in duties}


def rows_of(draft: AttendeeDraft, *, now: datetime, among: Sequence[OtherDate] | None = None) -> list[Examined]:
    """Every row of a list with who it is and what is wrong with it. Four statements, however many rows.

    `among` are its `dates_of`, where they are known.
    """
    rows = [DraftRow.kept(stored) for stored in draft.rows]
    runs = {one.run.reference: one.run for one in (dates_of(draft, now=now) if among is None else among)}
    dates = Dates(draft.run.reference, {reference: day_of(run.starts_at) for reference, run in runs.items()})
    asked = {dates.of(typed) for typed in {row.run for row in rows}}
    booked = everybody_in([run for reference, run in runs.items() if reference in asked], now=now)
    return examined(
        rows,
        directory=directory_of(draft.organization_id),
        roles=roles_of(draft.run),
        dates=replace(dates, booked=booked),
        today=day_of(now),
    )


def rows_for(run: CourseRun, rows: Sequence[DraftRow], *, now: datetime) -> list[DraftRow]:
    """Those rows of a file that are for this run: their date is this one, or none is written."""
    if not any(row.run for row in rows):
        return list(rows)
    runs = [one.run for one in dates_for_list(run, now=now)]
    dates = Dates(run.reference, {one.reference: day_of(one.starts_at) for one in runs})
    return [row for row in rows if dates.of(row.run) == run.reference]


def people_in_rows(organization: Organization, rows: Sequence[DraftRow], *, most: int) -> list[dict[str, Any]]:
    """Whom the rows of a list name, as the form of attendees takes them. Raises TooManyNames."""
    if len(rows) > most:
        raise TooManyNames(most)
    directory = directory_of(organization.id)
    return [_person_of(row, directory.known(row)) for row in rows]


def _person_of(row: DraftRow, known: Known | None) -> dict[str, Any]:
    if known is not None:
        return {"person": known.reference, "role": row.role, "email": row.email}
    typed = {name: getattr(row, name) for name in (*NAMES, *READINGS, "role", "email")}
    return {**typed, "person": "", "born_on": typed_day(row.born_on)}


def seats_to_come(person_ids: Collection[int], *, now: datetime) -> Sequence[Seat]:
    """Live seats of these people in runs that are not over, in order."""
    if not person_ids:
        return []
    return session.scalars(
        select(Seat)
        .join(Seat.run)
        .options(contains_eager(Seat.run).joinedload(CourseRun.course))
        .where(
            Seat.person_id.in_(person_ids),
            CourseRun.ends_at > now,
            live(now=now),
        )
        .order_by(CourseRun.starts_at, Seat.id)
    ).all()


def _whole(organization: Organization) -> Select[AttendeeDraft]:
    return (
        select(AttendeeDraft)
        .options(
            joinedload(AttendeeDraft.run).joinedload(CourseRun.course),
            joinedload(AttendeeDraft.run).joinedload(CourseRun.venue),
            joinedload(AttendeeDraft.created_by),
            joinedload(AttendeeDraft.hold).selectinload(Booking.seats),
            joinedload(AttendeeDraft.booking),
            selectinload(AttendeeDraft.parts).options(
                joinedload(ListPart.booking),
                joinedload(ListPart.party).options(joinedload(WaitingParty.run), selectinload(WaitingParty.offers)),
            ),
        )
        .where(AttendeeDraft.organization_id == organization.id)
    )
