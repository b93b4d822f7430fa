"""News of new runs: asking for it, being told once of each, and no longer asking."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from courses_app.accounts.models import Organization, Person
from courses_app.bookings import emails
from courses_app.bookings.models import RunAlert, RunAlertTold
from courses_app.catalogue.models import Course, CourseRun, RunStatus
from courses_app.catalogue.queries import OF_EVERYBODY
from courses_app.foundation import audit
from courses_app.foundation.audit import Actor
from courses_app.foundation.db import session
from courses_app.foundation.references import new_reference


def ask_for_runs(
    *, organization: Organization, course: Course, place: str, asked_by: Person, language: str, by: Actor, now: datetime
) -> RunAlert:
    """Hear of each run of the course that opens from now on at the place; asking twice is asking once."""
    session.scalar(select(Organization.id).where(Organization.id == organization.id).with_for_update())
    known = session.scalars(
        select(RunAlert).where(
            RunAlert.organization_id == organization.id, RunAlert.course_id == course.id, RunAlert.place == place
        )
    ).one_or_none()
    if known is not None:
        return known
    alert = RunAlert(
        reference=new_reference("A"), organization_id=organization.id, asked_by_person_id=asked_by.id,
        course_id=course.id, place=place, language=language, asked_at=now,
    )  # fmt: skip
    session.add(alert)
    session.flush()
    opened = select(CourseRun.id).where(
        CourseRun.course_id == course.id,
        OF_EVERYBODY,
        CourseRun.status == RunStatus.PUBLISHED,
        CourseRun.booking_closes_at > now,
    )
    session.add_all(RunAlertTold(alert_id=alert.id, run_id=run_id) for run_id in session.scalars(opened))
    detail = {"course": course.code, "place": place}
    audit.record(by=by, now=now, action="alert.asked", subject=("alert", alert.reference), detail=detail)
    session.flush()
    return alert


def no_longer_ask(*, alert: RunAlert, by: Actor, now: datetime) -> None:
    """The organization hears of no more runs by this alert."""
    audit.record(by=by, now=now, action="alert.removed", subject=("alert", alert.reference))
    session.delete(alert)
    session.flush()


def tell_of_run(*, alert_id: int, run_id: int, now: datetime) -> bool:
    """Owe the mail, to each person once whatever they asked for; whether the alert had not told of the run before.

    The lock of the organization lets one of two workers do it: several of its alerts may fit a run.
    """
    asked = select(RunAlert.organization_id).where(RunAlert.id == alert_id).scalar_subquery()
    session.scalar(select(Organization.id).where(Organization.id == asked).with_for_update())
    alert = session.scalars(select(RunAlert).where(RunAlert.id == alert_id)).one_or_none()
    if alert is None or session.get(RunAlertTold, (alert_id, run_id)) is not None:
        return False
    run = session.get_one(CourseRun, run_id)
    if run.private or run.status is not RunStatus.PUBLISHED or run.booking_closes_at <= now:
        return False
    session.add(RunAlertTold(alert_id=alert_id, run_id=run_id))
    emails.run_opened(alert, run=run, now=now)
    session.flush()
    return True
