"""What people are told about their bookings; each mail is owed in the transaction of its cause."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import current_app
from flask_babel import force_locale

from courses_app.accounts.operations import reader_of
from courses_app.bookings.models import Booking, Seat
from courses_app.bookings.queries import Quote, Waiting, waiting_in
from courses_app.catalogue.models import CourseRun
from courses_app.catalogue.rules import unnamed_words
from courses_app.foundation.clock import day_of
from courses_app.foundation.documents import StoredDocument
from courses_app.foundation.outbox import queue_mail
from courses_app.foundation.yen import Yen
from courses_app.payments.models import Checkout, Payment
from courses_app.payments.queries import issuer_on


def ordered(booking: Booking, *, now: datetime) -> None:
    """The order is placed: how and by when to pay; a free one is confirmed at once."""
    if booking.invoice is None:
        confirmed(booking, now=now)
    else:
        to_booker("ordered", booking, key="ordered", now=now)


def kept_for_you(booking: Booking, *, now: datetime) -> None:
    """The office has kept seats after a telephone call: where and until when to order them."""
    to_booker("kept_for_you", booking, key="kept_for_you", now=now)


def method_changed(booking: Booking, *, now: datetime) -> None:
    """The same order once more, with the new way and day to pay."""
    to_booker("ordered", booking, key=f"ordered:{booking.payment_method}", now=now)


def pay_elsewhere(booking: Booking, *, checkout: Checkout, now: datetime) -> None:
    """Where the numbers or the account to pay with stand written, and until when to pay."""
    to_booker("pay_elsewhere", booking, key=f"pay_elsewhere:{checkout.reference}", now=now, checkout=checkout)


def confirmed(booking: Booking, *, now: datetime) -> None:
    """The seats are theirs; the tickets follow. A booking is confirmed once for each payment that seated it."""
    to_booker("confirmed", booking, key=f"confirmed:{now.isoformat()}", now=now)


def expired(booking: Booking, *, now: datetime) -> None:
    """Not paid in time: the seats are given up."""
    to_booker("expired", booking, key="expired", now=now)


def no_seat(booking: Booking, *, payment: Payment, amount: Yen, now: datetime) -> None:
    """Money came after the seats were gone: the payer learns that it goes back, the office that it must."""
    to_booker("no_seat", booking, key=f"no_seat:{payment.id}", now=now, amount=amount)
    key, address = f"no_seat_office:{payment.id}", address_of("/office/payments")
    to_office("no_seat_office", booking, key=key, now=now, amount=amount, address=address)


def cancelled(booking: Booking, *, refund: Yen, now: datetime) -> None:
    """The booking is cancelled; what was paid goes back."""
    to_booker("cancelled", booking, key="cancelled", now=now, refund=refund)


def membership_decided(booking: Booking, *, verified: bool, less: Yen, paid: bool, now: datetime) -> None:
    """What the decision on the supporting membership means for this booking: less to pay, or nothing more."""
    key = f"membership:{now.isoformat()}"
    to_booker("membership_decided", booking, key=key, now=now, verified=verified, less=less, paid=paid)


def seats_cancelled(booking: Booking, *, quote: Quote, waived: bool, now: datetime) -> None:
    """Some seats, or the last ones, were given back: the fee for each, what goes back, what is left to pay."""
    refund = quote.back(waived=waived) if booking.paid_at else Yen(0)
    to_booker(
        "seats_cancelled", booking, key=f"seats_cancelled:{now.isoformat()}", now=now,
        quote=quote, waived=waived, refund=refund, remaining=booking.live_seats,
        several=len({seat.run_id for seat in booking.seats}) > 1,
    )  # fmt: skip


def seat_cancelled_attendee(seat: Seat, *, now: datetime) -> None:
    """Whoever was going to attend learns that the seat was given back and the ticket counts no more."""
    to_attendee("seat_cancelled_attendee", seat, key="seat_cancelled", now=now)


def substituted(seat: Seat, *, former: str, former_address: str | None, now: datetime) -> None:
    """Somebody else has the seat: who booked, who was going to come, and who comes now are told."""
    key = f"substituted:{now.isoformat()}"
    to_booker("substituted", seat.booking, key=f"{key}:{seat.position}", now=now, seat=seat, former=former)
    to_attendee("substituted_attendee", seat, key=key, now=now)
    if former_address:
        to_attendee("substituted_former", seat, key=f"{key}:former", now=now, to=former_address, former=former)


def naming_reminder(booking: Booking, *, waiting: Waiting, now: datetime) -> None:
    """Names are missing, and until when they can be entered."""
    _of_names("naming_reminder", booking, waiting, key=waiting.reminder_key, now=now)


def unnamed_given_up(booking: Booking, *, waiting: Waiting, quote: Quote, now: datetime) -> None:
    """Seats had no name in time, and were given up: the fee for each, what goes back, what is left."""
    refund = quote.refund if booking.paid_at else Yen(0)
    more = {"quote": quote, "waived": False, "refund": refund, "remaining": booking.live_seats}
    _of_names("unnamed_given_up", booking, waiting, key=f"unnamed_given_up:{now.isoformat()}", now=now, **more)


def unnamed_kept(booking: Booking, *, waiting: Waiting, now: datetime) -> None:
    """Seats had no name in time: they are kept, but nobody is admitted without a name."""
    _of_names("unnamed_kept", booking, waiting, key=waiting.kept_key, now=now)


def _of_names(name: str, booking: Booking, waiting: Waiting, *, key: str, now: datetime, **more: Any) -> None:
    with force_locale(booking.language):
        free, run_day = booking.total == 0, day_of(waiting.run.starts_at)
        rule = unnamed_words(waiting.terms, free=free, run_day=run_day)
    key = key.removeprefix(f"booking:{booking.reference}:")
    to_booker(name, booking, key=key, now=now, waiting=waiting, rule=rule, **more)


def called_off(
    booking: Booking, run: CourseRun, concerned: Sequence[Seat], *, reason: str, refund: Yen, now: datetime
) -> None:
    """The run does not take place: who booked is told, and so is every attendee who gave an address."""
    to_booker(
        "called_off", booking, key=f"called_off:{run.reference}", now=now,
        run=run, by_run=[(run, concerned)], reason=reason, refund=refund, remaining=booking.live_seats,
    )  # fmt: skip
    for seat in concerned:
        to_attendee("called_off_attendee", seat, key="called_off", now=now, reason=reason)


def ticket_to_attendee(seat: Seat, *, now: datetime) -> None:
    """The attendee's own ticket, if they gave an address."""
    if seat.ticket is not None:
        to_attendee("ticket", seat, key=f"ticket:{seat.ticket.id}", now=now, documents=[seat.ticket])


