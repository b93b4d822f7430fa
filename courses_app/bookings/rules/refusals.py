"""How this room says no, each named after what happened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from flask_babel import lazy_gettext as _l

from courses_app.foundation.refusal import Refusal
from courses_app.foundation.templating import day

MOST_ATTENDEES = 50  # of one booking typed into a form; a list from a file takes more (`sheets.MOST_FROM_FILE`)
MOST_TO_CHOOSE = 300  # known people offered in one form; beyond, they are typed


class NobodyNamed(Refusal):
    """A booking without attendees."""

    def __init__(self) -> None:
        super().__init__(_l("Choose or enter at least one attendee."))


class TooManyAttendees(Refusal):
    """More attendees than one booking takes."""

    def __init__(self, most: int = MOST_ATTENDEES) -> None:
        super().__init__(_l("One booking takes up to %(most)d attendees. Please divide it.", most=most))


class SamePersonTwice(Refusal):
    """The same person stands twice in one form."""

    def __init__(self, names: Iterable[str]) -> None:
        super().__init__(_l("Entered twice in this form: %(names)s.", names=_listed(names)))


class AttendeeUnknown(Refusal):
    """A person who is not (or no longer) one of the organization's people."""

    def __init__(self) -> None:
        super().__init__(_l("One of the people chosen no longer belongs to your organization. Please choose again."))


class AlreadyBooked(Refusal):
    """People who have a live seat in the run already (R-04); `who` and `reference` only where a colleague booked it."""

    def __init__(self, names: Sequence[str], *, who: str | None, reference: str | None) -> None:
        if who is None:
            message = _l("Already booked for this run by another organization: %(names)s.", names=_listed(names))
        else:
            message = _l(
                "Already booked for this run: %(names)s (by %(who)s, booking %(reference)s).",
                names=_listed(names),
                who=who,
                reference=reference,
            )
        super().__init__(message)
        self.names = tuple(names)
        self.who = who
        self.reference = reference


class NoRoom(Refusal):
    """The seats that are free are too few, or not for everybody: one may wait for others."""


class RunFull(NoRoom):
    """Fewer seats than asked for: all or nothing (R-02). `left` is how many remain; `on` the date, one of several."""

    def __init__(self, left: int, *, on: date | None = None) -> None:
        if on is not None:
            message = _l("Only %(left)d seats are left on %(day)s. Nothing was booked.", left=left, day=day(on))
        elif left:
            message = _l(
                "Only %(left)d seats are left. Nothing was booked; please name fewer people or choose another date.",
                left=left,
            )
        else:
            message = _l("All seats were taken just now. Nothing was booked; please choose another date.")
        super().__init__(message)
        self.left = left


class OtherCourse(Refusal):
    """Dates of another course among those of an order: its rules and papers are those of one course."""

    def __init__(self) -> None:
        super().__init__(_l("One order is for one course. Please choose dates of the same course."))


class RunNotOffered(Refusal):
    """The run was called off, or is not public."""

    def __init__(self) -> None:
        super().__init__(_l("This run is not offered for booking. Please choose another date."))


class RunOfAnother(Refusal):
    """A private run that another organization asked for."""

    def __init__(self) -> None:
        super().__init__(
            _l("This run is held for one organization only. Please ask whoever gave you the link to book for you.")
        )


class BookingNotOpen(Refusal):
    """Before the first instant of booking."""

    def __init__(self) -> None:
        super().__init__(_l("Booking for this run has not opened yet."))


class BookingClosed(Refusal):
    """After the last instant of booking."""

    def __init__(self) -> None:
        super().__init__(_l("Booking for this run has closed. Please choose another date."))


class HoldRanOut(Refusal):
    """The seats were kept for some minutes, and those are over."""

    def __init__(self) -> None:
        super().__init__(_l("The time for which the seats were kept has run out. No order was placed."))


class HoldChanged(Refusal):
    """Another tab was faster: these seats are no longer only held."""

    def __init__(self) -> None:
        super().__init__(
            _l("These seats were changed, ordered or given back in the meantime. Please look at your bookings first.")
        )


class FormSentBefore(Refusal):
    """The same form with other people or another date: what it was sent for first has been done (R-05)."""

    def __init__(self, reference: str) -> None:
        super().__init__(
            _l(
                "This form was sent before, for other people or another date (%(reference)s). Nothing more was booked. "
                "If you need what it says now as well, send it once more.",
                reference=reference,
            )
        )
        self.reference = reference


class MethodNotOffered(Refusal):
    """A way to pay that this booking can't be paid with."""

    def __init__(self) -> None:
        super().__init__(_l("Choose how to pay."), field="payment_method")


class TransferTooLate(Refusal):
    """A transfer would be due only after booking has closed."""

    def __init__(self) -> None:
        super().__init__(
            _l("It is too late to change to a bank transfer: it would arrive after booking closes. Please pay by card.")
        )


class CancelByOffice(Refusal):
    """A paid booking is cancelled by the office, which also sends the money back."""

    def __init__(self) -> None:
        super().__init__(_l("This booking is already paid. Please ask our office to cancel it and to send the refund."))


class TooLateToCancel(Refusal):
    """People are in the room, or have been: what happened there is told by the roster."""

    def __init__(self) -> None:
        super().__init__(_l("The run has begun, so this can't be cancelled any more. Please contact our office."))


class RunIsOver(Refusal):
    """A run that is over took place; it can't be called off afterwards (R-44)."""

    def __init__(self) -> None:
        super().__init__(
            _l("This run is over, so it can't be called off any more. Note in the roster who did not complete it.")
        )


class ReasonMissing(Refusal):
    """A deed of the office that people will ask about needs its reason."""

    def __init__(self) -> None:
        super().__init__(_l("Enter the reason; the people concerned will read it."), field="reason")


class CapacityBelowSold(Refusal):
    """Nobody is put out of a run by a number, and nobody overbooks a run without noticing (R-25)."""

    def __init__(self, *, sold: int, capacity: int) -> None:
        super().__init__(
            _l(
                "%(sold)d seats are taken: a capacity of %(capacity)d would overbook the run. Nothing was changed.",
                sold=sold,
                capacity=capacity,
            ),
            field="capacity",
        )
        self.sold = sold


class OverbookingNeedsReason(Refusal):
    """More people than seats: only with a reason, which stands beside the name of who allowed it."""

    def __init__(self) -> None:
        super().__init__(
            _l("Write why there may be more people than seats. The reason is kept with your name."), field="reason"
        )


class TooFewToBlock(Refusal):
    """Only free seats can be kept for a purpose."""

    def __init__(self, free: int) -> None:
        super().__init__(
            _l("Only %(free)d seats are free, and none can be taken from those who have booked.", free=free),
            field="seats",
        )
        self.free = free


class BlockEndsAtOnce(Refusal):
    """The instant at which kept seats would be released has passed."""

    def __init__(self) -> None:
        super().__init__(_l("This instant has passed. Choose a later one."), field="until_on")


def _listed(names: Iterable[str]) -> str:
    return "、".join(names)
