"""Reminders before the last day: each step once, to those who need it and nobody else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from courses_app.accounts.models import Account, Membership, Organization
from courses_app.certificates import operations as certificates
from courses_app.certificates.models import Certificate
from courses_app.certificates.rules import valid_through
from courses_app.compliance import operations, tasks
from courses_app.compliance.models import ReminderRound, ReminderSent
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session, transaction
from courses_app.foundation.outbox import OutboxMessage
from tests.compliance.test_operations import facts_of, the_requirement

if TYPE_CHECKING:
    from courses_app.accounts.models import Person
    from tests.accounts.making import Coordinator
    from tests.compliance.conftest import MakeHere


@pytest.fixture
def coordinator(make: MakeHere, inside: Flask) -> Coordinator:
    make.law()
    return make.coordinator()


def completed_for(last: date) -> date:
    """A day of completion whose last day is this one (or, at the end of February, very near)."""
    return valid_through(last, -36)


def noon(day: date) -> datetime:
    return clock.start_of(day) + timedelta(hours=3)


def work(day: date) -> int:
    """The worker's rounds of a day; returns how many organizations were looked at."""
    done = 0
    while count := tasks.run_due(clock=lambda: noon(day)):
        done += count
    return done


def mails(kind: str = "") -> Sequence[OutboxMessage]:
    query = select(OutboxMessage).where(OutboxMessage.kind.startswith(f"compliance/{kind}")).order_by(OutboxMessage.id)
    return list(session.scalars(query))


def somebody(make: MakeHere, coordinator: Coordinator, last: date, **facts: object) -> Person:
    """A person of the organization whose completion counts through a day."""
    person = make.person(coordinator.organization, **facts)
    make.completed(coordinator, person, on=completed_for(last))
    return person


def test_each_step_goes_out_once(make: MakeHere, coordinator: Coordinator) -> None:
    last = clock.today() + timedelta(days=500)
    person = somebody(make, coordinator, last, email="attendee@example.jp")
    for months, sent in ((12, 1), (6, 2), (3, 3), (1, 4)):
        day = valid_through(last, -months)
        work(day - timedelta(days=1))
        assert len(mails("reminder_organization")) == sent - 1
        for _ in range(3):
            work(day)
        work(day + timedelta(days=1))
        assert len(mails("reminder_organization")) == len(mails("reminder_person")) == sent
    work(last + timedelta(days=1))
    assert len(mails()) == 8
    assert {mail.recipient for mail in mails()} == {coordinator.organization.contact_email, "attendee@example.jp"}
    steps = session.scalars(select(ReminderSent.months_before).where(ReminderSent.person_id == person.id))
    assert sorted(steps) == [1, 3, 6, 12]


def test_somebody_entered_late_gets_the_nearest_step_only(make: MakeHere, coordinator: Coordinator) -> None:
    last = clock.today() + timedelta(days=20)
    somebody(make, coordinator, last)
    for days in range(20):
        work(clock.today() + timedelta(days=days))
    assert len(mails("reminder_organization")) == 1
    noted = session.execute(select(ReminderSent.months_before, ReminderSent.sent_at.is_not(None))).all()
    assert sorted(tuple(row) for row in noted) == [(1, True), (3, False), (6, False), (12, False)]


def test_one_mail_an_organization_lists_everybody_of_the_day(make: MakeHere, coordinator: Coordinator) -> None:
    last = clock.today() + timedelta(days=60)
    people = [make.person(coordinator.organization, given_name=f"{number}郎") for number in range(3)]
    make.completed(coordinator, *people, on=completed_for(last))
    other = make.coordinator()
    somebody(make, other, last, given_name="他所")
    work(clock.today())
    ours, theirs = sorted(
        mails("reminder_organization"), key=lambda mail: mail.recipient != coordinator.organization.contact_email
    )
    assert ours.recipient == coordinator.organization.contact_email
    assert all(f"髙﨑 {number}郎" in ours.body for number in range(3))
    assert "他所" not in ours.body
    assert "3名" in ours.subject
    assert "他所" in theirs.body


def test_the_mail_names_runs_that_fit_with_links_to_them(make: MakeHere, coordinator: Coordinator) -> None:
    last = clock.today() + timedelta(days=60)
    somebody(make, coordinator, last)
    fits, full = make.run(days_ahead=30), make.run(days_ahead=31, capacity=1)
    make.paid(full)
    too_late, other_course = make.run(days_ahead=70), make.run("TIM", days_ahead=30)
    work(clock.today())
    (mail,) = mails("reminder_organization")
    assert f"http://127.0.0.1:8000/runs/{fits.reference}" in mail.body
    assert f"http://127.0.0.1:8000/runs?course={fits.course.slug}" in mail.body
    assert "http://127.0.0.1:8000/organization/compliance" in mail.body
    for run in (full, too_late, other_course):
        assert run.reference not in mail.body


def test_where_no_run_fits_the_mail_says_so(make: MakeHere, coordinator: Coordinator) -> None:
    somebody(make, coordinator, clock.today() + timedelta(days=20))
    make.run(days_ahead=40)
    work(clock.today())
    (mail,) = mails("reminder_organization")
    assert "期限までに受講できる日程は、現在受け付けていません" in mail.body


def test_whom_no_run_helps_is_told_beside_the_runs_that_help_others(make: MakeHere, coordinator: Coordinator) -> None:
    somebody(make, coordinator, clock.today() + timedelta(days=20), given_name="間に合わず")
    somebody(make, coordinator, clock.today() + timedelta(days=80), given_name="間に合う")
    run = make.run(days_ahead=40)
    work(clock.today())
    lines = mails("reminder_organization")[0].body.splitlines()
    late = next(at for at, line in enumerate(lines) if "間に合わず" in line)
    in_time = next(at for at, line in enumerate(lines) if "間に合う" in line)
    assert lines[late + 1].startswith("　※期限までに受講できる日程は")
    assert not lines[in_time + 1].startswith("　※")
    assert any(run.reference in line for line in lines)


