"""Quotes of an organization, and the runs that can be quoted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from courses_app.accounts.models import MemberStatus, Organization
from courses_app.bookings.models import Booking, Estimate, EstimateLine, EstimateUse
from courses_app.catalogue.models import Course, CourseRun, FeeAudience, RunStatus
from courses_app.catalogue.queries import LISTED
from courses_app.foundation.db import session
from courses_app.foundation.paging import Page, paged
from courses_app.payments.models import PaperRequest

MOST_TO_CHOOSE = 300


def runs_to_quote(*, now: datetime) -> dict[str, CourseRun]:
    """Public runs that can still be booked, by their references, in the order of course and day."""
    query = (
        select(CourseRun)
        .join(CourseRun.course)
        .options(joinedload(CourseRun.course).selectinload(Course.fees), joinedload(CourseRun.venue))
        .where(LISTED, CourseRun.status == RunStatus.PUBLISHED, CourseRun.booking_closes_at > now)
        .order_by(Course.position, Course.id, CourseRun.starts_at, CourseRun.id)
        .limit(MOST_TO_CHOOSE)
    )
    return {run.reference: run for run in session.scalars(query)}


def estimate_of(organization: Organization, reference: str) -> Estimate | None:
    """A quote of the organization, with its lines, its paper and the bookings that were made of it."""
    of_it = (Estimate.organization_id == organization.id, Estimate.reference == reference)
    return session.scalar(_whole().where(*of_it))


def estimate_for_office(reference: str) -> Estimate | None:
    """Any quote."""
    return session.scalar(_whole().where(Estimate.reference == reference))


def estimates_of(organization: Organization, page: int = 1) -> Page[Estimate]:
    """The quotes of an organization, the newest first."""
    query = _whole().where(Estimate.organization_id == organization.id)
    return paged(query.order_by(Estimate.id.desc()), number=page)


def estimate_behind(booking: Booking) -> Estimate | None:
    """The quote at whose prices a booking was made."""
    used = select(EstimateUse.estimate_id).where(EstimateUse.booking_id == booking.id)
    return session.scalar(_whole().where(Estimate.id.in_(used)))


def audience_of(organization: Organization) -> FeeAudience:
    """Whose prices it pays: those of members once staff have verified the membership."""
    verified = organization.member_status is MemberStatus.VERIFIED
    return FeeAudience.MEMBER if verified else FeeAudience.GENERAL


def _whole() -> Select[Estimate]:
    return select(Estimate).options(
        joinedload(Estimate.organization),
        joinedload(Estimate.request).selectinload(PaperRequest.papers),
        selectinload(Estimate.lines).joinedload(EstimateLine.run).joinedload(CourseRun.course),
        selectinload(Estimate.lines).joinedload(EstimateLine.run).joinedload(CourseRun.venue),
        selectinload(Estimate.uses).joinedload(EstimateUse.booking),
    )
