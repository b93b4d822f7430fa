"""The services, and the courses of the catalogue that can be held as one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from courses_app.catalogue.models import Course
from courses_app.dispatches.models import Service
from courses_app.foundation.db import session


def offered_services(today: date) -> Sequence[Service]:
    """What can be asked for today, in the house's order."""
    ends = or_(Service.until_on.is_(None), Service.until_on >= today)
    return session.scalars(
        select(Service).where(Service.from_on <= today, ends).order_by(Service.position, Service.id)
    ).all()


def all_services() -> Sequence[Service]:
    """Those of the past and to come, too."""
    return session.scalars(select(Service).order_by(Service.position, Service.id)).all()


def service_by_code(code: str) -> Service | None:
    """One of them."""
    return session.scalar(select(Service).options(joinedload(Service.course)).where(Service.code == code))


def seminars(today: date) -> Sequence[Course]:
    """Courses that can be held for one organization: all that are taught, except those with a certificate."""
    taught = or_(Course.withdrawn_on.is_(None), Course.withdrawn_on > today)
    query = select(Course).where(taught, ~Course.issues_certificate, ~Course.on_request)
    return session.scalars(query.order_by(Course.position, Course.id)).all()