def test_somebody_who_left_hears_nothing(make: MakeHere, coordinator: Coordinator) -> None:
    person = somebody(make, coordinator, clock.today() + timedelta(days=20), email="left@example.jp")
    with transaction():
        session.execute(update(Membership).where(Membership.person_id == person.id).values(until_on=clock.today()))
    work(clock.today())
    assert mails() == []


def test_a_revoked_certificate_reminds_nobody(make: MakeHere, coordinator: Coordinator) -> None:
    person = make.person(coordinator.organization)
    (certificate,) = make.completed(coordinator, person, on=completed_for(clock.today() + timedelta(days=20)))
    with transaction():
        number = session.get_one(Certificate, certificate.id).number
        certificates.revoke_certificate(number=number, reason="誤り", by=SYSTEM, now=clock.now())
    work(clock.today())
    assert mails() == []


def test_somebody_who_took_it_again_hears_nothing_of_the_old_day(make: MakeHere, coordinator: Coordinator) -> None:
    person = somebody(make, coordinator, clock.today() + timedelta(days=20))
    make.completed(coordinator, person, on=clock.today() - timedelta(days=2))
    work(clock.today())
    assert mails() == []


def test_who_has_lapsed_already_is_not_reminded(make: MakeHere, coordinator: Coordinator) -> None:
    somebody(make, coordinator, clock.today() - timedelta(days=1))
    somebody(make, coordinator, clock.today(), given_name="本日")
    work(clock.today())
    (mail,) = mails("reminder_organization")
    assert "本日まで" in mail.body
    assert mail.body.count("有効期限 2") == 1


def test_a_shorter_requirement_brings_the_reminder_forward(make: MakeHere, coordinator: Coordinator) -> None:
    person = somebody(make, coordinator, clock.today() + timedelta(days=500))
    make.appointed(coordinator, person)
    work(clock.today())
    assert mails() == []
    with transaction():
        requirement = the_requirement()
        facts = replace(facts_of(requirement), validity_months=24)
        operations.change_requirement(requirement, facts, version=requirement.version, by=SYSTEM, now=clock.now())
    work(clock.today() + timedelta(days=1))
    (mail,) = mails("reminder_organization")
    assert "有効期限" in mail.body


def test_the_person_is_told_once_also_with_two_organizations(make: MakeHere, coordinator: Coordinator) -> None:
    person = somebody(make, coordinator, clock.today() + timedelta(days=20), email="both@example.jp")
    other = make.coordinator()
    with transaction():
        session.add(Membership(person_id=person.id, organization_id=other.organization.id, from_on=clock.today()))
    work(clock.today())
    assert len(mails("reminder_organization")) == 2
    assert len(mails("reminder_person")) == 1


def test_whoever_reads_the_organizations_mail_gets_it_once(make: MakeHere, coordinator: Coordinator) -> None:
    contact = coordinator.organization.contact_email
    somebody(make, coordinator, clock.today() + timedelta(days=20), email=contact.upper())
    work(clock.today())
    assert [mail.kind for mail in mails()] == ["compliance/reminder_organization"]


def test_the_reader_is_written_to_in_their_language(make: MakeHere, coordinator: Coordinator) -> None:
    reader = make.member(coordinator.organization, email="english@example.jp")
    make.completed(coordinator, reader.person, on=completed_for(clock.today() + timedelta(days=20)))
    with transaction():
        session.execute(update(Account).where(Account.email == reader.email).values(language="en"))
    run = make.run(days_ahead=15)
    work(clock.today())
    (mail,) = mails("reminder_person")
    assert mail.subject == "The last day of your course completion is coming near"
    assert f"{run.course.name_en}" in mail.body
    assert "20 days left" in mail.body
    assert (mails("reminder_organization"))[0].subject.startswith("【有効期限のお知らせ】")


def test_the_day_is_looked_through_once_in_pieces(
    make: MakeHere, coordinator: Coordinator, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        somebody(make, make.coordinator(), clock.today() + timedelta(days=20))
    monkeypatch.setattr(tasks, "BATCH", 2)
    today = clock.today()
    assert [tasks.run_due(clock=lambda: noon(today)) for _ in range(3)] == [2, 1, 0]
    round_of_today = session.scalars(select(ReminderRound)).one()
    assert round_of_today.reminders == 3
    assert round_of_today.finished_at is not None


def test_one_organization_that_fails_does_not_stop_the_others(
    make: MakeHere, coordinator: Coordinator, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, whole = make.coordinator(), make.coordinator()
    for one in (broken, whole):
        somebody(make, one, clock.today() + timedelta(days=20))
    present = operations.remind_organization

    def sometimes(organization: Organization, **how: date) -> int:
        if organization.id == broken.organization.id:
            raise RuntimeError("a fault")
        return present(organization, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(operations, "remind_organization", sometimes)
    work(clock.today())
    assert [mail.recipient for mail in mails()] == [whole.organization.contact_email]
    monkeypatch.setattr(operations, "remind_organization", present)
    work(clock.today() + timedelta(days=1))
    assert [mail.recipient for mail in mails()][1:] == [broken.organization.contact_email]


def test_without_steps_nobody_is_reminded(make: MakeHere, coordinator: Coordinator) -> None:
    somebody(make, coordinator, clock.today() + timedelta(days=20))
    with transaction():
        operations.change_reminder_steps([], by=SYSTEM, now=clock.now())
    work(clock.today())
    assert mails() == []
    assert session.scalar(select(func.count()).select_from(ReminderSent)) == 0
