"""Deeds that a process dies of (T4): each sets a scene of its own, and says which request is sent."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy import select, text

from courses_app.accounts.models import Person
from courses_app.bookings import operations, queries
from courses_app.bookings.imports.bank import take_in
from courses_app.bookings.models import AttendeeDraft, Booking
from courses_app.catalogue.models import Course
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session, transaction
from courses_app.foundation.references import new_token
from courses_app.payments.models import BankLine
from tests.accounts.signing import csrf_token
from tests.bookings.asked import move_run, question_about
from tests.bookings.making import draft_row
from tests.make import Make
from tests.payments.banking.making import Came, notice
from tests.race.crowd import attendee


@dataclass
class Browser:
    """A signed-in browser of the test; what it sends is sent by the process that dies."""

    client: Any

    @property
    def cookie(self) -> str:
        cookie = self.client.get_cookie("session")
        return f"session={cookie.value}"

    def form(self, page: str, path: str, **fields: str | list[str]) -> dict[str, Any]:
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


def post_a_line(house: House) -> dict[str, Any]:
    """The office posts a line of a statement: a booking is confirmed, the rest is credit, a name is learned."""
    booking = house.make.ordered(house.make.run(days_ahead=30), 2, **house.booker)
    with house.app.app_context():
        invoice = house.make.whole(booking).invoice
        assert invoice is not None
        content = notice(
            [Came(clock.today(), booking.total + 500, f"{invoice.transfer_reference} ﾀﾅｶ{booking.reference[-4:]}")]
        )
        file, _fresh = take_in(content, "notice.txt", None, by=SYSTEM, now=clock.now())
        line = session.scalars(select(BankLine).where(BankLine.file_id == file.id)).one()
        ticked = f"{line.reference}:{line.draft.stamp}"
    return house.office.form("/office/bank", "/office/bank/postings", line=ticked)


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
    """A paid seat to a dearer date: the difference is billed in addition. (To a cheaper one: with the answer below.)"""
    booking = house.make.paid(house.make.run(days_ahead=30), 2, **house.booker)
    to = house.make.run(days_ahead=50, price_general=20_000, price_member=20_000)
    page = f"/bookings/{booking.reference}/seats/1/date"
    more = 20_000 - booking.seats[0].price
    return house.theirs.form(page, page, run=f"{to.reference}:0:{more}")


def substitute(house: House) -> dict[str, Any]:
    """Somebody new takes over a paid seat."""
    booking = house.make.paid(house.make.run(days_ahead=30), 2, **house.booker)
    page = f"/bookings/{booking.reference}/seats/1/attendee"
    facts = {name.removeprefix("attendees-0-"): value for name, value in attendee(0).items()}
    return house.theirs.form(page, page, **facts)


def answer_about_a_moved_run(house: House) -> dict[str, Any]:
    """Two paid seats: one is given back, one goes to a cheaper date."""
    run, other = house.make.run(days_ahead=30), house.make.run(days_ahead=60, price_general=9_000, price_member=9_000)
    booking = house.make.paid(run, 2, **house.booker)
    with house.app.app_context():
        move_run(house.make, run)
        page = f"/questions/{question_about(booking).reference}"
    seats = ["1:give_back", f"2:{other.reference}"]
    shown = house.theirs.client.get(f"{page}?" + "&".join(f"seat={one}" for one in seats)).get_data(as_text=True)
    less = re.search(r'name="less"[^>]*value="([^"]+)"', shown)
    assert less
    return house.theirs.form(page, f"{page}/answer", seat=seats, less=less[1])


def book_a_list(house: House) -> dict[str, Any]:
    """Its two seats have been kept while it was mended: they get the names."""
    run = house.make.run(days_ahead=30)
    with house.app.app_context():
        rows = [draft_row(number, given_name=new_token()[:8]) for number in (2, 3)]
        draft = house.make.draft(run, *rows, somebody=house.coordinator)
        with transaction():
            draft = session.get_one(AttendeeDraft, draft.id)
            booked_by = session.get_one(Person, draft.created_by_person_id)
            operations.keep_seats(draft=draft, booked_by=booked_by, language="ja", by=SYSTEM, now=clock.now())
        page, version = f"/organization/drafts/{draft.reference}", str(draft.version)
    return house.theirs.form(page, f"{page}/booking", version=version)


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
    hold, order, accept, offer, cancel, cancel_a_seat, settle, post_a_line, call_off, approve, decline, name_seats,
    accept_quote, move_seat, substitute, answer_about_a_moved_run, book_a_list,
]  # fmt: skip
