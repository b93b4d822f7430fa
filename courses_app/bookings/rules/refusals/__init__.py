"""How this room says no, each named after what happened; what time forbids says until when it was possible."""

from __future__ import annotations

from courses_app.bookings.rules.refusals.booking import (
    BookingClosed,
    BookingNotOpen,
    FormSentBefore,
    HoldChanged,
    HoldRanOut,
    MethodNotOffered,
    NoRoom,
    OrderingClosed,
    OtherCourse,
    RunFull,
    RunNotOffered,
    RunOfAnother,
    TransferTooLate,
)
from courses_app.bookings.rules.refusals.changing import (
    AmountsChanged,
    BookingHasEnded,
    CancelByOffice,
    CancelBySeat,
    MoveByOffice,
    MovesUsedUp,
    MovingClosed,
    NoSeatChosen,
    SubstituteByOffice,
    SubstitutionClosed,
    TooLateToCancel,
    TooLateToChange,
)
from courses_app.bookings.rules.refusals.office import (
    BlockEndsAtOnce,
    CapacityBelowSold,
    OverbookingNeedsReason,
    ReasonMissing,
    RunIsOver,
    TooFewToBlock,
)
from courses_app.bookings.rules.refusals.people import (
    MOST_ATTENDEES,
    MOST_TO_CHOOSE,
    AlreadyBooked,
    AttendeeUnknown,
    NobodyNamed,
    SamePersonTwice,
    TooManyAttendees,
)

__all__ = [
    "MOST_ATTENDEES", "MOST_TO_CHOOSE", "AlreadyBooked", "AmountsChanged", "AttendeeUnknown", "BlockEndsAtOnce",
    "BookingClosed", "BookingHasEnded", "BookingNotOpen", "CancelByOffice", "CancelBySeat", "CapacityBelowSold",
    "FormSentBefore", "HoldChanged", "HoldRanOut", "MethodNotOffered", "MoveByOffice", "MovesUsedUp", "MovingClosed",
    "NoRoom", "NoSeatChosen", "NobodyNamed", "OrderingClosed", "OtherCourse", "OverbookingNeedsReason",
    "ReasonMissing", "RunFull", "RunIsOver", "RunNotOffered", "RunOfAnother", "SamePersonTwice", "SubstituteByOffice",
    "SubstitutionClosed", "TooFewToBlock", "TooLateToCancel", "TooLateToChange", "TooManyAttendees",
    "TransferTooLate",
]  # fmt: skip
