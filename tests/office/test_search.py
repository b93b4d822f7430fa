"""One search over everything."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from courses_app.office.queries import find
from courses_app.office.routes.places import LISTS, PLACES, list_of, place_of, subject_word
from tests.office.conftest import MakeHere


def test_a_booking_is_found_however_its_reference_is_typed(inside: Flask) -> None:
    make = MakeHere(inside)
    booking = make.held(make.run())
    reference = booking.reference
    for typed in (reference, reference.lower(), reference.replace("-", ""), f" {reference[2:]} ", f"Ｂ{reference[1:]}"):
        assert [one.reference for one in find(typed).bookings] == [reference]


def test_a_run_is_found_by_reference_course_and_code(inside: Flask) -> None:
    run = MakeHere(inside).run("SUP")
    for typed in (run.reference, "監理責任者", "SUP", "supervision"):
        assert [one.reference for one in find(typed).runs] == [run.reference]


@pytest.mark.parametrize("typed", ["髙﨑", "ﾀｶｻｷ", "たかさき", "高崎"])
def test_people_are_found_by_name_and_reading(inside: Flask, typed: str) -> None:
    make = MakeHere(inside)
    make.person(make.organization(), given_name="健一")
    names = [one.full_name for one in find(typed).people]
    assert names == ([] if typed == "高崎" else ["髙﨑 健一"])  # 髙 and 高 are two people's names


def test_organizations_are_found_by_name_and_number(inside: Flask) -> None:
    organization = MakeHere(inside).organization(name="あかぎ未来ものづくり協同組合")
    number = organization.corporate_number or ""
    for typed in ("アカギ", "未来ものづくり", number, f"{number[:1]}-{number[1:]}", organization.reference):
        assert [one.name for one in find(typed).organizations] == ["あかぎ未来ものづくり協同組合"]


def test_invoices_are_found_by_the_booking_they_ask_money_for(inside: Flask) -> None:
    make = MakeHere(inside)
    booking = make.ordered(make.run())
    assert booking.invoice is not None
    assert [one.id for one in find(booking.reference).invoices] == [booking.invoice.id]
    assert [one.id for one in find(booking.invoice.reference).invoices] == [booking.invoice.id]


def test_nothing_is_found_for_nothing(inside: Flask) -> None:
    assert find(" 　").total == 0
    assert find("%").total == 0


def test_what_is_named_exactly_is_opened_at_once(make: MakeHere, desk: FlaskClient) -> None:
    booking = make.held(make.run())
    answer = desk.get(f"/office/search?q={booking.reference}")
    assert answer.location == f"/office/bookings/{booking.reference}"


def test_a_search_without_a_hit_says_so(desk: FlaskClient) -> None:
    page = desk.get("/office/search?q=見つからない").get_data(as_text=True)
    assert "empty-state" in page
    assert 'value="見つからない"' in page


def test_every_place_has_its_page(app: Flask) -> None:
    with app.test_request_context():
        assert all(place_of(kind, "1") for kind in PLACES)
        assert all(list_of(what) for what in LISTS)
        assert place_of("role", "supervision_manager") is None
        assert subject_word("never_heard_of") == "never heard of"


def test_a_seat_leads_to_its_booking(make: MakeHere, desk: FlaskClient) -> None:
    booking = make.ordered(make.run(), 2)
    answer = desk.get(f"/office/search?q={booking.seats[1].reference}")
    assert answer.location == f"/office/bookings/{booking.reference}"
    assert desk.get(f"/office/search?q={booking.reference}").location == answer.location
