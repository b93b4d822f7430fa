"""Nobody came: what the order's terms do not keep of the price is owed back; and taken back, should somebody have come.

Only `certificates.operations` may call this: it knows from the roster when an absence is final. The seat stays
confirmed, its price a sale; the refund lowers it, as every refund does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import force_locale
from flask_babel import gettext as _

from courses_app.bookings.models import Absence, Booking, Seat
from courses_app.bookings.operations.locks import locked_booking
from courses_app.bookings.operations.moves import move_seats
from courses_app.bookings.operations.supplements import bill_again, owe_back
from courses_app.bookings.queries import absence_key, absences_counted, refunds_of, standing_absence
from courses_app.bookings.rules import BookingStatus, SeatMove, SeatStatus, kept_if_absent
from courses_app.catalogue.rules import absence_words
from courses_app.foundation import audit
from courses_app.foundation.audit import Actor
from courses_app.foundation.db import session
from courses_app.foundation.yen import Yen, total
from courses_app.payments.operations import withdraw_refund


@dataclass(frozen=True)
class TakenBack:
    """How a refund was taken back: what had not been sent is withdrawn, the rest billed in addition.

    The new invoice replaces one over `void`, if one was still open.
    """

    absence: Absence
    withdrawn: Yen
    billed: Yen
    void: Yen


def settle_absence(*, seat: Seat, by: Actor, now: datetime) -> Absence | None:
    """Note that nobody came to a paid seat, and owe back what its terms do not keep of the price.

    None if that was done before, or the seat is not confirmed. What was billed in addition for the seat and not paid
    is lowered first; money goes back for the rest only.
    """
    booking = locked_booking(seat.booking_id)
    seat = _fresh(booking, seat)
    paid = booking.status is BookingStatus.PAID and seat.status is SeatStatus.CONFIRMED
    if not paid or standing_absence(seat) is not None:
        return None
    kept = kept_if_absent(booking.change_terms, seat.price)
    absence = Absence(
        booking_id=booking.id, seat=seat, kept=kept, refund=Yen(seat.price - kept), paid_back=Yen(0), settled_at=now
    )
    key = absence_key(seat, absences_counted(seat) + 1)
    session.add(absence)
    _note(absence, SeatMove.MISS, "seat.absent", by=by, now=now)
    if absence.refund:
        amounts = [(seat, absence.refund)]
        absence.paid_back = owe_back(booking, amounts, reason=_reason(booking, seat), key=key, by=by, now=now)
    session.flush()
    return absence


def take_back_absence(*, seat: Seat, by: Actor, now: datetime) -> TakenBack | None:
    """Somebody did come: the whole price is owed again. None if no absence stands.

    A refund that was not sent yet is withdrawn. What has left us, or lowered what was billed in addition, is billed.
    """
    booking = locked_booking(seat.booking_id)
    seat = _fresh(booking, seat)
    absence = standing_absence(seat)
    if absence is None:
        return None
    absence.taken_back_at = now
    _note(absence, SeatMove.ATTEND, "seat.attended", by=by, now=now)
    refunds = refunds_of(absence_key(seat, absences_counted(seat)))
    withdrawn = total(one.amount for one in refunds if withdraw_refund(refund=one, by=by, now=now))
    billed = Yen(absence.refund - withdrawn)
    void = bill_again(seat, billed, by=by, now=now) if billed else Yen(0)
    return TakenBack(absence, withdrawn, billed, void)


def _fresh(booking: Booking, seat: Seat) -> Seat:
    """The seat as it stands now that its booking is locked."""
    return next(one for one in booking.seats if one.id == seat.id)


def _note(absence: Absence, move: SeatMove, action: str, *, by: Actor, now: datetime) -> None:
    seat, detail = absence.seat, {"kept": absence.kept, "not_kept": absence.refund}
    move_seats([seat], move, by=by, now=now)
    audit.record(by=by, now=now, action=action, subject=("seat", seat.reference), detail=detail)
    session.flush()


def _reason(booking: Booking, seat: Seat) -> str:
    """What the office reads beside the refund, in the booking's language."""
    with force_locale(booking.language):
        terms = booking.change_terms
        rule = absence_words(terms) if terms else ""
        return f"{seat.full_name or _('Seat without a name')} {rule}".strip()
