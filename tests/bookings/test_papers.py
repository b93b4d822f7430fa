"""Papers and the QR code of a ticket: who they open for, and where it leads (S-20)."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from courses_app.catalogue.models import CourseRun
from courses_app.cli.worker import run_round
from tests.accounts.signing import sign_in
from tests.bookings.conftest import MakeHere
from tests.bookings.making import attendee

ROOM = "https://online.example.jp/join/abc-123"


def printed(app: Flask, make: MakeHere, **how: object) -> tuple[CourseRun, str, str]:
    """A run with a paid booking and its papers: the run, the booking's reference, its first seat's."""
    with app.app_context():
        run = make.run(days_ahead=20, online=True, joining_address=ROOM, instructor=how.pop("instructor", None))
        booking = make.paid(run, **how)  # type: ignore[arg-type]
        run_round()
        whole = make.whole(booking)
        return run, whole.reference, whole.seats[0].reference


def test_staff_open_the_same_papers_and_find_them_at_the_booking(
    app: Flask, client: FlaskClient, make: MakeHere
) -> None:
    booker = make.coordinator()
    _, booking, _ = printed(app, make, booked_by=booker.person, organization=booker.organization)
    names = ("invoice.pdf", "receipt.pdf", "seats/1/ticket.pdf")
    sign_in(client, booker.email)
    theirs = [client.get(f"/bookings/{booking}/{name}").data for name in names]
    desk = app.test_client()
    sign_in(desk, make.staff().email)
    page = desk.get(f"/office/bookings/{booking}").get_data(as_text=True)
    for name, content in zip(names, theirs, strict=True):
        answer = desk.get(f"/bookings/{booking}/{name}")
        assert answer.status_code == 200, name
        assert answer.data == content
        assert f"/bookings/{booking}/{name}" in page


def test_the_code_of_a_ticket_leads_each_to_their_own_page(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    teacher, stranger, booker = make.instructor(), make.instructor(), make.coordinator()
    member, colleague = make.member(booker.organization), make.member(booker.organization)
    run, booking, seat = printed(
        app, make, instructor=teacher.person, booked_by=booker.person, organization=booker.organization,
        attendees=[attendee(person=member.person.reference), attendee(person=colleague.person.reference)],
    )  # fmt: skip
    for who, place in (
        (make.staff().email, f"/office/bookings/{booking}"),
        (teacher.email, f"/teaching/runs/{run.reference}/roster#entry-{seat}"),
        (booker.email, f"/bookings/{booking}"),
    ):
        door = app.test_client()
        sign_in(door, who)
        assert door.get(f"/seats/{seat}").headers["Location"] == place
    sign_in(client, teacher.email)
    assert f'id="entry-{seat}"' in client.get(f"/teaching/runs/{run.reference}/roster").get_data(as_text=True)
    for who in (stranger.email, colleague.email, make.coordinator().email):
        door = app.test_client()
        sign_in(door, who)
        assert door.get(f"/seats/{seat}").status_code == 404
        assert door.get(f"/seats/{seat}/ticket.pdf").status_code == 404
    own = app.test_client()
    sign_in(own, member.email)
    page = own.get(f"/seats/{seat}").get_data(as_text=True)
    assert ROOM in page
    assert f"/seats/{seat}/ticket.pdf" in page
    assert own.get(f"/seats/{seat}/ticket.pdf").data.startswith(b"%PDF")
    assert own.get("/seats/S-NOTTHERE").status_code == 404


def test_the_terms_of_an_order_say_nothing_of_the_hold_and_in_which_language(
    app: Flask, client: FlaskClient, make: MakeHere
) -> None:
    booker = make.coordinator()
    with app.app_context():
        run = make.run(days_ahead=20)
        booking = make.paid(run, booked_by=booker.person, organization=booker.organization).reference
    sign_in(client, booker.email)
    page = client.get(f"/bookings/{booking}").get_data(as_text=True)
    assert "申込の条件" in page or "条件" in page
    assert "仮押さえしています" not in page
    assert '<dl class="summary-list" lang="ja">' in page
    assert "同意したときの言語" not in page
    english = client.get(f"/bookings/{booking}", headers={"Accept-Language": "en"}).get_data(as_text=True)
    assert '<dl class="summary-list" lang="ja">' in english
    assert "in the language in which they were accepted: Japanese" in english
