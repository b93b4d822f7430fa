"""Reminders: noted once, and the mails owed for them, in one transaction per organization."""

from __future__ import annotations

from datetime import date, datetime

from courses_app.accounts.models import Organization
from courses_app.compliance import emails, queries
from courses_app.compliance.models import ReminderRound, ReminderSent
from courses_app.compliance.queries import FittingRun, Reminder
from courses_app.foundation.audit import SYSTEM, record
from courses_app.foundation.db import session

FITTING_RUNS_NAMED = 3


def remind_organization(organization: Organization, *, today: date, now: datetime) -> int:
    """Owe one mail to the organization that lists everybody due today, and one to each of them; returns how many.

    The steps that were passed over are noted too, so that they never go out later.
    """
    due = queries.reminders_due(organization, today=today)
    if not due:
        return 0
    for reminder in due:
        _note(reminder, organization, now=now)
    open_runs = queries.fitting_runs({reminder.course.id for reminder in due}, now=now)
    runs = [(reminder, _fitting(open_runs, reminder)) for reminder in due]
    emails.remind_organization(organization, runs, today=today, now=now)
    for person in {reminder.person.id: reminder.person for reminder in due if not reminder.told}.values():
        own = [(reminder, fitting) for reminder, fitting in runs if reminder.person is person and not reminder.told]
        emails.remind_person(person, own, organization, today=today, now=now)
    subject = ("organization", organization.reference)
    record(by=SYSTEM, now=now, action="reminder.sent", subject=subject, detail={"people": len(due)})
    session.flush()
    return len(due)


def _fitting(open_runs: dict[int, list[FittingRun]], reminder: Reminder) -> list[FittingRun]:
    return queries.choose_fitting(open_runs, reminder.course.id, before=reminder.valid_through, most=FITTING_RUNS_NAMED)


def _note(reminder: Reminder, organization: Organization, *, now: datetime) -> None:
    for step in (reminder.steps.nearest, *reminder.steps.passed):
        session.add(
            ReminderSent(
                organization_id=organization.id,
                person_id=reminder.person.id,
                course_id=reminder.course.id,
                valid_through=reminder.valid_through,
                months_before=step,
                noted_at=now,
                sent_at=now if step == reminder.steps.nearest else None,
            )
        )


def move_round(today: date, *, reached: int, reminders: int) -> None:
    """The day's round has come to an organization."""
    present = queries.round_of(today) or _begin(today)
    present.reached = max(present.reached, reached)
    present.reminders += reminders
    session.flush()


def finish_round(today: date, *, now: datetime) -> None:
    """Nothing more is looked for today."""
    present = queries.round_of(today) or _begin(today)
    present.finished_at = now
    session.flush()


def _begin(today: date) -> ReminderRound:
    begun = ReminderRound(on=today, reached=0, reminders=0)
    session.add(begun)
    return begun
