"""A run as the timetable and its own page show it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from courses_app.catalogue.models import Delivery
from courses_app.catalogue.queries import CourseLine
from courses_app.catalogue.rules import Availability, FeeAudience, FeeLike, NoFee, availability, price_for, seats_left
from courses_app.foundation.clock import day_of
from courses_app.foundation.yen import Yen


@dataclass(frozen=True, slots=True)
class TimetableLine:
    """A run as the timetable shows it; prices in yen, tax included, None where no fee is known."""

    reference: str
    course: CourseLine
    starts_at: datetime
    ends_at: datetime
    starts_on: date
    ends_on: date
    delivery: Delivery
    language: str
    venue_ja: str | None
    venue_en: str | None
    prefecture_ja: str | None
    prefecture_en: str | None
    capacity: int
    left: int
    state: Availability
    closes_at: datetime
    price: Yen | None
    member_price: Yen | None
    regular: Yen | None
    early_until: date | None

    @property
    def online(self) -> bool:
        return self.delivery is Delivery.ONLINE

    @property
    def bookable(self) -> bool:
        return self.state in (Availability.OPEN, Availability.FEW)


@dataclass(frozen=True, slots=True)
class RunSeats:
    """Seats and prices (yen, tax included; None while no fee is set) of one run."""

    taken: int
    left: int
    state: Availability
    price: Yen | None
    member_price: Yen | None
    regular: Yen | None
    early_until: date | None

    @property
    def bookable(self) -> bool:
        return self.state in (Availability.OPEN, Availability.FEW)


def timetable_line(
    row: Any, courses: Mapping[int, CourseLine], fees: Mapping[int, Collection[FeeLike]], *, now: datetime
) -> TimetableLine:
    """The line of a row of the timetable's statement."""
    starts_on = day_of(row.starts_at)
    of_course = fees.get(row.course_id, ())
    return TimetableLine(
        reference=row.reference,
        course=courses[row.course_id],
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        starts_on=starts_on,
        ends_on=day_of(row.ends_at),
        delivery=row.delivery,
        language=row.language,
        venue_ja=row.venue_ja,
        venue_en=row.venue_en,
        prefecture_ja=row.prefecture_ja,
        prefecture_en=row.prefecture_en,
        capacity=row.capacity,
        left=seats_left(row.capacity, row.taken),
        state=state_of(row, row.taken, now=now),
        closes_at=row.booking_closes_at,
        **prices_in(of_course, row, now=now),
    )


def state_of(run: Any, taken: int, *, now: datetime) -> Availability:
    """The word for a run (or a row of its columns) of which so many seats are taken."""
    return availability(
        status=run.status,
        capacity=run.capacity,
        taken=taken,
        opens_at=run.booking_opens_at,
        closes_at=run.booking_closes_at,
        ends_at=run.ends_at,
        now=now,
    )


def prices_in(fees: Collection[FeeLike], run: Any, *, now: datetime) -> dict[str, Any]:
    """What a run (or a row of its columns) costs who books now, as lines show it; None without a fee on its day."""
    try:
        general, member = (
            price_for(
                fees, audience, on=day_of(run.starts_at), booked_on=day_of(now),
                general_override=run.price_general, member_override=run.price_member,
            )
            for audience in FeeAudience
        )  # fmt: skip
    except NoFee:
        return {"price": None, "member_price": None, "regular": None, "early_until": None}
    return {
        "price": general.amount, "member_price": member.amount,
        "regular": general.regular, "early_until": general.early_until,
    }  # fmt: skip
