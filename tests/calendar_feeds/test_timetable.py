"""The public timetable as a calendar, over HTTP."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import icalendar
import recurring_ical_events
from flask.testing import FlaskClient
from sqlalchemy import update

from courses_app.catalogue import operations, queries
from courses_app.catalogue.models import CourseRun, RunStatus
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session
from tests.calendar_feeds.reading import Component, read

if TYPE_CHECKING:
    from tests.calendar_feeds.conftest import MakeHere

FEED = "/feeds/runs.ics"


def events(client: FlaskClient, path: str = FEED) -> dict[str, Component]:
    """The feed's events by their UID; a UID stands in a feed once."""
    response = client.get(path)
    assert response.status_code == 200, response.get_data(as_text=True)
    found = read(response.data).all("VEVENT")
    by_uid = {one.raw("UID"): one for one in found}
    assert len(by_uid) == len(found)
    return by_uid


def uid(run: CourseRun, day: int = 1) -> str:
    return f"run-{run.reference}{'' if day == 1 else f'-{day}'}@courses.example"


def moved(make: MakeHere, run: CourseRun, **changes: object) -> CourseRun:
    """The run planned anew: `days` later, or with other facts."""
    plan = make.plan(
        make.course("SUP"), on=clock.day_of(run.starts_at) + timedelta(days=int(str(changes.pop("days", 0))))
    )
    with make.deed():
        locked = queries.run_for_update(run.reference)
        assert locked is not None
        kept = replace(plan, capacity=locked.capacity, booking_closes_at=locked.booking_closes_at, **changes)
        operations.change_run(locked, kept, version=locked.version, by=SYSTEM, now=clock.now())
        return locked


def test_inv20_the_timetable_holds_published_and_called_off_runs_and_nothing_else(
    make: MakeHere, client: FlaskClient
) -> None:
    published, off = make.run(days_ahead=30), make.called_off(make.run(days_ahead=40))
    make.run(days_ahead=50, published=False)
    found = events(client)
    assert set(found) == {uid(published), uid(off)}
    assert found[uid(published)].raw("STATUS") == "CONFIRMED"
    assert found[uid(off)].raw("STATUS") == "CANCELLED"
    assert found[uid(off)].text("SUMMARY").startswith("【中止】")


def test_c29_runs_outside_the_horizon_are_left_out(make: MakeHere, client: FlaskClient) -> None:
    near, past = make.run(days_ahead=700), make.run(days_ahead=-80)
    make.run(days_ahead=760)
    make.run(days_ahead=-100)
    assert set(events(client)) == {uid(near), uid(past)}


def test_c15_a_run_called_off_stays_thirty_days_then_leaves(make: MakeHere, client: FlaskClient) -> None:
    run = make.called_off(make.run(days_ahead=60))
    for days, there in ((29, True), (31, False)):
        with make.deed():
            at = clock.now() - timedelta(days=days)
            session.execute(update(CourseRun).where(CourseRun.id == run.id).values(called_off_at=at))
        assert (uid(run) in events(client)) is there


def test_c12_the_sequence_rises_with_time_and_place_and_not_with_words(make: MakeHere, client: FlaskClient) -> None:
    run = make.run(days_ahead=30)

    def sequence() -> int:
        return int(events(client)[uid(run)].raw("SEQUENCE"))

    first = sequence()
    moved(make, run, online_note_ja="当日の接続先は前日にお送りします。")
    assert sequence() == first
    moved(make, run, days=7)
    later = sequence()
    assert later > first
    moved(make, run, days=7, venue="osaka-honmachi" if _is_venue(make, "osaka-honmachi") else _other_venue(make))
    elsewhere = sequence()
    assert elsewhere > later
    make.called_off(run)
    assert sequence() > elsewhere


def _is_venue(make: MakeHere, code: str) -> bool:
    with make.deed():
        return code in {venue.code for venue in queries.venues()}


def _other_venue(make: MakeHere) -> str:
    with make.deed():
        return next(venue.code for venue in queries.venues() if venue.code != "tokyo-kanda")


def test_c08_the_uid_outlives_edits_cancellation_and_a_new_host(make: MakeHere, client: FlaskClient) -> None:
    run = make.run(days_ahead=30)
    before = set(events(client))
    moved(make, run, days=3)
    make.called_off(run)
    assert set(events(client)) == before == {uid(run)}
    assert "127.0.0.1" not in uid(run)


def test_c13_what_changed_says_when(make: MakeHere, client: FlaskClient) -> None:
    run = make.run(days_ahead=30)
    before = events(client)[uid(run)].raw("LAST-MODIFIED")
    after = events(client)
    moved(make, run, days=1)
    changed = events(client)[uid(run)]
    assert after[uid(run)].raw("LAST-MODIFIED") == before
    assert changed.raw("LAST-MODIFIED") == changed.raw("DTSTAMP") > before


def test_c11_two_requests_are_the_same_bytes(make: MakeHere, client: FlaskClient) -> None:
    for days in (30, 31, 32):
        make.run(days_ahead=days)
    assert client.get(FEED).data == client.get(FEED).data


