"""T4: `kill -9` after each SQL statement and after each commit; then the same once more (R-05, R-23, R-27).

What was not committed leaves no trace: the tables are as before, to the byte. What was committed is whole: check-ledger
finds nothing, and the same request again changes nothing. In the end as many rows were written as by the same deed that
nobody disturbed.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from courses_app.bookings import operations, queries
from courses_app.bookings.models import Booking
from courses_app.catalogue.models import Course
from courses_app.cli.ledger import violations
from courses_app.foundation import audit, clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session, transaction
from courses_app.foundation.references import new_token
from tests.accounts.signing import csrf_token, sign_in
from tests.make import Make
from tests.proofs.victim import Victim, a_victim
from tests.race.crowd import attendee

MOST_STATEMENTS, FEWEST_KILLS = 400, 60
MAILS = {
    "bookings/confirmed": 1, "bookings/expired": 1, "bookings/offered": 1, "bookings/ordered": 2, "bookings/ticket": 1,
    "bookings/tickets": 1, "bookings/waiting_joined": 1, "payments/payment_received": 1,
}  # fmt: skip
WATCHED = (
    "bookings", "seats", "seat_events", "booking_fees", "waiting_parties", "waiting_attendees", "course_runs",
    "dispatches", "meetings", "venues", "persons", "memberships", "invoices", "invoice_lines", "invoice_taxes",
    "payments", "refunds",
    "ledger_transactions", "ledger_entries", "outbox_messages", "matters", "audit_entries",
    "stored_documents", "number_series",
)  # fmt: skip
Fields = dict[str, str]


@dataclass
class Browser:
    """A signed-in browser of the test; what it sends is sent by the process that dies."""

    client: Any

    @property
    def cookie(self) -> str:
        cookie = self.client.get_cookie("session")
        return f"session={cookie.value}"

    def form(self, page: str, path: str, **fields: str) -> dict[str, Any]:
        return {"path": path, "fields": {"csrf_token": csrf_token(self.client, page), **fields}, "cookie": self.cookie}


@dataclass
class House:
    """The scene of a deed that is done twice: once dying after every statement, once undisturbed."""

    app: Flask
    make: Make
    coordinator: Any
    office: Browser
    theirs: Browser

    @property
    def booker(self) -> dict[str, Any]:
        return {"organization": self.coordinator.organization, "booked_by": self.coordinator.person}


@pytest.fixture
def house(app: Flask, make: Make) -> House:
    coordinator, clerk = make.coordinator(), make.staff()
    make.issuer()
    browsers = []
    for email in (clerk.email, coordinator.email):
        client = app.test_client()
        sign_in(client, email)
        browsers.append(Browser(client))
    return House(app, make, coordinator, *browsers)


@pytest.fixture
def victim(app: Flask) -> Iterator[Victim]:
    with a_victim(app) as found:
        yield found


def hold(house: House) -> dict[str, Any]:
    path = f"/runs/{house.make.run(days_ahead=30).reference}/bookings"
    return house.theirs.form(f"{path}/new", path, form_token=new_token(), **attendee(0), **attendee(1))


def order(house: House) -> dict[str, Any]:
    page = f"/bookings/{house.make.held(house.make.run(days_ahead=30), 2, **house.booker).reference}"
    return house.theirs.form(page, f"{page}/confirmation", names_confirmed="y", payment_method="bank_transfer")


def accept(house: House) -> dict[str, Any]:
    """An offer of the waiting list, ordered."""
    waiting(house)
    with house.app.app_context(), transaction():
        run_id = session.scalar(text("SELECT MAX(run_id) FROM waiting_parties"))
        operations.offer_free_seats(run_id, now=clock.now())
        reference = session.scalar(text("SELECT reference FROM bookings ORDER BY id DESC LIMIT 1"))
    page = f"/bookings/{reference}"
    return house.theirs.form(page, f"{page}/confirmation", names_confirmed="y", payment_method="bank_transfer")


def offer(house: House) -> dict[str, Any]:
    """The office offers a free seat by hand."""
    page = f"/office/waiting/{waiting(house)}"
    return house.office.form(page, f"{page}/offer")


def waiting(house: House) -> str:
    """A party for a seat that has become free."""
    run = house.make.run(capacity=1, days_ahead=30)
    held, party = house.make.held(run), house.make.waiting(run, **house.booker)
    with house.app.app_context(), transaction():
        operations.cancel(booking=session.get_one(Booking, held.id), by=SYSTEM, now=clock.now())
    return party.reference


def cancel(house: House) -> dict[str, Any]:
    """An order that was not paid."""
    page = f"/bookings/{house.make.ordered(house.make.run(days_ahead=30), 2, **house.booker).reference}"
    return house.theirs.form(page, f"{page}/cancellation")


def cancel_a_seat(house: House) -> dict[str, Any]:
    """One of two paid seats, at the fee of the day."""
    booking = house.make.paid(house.make.run(days_ahead=10), 2, **house.booker)
    page = f"/bookings/{booking.reference}"
    with house.app.app_context():
        whole = queries.booking_for_office(booking.reference)
        quote = queries.quote_of(whole, [2], now=clock.now()) if whole else None
    assert quote is not None
    figures = {"fee": str(quote.fee), "refund": str(quote.refund)}
    return house.theirs.form(f"{page}/cancellation", f"{page}/seats/cancellation", seat="2", **figures)


def settle(house: House) -> dict[str, Any]:
    """The office records a transfer."""
    booking = house.make.ordered(house.make.run(days_ahead=30), 2, **house.booker)
    with house.app.app_context():
        invoice = house.make.whole(booking).invoice
    assert invoice is not None
    page = f"/office/payments/{invoice.reference}"
    facts = {"received_on": clock.today().isoformat(), "amount": str(invoice.total), "form_token": new_token()}
    return house.office.form(page, f"{page}/receipt", **facts)


def call_off(house: House) -> dict[str, Any]:
    """A whole run, with an order and a paid booking."""
    run = house.make.run(days_ahead=30)
    house.make.ordered(run, **house.booker)
    house.make.paid(run, **house.booker)
    page = f"/office/runs/{run.reference}/calling-off"
    seen = re.search(r'name="agreed"[^>]*value="([^"]+)"', house.office.client.get(page).get_data(as_text=True))
    assert seen
    return house.office.form(page, page, reason="講師の急病のため", agreed=seen[1])


def approve(house: House) -> dict[str, Any]:
    """The office says yes to a booking that it looks at first."""
    page = requested(house)
    return house.office.form(page, f"{page}/approval")


def decline(house: House) -> dict[str, Any]:
    page = requested(house)
    return house.office.form(page, f"{page}/refusal", reason="対象の方ではないため")


def requested(house: House) -> str:
    run = house.make.run(days_ahead=30)
    with house.app.app_context(), transaction():
        session.get_one(Course, run.course_id).needs_approval = True
    return f"/office/bookings/{house.make.ordered(run, 2, **house.booker).reference}"


def move_seat(house: House) -> dict[str, Any]:
    """A paid seat to a date that costs less: what its page shows is sent."""
    booking = house.make.paid(house.make.run(days_ahead=30), 2, **house.booker)
    to = house.make.run(days_ahead=50, price_general=9_000, price_member=9_000).reference
    page = f"/office/bookings/{booking.reference}/seats/1/date"
    forms = re.findall(r"<form.*?</form>", house.office.client.get(page).get_data(as_text=True), re.DOTALL)
    shown = dict(re.findall(r'name="([^"]+)"[^>]*? value="([^"]*)"', next(form for form in forms if to in form)))
    return house.office.form(page, page, **{name: value for name, value in shown.items() if name != "csrf_token"})


def name_seats(house: House) -> dict[str, Any]:
    """Two places that were paid for before it was known who comes."""
    run = house.make.run(days_ahead=30)
    with house.app.app_context(), transaction():
        session.get_one(Course, run.course_id).naming_days_before = 5
    nobody = [operations.AttendeeFacts(), operations.AttendeeFacts()]
    page = f"/bookings/{house.make.paid(run, attendees=nobody, **house.booker).reference}/names"
    return house.theirs.form(page, page, **attendee(0), **attendee(1))


def accept_quote(house: House) -> dict[str, Any]:
    """The organization orders what we have offered: an invoice, a private run, a place of its own."""
    page = f"/requests/{house.make.quoted(house.coordinator).reference}"
    return house.theirs.form(page, f"{page}/acceptance", number="1")


DEEDS = [
    hold, order, accept, offer, cancel, cancel_a_seat, settle, call_off, approve, decline, move_seat, name_seats,
    accept_quote,
]  # fmt: skip


@pytest.mark.parametrize("deed", DEEDS)
def test_killed_after_each_statement_and_sent_again(
    house: House, victim: Victim, deed: Callable[[House], dict[str, Any]]
) -> None:
    undisturbed, request = deed(house), deed(house)
    before = rows(house.app)
    assert done(victim.does(**undisturbed))
    between = rows(house.app)
    written = between - before
    assert written, "the deed writes nothing"
    answer = dies_after_each(house.app, victim, request)
    assert done(answer)
    assert rows(house.app) - between == written


def dies_after_each(app: Flask, victim: Victim, request: dict[str, Any]) -> dict[str, Any]:
    """The answer of the first try that survives."""
    before, committed = tables(app), False
    for statements in range(1, MOST_STATEMENTS):
        answer = victim.tries(statements=statements, **request)
        now = tables(app)
        assert answer is not None or now == before or not committed, "written twice"
        if now != before:
            committed, before = True, now
        if now != before or answer is not None:
            assert broken(app) == []
        if answer is not None:
            assert committed
            return answer
    raise AssertionError("it never survives")


def done(answer: dict[str, Any] | None) -> bool:
    assert answer is not None
    assert answer.get("status") in {303, 409}, answer
    return True


def test_the_worker_is_killed_after_each_statement(app: Flask, make: Make, victim: Victim) -> None:
    """A hold and an order that ran out, a seat to offer, papers to print: each once, whenever it dies."""
    with app.app_context():
        due(make)
        with transaction():
            audit.seal_entries()
    before, statements, kills = tables(app), 1, 0
    while statements < MOST_STATEMENTS:
        answer = victim.tries(work=True, writing=True, statements=statements)
        now = tables(app)
        kills, statements = kills + (answer is None), statements + 1
        if now != before:  # a piece was done: the next one begins
            assert broken(app) == []
            before, statements = now, 1
        elif answer is not None:
            assert answer == {"done": 0}
            break
    assert kills > FEWEST_KILLS
    with app.app_context():
        mails = session.execute(text("SELECT kind, count(*) FROM outbox_messages GROUP BY kind")).all()
        assert dict(mails) == MAILS


def due(make: Make) -> None:
    now = clock.now()
    run = make.run(capacity=3, days_ahead=30)
    make.ordered(run, now=now - timedelta(days=25))
    make.held(run, now=now - timedelta(hours=1))
    make.paid(run, now=now - timedelta(minutes=50))
    make.waiting(run, 2, now=now - timedelta(minutes=45))


def broken(app: Flask) -> list[str]:
    with app.app_context():
        return [line for line in violations() if not line.startswith("INV-5")]


def rows(app: Flask) -> Counter[str]:
    """How many rows each table has."""
    with app.app_context():
        return Counter({name: session.scalar(text(f"SELECT count(*) FROM {name}")) or 0 for name in WATCHED})


def tables(app: Flask) -> str:
    """A fingerprint of everything that is kept about bookings, money, people and mail."""
    found = hashlib.sha256()
    with app.app_context():
        for name in WATCHED:
            for row in sorted(repr(tuple(row)) for row in session.execute(text(f"SELECT * FROM {name}"))):
                found.update(row.encode())
    return found.hexdigest()
