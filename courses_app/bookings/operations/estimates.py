"""Quotes before anything is booked: the prices of today, promised until a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select

from courses_app.accounts.models import Organization
from courses_app.bookings import documents
from courses_app.bookings.models import Estimate, EstimateLine
from courses_app.bookings.queries import audience_of
from courses_app.bookings.rules import EstimateFacts, LineNotOffered, NothingToQuote, QuotedSeats
from courses_app.catalogue.models import CourseRun
from courses_app.catalogue.queries import price_of
from courses_app.foundation.audit import Actor
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import session
from courses_app.foundation.references import new_reference
from courses_app.foundation.yen import total
from courses_app.payments.models import PaperKind
from courses_app.payments.operations import PaperWanted, request_paper


def estimate(
    *, organization: Organization, seats: Sequence[QuotedSeats], runs: Mapping[str, CourseRun], now: datetime
) -> EstimateFacts:
    """What these seats cost today, and until when that can be promised; nothing is written.

    `runs` are those that can be quoted, by their references. Raises NothingToQuote, LineNotOffered and NoFee.
    """
    wanted: dict[str, int] = {}
    for one in seats:
        if one.run not in runs:
            raise LineNotOffered()
        wanted[one.run] = wanted.get(one.run, 0) + one.people
    if not wanted:
        raise NothingToQuote()
    audience = audience_of(organization)
    chosen = sorted((runs[reference] for reference in wanted), key=lambda run: (run.starts_at, run.id))
    lines = [
        EstimateLine(
            position=position, run=run, people=wanted[run.reference], price=price.amount, fee_audience=audience,
            tax_category=price.tax_category,
        )
        for position, run in enumerate(chosen, start=1)
        for price in (price_of(run, audience, booked_on=day_of(now)),)
    ]  # fmt: skip
    return EstimateFacts(lines, total(line.amount for line in lines), _valid_until(chosen, now=now))


def make_estimate(
    *,
    organization: Organization,
    facts: EstimateFacts,
    addressee: str,
    form_token: str,
    language: str,
    by: Actor,
    now: datetime,
) -> Estimate:
    """The quote, whose paper and number follow; the same form sent again gives the same one (R-42)."""
    made = select(Estimate).where(Estimate.organization_id == organization.id, Estimate.form_token == form_token)
    if (known := session.scalar(made)) is not None:
        return known
    reference = new_reference("C")
    content = documents.estimate_content(facts, organization=organization, addressee=addressee)
    wanted = PaperWanted(PaperKind.QUOTE, addressee, documents.estimate_subject(facts.lines), facts.total, content)
    request = request_paper(
        wanted, key=f"quote:{reference}", organization=organization, language=language, by=by, now=now
    )
    quote = Estimate(
        reference=reference, organization_id=organization.id, form_token=form_token, lines=list(facts.lines),
        valid_until_on=facts.valid_until_on, total=facts.total, request=request, created_at=now,
    )  # fmt: skip
    session.add(quote)
    session.flush()
    return quote


def _valid_until(runs: Sequence[CourseRun], *, now: datetime) -> date:
    """So many days as the courses say, the fewest of them; never later than booking for one of the runs."""
    days = min(run.course.quoted_days for run in runs)
    closes = min(day_of(run.booking_closes_at) for run in runs)
    return max(min(day_of(now) + timedelta(days=days), closes), day_of(now))
