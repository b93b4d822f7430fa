"""What Stripe tells us: stored before it is acknowledged, worked off once, parked where a person must look (INV-10)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError

from courses_app.foundation import audit, matters
from courses_app.foundation.audit import Actor
from courses_app.foundation.db import session
from courses_app.payments import queries
from courses_app.payments.gateways.stripe_events import Event
from courses_app.payments.models import EventResult, StripeEvent
from courses_app.payments.rules import TRIES_OF_AN_EVENT, next_try_at

PARKED_EVENT = "stripe_event"  # the matter of an event that fits nothing we know
FINAL = (EventResult.SETTLED, EventResult.IGNORED)


def store_event(*, event: Event, now: datetime) -> StripeEvent:
    """The row of a signed event, stored now or found: however often it comes, there is one (R-10).

    The row is locked until the transaction ends; work it off only while its `result` is `received` or `parked`.
    """
    try:
        with session.begin_nested():
            session.add(_row(event, now))
    except IntegrityError:
        pass  # another delivery was faster; its row is read below
    return session.scalars(_by_id(event.id)).one()


def park_event(*, event: StripeEvent, reason: str, now: datetime, by: Actor = audit.STRIPE) -> None:
    """Keep an event that can't be acted upon, and put it before the office (R-12). A finished event stays as it is."""
    event = _locked(event)
    if event.result in FINAL:
        return
    _end(event, EventResult.PARKED, reason, by=by, now=now)
    subject = ("stripe_event", event.event_id)
    detail = {"kind": event.kind, "object": event.object_id, "reason": reason}
    matter = matters.open_matter(kind=PARKED_EVENT, subject=subject, now=now, by=by, detail=detail)
    matter.detail = detail
    session.flush()


def note_fault(*, event: StripeEvent, fault: str, now: datetime, by: Actor = audit.STRIPE) -> bool:
    """Working the event off failed in an unforeseen way: it is tried again later and later, in the end parked.

    Whether it is parked. `fault` is for staff and names nobody.
    """
    event = _locked(event)
    event.tries += 1
    if event.result is EventResult.PARKED or event.tries >= TRIES_OF_AN_EVENT:
        park_event(event=event, reason=fault, now=now, by=by)
    put_off_event(event=event, now=now)
    return event.result is EventResult.PARKED


def put_off_event(*, event: StripeEvent, now: datetime) -> None:
    """The worker looks at it again some time later."""
    event = _locked(event)
    event.next_try_at = next_try_at(now, event.tries)
    session.flush()


def note_asked_again(*, event: StripeEvent, by: Actor, now: datetime) -> None:
    """A person wants a parked event to be tried once more."""
    subject = ("stripe_event", event.event_id)
    audit.record(by=by, now=now, action="stripe_event.asked_again", subject=subject, before=event.result.value)


def finish_event(
    *, event: StripeEvent, result: EventResult, now: datetime, reason: str = "", by: Actor = audit.STRIPE
) -> None:
    """The event's one terminal result, `settled` or `ignored`; the first one stays. Raises ValueError for another."""
    if result not in FINAL:
        raise ValueError(f"'{result.value}' is not the end of an event")
    event = _locked(event)
    if event.result in FINAL:
        return
    _end(event, result, reason, by=by, now=now)
    matter = queries.open_matter_of(PARKED_EVENT, "stripe_event", event.event_id)
    if matter is not None:
        matters.settle(matter, by=by, now=now, note=result.value)
    session.flush()


def _row(event: Event, now: datetime) -> StripeEvent:
    return StripeEvent(
        event_id=event.id,
        kind=event.type,
        livemode=event.livemode,
        object_id=event.object_id or "",
        payload=event.raw,
        created_at=event.created,
        received_at=now,
        result=EventResult.RECEIVED,
        next_try_at=next_try_at(now, 0),
    )


def _locked(event: StripeEvent) -> StripeEvent:
    return session.scalars(_by_id(event.event_id)).one()


def _by_id(event_id: str) -> Select[StripeEvent]:
    query = select(StripeEvent).where(StripeEvent.event_id == event_id).with_for_update()
    return query.execution_options(populate_existing=True)


def _end(event: StripeEvent, result: EventResult, reason: str, *, by: Actor, now: datetime) -> None:
    before = event.result
    event.result, event.reason, event.finished_at = result, reason, now
    subject, detail = ("stripe_event", event.event_id), {"reason": reason} if reason else None
    audit.record(
        by=by, now=now, action=f"stripe_event.{result.value}", subject=subject,
        before=before.value, after=result.value, detail=detail,
    )  # fmt: skip
