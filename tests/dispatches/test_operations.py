"""Requests on both databases: every move, what it leaves behind, and what is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text

from courses_app.bookings import operations as bookings
from courses_app.bookings.operations import AttendeeFacts
from courses_app.catalogue import operations as catalogue
from courses_app.catalogue import queries as runs
from courses_app.catalogue.models import Course, Venue
from courses_app.catalogue.rules import DraftNeeded, MeetingPlan, PlanRefused, RunStatus
from courses_app.cli.ledger import violations
from courses_app.dispatches import operations, queries, tasks
from courses_app.dispatches.models import Dispatch, Service
from courses_app.dispatches.rules import (
    DISPATCH,
    DispatchMove,
    DispatchState,
    NothingQuoted,
    NotOffered,
    Place,
    QuoteOutOfTime,
    WishRefused,
    WordsMissing,
)
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM, AuditEntry
from courses_app.foundation.db import session
from courses_app.foundation.lifecycle import MoveNotAllowed
from courses_app.foundation.matters import Matter
from courses_app.foundation.outbox import OutboxMessage
from courses_app.foundation.yen import Yen
from courses_app.payments.models import PaymentMethod, Provider
from courses_app.rosters import operations as rosters
from tests.dispatches.making import asked, offered
from tests.make import Make

DAY = timedelta(days=1)


def mails() -> list[tuple[str, str]]:
    found = session.scalars(select(OutboxMessage).where(OutboxMessage.kind.startswith("dispatches/")))
    return [(one.kind.removeprefix("dispatches/"), one.recipient) for one in found]


def test_services_are_loaded_once_and_stay_as_staff_left_them(inside: Flask, make: Make) -> None:
    service = make.service()
    assert [one.code for one in queries.offered_services(clock.today())] == [
        "briefing", "legal-protection", "special-education", "japanese-training", "consultation",
    ]  # fmt: skip
    with make.deed():
        session.get_one(Service, service.id).name_ja = "講師の派遣"
    again = make.service()
    assert again.name_ja == "講師の派遣"
    assert len(queries.all_services()) == 5
    assert len(runs.course_lines()) == 19, "what is held on request stands on no list"
    assert runs.course_by_slug("on-request-briefing") is None


def test_a_course_on_request_has_no_public_run(inside: Flask, make: Make) -> None:
    make.service()
    begins = clock.now().replace(microsecond=0) + 30 * DAY
    meetings = (MeetingPlan(begins, begins + timedelta(hours=2), "説明会", "Briefing", 120),)
    with pytest.raises(PlanRefused):
        make.run("DBR", meetings=meetings)
    assert make.run("DBR", meetings=meetings, private=True).link_token


def test_a_request_is_mailed_to_both_and_the_same_form_asks_once(inside: Flask, make: Make) -> None:
    somebody = make.coordinator()
    made = make.requested(somebody, form_token="once")
    assert make.requested(somebody, form_token="once").id == made.id
    assert made.reference.startswith("D-")
    assert mails() == [("requested", somebody.email), ("office", "office@example.jp")]
    assert (made.state, made.prefecture_code, len(made.wishes)) == (DispatchState.REQUESTED, "13", 1)


@pytest.mark.parametrize(
    ("service", "changes", "field"),
    [
        ("special-education", {"place": Place.ONLINE}, "place"),
        ("briefing", {"address": ""}, "address"),
        ("briefing", {"language": "vi"}, "language"),
        ("consultation", {"heads": 11}, "heads"),
        ("briefing", {"wishes": ()}, "wishes"),
        ("briefing", {"wishes": (asked().wishes[0], asked().wishes[0])}, "wishes"),
    ],
)
def test_what_can_not_be_is_said_on_its_field(
    inside: Flask, make: Make, service: str, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(WishRefused) as refused:
        make.requested(service=service, **changes)
    assert refused.value.field == field
    assert session.scalar(select(Dispatch.id)) is None


def test_a_wish_too_soon_and_a_service_that_has_ended(inside: Flask, make: Make) -> None:
    service = make.service()
    soon = asked().wishes[0].__class__(clock.today() + DAY, asked().wishes[0].time)
    with pytest.raises(WishRefused):
        make.requested(wishes=(soon,))
    with make.deed():
        session.get_one(Service, service.id).until_on = clock.today() - DAY
    assert len(queries.offered_services(clock.today())) == 4
    with pytest.raises(NotOffered):
        make.requested()


def test_question_answer_no_and_withdrawal(inside: Flask, make: Make) -> None:
    made = make.requested()
    with pytest.raises(WordsMissing), make.deed():
        operations.ask_back(dispatch=made, words="  ", by=SYSTEM, now=clock.now())
    with make.deed():
        operations.ask_back(dispatch=made, words="何階ですか", by=SYSTEM, now=clock.now())
    with make.deed():
        operations.answer(dispatch=made, words="3階です", by=SYSTEM, now=clock.now())
    assert [(note.by_office, note.words) for note in make.dispatch(made).notes] == [
        (True, "何階ですか"), (False, "3階です"),
    ]  # fmt: skip
    with make.deed():
        operations.decline(dispatch=made, reason="講師の都合がつきません", by=SYSTEM, now=clock.now())
    assert make.dispatch(made).state is DispatchState.DECLINED
    with pytest.raises(MoveNotAllowed), make.deed():
        operations.withdraw(dispatch=made, by=SYSTEM, now=clock.now())
    other = make.quoted()
    with make.deed():
        operations.withdraw(dispatch=other, words="予算の都合", by=SYSTEM, now=clock.now())
    assert make.dispatch(other).state is DispatchState.WITHDRAWN
    assert [kind for kind, _ in mails()].count("office") == 4


def test_a_quote_accepted_is_one_invoice_and_a_private_run_of_the_organization(inside: Flask, make: Make) -> None:
    somebody, teacher = make.coordinator(), make.instructor().person
    made = make.accepted(somebody, instructor=teacher.reference)
    run, invoice = made.run, made.invoice
    assert run is not None
    assert invoice is not None
    assert (run.status, run.private, run.organization_id) == (RunStatus.DRAFT, True, somebody.organization.id)
    assert (run.capacity, run.price_general, run.price_member, run.course.code) == (24, 0, 0, "DBR")
    assert run.venue is not None
    assert (run.venue.name_ja, run.venue.closed_on) == ("協同組合会館 大会議室", clock.today() + 41 * DAY)
    assert [one.instructor_id for one in run.meetings] == [teacher.id]
    assert (invoice.total, invoice.method, invoice.order_reference) == (
        75_000,
        PaymentMethod.BANK_TRANSFER,
        made.reference,
    )
    assert invoice.due_on is not None
    assert invoice.due_on > clock.today()
    with make.deed():
        operations.accept(dispatch=made, number=1, by=SYSTEM, now=clock.now())
    assert make.dispatch(made).invoice_id == invoice.id
    with pytest.raises(DraftNeeded), make.deed():
        draft = runs.run_for_update(run.reference)
        assert draft is not None
        catalogue.remove_draft(draft, by=SYSTEM, now=clock.now())
    assert list(violations()) == []


def test_only_the_quote_that_was_shown_is_accepted_and_only_in_time(inside: Flask, make: Make) -> None:
    made = make.quoted()
    with make.deed():
        operations.make_quote(dispatch=made, facts=offered(capacity=30), by=SYSTEM, now=clock.now())
    for number in (0, 1):
        with pytest.raises(NothingQuoted), make.deed():
            operations.accept(dispatch=made, number=number, by=SYSTEM, now=clock.now())
    late = clock.now() + 15 * DAY
    with pytest.raises(QuoteOutOfTime), make.deed():
        operations.accept(dispatch=made, number=2, by=SYSTEM, now=late)
    assert tasks.run_due(clock=lambda: clock.now() + 14 * DAY) == 0
    assert tasks.run_due(clock=lambda: late) == 1
    assert tasks.run_due(clock=lambda: late) == 0
    assert make.dispatch(made).state is DispatchState.EXPIRED
    assert [kind for kind, _ in mails()].count("expired") == 1
    with make.deed():
        operations.make_quote(dispatch=made, facts=offered(), by=SYSTEM, now=clock.now())
    assert make.dispatch(made).state is DispatchState.QUOTED


def test_held_and_paid_it_is_finished(inside: Flask, make: Make) -> None:
    somebody = make.coordinator()
    made = make.planned(somebody)
    assert made.run is not None
    with make.deed():
        held = bookings.hold_seats(
            organization=somebody.organization, run_reference=made.run.reference, form_token="names",
            attendees=[AttendeeFacts(person=somebody.person.reference)], by=SYSTEM, booked_by=somebody.person,
            now=clock.now(),
        )  # fmt: skip
        booking = bookings.order(
            booking=held, payment_method=PaymentMethod.NONE, stripe_enabled=False, language="ja", by=SYSTEM,
            now=clock.now(),
        )  # fmt: skip
        assert (booking.total, booking.status.value) == (0, "paid")
    over = made.run.ends_at + timedelta(hours=1)
    assert tasks.run_due(clock=lambda: over) == 0, "not paid yet"
    pay(make, made)
    assert tasks.run_due(clock=clock.now) == 0, "not held yet"
    assert tasks.run_due(clock=lambda: over) == 1
    assert make.dispatch(made).state is DispatchState.CLOSED
    assert list(violations()) == []


def test_called_off_unpaid_ends_the_invoice_and_paid_gives_the_money_back(inside: Flask, make: Make) -> None:
    unpaid, paid = make.planned(), make.planned()
    pay(make, paid)
    for made in (unpaid, paid):
        run = runs.run_by_reference(made.run.reference if made.run else "")
        assert run is not None
        with make.deed():
            rosters.call_off(run=run, reason="講師の急病", by=SYSTEM, now=clock.now())
    assert tasks.run_due(clock=clock.now) == 2
    first, second = make.dispatch(unpaid).invoice, make.dispatch(paid).invoice
    assert first is not None
    assert second is not None
    assert (first.cancelled_at is not None, first.refunds) == (True, [])
    assert (second.cancelled_at, [one.amount for one in second.refunds]) == (None, [75_000])
    assert [kind for kind, _ in mails()].count("called_off") == 2
    assert list(violations()) == []


def test_an_agreement_ends_before_its_plan_was_confirmed(inside: Flask, make: Make) -> None:
    made = make.accepted()
    assert made.run is not None
    reference = made.run.reference
    with make.deed():
        operations.call_off(dispatch=made, reason="会場が使えなくなりました", by=SYSTEM, now=clock.now())
    after = make.dispatch(made)
    assert (after.state, after.run_id) == (DispatchState.CALLED_OFF, None)
    assert runs.run_by_reference(reference) is None
    assert after.invoice is not None
    assert after.invoice.cancelled_at is not None
    assert list(violations()) == []
    planned = make.planned()
    with pytest.raises(MoveNotAllowed), make.deed():
        operations.call_off(dispatch=planned, reason="x", by=SYSTEM, now=clock.now())


def test_what_is_free_needs_no_money(inside: Flask, make: Make) -> None:
    lines = (offered().lines[0].__class__("初回の相談", 1, Yen(0), offered().lines[0].tax_category),)
    made = make.planned(lines=lines)
    assert made.invoice is not None
    assert (made.invoice.total, made.invoice.due_on) == (0, None)
    assert made.run is not None
    over = made.run.ends_at + timedelta(hours=1)
    assert tasks.run_due(clock=lambda: over) == 1


def test_a_clash_stops_nobody_but_is_put_before_the_office(inside: Flask, make: Make) -> None:
    teacher = make.instructor().person
    made = make.quoted(instructor=teacher.reference)
    make.run(days_ahead=40, instructor=teacher)
    with make.deed():
        operations.accept(dispatch=made, number=1, by=SYSTEM, now=clock.now())
    matter = session.scalars(select(Matter)).one()
    assert (matter.kind, matter.subject_reference) == ("dispatch_clash", made.reference)


def test_every_move_leaves_its_audit_row(inside: Flask, make: Make) -> None:
    made = make.planned()
    told = session.execute(
        select(AuditEntry.action, AuditEntry.before, AuditEntry.after)
        .where(AuditEntry.subject_reference == made.reference)
        .order_by(AuditEntry.id)
    ).all()
    assert [tuple(row) for row in told] == [
        ("dispatch.request", None, "requested"), ("dispatch.quote", "requested", "quoted"),
        ("dispatch.accept", "quoted", "accepted"), ("dispatch.plan", "accepted", "planned"),
    ]  # fmt: skip


def test_every_state_with_every_move(inside: Flask) -> None:
    for state in DispatchState:
        for move in DispatchMove:
            if not DISPATCH.allows(state, move):
                with pytest.raises(MoveNotAllowed):
                    DISPATCH.after(state, move)


BREAKS: list[tuple[str, str]] = [
    ("private one of its organization", "UPDATE course_runs SET organization_id = NULL"),
    ("not what the accepted quote says", "UPDATE quotes SET total = total + 1"),
    ("its invoice has been cancelled", "UPDATE invoices SET cancelled_at = ordered_at"),
    ("it was called off, but", "UPDATE dispatches SET state = 'called_off'"),
    ("not the sum of its lines", "UPDATE quote_lines SET unit_amount = 1 WHERE position = 1"),
]


@pytest.mark.parametrize(("sentence", "harm"), BREAKS, ids=[sentence for sentence, _ in BREAKS])
def test_check_ledger_finds_what_was_broken(inside: Flask, make: Make, sentence: str, harm: str) -> None:
    make.planned()
    assert list(queries.violations(now=clock.now())) == []
    with make.deed():
        session.execute(text(harm))
    assert any(sentence in line for line in queries.violations(now=clock.now()))


def test_the_seminars_of_the_catalogue_can_be_wanted(inside: Flask, make: Make) -> None:
    make.service()
    codes = {course.code for course in queries.seminars(clock.today())}
    assert "EJS" in codes
    assert not codes & {"SUP", "DBR"}
    made = make.requested(course="EJS")
    assert isinstance(made.taught, Course)
    assert made.taught.code == "EJS"
    assert session.scalars(select(Venue).where(Venue.code.startswith("d-"))).all() == []


def pay(make: Make, made: Dispatch) -> None:
    assert made.invoice is not None
    with make.deed():
        bookings.settle(
            invoice=made.invoice, provider=Provider.BANK_TRANSFER, external_id=f"t-{made.reference}",
            amount=made.invoice.total, received_on=clock.today(), by=SYSTEM, now=clock.now(),
        )  # fmt: skip
