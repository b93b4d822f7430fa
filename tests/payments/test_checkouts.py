"""A card payment's steps, and what Stripe tells us: nothing is asked twice, nothing told is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session, transaction
from courses_app.foundation.matters import Matter
from courses_app.payments import operations, queries
from courses_app.payments.gateways.stripe_checkout import CheckoutOpened
from courses_app.payments.gateways.stripe_events import Event
from courses_app.payments.models import Checkout, CheckoutStatus, EventResult, Invoice, PaymentMethod, StripeEvent
from courses_app.payments.rules import AlreadyPaid, InvoiceCancelled
from tests.payments.conftest import NOW, Builder

HELD_UNTIL = NOW + timedelta(minutes=40)


def intend(invoice: Invoice, *, after: timedelta = timedelta(0)) -> Checkout:
    now = NOW + after
    with transaction():
        return operations.intend_checkout(
            invoice=invoice, language="ja", expires_at=now + timedelta(minutes=40), by=SYSTEM, now=now
        )


def opened(checkout: Checkout, number: int = 1) -> Checkout:
    answer = CheckoutOpened(f"cs_test_{number}", f"https://pay.example.jp/{number}", checkout.expires_at)
    with transaction():
        return operations.note_checkout_opened(checkout=checkout, opened=answer, now=NOW)


def ended(checkout: Checkout, status: CheckoutStatus, **more: str) -> Checkout:
    with transaction():
        return operations.note_checkout_ended(checkout=checkout, status=status, now=NOW, **more)


@pytest.fixture
def invoice(made: Builder) -> Invoice:
    return made.invoice(method=PaymentMethod.STRIPE, now=NOW)


def test_r09_the_key_is_stored_before_the_call_and_given_again_after_a_lost_answer(invoice: Invoice) -> None:
    first = intend(invoice)
    assert (first.status, first.url, first.amount) == (CheckoutStatus.INTENDED, None, 34_500)
    again = intend(invoice, after=timedelta(minutes=3))
    assert (again.id, again.idempotency_key, again.expires_at) == (first.id, first.idempotency_key, first.expires_at)


def test_r42_back_button_and_two_tabs_get_the_same_page(invoice: Invoice) -> None:
    first = opened(intend(invoice))
    again = intend(invoice, after=timedelta(minutes=10))
    assert (again.id, again.status, again.url) == (first.id, CheckoutStatus.OPEN, "https://pay.example.jp/1")
    assert session.scalar(select(func.count()).select_from(Checkout)) == 1


@pytest.mark.parametrize("status", [CheckoutStatus.EXPIRED, CheckoutStatus.FAILED])
def test_r13_after_its_end_there_is_a_new_one_with_a_new_key(invoice: Invoice, status: CheckoutStatus) -> None:
    first = ended(opened(intend(invoice)), status)
    second = intend(invoice)
    assert second.idempotency_key != first.idempotency_key
    assert queries.checkout_of(second.reference) is not None
    assert [checkout.id for checkout in queries.open_checkouts(invoice, now=NOW)] == [second.id]


def test_a_checkout_that_ran_out_is_not_given_again(invoice: Invoice) -> None:
    first = opened(intend(invoice))
    assert intend(invoice, after=timedelta(hours=1)).id != first.id


def test_s23_nobody_pays_what_is_paid_or_cancelled(made: Builder, invoice: Invoice) -> None:
    made.payment(invoice, now=NOW)
    with pytest.raises(AlreadyPaid):
        intend(invoice)
    other = made.invoice(now=NOW)
    with transaction():
        operations.cancel_invoice(invoice=other, by=SYSTEM, now=NOW)
    with pytest.raises(InvoiceCancelled):
        intend(other)


def test_r11_news_that_was_faster_than_the_answer_stays(invoice: Invoice) -> None:
    checkout = ended(intend(invoice), CheckoutStatus.COMPLETE, external_id="cs_test_1")
    assert queries.checkout_at("cs_test_1") is not None
    assert opened(checkout).status is CheckoutStatus.COMPLETE
    assert ended(checkout, CheckoutStatus.EXPIRED).status is CheckoutStatus.COMPLETE
    with pytest.raises(ValueError, match="no end"):
        ended(checkout, CheckoutStatus.OPEN)


# ---- Events -----------------------------------------------------------------------------------------------------


def an_event(name: str = "evt_1", kind: str = "checkout.session.completed") -> Event:
    about = {"id": "cs_test_1", "object": "checkout.session"}
    raw = {"id": name, "type": kind, "data": {"object": about}}
    return Event(name, kind, NOW, False, None, "cs_test_1", "checkout.session", raw)


def stored(event: Event) -> StripeEvent:
    with transaction():
        return operations.store_event(event=event, now=NOW)


def test_r10_an_event_has_one_row(made: Builder) -> None:
    first = stored(an_event())
    again = stored(an_event())
    assert (first.id, first.result, first.finished_at) == (again.id, EventResult.RECEIVED, None)
    assert stored(an_event("evt_2")).id != first.id
    assert session.scalar(select(func.count()).select_from(StripeEvent)) == 2


def test_inv10_the_first_result_stays(made: Builder) -> None:
    event = stored(an_event())
    for result in (EventResult.SETTLED, EventResult.IGNORED):
        with transaction():
            operations.finish_event(event=event, result=result, now=NOW, reason="why")
    with transaction():
        operations.park_event(event=event, reason="later", now=NOW)
    found = queries.event_of("evt_1")
    assert found is not None
    assert (found.result, found.reason, found.finished_at) == (EventResult.SETTLED, "why", NOW)
    with pytest.raises(ValueError, match="not the end"), transaction():
        operations.finish_event(event=event, result=EventResult.PARKED, now=NOW)


def test_r12_a_parked_event_is_a_matter_until_it_is_finished(made: Builder) -> None:
    event = stored(an_event())
    for reason in ("unknown checkout", "unknown checkout still"):
        with transaction():
            operations.park_event(event=event, reason=reason, now=NOW)
    assert [row.event_id for row in queries.parked_events().rows] == ["evt_1"]
    matter = session.scalars(select(Matter).where(Matter.settled_at.is_(None))).one()
    assert (matter.kind, matter.subject_reference) == ("stripe_event", "evt_1")
    with transaction():
        operations.finish_event(event=event, result=EventResult.SETTLED, now=NOW)
    assert queries.parked_events().total == 0
    assert session.get_one(Matter, matter.id).settled_at == NOW
    assert queries.violations(now=NOW) == []


def test_inv10_an_event_nobody_worked_off_is_seen(made: Builder) -> None:
    stored(an_event())
    assert queries.violations(now=NOW) == []
    assert queries.violations(now=NOW + timedelta(hours=2)) == ["INV-10 event evt_1: without a result for an hour"]
