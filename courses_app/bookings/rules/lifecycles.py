"""The life of a booking and of a seat, as tables."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from courses_app.foundation.lifecycle import Lifecycle


class BookingStatus(StrEnum):
    HELD = "held"  # seats are kept for some minutes
    REQUESTED = "requested"  # asked for; the office answers, until then nothing is owed
    ORDERED = "ordered"  # a paid order was placed; money is awaited
    PAID = "paid"
    EXPIRED = "expired"  # not ordered, or not paid, in time
    CANCELLED = "cancelled"
    PAID_NO_SEAT = "paid_no_seat"  # money came after the seats were gone
    REFUNDED = "refunded"


class BookingMove(StrEnum):
    ORDER = "order"
    REQUEST = "request"  # in place of the order, where the course says that the office answers first
    APPROVE = "approve"
    DECLINE = "decline"
    SETTLE = "settle"
    LAPSE = "lapse"
    CANCEL = "cancel"
    SETTLE_WITHOUT_SEAT = "settle_without_seat"
    REFUND = "refund"
    REFUND_FAILED = "refund_failed"  # money that was sent back has not arrived: it is owed again


BOOKING = Lifecycle[BookingStatus, BookingMove](
    {
        (BookingStatus.HELD, BookingMove.ORDER): BookingStatus.ORDERED,
        (BookingStatus.HELD, BookingMove.REQUEST): BookingStatus.REQUESTED,
        (BookingStatus.REQUESTED, BookingMove.APPROVE): BookingStatus.ORDERED,
        (BookingStatus.REQUESTED, BookingMove.DECLINE): BookingStatus.CANCELLED,
        (BookingStatus.REQUESTED, BookingMove.CANCEL): BookingStatus.CANCELLED,
        (BookingStatus.HELD, BookingMove.LAPSE): BookingStatus.EXPIRED,
        (BookingStatus.HELD, BookingMove.CANCEL): BookingStatus.CANCELLED,
        (BookingStatus.ORDERED, BookingMove.SETTLE): BookingStatus.PAID,
        (BookingStatus.ORDERED, BookingMove.LAPSE): BookingStatus.EXPIRED,
        (BookingStatus.ORDERED, BookingMove.CANCEL): BookingStatus.CANCELLED,
        (BookingStatus.EXPIRED, BookingMove.SETTLE): BookingStatus.PAID,
        (BookingStatus.EXPIRED, BookingMove.SETTLE_WITHOUT_SEAT): BookingStatus.PAID_NO_SEAT,
        (BookingStatus.CANCELLED, BookingMove.SETTLE_WITHOUT_SEAT): BookingStatus.PAID_NO_SEAT,
        (BookingStatus.PAID, BookingMove.CANCEL): BookingStatus.CANCELLED,
        (BookingStatus.CANCELLED, BookingMove.REFUND): BookingStatus.REFUNDED,
        (BookingStatus.PAID_NO_SEAT, BookingMove.REFUND): BookingStatus.REFUNDED,
        (BookingStatus.REFUNDED, BookingMove.REFUND_FAILED): BookingStatus.CANCELLED,
    },
    begins=(BookingStatus.HELD,),
)


class SeatStatus(StrEnum):
    HELD = "held"
    ORDERED = "ordered"  # asked for or ordered: kept without an end of its own, its booking says until when
    CONFIRMED = "confirmed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class SeatMove(StrEnum):
    HOLD = "hold"
    ORDER = "order"
    CONFIRM = "confirm"
    LAPSE = "lapse"
    CANCEL = "cancel"
    RESEAT = "reseat"
    SUBSTITUTE = "substitute"  # somebody else takes it over
    NAME = "name"  # a seat booked without a name gets one
    MOVE = "move"  # to another run of the course
    MISS = "miss"  # nobody came: what is not kept of the price goes back
    ATTEND = "attend"  # the roster was corrected: somebody did come


SEAT = Lifecycle[SeatStatus, SeatMove](
    {
        (SeatStatus.HELD, SeatMove.ORDER): SeatStatus.ORDERED,
        (SeatStatus.HELD, SeatMove.LAPSE): SeatStatus.EXPIRED,
        (SeatStatus.HELD, SeatMove.CANCEL): SeatStatus.CANCELLED,
        (SeatStatus.ORDERED, SeatMove.CONFIRM): SeatStatus.CONFIRMED,
        (SeatStatus.ORDERED, SeatMove.LAPSE): SeatStatus.EXPIRED,
        (SeatStatus.ORDERED, SeatMove.CANCEL): SeatStatus.CANCELLED,
        (SeatStatus.CONFIRMED, SeatMove.CANCEL): SeatStatus.CANCELLED,
        (SeatStatus.EXPIRED, SeatMove.RESEAT): SeatStatus.CONFIRMED,
        (SeatStatus.ORDERED, SeatMove.SUBSTITUTE): SeatStatus.ORDERED,
        (SeatStatus.CONFIRMED, SeatMove.SUBSTITUTE): SeatStatus.CONFIRMED,
        (SeatStatus.HELD, SeatMove.NAME): SeatStatus.HELD,
        (SeatStatus.ORDERED, SeatMove.NAME): SeatStatus.ORDERED,
        (SeatStatus.CONFIRMED, SeatMove.NAME): SeatStatus.CONFIRMED,
        (SeatStatus.ORDERED, SeatMove.MOVE): SeatStatus.ORDERED,
        (SeatStatus.CONFIRMED, SeatMove.MOVE): SeatStatus.CONFIRMED,
        (SeatStatus.CONFIRMED, SeatMove.MISS): SeatStatus.CONFIRMED,
        (SeatStatus.CONFIRMED, SeatMove.ATTEND): SeatStatus.CONFIRMED,
    },
    begins=(SeatStatus.HELD,),
)

LIVE_SEATS = (SeatStatus.HELD, SeatStatus.ORDERED, SeatStatus.CONFIRMED)

# What becomes of the seats when their booking moves. A late payment re-seats (RESEAT) where the booking had run out.
SEAT_MOVES = {
    BookingMove.ORDER: SeatMove.ORDER,
    BookingMove.REQUEST: SeatMove.ORDER,
    BookingMove.DECLINE: SeatMove.CANCEL,
    BookingMove.SETTLE: SeatMove.CONFIRM,
    BookingMove.LAPSE: SeatMove.LAPSE,
    BookingMove.CANCEL: SeatMove.CANCEL,
}


def hold_has_run_out(status: BookingStatus | SeatStatus, hold_until: datetime | None, *, now: datetime) -> bool:
    """Whether a held booking or seat no longer keeps anything, whatever the row still says."""
    return status.value == "held" and hold_until is not None and hold_until <= now


def shown_status(status: BookingStatus, hold_until: datetime, *, now: datetime) -> BookingStatus:
    """The state people see: a hold that has run out is over before the worker writes it down."""
    return BookingStatus.EXPIRED if hold_has_run_out(status, hold_until, now=now) else status
