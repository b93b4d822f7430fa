"""Reminders: noted once, and the mails owed for them, in one transaction per organization."""

from __future__ import annotations

from datetime import date, datetime

from courses_app.accounts.models import Organization, Person
from courses_app.compliance import emails, queries
from courses_app.compliance.models import ReminderRound, ReminderSent
from courses_app.compliance.queries import FittingRun, Reminder
from courses_app.foundation.audit import SYSTEM, record
from courses_app.foundation.db import session

FITTING_RUNS_NAMED = 3


def remind_organization(organization: Organization, *, today: date, now: datetime) -> int:
    """Owe one mail to the organization that lists everybody due today, and one to each of them; returns how many.

    The steps that were passed over are noted too, so that they never go out later. Who has a seat in time needs no
    reminder; it is not noted either, so that it goes out should the seat be given back. The organization's mail says
    what it has booked for whom; where everybody has a seat there is no mail.
    """
    found = queries.reminders_due(organization, today=today, now=now)
    due = [reminder for reminder in found if reminder.seat is None]
    if not due:
        return 0
    for reminder in due:
        _note(reminder, organization, now=now)
    open_runs = queries.fitting_runs({reminder.course.id for reminder in due}, now=now)
    runs = [(reminder, _fitting(open_runs, reminder)) for reminder in found if _concerns(reminder, organization)]
    emails.remind_organization(organization, runs, today=today, now=now)
    for person in {reminder.person.id: reminder.person for reminder in due if not reminder.told}.values():
        own = [(reminder, fitting) for reminder, fitting in runs if _tells(reminder, person)]
        emails.remind_person(person, own, organization, today=today, now=now)
    subject = ("organization", organization.reference)
    record(by=SYSTEM, now=now, action="reminder.sent", subject=subject, detail={"people": len(due)})
    session.flush()
    return len(due)


def _concerns(reminder: Reminder, organization: Organization) -> bool:
    """Whether an organization hears of it: what others have booked for the person is not its to know."""
    return reminder.seat is None or reminder.seat.booking.organization_id == organization.id


def _tells(reminder: Reminder, person: Person) -> bool:
    return reminder.person is person and reminder.seat is None and not reminder.told


def _fitting(open_runs: dict[int, list[FittingRun]], reminder: Reminder) -> list[FittingRun]:
    if reminder.seat is not None:
        return []
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
