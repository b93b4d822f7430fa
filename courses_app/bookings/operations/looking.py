"""Four eyes on fees the office waives: high ones are asked for by one person and done once another agrees."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from sqlalchemy import select

from courses_app.bookings.models import Booking
from courses_app.bookings.operations.dates import move_seat
from courses_app.bookings.operations.seats import Agreed, cancel_seats
from courses_app.foundation.audit import Actor
from courses_app.foundation.db import session
from courses_app.foundation.yen import Yen
from courses_app.payments import operations as payments
from courses_app.payments.models import LookKind, Refund, SecondLook
from courses_app.payments.queries import look_key
from courses_app.payments.rules.looking import SecondLookNeeded


def cancel_seats_or_ask(
    *, booking: Booking, positions: Collection[int], agreed: Agreed, waived: str, by: Actor, now: datetime
) -> SecondLook | None:
    """`cancel_seats` by the office; a fee too high for one person to waive is put before another instead.

    Returns that request, or None when it is done. Raises as `cancel_seats`.
    """
    deed = {"deed": "cancel_seats", "positions": sorted(positions), "fee": agreed.fee, "refund": agreed.refund}
    return _or_ask(booking, deed, waived=waived, by=by, now=now)


def move_seat_or_ask(
    *, booking: Booking, position: int, run_reference: str, less: Yen, more: Yen, waived: str, by: Actor, now: datetime
) -> SecondLook | None:
    """`move_seat` by the office, likewise. Raises as `move_seat`."""
    deed = {"deed": "move_seat", "position": position, "run": run_reference, "less": less, "more": more}
    return _or_ask(booking, deed, waived=waived, by=by, now=now)


def ask_to_send(*, refund: Refund, reason: str, by: Actor, now: datetime) -> SecondLook:
    """Put a high refund before a second person; once agreed to, either of them may send it."""
    invoice, key = refund.invoice, look_key(refund)
    if invoice is None:
        subject = ("organization", refund.payment.organization.reference)
    else:
        subject = ("booking", invoice.order_reference) if invoice.order_reference else ("invoice", invoice.reference)
    deed = {"deed": "send", "refund": refund.key}
    return payments.ask_for_look(
        kind=LookKind.REFUND, key=key, amount=refund.amount, subject=subject, deed=deed, reason=reason, by=by, now=now
    )


def agree(*, look: SecondLook, by: Actor, now: datetime, note: str = "") -> None:
    """A second person agrees, and what was asked for is done at once, at the figures that were shown.

    Raises OwnRequest, DecidedAlready, and whatever the deed refuses meanwhile: then nothing is decided.
    """
    look = payments.approve_look(look=look, by=by, now=now, note=note)
    if look.deed["deed"] == "send":
        return
    booking = session.scalars(select(Booking).where(Booking.reference == look.subject_reference)).one()
    DEEDS[look.deed["deed"]](booking, look.deed, waived=look.reason, by=by, now=now)


def _or_ask(booking: Booking, deed: dict[str, Any], *, waived: str, by: Actor, now: datetime) -> SecondLook | None:
    try:
        with session.begin_nested():
            DEEDS[deed["deed"]](booking, deed, waived=waived, by=by, now=now)
    except SecondLookNeeded as needed:
        subject = ("booking", booking.reference)
        return payments.ask_for_look(
            kind=LookKind.WAIVER, key=needed.key, amount=needed.amount, subject=subject, deed=deed, reason=waived,
            by=by, now=now,
        )  # fmt: skip
    return None


def _cancel(booking: Booking, deed: dict[str, Any], *, waived: str, by: Actor, now: datetime) -> None:
    agreed = Agreed(Yen(deed["fee"]), Yen(deed["refund"]))
    cancel_seats(
        booking=booking, positions=deed["positions"], agreed=agreed, waived=waived, office=True, by=by, now=now
    )


def _move(booking: Booking, deed: dict[str, Any], *, waived: str, by: Actor, now: datetime) -> None:
    move_seat(
        booking=booking, position=deed["position"], run_reference=deed["run"], agreed=Yen(deed["less"]),
        more=Yen(deed["more"]), office=True, waived=waived, by=by, now=now,
    )  # fmt: skip


Deed = Callable[..., None]
DEEDS: dict[str, Deed] = {"cancel_seats": _cancel, "move_seat": _move}
