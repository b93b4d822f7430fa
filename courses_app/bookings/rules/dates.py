"""What moving a seat to another date means in money."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from flask_babel import lazy_gettext as _l

from courses_app.bookings.rules.lifecycles import BookingStatus
from courses_app.catalogue.rules import ChangeTerms
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.yen import Yen


class SameDate(Refusal):
    """Nothing to move."""

    def __init__(self) -> None:
        super().__init__(_l("Choose another date than the present one."), field="run")


class PriceChanged(Refusal):
    """The figure shown is no longer right."""

    def __init__(self) -> None:
        super().__init__(
            _l("The amounts have changed since you saw them. Nothing was moved; please look at the new ones.")
        )


@dataclass(frozen=True)
class MoveCost:
    """One move in yen: the price now and there, the fee for moving, and what earlier moves left unpaid."""

    old: Yen
    new: Yen
    fee: Yen
    unpaid: Yen

    @property
    def without_fee(self) -> MoveCost:
        """The same where no fee is asked."""
        return replace(self, fee=Yen(0))

    @property
    def dearer(self) -> Yen:
        return Yen(max(self.new - self.old, 0))

    @property
    def cheaper(self) -> Yen:
        return Yen(max(self.old - self.new, 0))

    @property
    def more(self) -> Yen:
        """What is to be paid on top, all in all."""
        return Yen(max(self._balance, 0))

    @property
    def less(self) -> Yen:
        """What goes back, or is less to pay."""
        return Yen(max(-self._balance, 0))

    @property
    def _balance(self) -> int:
        return self.new - self.old + self.fee + self.unpaid


def move_fee(status: BookingStatus, terms: ChangeTerms | None, *, price: Yen, moved: int) -> Yen:
    """What moving a seat once more costs by the terms. Nothing before payment: as with giving back, it could lapse."""
    if status is not BookingStatus.PAID or terms is None or terms.move_fee is None or price == 0:
        return Yen(0)
    return terms.move_fee if moved >= terms.moves_allowed else Yen(0)


def shares(amount: Yen, held: Iterable[Yen]) -> list[Yen]:
    """An amount taken from several purses, each as far as it goes, the first ones first."""
    parts = []
    for purse in held:
        part = min(amount, purse)
        amount = Yen(amount - part)
        parts.append(part)
    return parts
