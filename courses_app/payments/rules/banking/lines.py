"""The life of a line of a statement: matched and posted, set aside, taken back; and how it says no."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from flask_babel import lazy_gettext as _l

from courses_app.foundation.lifecycle import Lifecycle
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.templating import instant, yen
from courses_app.foundation.yen import Yen


class LineStatus(StrEnum):
    OPEN = "open"  # a person has not dealt with it
    POSTED = "posted"  # it is a payment
    SET_ASIDE = "set_aside"  # no money of ours, or dealt with elsewhere; with a reason


class LineMove(StrEnum):
    POST = "post"
    SET_ASIDE = "set_aside"
    TAKE_UP = "take_up"
    TAKE_BACK = "take_back"


LINE = Lifecycle[LineStatus, LineMove](
    {
        (LineStatus.OPEN, LineMove.POST): LineStatus.POSTED,
        (LineStatus.OPEN, LineMove.SET_ASIDE): LineStatus.SET_ASIDE,
        (LineStatus.SET_ASIDE, LineMove.TAKE_UP): LineStatus.OPEN,
        (LineStatus.POSTED, LineMove.TAKE_BACK): LineStatus.OPEN,
    },
    begins=(LineStatus.OPEN,),
)


class LineDealtWith(Refusal):
    """Somebody was faster (R-16): says when, and who."""

    def __init__(self, *, at: datetime, by: str) -> None:
        self.at, self.by = at, by
        super().__init__(_l("This line has already been dealt with, on %(at)s by %(by)s.", at=instant(at), by=by))


class LineChanged(Refusal):
    """The draft is no longer the one that was looked at."""

    def __init__(self) -> None:
        super().__init__(
            _l("The draft of this line has changed since you looked at it. Please look again and post it then.")
        )


class NobodyChosen(Refusal):
    """A line is posted only once it is clear whose money it is, and a person chose where the rules can't."""

    def __init__(self) -> None:
        super().__init__(_l("It is not yet decided what this line is for. Please open it and choose."))


class MoneyTakenBack(Refusal):
    """The bank took the money back: it can't be posted."""

    def __init__(self) -> None:
        super().__init__(_l("The bank has taken this money back. It can only be set aside, with a reason."))


class SharesTooHigh(Refusal):
    """More is given to invoices than came."""

    def __init__(self, *, amount: Yen, shares: Yen) -> None:
        self.amount, self.shares = amount, shares
        super().__init__(
            _l(
                "%(shares)s is given to invoices, but only %(amount)s came. Please lower a share.",
                shares=yen(shares),
                amount=yen(amount),
            )
        )


class ShareTooHigh(Refusal):
    """An invoice is given more than is left to pay of it."""

    def __init__(self, *, invoice: str, left: Yen, asked: Yen) -> None:
        self.left, self.asked = left, asked
        super().__init__(
            _l(
                "Of %(invoice)s only %(left)s is left to pay, not %(asked)s. What is more than that can stay as"
                " credit.",
                invoice=invoice,
                left=yen(left),
                asked=yen(asked),
            ),
            field=f"share-{invoice}",
        )


class LapsedNeedsWhole(Refusal):
    """Seats are looked for again only with the whole of the money."""

    def __init__(self, invoice: str) -> None:
        super().__init__(
            _l(
                "The order of %(invoice)s was given up because it was not paid in time. It can only be paid as a whole:"
                " seats are then looked for again. A part is kept as credit: leave the field empty.",
                invoice=invoice,
            ),
            field=f"share-{invoice}",
        )


class FeeTooHigh(Refusal):
    """The fee we bear is more than is missing."""

    def __init__(self, *, missing: Yen) -> None:
        super().__init__(
            _l("The fee we bear can't be more than what is missing of one invoice: %(missing)s.", missing=yen(missing)),
            field="fee",
        )


class RefundPromised(Refusal):
    """Part of the money goes back already: what is posted can't be taken back before that is settled."""

    def __init__(self) -> None:
        super().__init__(
            _l(
                "A refund of this money has been promised or sent, so it can't be taken back. Look at the refunds"
                " before that."
            )
        )


class NameTaken(Refusal):
    """Two layouts must not look alike in a list."""

    def __init__(self) -> None:
        super().__init__(_l("Another layout has this name. Please choose a different one."), field="name")


class DayTaken(Refusal):
    """The rule of that day stands already."""

    def __init__(self) -> None:
        super().__init__(_l("A rule from that day on exists already. Choose another day."), field="from_on")
