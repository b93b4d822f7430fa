"""Decisions about bookings from plain values: their lives, who may be booked, how they may be paid, what is refused."""

from courses_app.bookings.rules.changing import (
    AmountsChanged,
    AnotherPerson,
    BookingHasEnded,
    NoSeatChosen,
    Possible,
    SeatFees,
    SubstituteByOffice,
    SubstitutionClosed,
    TooLateToChange,
    check_cancellable,
    check_correctable,
    check_substitutable,
    seat_fees,
    what_is_possible,
)
from courses_app.bookings.rules.fees import FeeKind
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
    shown_status,
)
from courses_app.bookings.rules.paying import NEWS_TRAVELS, PAGE_OPEN, Payable, methods_for, payable
from courses_app.bookings.rules.refusals import (
    MOST_ATTENDEES,
    MOST_TO_CHOOSE,
    AlreadyBooked,
    AttendeeUnknown,
    BookingClosed,
    BookingNotOpen,
    CancelByOffice,
    CapacityBelowSold,
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
)

__all__ = [
    "BOOKING", "LIVE_SEATS", "MOST_ATTENDEES", "MOST_TO_CHOOSE", "NEWS_TRAVELS", "PAGE_OPEN", "SEAT", "SEAT_MOVES",
    "AlreadyBooked", "AmountsChanged", "AnotherPerson", "AttendeeFacts", "AttendeeUnknown", "BookingClosed",
    "BookingHasEnded", "BookingMove", "BookingNotOpen", "BookingStatus", "CancelByOffice", "CapacityBelowSold",
    "FeeKind", "HoldRanOut", "MethodNotOffered", "NoSeatChosen", "NobodyNamed", "Payable", "Possible",
    "ReasonMissing", "RunFull", "RunIsOver", "RunNotOffered", "SamePersonTwice", "SeatFees", "SeatMove",
    "SeatStatus", "SubstituteByOffice", "SubstitutionClosed", "TooLateToCancel", "TooLateToChange",
    "TooManyAttendees", "check_attendees", "check_bookable", "check_cancellable", "check_capacity",
    "check_correctable", "check_room", "check_substitutable", "hold_has_run_out", "methods_for", "payable",
    "seat_fees", "shown_status", "what_is_possible",
]  # fmt: skip
