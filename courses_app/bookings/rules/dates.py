"""What moving a seat to another date means in money."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from courses_app.foundation.refusal import Refusal
from courses_app.foundation.templating import yen
from courses_app.foundation.yen import Yen


class SameDate(Refusal):
    """Nothing to move."""

    def __init__(self) -> None:
        super().__init__(_l("Choose another date than the present one."), field="run")


class DearerDate(Refusal):
    """A seat moves only to a date that costs the same or less."""

    def __init__(self, difference: Yen) -> None:
        super().__init__(
            _l(
                "This date costs %(difference)s more, so the seat can't be moved there. Book the date anew and cancel "
                "this seat, or choose a date at the same price or less.",
                difference=yen(difference),
            ),
            field="run",
        )


class PriceChanged(Refusal):
    """The figure shown is no longer right."""

    def __init__(self) -> None:
        super().__init__(_l("The price has changed since you saw it. Nothing was moved; please look at the new one."))


def given_back(price: Yen, new_price: Yen) -> Yen:
    """What is less to pay on the new date. Raises DearerDate."""
    if new_price > price:
        raise DearerDate(Yen(new_price - price))
    return Yen(price - new_price)
