"""Changes of an order: how this room says no, by which rule and until when."""

from __future__ import annotations

from datetime import date, datetime

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_ngettext as _n

from courses_app.foundation.refusal import Refusal
from courses_app.foundation.templating import day, instant


class BookingHasEnded(Refusal):
    """Nothing of it is left to change."""

    def __init__(self, ended_at: datetime | None) -> None:
        if ended_at is None:
            message = _l("This booking has ended, so there is no seat left to change. To attend, please book anew.")
        else:
            message = _l(
                "This booking ended on %(at)s, so there is no seat left to change. To attend, please book anew.",
                at=instant(ended_at),
            )
        super().__init__(message)


class TooLateToChange(Refusal):
    """What happened in the room is told by the roster."""

    def __init__(self, starts_at: datetime) -> None:
        super().__init__(
            _l(
                "A seat can be changed until its run begins; this one began on %(at)s. Since then only attendance is "
                "recorded.",
                at=instant(starts_at),
            )
        )


class SubstitutionClosed(Refusal):
    """Too near to the day for another name."""

    def __init__(self, until_on: date, *, rule: str) -> None:
        super().__init__(
            _l(
                "By the terms of this order (“Cancellation and refund”) somebody else can be named %(rule)s: "
                "it was possible until %(until)s. Please contact our office.",
                rule=rule,
                until=day(until_on),
            )
        )
        self.until_on = until_on


class SubstituteByOffice(Refusal):
    """The order was placed before such rules were part of the terms."""

    def __init__(self, starts_at: datetime) -> None:
        super().__init__(
            _l(
                "The terms of this order do not let you name somebody else yourself. Our office can until the run "
                "begins on %(at)s; please contact it.",
                at=instant(starts_at),
            )
        )


class NoSeatChosen(Refusal):
    """Nothing to give back."""

    def __init__(self) -> None:
        super().__init__(
            _l(
                "Choose at least one seat that is still yours. What became of the others is shown on the page of the "
                "booking."
            )
        )


class AmountsChanged(Refusal):
    """The figures shown are no longer right: somebody was faster, or a new day began. Nothing was done."""

    def __init__(self) -> None:
        super().__init__(
            _l("The amounts have changed since you saw them. Nothing was cancelled; please look at the new ones.")
        )


class MoveByOffice(Refusal):
    """The order was placed before such rules were part of the terms."""

    def __init__(self, starts_at: datetime) -> None:
        super().__init__(
            _l(
                "The terms of this order do not let you move a seat to another date yourself. Our office can until the "
                "run begins on %(at)s; please contact it.",
                at=instant(starts_at),
            )
        )


class MovingClosed(Refusal):
    """Too near to the day."""

    def __init__(self, until_on: date, *, rule: str) -> None:
        super().__init__(
            _l(
                "By the terms of this order (“Cancellation and refund”) a seat can be moved to another date %(rule)s: "
                "it was possible until %(until)s. Please contact our office.",
                rule=rule,
                until=day(until_on),
            )
        )


class MovesUsedUp(Refusal):
    """As often as the terms let it."""

    def __init__(self, allowed: int, *, starts_at: datetime) -> None:
        super().__init__(
            _n(
                "By the terms of this order (“Cancellation and refund”) a seat may be moved once, and this one has "
                "been. Our office can move it until the run begins on %(at)s; please contact it.",
                "By the terms of this order (“Cancellation and refund”) a seat may be moved %(num)d times, and this "
                "one has been. Our office can move it until the run begins on %(at)s; please contact it.",
                allowed,
                at=instant(starts_at),
            )
        )


class CancelByOffice(Refusal):
    """A paid order from before there were rules of change: the office cancels it, and sends the money back."""

    def __init__(self, paid_at: datetime | None, *, starts_at: datetime) -> None:
        super().__init__(
            _l(
                "By the terms of this order (“Cancellation and refund”) you could cancel it yourself until it was "
                "paid, on %(paid)s. Please ask our office, which cancels and refunds, before the run begins on %(at)s.",
                paid=day(paid_at),
                at=instant(starts_at),
            )
        )


class CancelBySeat(Refusal):
    """A paid order is cancelled where the fee of each seat is shown beforehand."""

    def __init__(self, paid_at: datetime | None, *, starts_at: datetime) -> None:
        super().__init__(
            _l(
                "This booking was paid on %(paid)s, so cancelling it may cost a fee. “Choose seats and see the fee” on "
                "its page shows the amounts first; seats can be cancelled there until the run begins on %(at)s.",
                paid=day(paid_at),
                at=instant(starts_at),
            )
        )


class TooLateToCancel(Refusal):
    """People are in the room, or have been: what happened there is told by the roster."""

    def __init__(self, starts_at: datetime, *, office: bool) -> None:
        if office:
            message = _l(
                "A booking can be cancelled until its run begins; this one began on %(at)s. Who came is told by the "
                "roster.",
                at=instant(starts_at),
            )
        else:
            message = _l(
                "A booking can be cancelled until its run begins; this one began on %(at)s. Please contact our office.",
                at=instant(starts_at),
            )
        super().__init__(message)
