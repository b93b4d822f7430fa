"""The office's own deeds: how this room says no."""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_ngettext as _n

from courses_app.foundation.refusal import Refusal
from courses_app.foundation.templating import instant


class RunIsOver(Refusal):
    """A run that is over took place; it can't be called off afterwards (R-44)."""

    def __init__(self, ends_at: datetime) -> None:
        super().__init__(
            _l(
                "A run can be called off until it ends; this one ended on %(at)s. Note in the roster who did not "
                "complete it.",
                at=instant(ends_at),
            )
        )


class ReasonMissing(Refusal):
    """A deed of the office that people will ask about needs its reason."""

    def __init__(self) -> None:
        super().__init__(_l("Enter the reason; the people concerned will read it."), field="reason")


class CapacityBelowSold(Refusal):
    """Nobody is put out of a run by a number, and nobody overbooks a run without noticing (R-25)."""

    def __init__(self, *, sold: int, capacity: int) -> None:
        super().__init__(
            _n(
                "%(num)d seat is taken: a capacity of %(capacity)d would overbook the run. Nothing was changed.",
                "%(num)d seats are taken: a capacity of %(capacity)d would overbook the run. Nothing was changed.",
                sold,
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
            _n(
                "Only %(num)d seat is free, and none can be taken from those who have booked.",
                "Only %(num)d seats are free, and none can be taken from those who have booked.",
                free,
            )
            if free
            else _l("No seat is free, and none can be taken from those who have booked."),
            field="seats",
        )
        self.free = free


class BlockEndsAtOnce(Refusal):
    """The instant at which kept seats would be released has passed."""

    def __init__(self) -> None:
        super().__init__(_l("This instant has passed. Choose a later one."), field="until_on")
