"""The organization's pages: one booking whatever is pressed, nothing typed lost, nothing of others seen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select
from werkzeug.test import TestResponse

from courses_app.accounts.models import Person
from courses_app.bookings.models import Booking
from courses_app.catalogue.models import CourseRun
from courses_app.foundation.db import db, session
from tests.accounts.signing import csrf_token, sign_in
from tests.bookings.conftest import MakeHere

FORM_TOKEN = re.compile(r'name="form_token"[^>]* value="([^"]+)"|value="([^"]+)"[^>]*name="form_token"')


def row(number: int, **changes: str) -> dict[str, str]:
    fields = {
        "family_name": "𠮷野", "given_name": f"花子{number}", "family_name_kana": "よしの", "given_name_kana": "ﾊﾅｺ",
        "born_on": "1985/4/9", "role": "supervision_manager", "email": f"hanako{number}@example.jp", **changes,
    }  # fmt: skip
    return {f"attendees-{number}-{name}": value for name, value in fields.items()}


def filled(client: FlaskClient, run: CourseRun, *rows: dict[str, str]) -> dict[str, str]:
    """The form of a new booking as a browser would send it."""
    page = client.get(f"/runs/{run.reference}/bookings/new")
    assert page.status_code == 200, page.get_data(as_text=True)
    found = FORM_TOKEN.search(page.get_data(as_text=True))
    assert found
    fields = {
        "csrf_token": csrf_token(client, f"/runs/{run.reference}/bookings/new"),
        "form_token": found[1] or found[2],
    }
    for one in rows:
        fields.update(one)
    return fields


def booked(client: FlaskClient, run: CourseRun, n: int = 1) -> str:
    """Book through the page; the address of the review page."""
    answer = client.post(f"/runs/{run.reference}/bookings", data=filled(client, run, *(row(i) for i in range(n))))
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return str(answer.headers["Location"])


def count(app: Flask) -> int:
    with app.app_context():
        return session.scalar(select(func.count(Booking.id))) or 0


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """The SQL statements sent meanwhile, BEGIN and COMMIT aside."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if not statement.startswith("BEGIN"):
            sent.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def text_of(answer: TestResponse) -> str:
    return answer.get_data(as_text=True)


def test_from_the_form_to_the_order(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    make.issuer()
    run, somebody = make.run(), make.coordinator()
    sign_in(client, somebody.email)
    review = booked(client, run, 3)
    page = client.get(review)
    assert page.status_code == 200
    assert text_of(page).count("𠮷野 花子") >= 3
    data = {"csrf_token": csrf_token(client, review), "names_confirmed": "y", "payment_method": "bank_transfer"}
    answer = client.post(f"{review}/confirmation", data=data)
    assert answer.status_code == 303, text_of(answer)
    after = client.get(answer.headers["Location"])
    assert after.status_code == 200, text_of(after)
    assert client.get(f"{review}/payment").status_code == 200
    assert client.get("/organization/bookings").status_code == 200


def test_a_booking_of_three_costs_few_statements(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    """With three new people PostgreSQL is asked 14 times; SQLite, in our own process, writes each row by itself."""
    run, somebody = make.run(), make.coordinator()
    sign_in(client, somebody.email)
    new = filled(client, run, row(0), row(1), row(2))
    with counted(app) as sent:
        assert client.post(f"/runs/{run.reference}/bookings", data=new).status_code == 303
    assert len(sent) <= (15 if on_postgresql(app) else 25), sent
    other = make.run(days_ahead=50)
    known = filled(client, other) | {f"attendees-{1000 + i}-person": one for i, one in enumerate(people(app, 3))}
    with counted(app) as sent:
        assert client.post(f"/runs/{other.reference}/bookings", data=known).status_code == 303
    assert len(sent) <= 13, sent


def on_postgresql(app: Flask) -> bool:
    with app.app_context():
        return db.engine.dialect.name == "postgresql"


def people(app: Flask, most: int) -> list[str]:
    """The references of the people booked last."""
    with app.app_context():
        return list(session.scalars(select(Person.reference).order_by(Person.id.desc()).limit(most)))