def tickets_to_booker(booking: Booking, *, now: datetime) -> None:
    """All tickets of a booking together; once more after they were printed anew."""
    tickets = [seat.ticket for seat in booking.live_seats if seat.ticket is not None]
    key = f"tickets:{max((ticket.id for ticket in tickets), default=0)}"
    to_booker("tickets", booking, key=key, now=now, documents=tickets)


def to_booker(
    name: str, booking: Booking, *, key: str, now: datetime, documents: Sequence[StoredDocument] = (), **more: Any
) -> None:
    reader = reader_of(booking.organization, asked=booking.booked_by_person_id, now=now)
    queue_mail(
        f"bookings/{name}",
        to=reader.address,
        language=booking.language,
        subject=("booking", booking.reference),
        facts={**_facts(booking, now), "reader": reader, **more},
        documents=documents,
        dedupe_key=f"booking:{booking.reference}:{key}",
        now=now,
    )


def to_office(name: str, booking: Booking, *, key: str, now: datetime, **facts: Any) -> None:
    """To our own office."""
    queue_mail(
        f"bookings/{name}",
        to=issuer_on(day_of(now)).email,
        subject=("booking", booking.reference),
        facts={"booking": booking, **facts},
        dedupe_key=f"booking:{booking.reference}:{key}",
        now=now,
    )


def to_attendee(
    name: str,
    seat: Seat,
    *,
    key: str,
    now: datetime,
    to: str | None = None,
    documents: Sequence[StoredDocument] = (),
    **more: Any,
) -> None:
    """To the attendee's own address (or, of somebody who was one, to theirs); nothing where there is none."""
    booking, address = seat.booking, to or seat.own_address
    if address is None:
        return
    queue_mail(
        f"bookings/{name}",
        to=address,
        language=booking.language,
        subject=("seat", seat.reference),
        facts={**_facts(booking, now), "seat": seat, **of_run(seat.run), **more},
        documents=documents,
        dedupe_key=f"seat:{seat.reference}:{key}",
        now=now,
    )


def _facts(booking: Booking, now: datetime) -> dict[str, Any]:
    run, names = booking.first_run, waiting_in(booking)
    return {
        "unnamed": sum(len(one.seats) for one in names),
        "naming_until": min((one.until_on for one in names), default=None),
        "names_url": address_of(f"/bookings/{booking.reference}/names"),
        "booking": booking,
        "by_run": booking.by_run,
        "course": run.course,
        "issuer": issuer_on(day_of(now)),
        "booking_url": address_of(f"/bookings/{booking.reference}"),
        "payment_url": address_of(f"/bookings/{booking.reference}/payment"),
        "runs_url": address_of(f"/runs?course={run.course.slug}"),
        **of_run(run),
    }


def of_run(run: CourseRun) -> dict[str, Any]:
    return {"run": run, "run_url": address_of(run.path)}


def address_of(path: str) -> str:
    """A link in a mail comes from the settings, never from the request (S-06)."""
    base_url: str = current_app.config["SETTINGS"].base_url
    return f"{base_url}{path}"
