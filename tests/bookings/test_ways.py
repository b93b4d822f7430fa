"""The office sets how people may pay: from a day on, within limits, never nothing at all."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from courses_app.foundation import clock
from courses_app.payments.models import PaymentMethod
from courses_app.payments.queries import way_of, ways_on
from tests.accounts.signing import csrf_token, sign_in
from tests.bookings.conftest import MakeHere

KONBINI = "/office/payments/ways/konbini"
A_DAY = timedelta(days=1)


@pytest.fixture
def office(app: Flask, client: FlaskClient, make: MakeHere) -> FlaskClient:
    with app.app_context():
        make.issuer()
        email = make.staff().email
    sign_in(client, email)
    return client


def send(office: FlaskClient, path: str = KONBINI, **changes: str) -> tuple[int, str]:
    typed = {
        "from_on": clock.today().isoformat(), "is_on": "y", "position": "3", "least": "120", "most": "300000",
        "page_minutes": "60", "pay_days": "3", "due_days_before": "1", "last_days_before": "3",
    } | changes  # fmt: skip
    typed = {name: value for name, value in typed.items() if value != "-"}
    answer = office.post(path, data={"csrf_token": csrf_token(office, path), **typed})
    return answer.status_code, answer.get_data(as_text=True)


def test_a_way_is_set_from_a_day_on_and_what_was_before_stays(app: Flask, office: FlaskClient) -> None:
    tomorrow = clock.today() + A_DAY
    assert send(office, from_on=tomorrow.isoformat(), is_on="-", pay_days="7")[0] == 303
    with app.app_context():
        now, then = (way_of(PaymentMethod.KONBINI, day) for day in (clock.today(), tomorrow))
        assert (now.is_on, now.pay_days) == (True, 3)
        assert (then.is_on, then.pay_days, then.most) == (False, 7, 300_000)
    page = office.get("/office/payments/ways").get_data(as_text=True)
    assert "今後の設定" in page
    assert "¥300,000" in page


def test_set_twice_on_a_day_the_last_counts(app: Flask, office: FlaskClient) -> None:
    assert [send(office, pay_days=days)[0] for days in ("5", "6")] == [303, 303]
    with app.app_context():
        assert way_of(PaymentMethod.KONBINI, clock.today()).pay_days == 6
        assert [way.method.value for way in ways_on(clock.today())] == [
            "bank_transfer", "stripe", "konbini", "virtual_account",
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"most": "300001"}, 409, "¥300,000以下"),
        ({"least": "119"}, 409, "¥120以上"),
        ({"least": "500", "most": "400"}, 409, "下限額以上"),
        ({"most": "-"}, 409, "¥300,000以下"),
        ({"from_on": "2020-01-01"}, 409, "今日以降"),
        ({"pay_days": "61"}, 422, "60"),
        ({"pay_days": "-"}, 422, "支払日数"),
        ({"page_minutes": "29"}, 422, "30"),
        ({"least": "abc"}, 422, "下限額"),
    ],
)
def test_what_makes_no_sense_is_refused_and_stays_typed(
    app: Flask, office: FlaskClient, changes: dict[str, str], status: int, words: str
) -> None:
    got, page = send(office, position="7", **changes)
    assert got == status
    assert words in page
    assert 'value="7"' in page
    with app.app_context():
        assert way_of(PaymentMethod.KONBINI, clock.today()).position == 3


def test_one_way_always_stays(app: Flask, office: FlaskClient) -> None:
    assert send(office, is_on="-")[0] == 303
    only = {"page_minutes": "-", "pay_days": "-", "most": "-", "wait_days_before": "0", "is_on": "-"}
    assert send(office, "/office/payments/ways/stripe", **only | {"page_minutes": "35"})[0] == 303
    status, page = send(office, "/office/payments/ways/bank_transfer", **only)
    assert status == 409
    assert "少なくとも1つ" in page


def test_an_unknown_way_is_not_there(office: FlaskClient) -> None:
    assert office.get("/office/payments/ways/on_account").status_code == 404
