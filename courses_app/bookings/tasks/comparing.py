"""Once a night, and by button: what Stripe knows and we don't, and the reverse; events that never reached us (R-14)."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from flask import current_app

from courses_app.bookings import gateways
from courses_app.bookings.tasks.firms import Clock, work_off
from courses_app.foundation.audit import SYSTEM, Actor
from courses_app.foundation.clock import JST, day_of
from courses_app.foundation.db import in_transaction
from courses_app.payments.gateways.stripe_checkout import GatewayRefused, GatewayUnreachable
from courses_app.payments.operations import compare_with_stripe, note_not_compared, store_event
from courses_app.payments.queries import compared_at, events_known

AT = time(3, 0)  # in Tokyo
LOOKS_BACK = timedelta(days=7)  # Stripe itself tries events for three days, and keeps them for thirty


def compare_due(*, clock: Clock) -> int:
    """The comparison of this night, if it was not made; 1 if it was made now."""
    now = clock()
    tonight = datetime.combine(day_of(now), AT, tzinfo=JST)
    last = compared_at()
    if not gateways.can_ask() or now < tonight or (last is not None and last >= tonight):
        return 0
    return int(compare(clock=clock) is not None)


def compare(*, clock: Clock, by: Actor = SYSTEM) -> int | None:
    """Fetch what never reached us, then compare; how many differences stand, None if Stripe could not be asked."""
    since = clock() - LOOKS_BACK
    try:
        missed = _fetch_missed(since, clock)
        charges = gateways.charges(since=since)
    except (GatewayUnreachable, GatewayRefused) as trouble:
        current_app.logger.warning("stripe.not_compared", extra={"task": type(trouble).__name__})
        in_transaction(lambda: note_not_compared(by=by, now=clock()))
        return None
    return in_transaction(lambda: compare_with_stripe(charges=charges, since=since, missed=missed, by=by, now=clock()))


def _fetch_missed(since: datetime, clock: Clock) -> int:
    """Events that Stripe has and we don't, worked off as if they had come; returns how many."""
    events = gateways.events(since=since)
    known = events_known([event.id for event in events])
    missed = [event for event in events if event.id not in known]
    for event in missed:
        in_transaction(lambda event=event: store_event(event=event, now=clock()))  # type: ignore[misc]
        try:
            work_off(event.id, clock=clock)
        except GatewayUnreachable:
            raise
        except Exception:  # it stays, and is tried again like one that came
            current_app.logger.exception("stripe_event.failed", extra={"task": "stripe"})
    return len(missed)
