"""What is offered to an organization: the run with its price list, read while its row is locked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from itertools import groupby
from typing import Any

from sqlalchemy import and_, bindparam, select

from courses_app.accounts.models import MemberStatus, Organization
from courses_app.bookings.operations.around import table_of
from courses_app.bookings.operations.people import Attending
from courses_app.bookings.queries import takes_part
from courses_app.bookings.rules import (
    RunNotOffered,
    RunOfAnother,
    check_bookable,
    check_unnamed,
    offer_until,
)
from courses_app.catalogue.models import Course, CourseRun, Fee
from courses_app.catalogue.rules import (
    DayKind,
    FeeAudience,
    NamingTerms,
    Price,
    RunStatus,
    UnnamedSeats,
    opens,
    price_for,
)
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import session
from courses_app.foundation.yen import Yen

RUNS, COURSES, FEES, ORGANIZATIONS = (table_of(model) for model in (CourseRun, Course, Fee, Organization))


@dataclass(frozen=True)
class Offer:
    """A run as one organization sees it; `fees` are rows of the price list."""

    run_id: int
    run_reference: str
    course_id: int
    status: RunStatus
    capacity: int
    opens_at: datetime
    closes_at: datetime
    starts_at: datetime
    price_general: Yen | None
    price_member: Yen | None
    hold_minutes: int
    offer_hours: int
    smaller_may_pass: bool
    naming_days_before: int
    naming_day_kind: DayKind
    unnamed_seats: UnnamedSeats
    needs_approval: bool
    organization_reference: str
    member_status: MemberStatus
    link_token: str | None
    bound_to: int | None  # the organization that alone may book
    fees: Sequence[Any]
    booked_on: date  # the day whose early prices hold

    @property
    def audience(self) -> FeeAudience:
        """The member fee counts only where staff have verified the membership."""
        return FeeAudience.MEMBER if self.member_status is MemberStatus.VERIFIED else FeeAudience.GENERAL

    @cached_property
    def price(self) -> Price:
        """What one seat costs. Raises NoFee."""
        return self._price_for(self.audience)

    @cached_property
    def pending_price(self) -> Yen | None:
        """What it would cost if the claimed membership were verified already; None where that makes no difference."""
        if self.member_status is not MemberStatus.PENDING:
            return None
        amount = self._price_for(FeeAudience.MEMBER).amount
        return amount if amount < self.price.amount else None

    def _price_for(self, audience: FeeAudience) -> Price:
        return price_for(
            self.fees,
            audience,
            on=day_of(self.starts_at),
            booked_on=self.booked_on,
            general_override=self.price_general,
            member_override=self.price_member,
        )

    def check_shown(self, organization_id: int, *, key: str) -> None:
        """A private run is booked by who holds its link or takes part already, a bound one by its organization alone.

        Raises RunNotOffered, RunOfAnother.
        """
        if self.link_token is None or self.bound_to == organization_id:
            return
        if not opens(self.link_token, key) and not takes_part(self.run_id, None, organization_id):
            raise RunNotOffered()
        if self.bound_to is not None:
            raise RunOfAnother()

    def check_bookable(self, *, on: date | None = None, now: datetime) -> None:
        """Raises RunNotOffered, BookingNotOpen and BookingClosed; `on` names the date where there are several."""
        published = self.status is RunStatus.PUBLISHED
        check_bookable(published=published, opens_at=self.opens_at, closes_at=self.closes_at, on=on, now=now)

    def check_named(self, people: Iterable[Attending], *, now: datetime) -> None:
        """Whether those without a name may be booked. Raises NamesNeeded."""
        if not any(one.is_unnamed for one in people):
            return
        days = self.naming_days_before
        terms = NamingTerms(days, self.naming_day_kind, self.unnamed_seats) if days else None
        check_unnamed(terms, starts_at=self.starts_at, now=now)

    def stands_until(self, *, now: datetime) -> datetime | None:
        """Until when seats offered now to a waiting party are kept for it; None where none can be offered (R-20)."""
        if self.status is not RunStatus.PUBLISHED or now < self.opens_at:
            return None
        return offer_until(hours=self.offer_hours, closes_at=self.closes_at, now=now)


_OFFERS = (
    select(
        RUNS.c.id,
        RUNS.c.reference,
        RUNS.c.course_id,
        RUNS.c.status,
        RUNS.c.capacity,
        RUNS.c.booking_opens_at,
        RUNS.c.booking_closes_at,
        RUNS.c.starts_at,
        RUNS.c.price_general,
        RUNS.c.price_member,
        COURSES.c.hold_minutes,
        COURSES.c.offer_hours,
        COURSES.c.smaller_may_pass,
        COURSES.c.naming_days_before,
        COURSES.c.naming_day_kind,
        COURSES.c.unnamed_seats,
        COURSES.c.needs_approval,
        ORGANIZATIONS.c.reference,
        ORGANIZATIONS.c.member_status,
        RUNS.c.link_token,
        RUNS.c.organization_id,
        FEES.c.audience,
        FEES.c.amount,
        FEES.c.tax_category,
        FEES.c.from_on,
        FEES.c.until_on,
        FEES.c.early_until_on,
        FEES.c.early_days_before,
    )
    .join(COURSES, COURSES.c.id == RUNS.c.course_id)
    .join(ORGANIZATIONS, ORGANIZATIONS.c.id == bindparam("organization"))
    .outerjoin(FEES, and_(FEES.c.course_id == COURSES.c.id, FEES.c.withdrawn_at.is_(None)))
    .where(RUNS.c.reference.in_(bindparam("runs", expanding=True)))
    .order_by(RUNS.c.id)
    .with_for_update(of=RUNS)
)
OF_OFFER = 21  # columns before those of the fee


def locked_offers(run_references: Collection[str], organization_id: int, *, booked_on: date) -> dict[str, Offer]:
    """The runs by their references, ours until the transaction ends, with the fees of their course; one statement.

    They are locked, and stand, in the order of their ids (R-03). Raises RunNotOffered.
    """
    wanted = sorted(set(run_references))
    rows = session.connection().execute(_OFFERS, {"runs": wanted, "organization": organization_id}).all()
    offers: dict[str, Offer] = {}
    for _run_id, found in groupby(rows, key=lambda row: row[0]):
        of_run = list(found)
        facts: list[Any] = [*of_run[0][:OF_OFFER], [row for row in of_run if row.audience is not None], booked_on]
        offer = Offer(*facts)
        offers[offer.run_reference] = offer
    if len(offers) < len(wanted):
        raise RunNotOffered()
    return offers


def locked_offer(run_reference: str, organization_id: int, *, booked_on: date) -> Offer:
    """One run. Raises RunNotOffered."""
    return locked_offers([run_reference], organization_id, booked_on=booked_on)[run_reference]
