"""A seat that is to be kept, and what it costs: what its offer says, or what a quote promised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from courses_app.bookings.models import Booking, Estimate, EstimateUse
from courses_app.bookings.operations.offers import Offer
from courses_app.bookings.operations.people import Attending
from courses_app.catalogue.rules import Price
from courses_app.foundation.db import session
from courses_app.foundation.yen import Yen


@dataclass(frozen=True)
class Place:
    """A seat that is to be kept: in which run and at which price, for whom."""

    offer: Offer
    who: Attending
    quoted: Price | None = None  # what a quote promised, where that is less

    @property
    def price(self) -> Price:
        return self.quoted or self.offer.price

    @property
    def pending_price(self) -> Yen | None:
        """What it would cost once a claimed membership is verified; None where that is not less than it costs."""
        pending = self.offer.pending_price
        return pending if pending is not None and pending < self.price.amount else None


def at_quoted_prices(places: Sequence[Place], quote: Estimate | None, *, today: date) -> list[Place]:
    """The first so many places of each run as were quoted, at the quoted price where that is less than today's."""
    lines = {line.run_id: line for line in quote.lines} if quote is not None and quote.holds(today=today) else {}
    left = {run_id: line.people for run_id, line in lines.items()}
    priced = []
    for place in places:
        run_id = place.offer.run_id
        if left.get(run_id) and lines[run_id].price < place.offer.price.amount:
            left[run_id] -= 1
            priced.append(replace(place, quoted=lines[run_id].as_price))
        else:
            priced.append(place)
    return priced


def note_use(quote: Estimate | None, booking: Booking, *, now: datetime) -> None:
    """The quote has become this booking."""
    if quote is not None:
        session.add(EstimateUse(estimate_id=quote.id, booking_id=booking.id, used_at=now))
        session.flush()
