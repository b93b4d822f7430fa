"""Where people stand: one clock a person and course, whatever their roles."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from sqlalchemy import select

from courses_app.accounts.models import Membership, Organization, Person
from courses_app.bookings.operations import AttendeeFacts
from courses_app.certificates import operations as certificates
from courses_app.certificates.models import Certificate
from courses_app.compliance import queries
from courses_app.compliance.queries import Line
from courses_app.compliance.rules import StandingFilter, StandingState
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session

if TYPE_CHECKING:
    from tests.accounts.making import Coordinator
    from tests.compliance.conftest import MakeHere


@pytest.fixture
def coordinator(make: MakeHere, inside: Flask) -> Coordinator:
    make.law()
    return make.coordinator()


def lines(coordinator: Coordinator, person: Person) -> list[Line]:
    organization = session.get_one(Organization, coordinator.organization.id)
    return [line for line in queries.standings_of(organization, on=clock.today()) if line.person.id == person.id]


def test_a_role_without_a_completion_is_never(make: MakeHere, coordinator: Coordinator) -> None:
    person = make.person(coordinator.organization)
    make.appointed(coordinator, person)
    (line,) = lines(coordinator, person)
    assert line.state == StandingState.NEVER
    assert line.course is not None
    assert line.course.code == "SUP"


@pytest.mark.parametrize(
    ("days", "state"),
    [
        (30, StandingState.VALID),
        (36 * 31 - 100, StandingState.EXPIRING),
        (1096, StandingState.EXPIRING),
        (1097, StandingState.EXPIRED),
    ],
)
def test_the_state_follows_the_completion(
    days: int, state: StandingState, make: MakeHere, coordinator: Coordinator
) -> None:
    person = make.person(coordinator.organization)
    make.appointed(coordinator, person)
    make.completed(coordinator, person, on=clock.today() - timedelta(days=days))
    (line,) = lines(coordinator, person)
    assert line.state == state


def test_the_latest_completion_counts_and_starts_a_new_clock(make: MakeHere, coordinator: Coordinator) -> None:
    person = make.person(coordinator.organization)
    make.appointed(coordinator, person)
    for days in (1000, 20, 1200):
        make.completed(coordinator, person, on=clock.today() - timedelta(days=days))
    (line,) = lines(coordinator, person)
    assert line.standing is not None
    assert line.standing.completed_on == clock.today() - timedelta(days=20)


def test_two_roles_for_one_course_share_one_clock(make: MakeHere, coordinator: Coordinator) -> None:
    person = make.person(coordinator.organization)
    make.appointed(coordinator, person)
    make.appointed(coordinator, person, "external_auditor")
    make.completed(coordinator, person, on=clock.today() - timedelta(days=900))
    found = lines(coordinator, person)
    assert len(found) == 2
    assert len({line.standing.valid_through for line in found if line.standing}) == 1
    assert len(queries.clocks_of(found)) == 1


def test_a_revoked_certificate_counts_for_nothing(make: MakeHere, coordinator: Coordinator) -> None:
    person = make.person(coordinator.organization)
    make.appointed(coordinator, person)
    (issued,) = make.completed(coordinator, person, on=clock.today() - timedelta(days=30))
    with make.deed():
        certificate = session.get_one(Certificate, issued.id)
        certificates.revoke_certificate(number=certificate.number, reason="誤って発行", by=SYSTEM, now=clock.now())
    (line,) = lines(coordinator, person)
    assert line.state == StandingState.NEVER


def test_what_no_role_asks_for_is_shown_but_not_counted(make: MakeHere, coordinator: Coordinator) -> None:
    person, nobody = make.person(coordinator.organization), make.person(coordinator.organization, given_name="無職")
    make.completed(coordinator, person, on=clock.today() - timedelta(days=1200))
    (line,), (empty,) = lines(coordinator, person), lines(coordinator, nobody)
    assert line.state == empty.state == "unassigned"
    assert line.course is not None
    assert empty.course is None


def test_people_who_left_are_not_shown(make: MakeHere, coordinator: Coordinator) -> None:
    person = make.person(coordinator.organization)
    make.appointed(coordinator, person)
    with make.deed():
        session.scalars(select(Membership).where(Membership.person_id == person.id)).one().until_on = clock.today()
    assert lines(coordinator, person) == []


def test_a_role_that_ended_or_has_not_begun_asks_for_nothing(make: MakeHere, coordinator: Coordinator) -> None:
    person = make.person(coordinator.organization)
    make.appointed(coordinator, person, from_on=clock.today() + timedelta(days=1))
    (line,) = lines(coordinator, person)
    assert line.state == "unassigned"


def test_the_most_urgent_come_first_and_filters_narrow(make: MakeHere, coordinator: Coordinator) -> None:
    names = ("期限切れ", "未受講", "期限間近", "有効")
    people = [make.person(coordinator.organization, given_name=name) for name in reversed(names)]
    for person, days in zip(people, (10, 900, None, 1200), strict=True):
        make.appointed(coordinator, person)
        if days:
            make.completed(coordinator, person, on=clock.today() - timedelta(days=days))
    organization = session.get_one(Organization, coordinator.organization.id)
    board = queries.board_of(organization, StandingFilter(), number=1, now=clock.now())
    named = [row.line.person.given_name for row in board.page.rows if row.line.role]
    assert named == list(names)
    assert [board.counts[state.value] for state in StandingState] == [1, 1, 1, 1]
    for wanted in (StandingFilter(state="expiring"), StandingFilter(q="期限間近")):
        narrowed = queries.board_of(organization, wanted, number=1, now=clock.now())
        assert [row.line.person.given_name for row in narrowed.page.rows] == ["期限間近"]
    assert not queries.board_of(organization, StandingFilter(role="nothing"), number=1, now=clock.now()).page.rows


def test_the_next_run_fits_before_the_last_day_or_says_that_none_does(make: MakeHere, coordinator: Coordinator) -> None:
    soon, later = make.person(coordinator.organization), make.person(coordinator.organization, given_name="後")
    for person, days in ((soon, 1080), (later, 900)):
        make.appointed(coordinator, person)
        make.completed(coordinator, person, on=clock.today() - timedelta(days=days))
    full, run = make.run(days_ahead=25, capacity=1), make.run(days_ahead=40)
    make.held(full)
    organization = session.get_one(Organization, coordinator.organization.id)
    board = queries.board_of(organization, StandingFilter(state="expiring"), number=1, now=clock.now())
    rows = {row.line.person.id: row for row in board.page.rows}
    for row in rows.values():
        assert row.next is not None
        assert row.next.run.reference == run.reference
        assert row.renewed_through is not None
    assert not rows[soon.id].in_time
    assert rows[later.id].in_time


def test_who_has_a_seat_is_not_sent_to_book_again(make: MakeHere, coordinator: Coordinator) -> None:
    person = make.person(coordinator.organization)
    make.appointed(coordinator, person)
    run = make.run(days_ahead=40)
    make.ordered(
        run,
        booked_by=coordinator.person,
        organization=coordinator.organization,
        attendees=[AttendeeFacts(person=person.reference)],
    )
    organization = session.get_one(Organization, coordinator.organization.id)
    board = queries.board_of(organization, StandingFilter(state="never"), number=1, now=clock.now())
    (row,) = board.page.rows
    assert row.booked is not None
    assert row.next is None


def test_the_office_sees_what_expires_soonest_first(make: MakeHere, coordinator: Coordinator) -> None:
    early, late, renewed = (make.person(coordinator.organization, given_name=name) for name in "早遅新")
    make.completed(coordinator, late, on=clock.today() - timedelta(days=1000))
    make.completed(coordinator, early, renewed, on=clock.today() - timedelta(days=1050))
    make.completed(coordinator, renewed, on=clock.today() - timedelta(days=5))
    today = clock.today()
    page = queries.expiring(first=today, last=today + timedelta(days=365), number=1)
    assert [certificate.person.given_name for certificate, _organization in page.rows] == ["早", "遅"]
