"""Asking for money: which step an invoice has reached, once each, stopped with a reason; texts that are checked."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from courses_app.cli.ledger import violations
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session, transaction
from courses_app.foundation.outbox import OutboxMessage
from courses_app.foundation.yen import Yen
from courses_app.payments import operations, queries, tasks
from courses_app.payments.models import DunningLetter, Invoice, PaymentMethod, Provider
from courses_app.payments.rules.dunning import (
    DebtKind,
    NotDunned,
    Placeholder,
    Reachable,
    StepFacts,
    StrayBrace,
    UnknownPlaceholder,
    check_text,
    debt_kind,
    filled_in,
    in_office_hours,
    step_reached,
)
from tests.payments.conftest import NOW, TODAY, Builder

A_DAY = timedelta(days=1)
LASTING, LAPSING = DebtKind.LASTING, DebtKind.LAPSING
STEPS = [Reachable(1, -3, {LAPSING}), Reachable(2, 5, {LASTING}), Reachable(3, 20, {LASTING, LAPSING})]


@pytest.mark.parametrize(
    ("kind", "overdue", "sent", "step"),
    [
        (LASTING, 4, set(), None), (LASTING, 5, set(), 2), (LASTING, 19, {2}, None), (LASTING, 20, {2}, 3),
        (LASTING, 60, set(), 3), (LASTING, 60, {3}, None), (LAPSING, -4, set(), None), (LAPSING, -3, set(), 1),
        (LAPSING, 0, set(), 1), (LAPSING, 1, set(), None), (LAPSING, -2, {1}, None),
        (DebtKind.PARTLY_PAID, 30, set(), None), (LASTING, 10, {3}, None),
    ],
)  # fmt: skip
def test_the_last_step_reached_is_asked_once_and_none_is_made_up_for(
    kind: DebtKind, overdue: int, sent: set[int], step: int | None
) -> None:
    found = step_reached(STEPS, kind=kind, due_on=TODAY, today=TODAY + overdue * A_DAY, sent=sent)
    assert (found.number if found else None) == step


def test_an_order_paid_in_part_no_longer_lapses() -> None:
    assert [debt_kind(lapses=True, settled=0), debt_kind(lapses=False, settled=0)] == [LAPSING, LASTING]
    assert debt_kind(lapses=True, settled=1) is debt_kind(lapses=False, settled=1) is DebtKind.PARTLY_PAID


def test_texts_name_only_what_is_filled_in(app: Flask) -> None:
    check_text("{number} {owed}", "body_ja")
    with app.test_request_context():
        for typed in ("{nummer}", "{}"):
            with pytest.raises(UnknownPlaceholder) as unknown:
                check_text(typed, "body_ja")
            assert unknown.value.field == "body_ja"
        for typed in ("{owed", "owed}", "{{owed}}"):
            with pytest.raises(StrayBrace) as stray:
                check_text(typed, "body_ja")
            assert stray.value.field == "body_ja"
        assert "{owed}" in str(UnknownPlaceholder("nummer", "body_ja"))


def test_what_is_filled_in_is_never_read_again() -> None:
    values = dict.fromkeys(Placeholder, "x") | {Placeholder.ADDRESSEE: "{owed}"}
    assert filled_in("{addressee} {owed}", values) == "{owed} x"


@pytest.mark.parametrize(
    ("at", "open_"),
    [
        (datetime(2026, 10, 1, 0, 0, tzinfo=UTC), True),  # Thursday 9:00 in Tokyo
        (datetime(2026, 9, 30, 23, 59, tzinfo=UTC), False),
        (datetime(2026, 10, 1, 8, 0, tzinfo=UTC), False),  # 17:00
        (datetime(2026, 10, 3, 3, 0, tzinfo=UTC), False),  # a Saturday
    ],
)
def test_reminders_go_out_by_themselves_in_office_hours_alone(at: datetime, open_: bool) -> None:
    assert in_office_hours(at) is open_


def issued(made: Builder, **changes: object) -> Invoice:
    """An invoice with its number, due on TODAY."""
    invoice = made.invoice(now=NOW, due_on=TODAY, **changes)
    tasks.run_due(clock=lambda: NOW)
    session.expire_all()
    found = queries.invoice_of(invoice.reference)
    assert found is not None
    assert found.number
    return found


def send(invoice: Invoice, code: str, now: datetime) -> None:
    step = queries.dunning_step_of(code)
    assert step is not None
    with transaction():
        operations.send_reminder(invoice=invoice, step=step, by=SYSTEM, now=now)


def mails() -> list[OutboxMessage]:
    return list(session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "payments/dunning")))


def test_each_step_is_sent_once_with_what_is_still_owed(made: Builder) -> None:
    invoice = issued(made)
    assert queries.reminders_due(today=TODAY + 4 * A_DAY) == []
    later = NOW + 5 * A_DAY
    (due,) = queries.reminders_due(today=TODAY + 5 * A_DAY)
    assert (due.invoice.id, due.step.code, due.owed, due.days) == (invoice.id, "first", 34_500, 5)
    send(invoice, "first", later)
    with pytest.raises(NotDunned):
        send(invoice, "first", later)
    (mail,) = mails()
    assert invoice.number is not None
    assert invoice.number in mail.subject
    assert "¥34,500" in mail.body
    assert invoice.addressee in mail.body
    assert "{" not in mail.body
    assert mail.document_ids == [invoice.document_id]
    assert queries.reminders_due(today=TODAY + 6 * A_DAY) == []
    with made.deed():
        operations.receive(
            organization=invoice.organization, provider=Provider.BANK_TRANSFER, method=PaymentMethod.BANK_TRANSFER,
            external_id="part", amount=Yen(30_000), received_on=TODAY, payer="", shares=[(invoice, Yen(30_000))],
            by=SYSTEM, now=later,
        )  # fmt: skip
    session.expire_all()
    (due,) = queries.reminders_due(today=TODAY + 20 * A_DAY)
    assert (due.step.code, due.kind, due.owed) == ("second", DebtKind.PARTLY_PAID, 4_500)
    assert list(violations()) == []


def test_what_was_paid_cancelled_or_stopped_meanwhile_is_not_asked_for(made: Builder) -> None:
    paid, cancelled, stopped = issued(made), issued(made), issued(made)
    later = NOW + 6 * A_DAY
    made.payment(paid, now=later)
    with made.deed():
        operations.cancel_invoice(invoice=cancelled, by=SYSTEM, now=later)
    with made.deed():
        operations.stop_reminders(invoice=stopped, reason="電話で約束", by=SYSTEM, now=later)
        operations.stop_reminders(invoice=stopped, reason="again", by=SYSTEM, now=later)
    session.expire_all()
    assert queries.reminders_due(today=TODAY + 6 * A_DAY) == []
    assert [one.id for one in queries.stopped_invoices()] == [stopped.id]
    assert [one.reason for one in queries.holds_of(stopped)] == ["電話で約束"]
    for invoice in (paid, cancelled, stopped):
        with pytest.raises(NotDunned):
            send(invoice, "first", later)
    with made.deed():
        operations.resume_reminders(invoice=stopped, reason="約束の日が過ぎた", by=SYSTEM, now=later)
    assert [one.invoice.id for one in queries.reminders_due(today=TODAY + 6 * A_DAY)] == [stopped.id]
    assert mails() == []


def test_only_steps_that_may_go_out_by_themselves_do(made: Builder) -> None:
    issued(made)
    later = datetime(2026, 10, 6, 1, tzinfo=UTC)  # a Tuesday, 10:00 in Tokyo
    tasks.run_due(clock=lambda: later)
    assert mails() == []
    step = queries.dunning_step_of("first")
    assert step is not None
    facts = StepFacts(**{**vars(step.facts), "automatic": True})
    with made.deed():
        operations.save_dunning_step(step, facts, by=SYSTEM, now=later)
    for _ in range(2):
        tasks.run_due(clock=lambda: later)
    assert len(mails()) == 1
    assert session.scalar(select(func.count()).select_from(DunningLetter)) == 1


def test_orders_lapse_by_themselves_and_are_reminded_before_the_day(made: Builder) -> None:
    run = made.run("SUP", days_ahead=60)
    booking = made.whole(made.ordered(run, 1))
    assert booking.invoice is not None
    assert booking.invoice.lapses
    assert not made.invoice(now=NOW).lapses


def test_a_step_that_ended_asks_for_nothing(made: Builder) -> None:
    issued(made)
    step = queries.dunning_step_of("first")
    assert step is not None
    with made.deed():
        operations.end_dunning_step(step, by=SYSTEM, now=NOW)
    assert queries.reminders_due(today=TODAY + 7 * A_DAY) == []


@pytest.mark.parametrize(
    "deed",
    [
        "UPDATE dunning_letters SET owed = 1", "DELETE FROM dunning_letters",
        "UPDATE dunning_holds SET reason = 'x'", "DELETE FROM dunning_holds",
    ],
)  # fmt: skip
def test_sql_can_not_change_what_was_sent_and_stopped(made: Builder, deed: str) -> None:
    invoice = issued(made)
    send(invoice, "first", NOW + 5 * A_DAY)
    with made.deed():
        operations.stop_reminders(invoice=invoice, reason="x", by=SYSTEM, now=NOW)
    with pytest.raises(DatabaseError, match="append-only"), transaction():
        session.execute(text(deed))


def test_days_that_are_not_known_are_never_overdue(made: Builder) -> None:
    made.invoice(now=NOW, due_on=None)
    assert queries.reminders_due(today=date(2030, 1, 1)) == []