def test_c16_times_are_those_of_tokyo(make: MakeHere, client: FlaskClient) -> None:
    run = make.run(days_ahead=30)
    found = events(client)[uid(run)]
    assert found.raw("DTSTART").endswith("T093000")
    assert (found.instant("DTSTART"), found.instant("DTEND")) == (run.starts_at, run.ends_at)
    calendar = icalendar.Calendar.from_ical(client.get(FEED).data)
    (occurrence,) = recurring_ical_events.of(calendar).at(run.starts_at.astimezone(clock.JST).date())
    assert (occurrence.start, occurrence.end) == (run.starts_at, run.ends_at)


def test_a_run_of_two_days_is_two_events_with_stable_names(make: MakeHere, client: FlaskClient) -> None:
    course = make.course("SUP")
    day = clock.today() + timedelta(days=30)
    first, second = make.plan(course, on=day), make.plan(course, on=day + timedelta(days=1))
    half = len(first.meetings) // 2
    run = make.run(days_ahead=30, meetings=first.meetings[:half] + second.meetings[half:])
    found = events(client)
    assert set(found) == {uid(run), uid(run, 2)}
    assert found[uid(run)].instant("DTSTART") == run.starts_at
    assert found[uid(run, 2)].instant("DTEND") == run.ends_at
    assert found[uid(run, 2)].text("SUMMARY").endswith("2日目")


def test_the_feed_follows_the_timetables_filters(make: MakeHere, client: FlaskClient) -> None:
    sup, tim = make.run("SUP", days_ahead=30), make.run("TIM", days_ahead=31, online=True)
    assert set(events(client, f"{FEED}?course={sup.course.slug}")) == {uid(sup)}
    assert set(events(client, f"{FEED}?online=1")) == {uid(tim)}
    assert set(events(client, f"{FEED}?q={tim.reference}")) == {uid(tim)}
    assert set(events(client, f"{FEED}?month=2001-01")) == set()


def test_open_means_bookable_with_a_seat_left(make: MakeHere, client: FlaskClient) -> None:
    free, full = make.run(days_ahead=30), make.run(days_ahead=31, capacity=2)
    make.held(full, 2)
    make.run(days_ahead=32, opens_at=clock.now() + timedelta(days=5))
    make.called_off(make.run(days_ahead=33))
    assert set(events(client, f"{FEED}?open=1")) == {uid(free)}


def test_the_language_stands_in_the_address_and_nowhere_else(make: MakeHere, client: FlaskClient) -> None:
    run = make.run(days_ahead=30)
    plain = client.get(FEED).data
    assert client.get(FEED, headers={"Accept-Language": "en"}).data == plain
    assert run.course.name_ja in events(client)[uid(run)].text("SUMMARY")
    assert run.course.name_en in events(client, f"{FEED}?lang=en")[uid(run)].text("SUMMARY")
    assert client.get(f"{FEED}?lang=xx").data == plain


def test_c31_an_event_tells_only_what_the_timetable_tells(make: MakeHere, client: FlaskClient) -> None:
    teacher = make.instructor(family_name="珍名", given_name="講師")
    run = make.run(days_ahead=30, instructor=teacher.person)
    booking = make.paid(run, 2)
    text = client.get(FEED).get_data(as_text=True)
    secrets = [booking.reference, teacher.person.family_name, *(seat.family_name for seat in booking.seats)]
    assert not [secret for secret in secrets if secret in text]
    event = events(client)[uid(run)]
    assert event.raw("URL") == f"http://127.0.0.1:8000/runs/{run.reference}"
    assert not event.has("ORGANIZER")
    assert not event.has("ATTENDEE")


def test_c22_one_run_is_a_download_with_a_name(make: MakeHere, client: FlaskClient) -> None:
    run = make.run(days_ahead=30)
    response = client.get(f"/runs/{run.reference}.ics")
    assert response.content_type == "text/calendar; charset=utf-8"
    disposition = response.headers["Content-Disposition"]
    assert disposition.startswith(f"attachment; filename=\"{run.reference}.ics\"; filename*=UTF-8''%E7")
    assert [one.raw("UID") for one in read(response.data).all("VEVENT")] == [uid(run)]


def test_a_draft_or_an_unknown_run_is_no_download(make: MakeHere, client: FlaskClient) -> None:
    draft = make.run(days_ahead=30, published=False)
    assert draft.status is RunStatus.DRAFT
    assert client.get(f"/runs/{draft.reference}.ics").status_code == 404
    assert client.get("/runs/R-NOTHERE99.ics").status_code == 404


def test_the_download_speaks_the_readers_language(make: MakeHere, client: FlaskClient) -> None:
    run = make.run(days_ahead=30)
    path = f"/runs/{run.reference}.ics"
    english = client.get(path, headers={"Accept-Language": "en"})
    assert run.course.name_en.encode()[:20] in english.data
    assert "Accept-Language" in english.headers["Vary"]
    assert run.course.name_ja.encode()[:12] in client.get(path).data
