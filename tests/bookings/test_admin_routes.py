"""The office's pages about bookings, money and the seats of runs."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from courses_app.bookings.models import Booking
from courses_app.bookings.rules import BookingStatus
from courses_app.catalogue.models import CourseRun
from courses_app.foundation import clock
from courses_app.foundation.db import session
from courses_app.payments.models import Invoice, Payment, Refund
from tests.accounts.signing import csrf_token, sign_in
from tests.bookings.conftest import MakeHere
from tests.bookings.making import attendee
from tests.bookings.test_routes import counted, text_of


@pytest.fixture
def clerk(client: FlaskClient, make: MakeHere) -> FlaskClient:
    """A browser of the office."""
    make.issuer()
    sign_in(client, make.staff().email)
    return client


def references(app: Flask, make: MakeHere) -> dict[str, str]:
    """A run with a held, an ordered and a paid booking."""
    with app.app_context():
        run = make.run(capacity=10)
        held, ordered, paid = make.held(run), make.ordered(run, 2), make.paid(run, 3)
        found = {"held": make.whole(held).reference, "paid": make.whole(paid).reference}
        whole = make.whole(ordered)
        found |= {"ordered": whole.reference, "run": whole.first_run.reference}
        assert whole.invoice is not None
        return found | {"invoice": whole.invoice.reference}


def state(app: Flask, reference: str) -> BookingStatus:
    with app.app_context():
        return session.scalars(select(Booking.status).where(Booking.reference == reference)).one()


def test_the_list_its_filters_and_its_file(app: Flask, clerk: FlaskClient, make: MakeHere) -> None:
    known = references(app, make)
    page = text_of(clerk.get("/office/bookings"))
    assert all(known[name] in page for name in ("held", "ordered", "paid"))
    assert known["paid"] not in text_of(clerk.get("/office/bookings?state=ordered"))
    assert known["paid"] in text_of(clerk.get(f"/office/bookings?q={known['paid'].lower()}"))
    assert known["paid"] not in text_of(clerk.get("/office/bookings?run=R-NOTTHERE9"))
    file = clerk.get("/office/bookings.csv?state=paid")
    assert file.mimetype == "text/csv"
    assert known["paid"] in text_of(file)
    assert known["held"] not in text_of(file)


def test_payments_are_filtered_and_written_to_a_file(app: Flask, clerk: FlaskClient, make: MakeHere) -> None:
    known = references(app, make)
    with app.app_context():
        due = session.scalars(select(Invoice.due_on).where(Invoice.order_reference == known["ordered"])).one()
        paid_on = session.scalars(select(Payment.received_on)).one()

    def found(conditions: str) -> set[str]:
        page = text_of(clerk.get(f"/office/payments?{conditions}"))
        file = clerk.get(f"/office/payments.csv?{conditions}")
        assert file.get_data().startswith(b"\xef\xbb\xbf")
        assert all((known[name] in page) == (known[name] in text_of(file)) for name in ("ordered", "paid"))
        return {name for name in ("ordered", "paid") if known[name] in page}

    assert due is not None
    assert found("") == {"ordered", "paid"}
    page = text_of(clerk.get("/office/payments"))
    assert page.index(known["ordered"]) < page.index(known["paid"]), "first what waits for money"
    assert found("state=open") == {"ordered"}
    assert found("state=paid") == {"paid"}
    assert found("state=") == {"ordered", "paid"}
    assert found("state=overdue") == found("state=refund_owed") == found("state=cancelled") == set()
    assert found(f"state=open&from_on={due}&until_on={due}") == {"ordered"}
    assert "paid" in found(f"from_on={paid_on}&until_on={paid_on}")
    assert "ordered" in found(f"q={due:%Y/%m/%d}")
    assert "paid" in found(f"q={paid_on}")
    assert found("q=1999-01-01") == set()
    assert "/office/payments.csv?state=paid" in text_of(clerk.get("/office/payments?state=paid"))
    assert 'href="#from_on"' in text_of(clerk.get("/office/payments?from_on=soon"))


def test_s32_a_name_stays_a_name_in_excel(app: Flask, clerk: FlaskClient, make: MakeHere) -> None:
    with app.app_context():
        run = make.run()
        make.paid(run, attendees=[attendee(family_name="=SUM(A1)", given_name="")])
        reference = session.scalars(select(CourseRun.reference)).one()
    assert ",'=SUM(A1)," in text_of(clerk.get(f"/office/runs/{reference}/seats.csv"))


def test_cancelling_shows_what_it_costs(app: Flask, clerk: FlaskClient, make: MakeHere) -> None:
    known = references(app, make)
    page = f"/office/bookings/{known['paid']}"
    assert "¥34,500が返金の対象になります" in text_of(clerk.get(page))
    data = {"csrf_token": csrf_token(clerk, page), "reason": ""}
    assert clerk.post(f"{page}/cancellation", data=data).status_code == 422
    assert clerk.post(f"{page}/cancellation", data={**data, "reason": "受講者の急病のため"}).status_code == 303
    assert state(app, known["paid"]) is BookingStatus.CANCELLED
    again = clerk.post(f"{page}/cancellation", data={**data, "reason": "もう一度"})
    assert again.status_code == 409
    assert "もう一度" in text_of(again) or "最新" in text_of(again)


def test_r16_recording_a_transfer(app: Flask, clerk: FlaskClient, make: MakeHere) -> None:
    known = references(app, make)
    assert known["ordered"] in text_of(clerk.get("/office/payments"))
    page = f"/office/payments/{known['invoice']}"
    good = {
        "csrf_token": csrf_token(clerk, page), "form_token": "first", "received_on": clock.today().isoformat(),
        "amount": "２３，０００", "payer": "カ）トウト",
    }  # fmt: skip
    wrong = clerk.post(f"{page}/receipt", data={**good, "amount": "22560"})
    assert wrong.status_code == 409
    assert "22560" in text_of(wrong)
    assert clerk.post(f"{page}/receipt", data={**good, "received_on": ""}).status_code == 422
    assert clerk.post(f"{page}/receipt", data=good).status_code == 303
    assert clerk.post(f"{page}/receipt", data=good).status_code == 303  # the same form again
    second = clerk.post(f"{page}/receipt", data={**good, "form_token": "second"})
    assert second.status_code == 409
    assert "水野 浩二" in text_of(second)
    assert state(app, known["ordered"]) is BookingStatus.PAID
    with app.app_context():
        assert session.scalar(select(func.count(Payment.id))) == 2
    assert known["ordered"] not in text_of(clerk.get("/office/payments?state=open"))
    assert known["ordered"] in text_of(clerk.get(f"/office/payments?q={known['ordered']}"))


def test_refunds_are_marked_as_sent(app: Flask, clerk: FlaskClient, make: MakeHere) -> None:
    known = references(app, make)
    page = f"/office/bookings/{known['paid']}"
    clerk.post(f"{page}/cancellation", data={"csrf_token": csrf_token(clerk, page), "reason": "急病"})
    listed = clerk.get("/office/payments?view=refunds")
    assert known["paid"] in text_of(listed)
    with app.app_context():
        key = session.scalars(select(Refund.key)).one()
    data = {"csrf_token": csrf_token(clerk, "/office/payments?view=refunds"), "key": key, "sent_on": "2026/12/1"}
    assert clerk.post("/office/payments/refunds", data={**data, "sent_on": "soon"}).status_code == 303
    assert state(app, known["paid"]) is BookingStatus.CANCELLED
    assert clerk.post("/office/payments/refunds", data=data).status_code == 303
    assert state(app, known["paid"]) is BookingStatus.REFUNDED
    assert known["paid"] not in text_of(clerk.get("/office/payments?view=refunds"))
    assert clerk.post("/office/payments/refunds", data={**data, "key": "no such"}).status_code == 404


def test_r25_capacity_below_what_is_sold(app: Flask, clerk: FlaskClient, make: MakeHere) -> None:
    known = references(app, make)
    page = f"/office/runs/{known['run']}/capacity"
    data = {"csrf_token": csrf_token(clerk, page)}
    refused = clerk.post(page, data={**data, "capacity": "5"})
    assert refused.status_code == 409
    assert "6席が埋まっているため、定員を5名にすると定員超過になります" in text_of(refused)
    for nonsense in ("0", "-1", "many", ""):
        assert clerk.post(page, data={**data, "capacity": nonsense}).status_code == 422
    assert clerk.post(page, data={**data, "capacity": "６"}).status_code == 303
    with app.app_context():
        assert session.scalars(select(CourseRun.capacity)).one() == 6


def test_what_is_not_there_is_not_found(clerk: FlaskClient) -> None:
    for path in (
        "bookings/B-NOTTHERE9",
        "payments/Q-NOTTHERE9",
        "runs/R-NOTTHERE9/calling-off",
        "runs/R-NOTTHERE9/seats.csv",
    ):
        assert clerk.get(f"/office/{path}").status_code == 404


def test_no_page_asks_more_than_twelve_times(app: Flask, clerk: FlaskClient, make: MakeHere) -> None:
    known = references(app, make)
    with app.app_context():
        for days in (40, 50, 60):
            make.paid(make.run(days_ahead=days), 3)
    paths = (
        "bookings", f"bookings/{known['paid']}", "payments", "payments?view=refunds", "payments?view=events",
        f"payments/{known['invoice']}", f"runs/{known['run']}/calling-off", f"runs/{known['run']}/capacity",
        f"runs/{known['run']}/seats.csv", "bookings.csv",
    )  # fmt: skip
    for path in paths:
        with counted(app) as sent:
            assert clerk.get(f"/office/{path}").status_code == 200
        assert len(sent) <= 12, (path, len(sent), [" ".join(one.split())[:90] for one in sent])
