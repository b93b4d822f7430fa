"""A seat, and an order: how this room says no."""

from __future__ import annotations

from datetime import date, datetime

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_ngettext as _n

from courses_app.foundation.refusal import Refusal
from courses_app.foundation.templating import day, instant, until_words


class NoRoom(Refusal):
    """The seats that are free are too few, or not for everybody: one may wait for others."""


class RunFull(NoRoom):
    """Fewer seats than asked for: all or nothing (R-02). `left` is how many remain; `on` the date, one of several."""

    def __init__(self, left: int, *, on: date | None = None) -> None:
        if on is not None and left:
            message = _n(
                "Only %(num)d seat is left on %(day)s. Nothing was booked; please name fewer people for that day, or "
                "choose another date.",
                "Only %(num)d seats are left on %(day)s. Nothing was booked; please name fewer people for that day, or "
                "choose another date.",
                left,
                day=day(on),
            )
        elif on is not None:
            message = _l("No seat is left on %(day)s. Nothing was booked; please choose another date.", day=day(on))
        elif left:
            message = _n(
                "Only %(num)d seat is left. Nothing was booked; please name fewer people or choose another date.",
                "Only %(num)d seats are left. Nothing was booked; please name fewer people or choose another date.",
                left,
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

    def __init__(self, opens_at: datetime) -> None:
        super().__init__(
            _l(
                "Booking for this run opens on %(at)s. Please come back then, or choose another date.",
                at=instant(opens_at),
            )
        )


class BookingClosed(Refusal):
    """After the last instant of booking; `on` the date, one of several."""

    def __init__(self, closes_at: datetime, *, on: date | None = None) -> None:
        until = until_words(closes_at)
        if on is not None:
            message = _l(
                "Applications for the run on %(day)s were taken until %(until)s (period of application). "
                "Please choose another date for its people.",
                day=day(on),
                until=until,
            )
        else:
            message = _l(
                "Applications for this run were taken until %(until)s (period of application). "
                "Please choose another date.",
                until=until,
            )
        super().__init__(message)


class OrderingClosed(Refusal):
    """Kept seats may be ordered after booking has closed, but not into the run."""

    def __init__(self, starts_at: datetime) -> None:
        super().__init__(
            _l(
                "Seats that were kept could be ordered until the run began on %(at)s. No order was placed; "
                "please choose another date.",
                at=instant(starts_at),
            )
        )


class HoldRanOut(Refusal):
    """The seats were kept for some minutes, and those are over."""

    def __init__(self, kept_until: datetime) -> None:
        super().__init__(
            _l(
                "The seats were kept until %(at)s, and that time has run out. No order was placed; on the page of the "
                "booking you see whether they are still free.",
                at=instant(kept_until),
            )
        )


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

    def __init__(self, closes_at: datetime) -> None:
        super().__init__(
            _l(
                "It is too late to change to a bank transfer: it has to arrive before booking closes, by %(until)s. "
                "Please pay by card.",
                until=until_words(closes_at),
            )
        )
