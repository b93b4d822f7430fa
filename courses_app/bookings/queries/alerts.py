"""Who wants to hear of new runs, and which runs they have not heard of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, not_, or_, select
from sqlalchemy.orm import joinedload

from courses_app.accounts.models import Organization
from courses_app.bookings.models import RunAlert, RunAlertTold
from courses_app.bookings.rules import ANY_PLACE, ONLINE
from courses_app.catalogue.models import CourseRun, Delivery, Prefecture, RunStatus, Venue
from courses_app.catalogue.queries import OF_EVERYBODY
from courses_app.foundation.db import session

AT_ONCE = 200  # mails of one round; the others follow in the next


def alerts_of(organization: Organization) -> Sequence[RunAlert]:
    """What an organization asked for, the latest first."""
    return session.scalars(
        select(RunAlert)
        .options(joinedload(RunAlert.course))
        .where(RunAlert.organization_id == organization.id)
        .order_by(RunAlert.id.desc())
    ).all()


def alert_of(organization: Organization, reference: str) -> RunAlert | None:
    """One of them; None for others', as if they were not there."""
    return session.scalars(
        select(RunAlert).where(RunAlert.organization_id == organization.id, RunAlert.reference == reference)
    ).one_or_none()


def alerts_due(*, now: datetime) -> Sequence[tuple[int, int]]:
    """Alerts and runs that fit, of which nobody was told; each is looked at again in its own transaction."""
    told = exists().where(RunAlertTold.alert_id == RunAlert.id, RunAlertTold.run_id == CourseRun.id)
    query = (
        select(RunAlert.id, CourseRun.id)
        .join(CourseRun, CourseRun.course_id == RunAlert.course_id)
        .outerjoin(Venue, Venue.id == CourseRun.venue_id)
        .outerjoin(Prefecture, Prefecture.code == Venue.prefecture_code)
        .where(
            OF_EVERYBODY,
            CourseRun.status == RunStatus.PUBLISHED,
            CourseRun.booking_closes_at > now,
            or_(
                RunAlert.place == ANY_PLACE,
                (RunAlert.place == ONLINE) & (CourseRun.delivery == Delivery.ONLINE),
                RunAlert.place.in_((Prefecture.code, Prefecture.region)),
            ),
            not_(told),
        )
    )
    found = session.execute(query.order_by(CourseRun.id, RunAlert.id).limit(AT_ONCE)).all()
    return [(alert_id, run_id) for alert_id, run_id in found]
