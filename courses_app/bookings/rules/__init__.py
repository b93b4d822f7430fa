"""Decisions about bookings from plain values: their lives, who may be booked, how they may be paid, what is refused."""

from courses_app.bookings.rules.holding import (
    AttendeeFacts,
    check_attendees,
    check_bookable,
    check_capacity,
    check_room,
)
from courses_app.bookings.rules.lifecycles import (
    BOOKING,
    LIVE_SEATS,
    SEAT,
    SEAT_MOVES,
    BookingMove,
    BookingStatus,
    SeatMove,
    SeatStatus,
    hold_has_run_out,
    may_be_cancelled,
    shown_status,
)
from courses_app.bookings.rules.paying import NEWS_TRAVELS, PAGE_OPEN, Payable, is_in_time, methods_for, payable
from courses_app.bookings.rules.refusals import (
    MOST_ATTENDEES,
    MOST_TO_CHOOSE,
    AlreadyBooked,
    AttendeeUnknown,
    BookingClosed,
    BookingNotOpen,
    CancelByOffice,
    CapacityBelowSold,
    HoldChanged,
    HoldRanOut,
    MethodNotOffered,
    NobodyNamed,
    ReasonMissing,
    RunFull,
    RunIsOver,
    RunNotOffered,
    SamePersonTwice,
    TooLateToCancel,
    TooManyAttendees,
    TransferTooLate,
)

__all__ = [
    "BOOKING", "LIVE_SEATS", "MOST_ATTENDEES", "MOST_TO_CHOOSE", "NEWS_TRAVELS", "PAGE_OPEN", "SEAT", "SEAT_MOVES",
    "AlreadyBooked", "AttendeeFacts", "AttendeeUnknown", "BookingClosed", "BookingMove", "BookingNotOpen",
    "BookingStatus", "CancelByOffice", "CapacityBelowSold", "HoldChanged", "HoldRanOut", "MethodNotOffered",
    "NobodyNamed", "Payable", "ReasonMissing", "RunFull", "RunIsOver", "RunNotOffered", "SamePersonTwice", "SeatMove",
    "SeatStatus", "TooLateToCancel", "TooManyAttendees", "TransferTooLate", "check_attendees", "check_bookable",
    "check_capacity", "check_room", "hold_has_run_out", "is_in_time", "may_be_cancelled", "methods_for", "payable",
    "shown_status",
]  # fmt: skip
