"""The demonstration is what interfaces.md promises, breaks no invariant, and is loaded once."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from courses_app.accounts.models import Person
from courses_app.bookings.models import AttendeeDraft, Booking, BookingFee, BookingStatus, RunAlert, WaitingParty
from courses_app.bookings.queries import rows_of, taken_by_run
from courses_app.bookings.rules import PartyState
from courses_app.catalogue.models import Course, CourseRun, RunStatus, Venue
from courses_app.catalogue.rules import Availability, availability
from courses_app.certificates.models import Certificate, FailureNotice
from courses_app.cli import ledger, worker
from courses_app.cli.seeds import load_catalogue_and_rules
from courses_app.foundation import clock
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import session, transaction
from courses_app.foundation.outbox import OutboxMessage, OutboxState
from courses_app.portal.imports import DemonstrationRefused, load_demonstration
from courses_app.portal.imports.cast import Cast, demo_data
from courses_app.rosters.models import Roster
from tests.accounts.signing import sign_in, sign_out

CALM = 60  # mails that leave on the first day
FIRST_PAGES = {
    "office@example.jp": ("/office/today", "/office/bookings", "/office/outbox", "/office/audit", "/office/reports"),
    "instructor@example.jp": ("/teaching",),
    "coordinator@example.jp": ("/organization", "/organization/bookings", "/organization/compliance"),
    "other@example.jp": ("/organization", "/organization/people", "/organization/certificates"),
    "member@example.jp": ("/me",),
}


def test_the_demonstration_keeps_its_promises(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        load_catalogue_and_rules()
        assert load_demonstration(clock=clock.now)
        the_timetable_is_inhabited()
        seats_are_waited_for_and_given_back(clock.now())
        the_past_has_left_its_papers()
        certificates_expire_when_they_should(clock.today())
        assert list(ledger.violations()) == []
        assert not load_demonstration(clock=clock.now), "a second time there is nothing to do"
    everybody_finds_their_first_page(client)
    with app.app_context():
        the_first_round_of_the_worker_is_calm()
        assert list(ledger.violations()) == []


def the_timetable_is_inhabited() -> None:
    now = clock.now()
    runs = session.scalars(select(CourseRun).where(CourseRun.ends_at > now)).all()
    taken = taken_by_run([run.id for run in runs], now=now)
    words = Counter(
        availability(
            status=run.status, capacity=run.capacity, taken=taken[run.id], opens_at=run.booking_opens_at,
            closes_at=run.booking_closes_at, ends_at=run.ends_at, now=now,
        )
        for run in runs
    )  # fmt: skip
    assert words[Availability.CALLED_OFF] == 1
    assert words[Availability.FULL] == 2, "one with a waiting list, one without"
    assert words[Availability.FEW] >= 1
    assert words[Availability.OPEN] >= 20
    assert {run.course.code for run in runs if not run.private} == set(
        session.scalars(select(Course.code).where(~Course.on_request))
    )
    assert session.scalar(select(func.count(func.distinct(Venue.prefecture_code))).join(CourseRun)) >= 8
    assert any(run.venue_id is None for run in runs)
    states = set(session.scalars(select(Booking.status)))
    assert states >= {BookingStatus.ORDERED, BookingStatus.PAID, BookingStatus.CANCELLED, BookingStatus.PAID_NO_SEAT}


def seats_are_waited_for_and_given_back(now: datetime) -> None:
    first, second, third = session.scalars(select(WaitingParty).order_by(WaitingParty.id))
    assert (first.organization.name, first.wanted, len(first.attendees)) == ("あかぎ未来ものづくり協同組合", 1, 3)
    (offer,) = first.offers
    assert offer.status is BookingStatus.HELD
    assert offer.hold_until > now
    assert {one.state for one in (first, second, third)} == {PartyState.WAITING}
    fees = session.scalars(select(BookingFee)).all()
    assert len(fees) == 3
    assert all(fee.amount > 0 for fee in fees)
    (draft,) = session.scalars(select(AttendeeDraft))
    assert sum(bool(one.errors) for one in rows_of(draft, now=now)) == 2
    assert session.scalar(select(func.count()).select_from(RunAlert)) == 6


def the_past_has_left_its_papers() -> None:
    today = clock.today()
    held = [
        run
        for run in session.scalars(select(CourseRun).join(Roster, Roster.run_id == CourseRun.id))
        if timedelta(days=25) < today - day_of(run.starts_at) < timedelta(days=45)
    ]
    assert len(held) == 1
    assert session.scalars(select(Certificate).where(Certificate.completed_on == day_of(held[0].ends_at))).all()
    assert session.scalars(select(FailureNotice)).one().entry.roster.run_id == held[0].id
    published = select(CourseRun).where(CourseRun.status == RunStatus.PUBLISHED)
    assert any(day_of(run.starts_at) == today for run in session.scalars(published))


def certificates_expire_when_they_should(today: date) -> None:
    last_days = {
        (person.family_name, person.given_name): last_day
        for person, last_day in session.execute(
            select(Person, func.max(Certificate.valid_through))
            .join(Certificate, Certificate.person_id == Person.id)
            .group_by(Person.id)
        )
    }
    for name, days in ((("髙﨑", "健一"), 150), (("𠮷野", "由紀子"), 21), (("渡邉󠄁", "正"), -7)):
        assert abs((last_days[name] - today).days - days) <= 1, name  # one day less where 29 February falls out


def everybody_finds_their_first_page(client: FlaskClient) -> None:
    for email, pages in FIRST_PAGES.items():
        sign_in(client, email)
        for page in pages:
            assert client.get(page).status_code == 200, (email, page)
        sign_out(client)


def the_first_round_of_the_worker_is_calm() -> None:
    before = session.scalar(select(func.count()).where(OutboxMessage.state == OutboxState.SENT))
    worker.run_round()
    after = session.scalar(select(func.count()).where(OutboxMessage.state == OutboxState.SENT))
    assert after - before <= CALM
    assert not session.scalar(select(func.count()).where(OutboxMessage.state == OutboxState.QUEUED))


def test_production_is_refused(inside: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = replace(inside.config["SETTINGS"], env="production")
    monkeypatch.setitem(inside.config, "SETTINGS", settings)
    with pytest.raises(DemonstrationRefused):
        load_demonstration(clock=clock.now)


def test_half_a_demonstration_is_not_loaded_over(inside: Flask) -> None:
    load_catalogue_and_rules()
    with transaction():
        Cast(demo_data()).enter(clock.now())
    with pytest.raises(DemonstrationRefused):
        load_demonstration(clock=clock.now)
