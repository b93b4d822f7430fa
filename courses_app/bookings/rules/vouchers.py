"""Voucher codes: what one takes off the price of a seat, who may use it when, and how often."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_ngettext as _n

from courses_app.catalogue.rules import FeeAudience
from courses_app.foundation.clock import day_of
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.templating import day
from courses_app.foundation.text import HYPHENS, folded
from courses_app.foundation.yen import Yen

CODE = re.compile(r"[A-Z0-9]{6,20}")


@dataclass(frozen=True)
class VoucherTerms:
    """What a code gives and where; a percentage or an amount, taken off the price of each seat."""

    percent: int | None
    amount: Yen | None
    audience: FeeAudience | None  # None: everybody
    course_ids: frozenset[int]  # empty: every course
    from_on: date
    until_on: date | None
    ended_at: datetime | None

    def less(self, price: Yen) -> Yen:
        """What it takes off a price: whole yen, a fraction left out, and never more than the price."""
        return Yen(price * self.percent // 100) if self.percent is not None else Yen(min(price, self.amount or 0))


@dataclass(frozen=True)
class VoucherFacts:
    """What the office says of a new code; an empty one is made up."""

    code: str
    purpose: str
    percent: int | None
    amount: Yen | None
    most_uses: int | None
    most_per_organization: int | None
    audience: FeeAudience | None
    from_on: date
    until_on: date | None
    returns_once_paid: bool


@dataclass(frozen=True)
class Uses:
    """How many seats a code may be used for, and is; None for as many as you like."""

    most: int | None
    used: int
    most_of_one: int | None
    used_by_them: int

    @property
    def left(self) -> int | None:
        """For how many more seats this organization may use it."""
        room = [most - used for most, used in ((self.most, self.used), (self.most_of_one, self.used_by_them)) if most]
        return max(0, min(room)) if room else None


class VoucherRefused(Refusal):
    """A code that can't be used now."""

    def __init__(self, message: object) -> None:
        super().__init__(message, field="code")


class VoucherUnknown(VoucherRefused):
    """Nobody has given out this code."""

    def __init__(self) -> None:
        super().__init__(
            _l(
                "We don't know this code. Please compare it with the letter or mail it came with. "
                "You can order without a code at the price shown."
            )
        )


class VoucherNotYet(VoucherRefused):
    """The code counts from a later day."""

    def __init__(self, from_on: date) -> None:
        super().__init__(_l("This code can be used from %(day)s. Until then you order at the price shown.",
                            day=day(from_on)))  # fmt: skip


class VoucherOver(VoucherRefused):
    """Its last day has passed, or the office has ended it."""

    def __init__(self, until_on: date | None) -> None:
        if until_on is None:
            super().__init__(_l("This code is no longer accepted. Please order without it, or ask our office."))
        else:
            super().__init__(_l("This code could be used until %(day)s. Please order without it, or ask our office.",
                                day=day(until_on)))  # fmt: skip


class VoucherOtherCourse(VoucherRefused):
    """The code is for other courses."""

    def __init__(self) -> None:
        super().__init__(_l("This code is not for this course. Please order without it, or choose a course it is for."))


class VoucherForOthers(VoucherRefused):
    """The code is for members only, or for everybody but members."""

    def __init__(self, audience: FeeAudience) -> None:
        super().__init__(_l("This code is only for bookings at the fee \"%(audience)s\". Please order without it.",
                            audience=audience.label))  # fmt: skip


class VoucherUsedUp(VoucherRefused):
    """As many seats as it may be used for have been booked with it."""

    def __init__(self, *, by_you: int | None = None) -> None:
        if by_you is None:
            super().__init__(
                _l("This code has been used as often as it may. Please order without it, or ask our office.")
            )
        else:
            super().__init__(
                _n(
                    "Your organization has used this code for %(num)d person, as often as it may. "
                    "Please order without it.",
                    "Your organization has used this code for %(num)d people, as often as it may. "
                    "Please order without it.",
                    by_you,
                )
            )


class NothingOff(VoucherRefused):
    """There is no price from which it could be taken."""

    def __init__(self) -> None:
        super().__init__(_l("Nothing is to be paid for these seats, so a code takes nothing off."))


class TooManyCodes(VoucherRefused):
    """Codes are copied from a letter, not guessed."""

    status = 429

    def __init__(self, seconds: int) -> None:
        super().__init__(
            _n(
                "Too many codes have been tried. Please try again in %(num)d minute, or order without a code.",
                "Too many codes have been tried. Please try again in %(num)d minutes, or order without a code.",
                -(-seconds // 60),
            )
        )
        self.seconds = seconds


class CodeTaken(VoucherRefused):
    """There is such a code already."""

    def __init__(self) -> None:
        super().__init__(_l("This code has been given out before. Please choose another one."))


def code_of(typed: str | None) -> str:
    """A code as it is kept, however it was typed: full width, lower case, with spaces or hyphens (D-12)."""
    plain = HYPHENS.sub("", folded(typed) or "")
    return re.sub(r"[\s-]", "", plain).upper()


def check_voucher(terms: VoucherTerms, *, course_id: int, audiences: set[FeeAudience], now: datetime) -> None:
    """Whether a code may be used now for seats of a course.

    Raises VoucherNotYet, VoucherOver, VoucherOtherCourse and VoucherForOthers.
    """
    today = day_of(now)
    if terms.ended_at is not None:
        raise VoucherOver(None)
    if today < terms.from_on:
        raise VoucherNotYet(terms.from_on)
    if terms.until_on is not None and today > terms.until_on:
        raise VoucherOver(terms.until_on)
    if terms.course_ids and course_id not in terms.course_ids:
        raise VoucherOtherCourse()
    if terms.audience is not None and terms.audience not in audiences:
        raise VoucherForOthers(terms.audience)
