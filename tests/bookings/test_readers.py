"""Who reads the mails about what a coordinator has asked for, once that coordinator is gone."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from courses_app.accounts import operations as accounts
from courses_app.accounts import queries as people
from courses_app.accounts.models import Account, Membership, Organization, Person
from courses_app.bookings import operations, tasks
from courses_app.catalogue.models import Course
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session, transaction
from courses_app.foundation.matters import Matter
from courses_app.foundation.outbox import OutboxMessage
from tests.accounts.making import Coordinator
from tests.bookings.conftest import MakeHere
from tests.bookings.test_waiting import cancel

pytestmark = pytest.mark.usefixtures("inside")


def leaves(somebody: Coordinator) -> None:
    with transaction():
        membership = people.live_membership(somebody.person.id, somebody.organization.id)
        assert membership is not None
        accounts.end_membership(membership, until_on=clock.today(), by=SYSTEM, now=clock.now())


def recipients(kind: str) -> list[str]:
    found = select(OutboxMessage.recipient).where(OutboxMessage.kind == f"bookings/{kind}").order_by(OutboxMessage.id)
    return list(session.scalars(found))


def body(kind: str) -> str:
    return session.scalars(select(OutboxMessage.body).where(OutboxMessage.kind == f"bookings/{kind}")).one()


def test_whoever_left_hears_nothing_more_and_a_colleague_does(make: MakeHere) -> None:
    run = make.run(capacity=1)
    left = make.coordinator(email="left@example.jp")
    make.person(left.organization, email="nobody@example.jp")
    stays = make.coordinator(left.organization, email="stays@example.jp", family_name="残留", given_name="花")
    booking = make.ordered(run, organization=left.organization, booked_by=left.person)
    party = make.waiting(run, organization=left.organization, booked_by=left.person)
    leaves(left)
    make.pay(booking)
    assert recipients("confirmed") == ["stays@example.jp"]
    assert "残留 花 様" in body("confirmed")
    with transaction():
        operations.cancel_by_office(booking=booking, reason="x", by=SYSTEM, now=clock.now())
    tasks.run_due(clock=clock.now)
    assert recipients("offered") == ["stays@example.jp"]
    assert recipients("waiting_joined") == ["left@example.jp"]  # they were there then
    assert party.id
    assert stays.person.id
    assert session.scalars(select(Matter).where(Matter.kind == accounts.NOBODY_TO_WRITE)).all() == []


def test_news_of_runs_go_to_who_is_there(make: MakeHere) -> None:
    make.issuer()
    course, left = make.course(), make.coordinator(email="left@example.jp")
    make.coordinator(left.organization, email="stays@example.jp")
    with transaction():
        operations.ask_for_runs(
            organization=session.get_one(Organization, left.organization.id), place="any", language="ja", by=SYSTEM,
            course=session.get_one(Course, course.id), asked_by=session.get_one(Person, left.person.id),
            now=clock.now(),
        )  # fmt: skip
    leaves(left)
    make.run(days_ahead=60)
    tasks.run_due(clock=clock.now)
    assert recipients("run_opened") == ["stays@example.jp"]


@pytest.mark.parametrize("how", ["membership", "account"])
def test_where_nobody_is_left_the_office_gets_the_mail_and_a_matter(make: MakeHere, how: str) -> None:
    run = make.run(capacity=2)
    alone = make.coordinator(email="left@example.jp")
    booking = make.ordered(run, organization=alone.organization, booked_by=alone.person)
    with transaction():
        if how == "account":  # closed by the office; the membership stays
            session.scalars(select(Account).where(Account.person_id == alone.person.id)).one().active = False
        else:
            session.scalars(
                select(Membership).where(Membership.person_id == alone.person.id)
            ).one().until_on = clock.today()
    cancel(booking)
    assert "left@example.jp" not in recipients("cancelled") + recipients("seats_cancelled")
    assert len(recipients("cancelled")) == 1
    assert alone.organization.name in body("cancelled")
    matter = session.scalars(select(Matter).where(Matter.kind == accounts.NOBODY_TO_WRITE)).one()
    assert matter.subject_reference == alone.organization.reference
