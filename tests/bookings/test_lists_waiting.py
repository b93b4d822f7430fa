"""A list from a spreadsheet that finds no room: it takes what is left, goes to another date, or waits (R-02, R-22)."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from courses_app.accounts.models import Organization, Person
from courses_app.bookings import operations, queries, tasks
from courses_app.bookings.models import AttendeeDraft, Booking, BookingStatus, PartyState, WaitingParty
from courses_app.bookings.rules.sheets import first_that_fit, without_room
from courses_app.catalogue.models import CourseRun
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import in_transaction, session, transaction
from courses_app.foundation.refusal import Refusal
from tests.accounts.signing import csrf_token, sign_in
from tests.accounts.test_at_once import at_once
from tests.bookings.conftest import MakeHere
from tests.bookings.making import by, draft_row
from tests.bookings.test_dates_of_lists import listed as listed_on
from tests.bookings.test_dates_of_lists import seated, two_dates
from tests.bookings.test_routes import counted, text_of
from tests.bookings.test_seats_of_lists import states
from tests.bookings.test_sheets_pages import VERSION, line, listed, pressed

WRONG = "昭和70年1月1日"


def parties(app: Flask) -> list[tuple[str, PartyState, list[str]]]:
    """Who waits, for which run, in the order of the lines; every invariant holds."""
    with app.app_context():
        assert list(queries.violations(now=clock.now())) == []
        found = session.scalars(select(WaitingParty).order_by(WaitingParty.id))
        return [(one.run.reference, one.state, [who.given_name for who in one.attendees]) for one in found]


def rows_of(app: Flask) -> list[str]:
    """The given names that are still in the list."""
    with app.app_context():
        return [row["given_name"] for row in session.scalars(select(AttendeeDraft)).one().rows]


def names(*numbers: int) -> list[str]:
    return [f"花子{number}" for number in numbers]


def full_list(client: FlaskClient, make: MakeHere, *, capacity: int = 3, taken: int = 1, rows: int = 4) -> str:
    """A list of so many people for a run that has too few seats for them."""
    make.issuer()
    run = make.run(capacity=capacity)
    make.held(run, taken)
    sign_in(client, make.coordinator().email)
    return listed(client, run, *(line(number) for number in range(1, rows + 1)))


def test_the_first_rows_of_each_date_that_fit() -> None:
    rows = [(2, "A"), (3, "B"), (4, "A"), (5, "A"), (6, "C")]
    assert first_that_fit(rows, room={"A": 2, "B": 0}) == {2, 4}
    assert without_room(rows, room={"A": 2, "B": 0, "C": 1}) == {"A", "B"}


@pytest.mark.parametrize("over", [False, True])
def test_a_full_run_takes_a_file_as_well(app: Flask, client: FlaskClient, make: MakeHere, over: bool) -> None:
    run = make.run(capacity=1)
    make.held(run)
    if over:  # so late that nobody can be offered a seat any more; the list may still go to another date
        with app.app_context(), transaction():
            session.get_one(CourseRun, run.id).booking_closes_at = clock.now() + timedelta(minutes=30)
    sign_in(client, make.coordinator().email)
    page = text_of(client.get(f"/runs/{run.reference}/bookings/new"))
    assert f'href="/runs/{run.reference}/bookings/file"' in page
    assert ("キャンセル待ちに登録" in page) is not over
    assert "この日程は現在満席です" in text_of(client.get(f"/runs/{run.reference}/bookings/file"))
    where = listed(client, run, line(1), line(2))
    assert ("/waiting" in text_of(client.get(where))) is not over


def test_r22_a_list_waits_with_one_press_and_is_offered_seats(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    where = full_list(client, make, capacity=3, taken=3)
    page = text_of(client.get(where))
    assert "この名簿でキャンセル待ちに登録する（4名）" in page
    answer = pressed(client, where, "waiting", accepts_part="y")
    assert answer.status_code == 303, text_of(answer)
    assert "/waiting/W-" in str(answer.headers["Location"])
    [(_run, state, who)] = parties(app)
    assert (state, who) == (PartyState.WAITING, names(1, 2, 3, 4))
    again = text_of(client.get(where))
    assert "この名簿に残っている方はいません" in again
    assert "/waiting/W-" in again
    with app.app_context(), transaction():
        operations.cancel(booking=session.scalars(select(Booking)).one(), by=SYSTEM, now=clock.now())
    with app.app_context():
        tasks.run_due(clock=clock.now)
        offer = session.scalars(select(Booking).where(Booking.waiting_party_id.is_not(None))).one()
        assert [seat.given_name for seat in offer.seats] == names(1, 2, 3)
        assert [seat.email for seat in offer.seats] == [f"h{number}@example.jp" for number in (1, 2, 3)]


def test_r42_the_same_press_twice_is_one_party(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    where = full_list(client, make)
    found = VERSION.search(text_of(client.get(where)))
    assert found
    data = {"csrf_token": csrf_token(client, where), "version": found[1], "accepts_part": "y"}
    answers = [client.post(f"{where}/waiting", data=data) for _ in range(2)]
    assert [one.status_code for one in answers] == [303, 303]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert len(parties(app)) == 1


def test_r02_what_is_left_is_taken_and_the_others_stay_and_wait(
    app: Flask, client: FlaskClient, make: MakeHere
) -> None:
    where = full_list(client, make)
    assert "2席を確保して確認へ進む" in text_of(client.get(where))
    found = VERSION.search(text_of(client.get(where)))
    assert found
    data = {"csrf_token": csrf_token(client, where), "version": found[1]}
    first, second = (client.post(f"{where}/seats-left", data=data) for _ in range(2))
    review = str(first.headers["Location"])
    assert (second.headers["Location"], states(app)[1:]) == (review, [(BookingStatus.HELD, 2)])
    assert rows_of(app) == names(3, 4)
    page = text_of(client.get(review))
    assert all(name in page for name in names(1, 2))
    assert "名簿の2名には、まだ席がありません" in page
    assert f'href="{where}"' in page
    rest = text_of(client.get(where))
    assert "2席を確保して確認へ進む" not in rest
    assert f'href="{review}"' in rest
    assert pressed(client, where, "waiting").status_code == 303
    assert [(state, who) for _run, state, who in parties(app)] == [(PartyState.WAITING, names(3, 4))]
    order = {"csrf_token": csrf_token(client, review), "names_confirmed": "y", "payment_method": "bank_transfer"}
    assert client.post(f"{review}/confirmation", data=order).status_code == 303
    assert "まだ席がありません" not in text_of(client.get(review))


def test_people_with_a_fault_are_told_first_and_nothing_is_done(
    app: Flask, client: FlaskClient, make: MakeHere
) -> None:
    make.issuer()
    run = make.run(capacity=2)
    make.held(run)
    sign_in(client, make.coordinator().email)
    where = listed(client, run, line(1), line(2, born=WRONG))
    page = text_of(client.get(where))
    assert "先に修正してください" in page
    assert f"{where}/waiting" not in page
    for deed in ("waiting", "seats-left"):
        refused = pressed(client, where, deed)
        assert refused.status_code == 409
        assert WRONG in text_of(refused)
    assert (parties(app), len(states(app)), rows_of(app)) == ([], 1, names(1, 2))


def test_each_date_waits_by_itself_and_who_has_room_stays(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    here, there = two_dates(client, make, first=2, second=2)
    full = make.run(capacity=1, days_ahead=50)
    make.held(full)
    make.held(here, 2)
    where = listed_on(
        client, here, (line(1), ""), (line(2), there.reference), (line(3), full.reference), (line(4), ""),
    )  # fmt: skip
    with counted(app) as asked:
        page = text_of(client.get(where))
    assert len(asked) <= 12, asked
    assert "日程ごとに別の組として" in page
    answer = pressed(client, where, "waiting")
    assert answer.headers["Location"] == where
    assert sorted(parties(app)) == sorted(
        [(here.reference, PartyState.WAITING, names(1, 4)), (full.reference, PartyState.WAITING, names(3))]
    )
    assert rows_of(app) == names(2)
    assert text_of(client.get(where)).count('href="/waiting/W-') == 2
    assert pressed(client, where, "booking").status_code == 303
    assert seated(app)[there.reference] == 1


def test_the_rest_goes_to_another_date_of_the_same_region_first(
    app: Flask, client: FlaskClient, make: MakeHere
) -> None:
    make.issuer()
    run = make.run(capacity=2, days_ahead=30)
    far = make.run(capacity=9, days_ahead=40, venue="osaka-nakanoshima")
    near = make.run(capacity=9, days_ahead=50)
    sign_in(client, make.coordinator().email)
    where = listed(client, run, *(line(number) for number in (1, 2, 3)))
    page = text_of(client.get(where))
    choices = page[page.index('name="to"') :]
    assert choices.index(near.reference) < choices.index(far.reference)
    pressed(client, where, "seats-left")
    assert pressed(client, where, "rows", to=near.reference, move="rest").status_code == 303
    assert pressed(client, where, "booking").status_code == 303
    assert seated(app) == {run.reference: 2, near.reference: 1}


def test_a_party_larger_than_the_run_only_if_it_takes_a_part(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    where = full_list(client, make)
    refused = pressed(client, where, "waiting")
    assert refused.status_code == 409
    page = text_of(refused)
    assert "開催の定員は3名です" in page
    assert "何も変更していません" in page
    assert rows_of(app) == names(1, 2, 3, 4)
    assert pressed(client, where, "waiting", accepts_part="y").status_code == 303
    assert len(parties(app)) == 1


def test_where_the_rule_leaves_room_the_list_is_booked_at_once(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    """Others wait, so the page promises nothing; but nobody of them could take these seats, and nobody has to wait."""
    where = full_list(client, make, capacity=9, taken=3, rows=2)
    with app.app_context():
        run = session.scalars(select(AttendeeDraft)).one().run
        with transaction():
            session.get_one(CourseRun, run.id).course.smaller_may_pass = True
    make.waiting(run, 8)
    assert "入りきりません" in text_of(client.get(where))
    refused = pressed(client, where, "waiting")
    assert refused.status_code == 409
    assert f'action="{where}/booking"' in text_of(refused)
    assert pressed(client, where, "booking").status_code == 303
    assert states(app)[-1] == (BookingStatus.HELD, 2)


def test_seats_kept_for_other_rows_stay_kept(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    here, there = two_dates(client, make, first=3, second=1)
    where = listed_on(client, here, *((line(n, born=WRONG if n == 1 else "1985-04-09"), "") for n in (1, 2, 3)))
    pressed(client, where, "rows", **{"rows-2-born_on": "1985-04-09"})
    make.held(there)
    pressed(client, where, "rows", **{"rows-4-run": there.reference})
    assert seated(app) == {here.reference: 3, there.reference: 1}
    assert pressed(client, where, "waiting").status_code == 303
    assert Counter(run for run, _state, _who in parties(app)) == {there.reference: 1}
    assert seated(app) == {here.reference: 2, there.reference: 1}
    assert pressed(client, where, "booking").status_code == 303
    assert seated(app) == {here.reference: 2, there.reference: 1}


def test_a_colleague_goes_on_and_lists_are_forgotten_whole(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    where = full_list(client, make)
    pressed(client, where, "seats-left")
    with app.app_context():
        theirs = session.scalars(select(AttendeeDraft)).one().organization
    sign_in(client, make.coordinator(theirs).email)
    assert where in text_of(client.get("/organization/bookings"))
    assert "花子4" in text_of(client.get(where))
    later = clock.now() + timedelta(days=31)
    with app.app_context():
        tasks.run_due(clock=lambda: later)
    assert client.get(where).status_code == 404
    with app.app_context():
        assert session.scalars(select(Booking).order_by(Booking.id.desc())).first() is not None


def test_r05_many_hands_press_both_ways_and_each_row_goes_one(app: Flask, make: MakeHere) -> None:
    """Two lists for the same two dates, in opposite order, four hands each: nobody sits twice, no seat too many."""
    make.issuer()
    here, there = make.run(capacity=3, days_ahead=30), make.run(capacity=3, days_ahead=44)
    lists = []
    for first, second in ((here, there), (there, here)):
        somebody = make.coordinator()
        rows = [draft_row(n, run=second.reference if n % 2 else "") for n in range(2, 10)]
        lists.append((somebody, make.draft(first, *rows, somebody=somebody).reference))

    def press(hand: int) -> int:
        somebody, reference = lists[hand % 2]

        def deed() -> int:
            draft = queries.draft_for_update(session.get_one(Organization, somebody.organization.id), reference)
            assert draft is not None
            person = session.get_one(Person, somebody.person.id)
            who = {"booked_by": person, "language": "ja", "by": by(person), "now": clock.now()}
            if hand % 4 < 2:
                return len(operations.take_what_is_left(draft=draft, version=1, **who))
            return len(operations.wait_with_list(draft=draft, version=1, accepts_part=True, **who))

        try:
            return in_transaction(deed)
        except Refusal:
            return 0

    answers = at_once(app, press, hands=8)
    assert all(isinstance(answer, int) for answer in answers), answers
    with app.app_context():
        assert list(queries.violations(now=clock.now())) == []
        assert set(queries.taken_by_run([here.id, there.id], now=clock.now()).values()) <= {0, 1, 2, 3}
        for draft in session.scalars(select(AttendeeDraft)):
            assert len(draft.rows) + sum(part.people for part in draft.parts) == 8
            assert len({part.version for part in draft.parts}) == 1
