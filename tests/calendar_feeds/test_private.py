"""Private feeds: what stands in each, and who may read it (C-28, C-31, INV-20, S-45, S-46)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from courses_app.accounts.models import AccessRole, Account, Membership
from courses_app.bookings import operations as bookings
from courses_app.bookings.models import Booking, Seat, SeatStatus
from courses_app.calendar_feeds import operations, tasks
from courses_app.calendar_feeds.models import FeedPurpose, FeedToken
from courses_app.catalogue.models import CourseRun, Meeting, RunStatus
from courses_app.certificates.rules import valid_through
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM, AuditEntry
from courses_app.foundation.db import session
from courses_app.foundation.references import digest
from tests.calendar_feeds.reading import Component, read
from tests.calendar_feeds.test_timetable import events, uid
from tests.compliance.test_routes import statements

if TYPE_CHECKING:
    from tests.accounts.making import Coordinator
    from tests.calendar_feeds.conftest import MakeHere


@pytest.fixture
def coordinator(make: MakeHere) -> Coordinator:
    make.law()
    return make.coordinator()


def expiries(found: dict[str, Component]) -> dict[str, Component]:
    return {name: one for name, one in found.items() if name.startswith("expiry")}


def test_inv20_an_organization_sees_its_own_runs_and_no_others(
    make: MakeHere, client: FlaskClient, coordinator: Coordinator
) -> None:
    ours, ordered, held, others = (make.run(days_ahead=days) for days in (30, 31, 32, 33))
    make.paid(ours, 3, booked_by=coordinator.person, organization=coordinator.organization)
    make.ordered(ordered, 2, booked_by=coordinator.person, organization=coordinator.organization)
    make.held(held, 2, booked_by=coordinator.person, organization=coordinator.organization)
    make.paid(others, 2)
    found = events(client, make.feed(coordinator, FeedPurpose.ORGANIZATION))
    with make.app.app_context():
        booked = session.scalars(
            select(CourseRun.reference)
            .join(Seat, Seat.run_id == CourseRun.id)
            .join(Booking, Booking.id == Seat.booking_id)
            .where(
                Booking.organization_id == coordinator.organization.id,
                Seat.status.in_([SeatStatus.ORDERED, SeatStatus.CONFIRMED]),
            )
        )
        assert set(found) == {f"run-{reference}@courses.example" for reference in booked}
    assert found[uid(ours)].raw("STATUS") == "CONFIRMED"
    assert "受講者：3名" in found[uid(ours)].text("DESCRIPTION")
    assert found[uid(ordered)].raw("STATUS") == "TENTATIVE"
    assert found[uid(ordered)].text("SUMMARY").startswith("【入金待ち】")


def test_c12_seats_given_up_are_told_as_cancelled_with_a_higher_sequence(
    make: MakeHere, client: FlaskClient, coordinator: Coordinator
) -> None:
    run = make.run(days_ahead=30)
    booking = make.ordered(run, 2, booked_by=coordinator.person, organization=coordinator.organization)
    feed = make.feed(coordinator, FeedPurpose.ORGANIZATION)
    before = events(client, feed)[uid(run)]
    with make.deed():
        bookings.cancel_by_office(booking=make.whole(booking), reason="都合により", by=SYSTEM, now=clock.now())
    after = events(client, feed)[uid(run)]
    assert after.raw("STATUS") == "CANCELLED"
    assert after.text("SUMMARY").startswith("【取消】")
    assert int(after.raw("SEQUENCE")) > int(before.raw("SEQUENCE"))
    make.ordered(run, 1, booked_by=coordinator.person, organization=coordinator.organization)
    again = events(client, feed)[uid(run)]
    assert again.raw("STATUS") == "TENTATIVE"
    assert int(again.raw("SEQUENCE")) > int(after.raw("SEQUENCE"))


def test_c17_the_last_day_of_a_completion_is_an_all_day_event_and_so_is_its_notice(
    make: MakeHere, client: FlaskClient, coordinator: Coordinator
) -> None:
    person = make.person(coordinator.organization)
    completed = clock.today() - timedelta(days=800)
    make.completed(coordinator, person, on=completed)
    last = valid_through(completed, 36)
    found = expiries(events(client, make.feed(coordinator, FeedPurpose.ORGANIZATION)))
    assert set(found) == {
        f"expiry-{person.reference}-SUP-{last:%Y%m%d}@courses.example",
        f"expiry-notice-{person.reference}-SUP-{last:%Y%m%d}@courses.example",
    }
    for name, day in (("expiry", last), ("expiry-notice", last - timedelta(days=90))):
        event = found[f"{name}-{person.reference}-SUP-{last:%Y%m%d}@courses.example"]
        assert event.parameters("DTSTART") == event.parameters("DTEND") == {"VALUE": "DATE"}
        assert event.raw("DTSTART") == f"{day:%Y%m%d}"
        assert event.raw("DTEND") == f"{day + timedelta(days=1):%Y%m%d}"
        assert event.raw("TRANSP") == "TRANSPARENT"
        assert event.raw("URL").endswith(f"/organization/people/{person.reference}/roles")


def test_c18_the_last_day_rings_thirty_days_before_where_programs_ring(
    make: MakeHere, client: FlaskClient, coordinator: Coordinator
) -> None:
    make.completed(coordinator, make.person(coordinator.organization), on=clock.today() - timedelta(days=800))
    content = read(client.get(make.feed(coordinator, FeedPurpose.ORGANIZATION)).data)
    (alarm,) = content.all("VALARM")
    assert {"ACTION", "TRIGGER", "DESCRIPTION"} <= {name for name, _parameters, _value in alarm.properties}


def test_c31_no_feed_names_anybody(make: MakeHere, client: FlaskClient, coordinator: Coordinator) -> None:
    names = {
        "family_name": "珍苗字",
        "given_name": "稀子",
        "family_name_kana": "チンミョウジ",
        "given_name_kana": "マレコ",
    }
    person = make.member(coordinator.organization, **names)
    make.completed(coordinator, person.person, on=clock.today() - timedelta(days=900))
    run = make.run(days_ahead=30, instructor=make.instructor().person)
    booking = make.paid(run, 2, booked_by=coordinator.person, organization=coordinator.organization)
    feeds = [make.feed(coordinator, FeedPurpose.ORGANIZATION), make.feed(person, FeedPurpose.PERSON)]
    feeds.append(make.feed(make.staff(), FeedPurpose.STAFF))
    private = [*names.values(), booking.reference, booking.form_token, *(seat.reference for seat in booking.seats)]
    private += [seat.email or "" for seat in booking.seats] + [seat.family_name for seat in booking.seats]
    for feed in feeds:
        text = client.get(feed).get_data(as_text=True).replace("\r\n ", "")
        assert not [secret for secret in private if secret and secret in text]


def test_inv20_an_instructor_sees_the_runs_they_teach(make: MakeHere, client: FlaskClient) -> None:
    teacher = make.instructor()
    own, off = make.run(days_ahead=30, instructor=teacher.person), make.run(days_ahead=40, instructor=teacher.person)
    make.called_off(off)
    make.run(days_ahead=35)
    make.run(days_ahead=45, instructor=teacher.person, published=False)
    found = events(client, make.feed(teacher, FeedPurpose.INSTRUCTOR))
    with make.app.app_context():
        taught = session.scalars(
            select(CourseRun.reference)
            .join(Meeting, Meeting.run_id == CourseRun.id)
            .where(Meeting.instructor_id == teacher.person.id, CourseRun.status != RunStatus.DRAFT)
        )
        assert set(found) == {f"run-{reference}@courses.example" for reference in taught}
    assert found[uid(own)].raw("TRANSP") == "OPAQUE"
    assert "技能実習法" in found[uid(own)].text("DESCRIPTION")
    assert found[uid(off)].raw("STATUS") == "CANCELLED"


def test_an_instructor_of_the_second_day_sees_the_second_day(make: MakeHere, client: FlaskClient) -> None:
    teacher, course = make.instructor(), make.course("SUP")
    day = clock.today() + timedelta(days=30)
    first = make.plan(course, on=day)
    second = make.plan(course, on=day + timedelta(days=1), instructor=teacher.person)
    run = make.run(days_ahead=30, meetings=first.meetings[:2] + second.meetings[2:])
    (found,) = events(client, make.feed(teacher, FeedPurpose.INSTRUCTOR)).values()
    assert found.raw("UID") == uid(run, 2)
    assert found.instant("DTSTART") == second.meetings[2].starts_at
    assert found.instant("DTEND") == run.ends_at


def test_inv20_staff_see_every_run_drafts_as_tentative(make: MakeHere, client: FlaskClient) -> None:
    draft, published = make.run(days_ahead=30, published=False), make.run(days_ahead=31)
    found = events(client, make.feed(make.staff(), FeedPurpose.STAFF))
    assert set(found) == {uid(draft), uid(published)}
    assert found[uid(draft)].raw("STATUS") == "TENTATIVE"
    assert found[uid(draft)].text("SUMMARY").startswith("【下書き】")


def test_inv20_a_person_sees_own_seats_and_own_last_days(
    make: MakeHere, client: FlaskClient, coordinator: Coordinator
) -> None:
    somebody, other = make.member(coordinator.organization), make.person(coordinator.organization, given_name="次郎")
    make.completed(coordinator, somebody.person, on=clock.today() - timedelta(days=1000))
    make.completed(coordinator, other, on=clock.today() - timedelta(days=1001))
    make.run(days_ahead=30)
    found = events(client, make.feed(somebody, FeedPurpose.PERSON))
    assert len(expiries(found)) == 2
    assert all(somebody.person.reference in name for name in expiries(found))
    assert set(found) == set(expiries(found))


def test_s45_the_database_keeps_only_a_digest(make: MakeHere) -> None:
    path = make.feed(make.staff(), FeedPurpose.STAFF)
    token = path.removeprefix("/feeds/").removesuffix(".ics")
    assert len(token) >= 43  # 256 bits
    with make.app.app_context():
        (kept,) = session.scalars(select(FeedToken))
        assert kept.digest == digest(token)
        assert token not in str(vars(kept))
        assert not [entry for entry in session.scalars(select(AuditEntry)) if token in str(vars(entry))]


def test_c28_a_replaced_address_stops_at_once(make: MakeHere, client: FlaskClient) -> None:
    somebody = make.staff()
    old = make.feed(somebody, FeedPurpose.STAFF)
    new = make.feed(somebody, FeedPurpose.STAFF)
    assert client.get(old).status_code == 404
    assert client.get(new).status_code == 200
    with make.deed():
        account = session.get_one(Account, somebody.account.id)
        operations.close_feed(account, FeedPurpose.STAFF, by=SYSTEM, now=clock.now())
    assert client.get(new).status_code == 404


@pytest.mark.parametrize("token", ["nothing", "", "a" * 43, "../../etc/passwd", "%00", "runs2"])
def test_s45_a_wrong_token_is_not_there(token: str, client: FlaskClient) -> None:
    assert client.get(f"/feeds/{token}.ics").status_code == 404


def lose_role(make: MakeHere, somebody: object) -> None:
    with make.deed():
        account = session.get_one(Account, somebody.account.id)  # type: ignore[attr-defined]
        account.roles.clear()


def give_role(make: MakeHere, somebody: object) -> None:
    with make.deed():
        role = session.scalars(select(AccessRole).where(AccessRole.name == "staff")).one()
        account = session.get_one(Account, somebody.account.id)  # type: ignore[attr-defined]
        account.roles.append(role)


def test_s25_a_lost_role_closes_the_feed_and_it_never_opens_again(make: MakeHere, client: FlaskClient) -> None:
    somebody = make.staff()
    feed = make.feed(somebody, FeedPurpose.STAFF)
    lose_role(make, somebody)
    assert client.get(feed).status_code == 404
    with make.app.app_context():
        assert tasks.run_due(clock=clock.now) == 1
        assert tasks.run_due(clock=clock.now) == 0
    give_role(make, somebody)
    assert client.get(feed).status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        update(Membership).values(is_coordinator=False),
        update(Membership).values(until_on=clock.today()),
        update(Account).values(active=False),
    ],
    ids=["no longer a coordinator", "left", "account closed"],
)
def test_c28_the_feed_of_an_organization_ends_with_the_right_to_it(
    change: object, make: MakeHere, client: FlaskClient, coordinator: Coordinator
) -> None:
    feed = make.feed(coordinator, FeedPurpose.ORGANIZATION)
    assert client.get(feed).status_code == 200
    with make.deed():
        session.execute(change)
    assert client.get(feed).status_code == 404


def test_s45_a_feed_is_granted_to_whom_it_is_due_only(make: MakeHere, coordinator: Coordinator) -> None:
    for somebody, purpose in (
        (coordinator, FeedPurpose.STAFF),
        (coordinator, FeedPurpose.INSTRUCTOR),
        (make.member(coordinator.organization), FeedPurpose.ORGANIZATION),
        (make.instructor(), FeedPurpose.STAFF),
    ):
        with pytest.raises(operations.FeedNotGranted):
            make.feed(somebody, purpose)


def test_the_feed_speaks_the_language_it_was_made_in(make: MakeHere, client: FlaskClient) -> None:
    run, somebody = make.run(days_ahead=30), make.staff()
    english = events(client, make.feed(somebody, FeedPurpose.STAFF, language="en"))
    assert run.course.name_en in english[uid(run)].text("SUMMARY")


def test_c11_private_feeds_are_the_same_bytes_twice(
    make: MakeHere, client: FlaskClient, coordinator: Coordinator
) -> None:
    person = make.person(coordinator.organization)
    make.completed(coordinator, person, on=clock.today() - timedelta(days=900))
    make.paid(make.run(days_ahead=30), 2, booked_by=coordinator.person, organization=coordinator.organization)
    feed = make.feed(coordinator, FeedPurpose.ORGANIZATION)
    assert client.get(feed).data == client.get(feed).data


def test_a_feed_asks_twelve_questions_at_most(make: MakeHere, client: FlaskClient, coordinator: Coordinator) -> None:
    course, two_days = make.course("SUP"), clock.today() + timedelta(days=90)
    first, second = make.plan(course, on=two_days), make.plan(course, on=two_days + timedelta(days=1))
    make.run(days_ahead=90, meetings=first.meetings[:2] + second.meetings[2:])
    for days in range(30, 42):
        make.paid(make.run(days_ahead=days), 1, booked_by=coordinator.person, organization=coordinator.organization)
    people = [make.person(coordinator.organization, given_name=f"{number}郎") for number in range(5)]
    make.completed(coordinator, *people, on=clock.today() - timedelta(days=900))
    for path in (
        "/feeds/runs.ics?open=1",
        make.feed(coordinator, FeedPurpose.ORGANIZATION),
        make.feed(make.staff(), FeedPurpose.STAFF),
    ):
        with statements(make.app) as asked:
            assert client.get(path).status_code == 200
        assert len(asked) <= 12, "\n\n".join(asked)
