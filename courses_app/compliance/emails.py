"""Letters about last days: one to an organization for all its people, one to each person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from flask import current_app
from sqlalchemy import select

from courses_app.accounts.models import Account, Organization, Person
from courses_app.catalogue.models import Course
from courses_app.compliance.queries import FittingRun, Reminder
from courses_app.foundation.db import session
from courses_app.foundation.outbox import queue_mail
from courses_app.payments.queries import issuer_on

Reminded = tuple[Reminder, Sequence[FittingRun]]


def remind_organization(
    organization: Organization, reminded: Sequence[Reminded], *, today: date, now: datetime
) -> None:
    """Everybody of the organization whose completion comes to its last day, by course, with runs that fit."""
    queue_mail(
        "compliance/reminder_organization",
        to=organization.contact_email,
        language=_language(organization.contact_email),
        subject=("organization", organization.reference),
        facts={
            "organization": organization,
            "people": len({reminder.person.id for reminder, _fitting in reminded if reminder.seat is None}),
            **_facts(reminded, today),
        },
        now=now,
    )


def remind_person(
    person: Person, reminded: Sequence[Reminded], organization: Organization, *, today: date, now: datetime
) -> None:
    """The same to the person, unless they have no address or read the organization's mail anyway."""
    if not person.email or person.email.casefold() == organization.contact_email.casefold():
        return
    queue_mail(
        "compliance/reminder_person",
        to=person.email,
        language=_language(person.email),
        subject=("person", person.reference),
        facts={"person": person, "organization": organization, **_facts(reminded, today)},
        now=now,
    )


def _facts(reminded: Sequence[Reminded], today: date) -> dict[str, Any]:
    return {
        "courses": _by_course(reminded),
        "base_url": current_app.config["SETTINGS"].base_url,
        "issuer": issuer_on(today),
    }


def _by_course(reminded: Iterable[Reminded]) -> list[dict[str, Any]]:
    """The reminders of each course, whether a run fits each, the runs that fit any of them, soonest first, and whether
    anybody still needs one."""
    courses: dict[int, dict[str, Any]] = {}
    for reminder, fitting in reminded:
        entry = courses.setdefault(reminder.course.id, _nothing_yet(reminder.course))
        entry["reminders"].append((reminder, bool(fitting)))
        entry["to_book"] |= reminder.seat is None
        entry["runs"].extend(run for run in fitting if run not in entry["runs"])
    for entry in courses.values():
        entry["runs"].sort(key=lambda fitting: fitting.run.starts_at)
    return list(courses.values())


def _nothing_yet(course: Course) -> dict[str, Any]:
    return {"course": course, "reminders": [], "runs": [], "to_book": False}


def _language(email: str) -> str:
    """The language of whoever signs in with this address; Japanese where nobody does."""
    return session.scalar(select(Account.language).where(Account.email == email.casefold())) or "ja"
