"""The address to join a run online: for those who take part, and on nothing that is public."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from flask.testing import FlaskClient

from courses_app.calendar_feeds.models import FeedPurpose
from courses_app.catalogue.models import CourseRun
from tests.accounts.signing import sign_in
from tests.bookings.making import attendee

if TYPE_CHECKING:
    from tests.accounts.making import Somebody
    from tests.calendar_feeds.conftest import MakeHere

ROOM, NOTE = "https://online.example.jp/join/abc-123", "ミーティングID：812 3456"
Cast = tuple["MakeHere", CourseRun, "Somebody", "Somebody"]


@pytest.fixture
def cast(make: MakeHere) -> Cast:
    """An online run, its instructor, and a coordinator whose own seat in it is confirmed."""
    make.law()
    teacher, booker = make.instructor(), make.coordinator()
    run = make.run(instructor=teacher.person, online=True, joining_address=ROOM, joining_note_ja=NOTE,
                   online_note_ja="カメラをご用意ください。")  # fmt: skip
    own = [attendee(person=booker.person.reference)]
    with make.app.app_context():
        make.paid(run, booked_by=booker.person, organization=booker.organization, attendees=own)
    return make, run, teacher, booker  # type: ignore[return-value]


def read(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.get_data(as_text=True).replace("\r\n ", "")


def test_nothing_public_names_the_address_to_join(cast: Cast, client: FlaskClient) -> None:
    _, run, _, _ = cast
    for path in ("/", "/runs", f"/runs/{run.reference}", f"/runs/{run.reference}.ics", "/feeds/runs.ics"):
        page = read(client, path)
        assert ROOM not in page, path
        assert NOTE not in page, path
    assert "カメラをご用意ください。" in read(client, f"/runs/{run.reference}")


def test_private_feeds_name_it_for_those_who_take_part(cast: Cast, client: FlaskClient) -> None:
    make, run, teacher, booker = cast
    waiting = make.coordinator()
    with make.app.app_context():
        make.ordered(run, booked_by=waiting.person, organization=waiting.organization)
    for somebody, purpose, there in (
        (booker, FeedPurpose.ORGANIZATION, True),
        (booker, FeedPurpose.PERSON, True),
        (teacher, FeedPurpose.INSTRUCTOR, True),
        (make.staff(), FeedPurpose.STAFF, True),
        (waiting, FeedPurpose.ORGANIZATION, False),
    ):
        feed = read(client, make.feed(somebody, purpose))
        assert run.reference in feed
        assert (ROOM in feed and NOTE in feed) is there, purpose


def test_the_roster_and_the_office_show_it(cast: Cast, client: FlaskClient) -> None:
    make, run, teacher, _ = cast
    sign_in(client, teacher.email)
    page = read(client, f"/teaching/runs/{run.reference}/roster")
    assert ROOM in page
    assert NOTE in page
    sign_in(client, make.staff().email)
    assert ROOM in read(client, f"/office/runs/{run.reference}")
