"""The worker: mail, sweeps, certificates due, reminders, the audit's seal; one small transaction a piece."""

from __future__ import annotations

import signal
import threading
import uuid
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import click
from flask import current_app
from flask.cli import with_appcontext

from courses_app.bookings import tasks as bookings
from courses_app.calendar_feeds import tasks as calendar_feeds
from courses_app.certificates import tasks as certificates
from courses_app.compliance import tasks as compliance
from courses_app.dispatches import tasks as dispatches
from courses_app.foundation import audit, clock, throttle
from courses_app.foundation.db import session, transaction
from courses_app.foundation.outbox import deliver_due
from courses_app.foundation.outbox.transports import transport_for
from courses_app.payments import tasks as payments

PAUSE_SECONDS = 2.0
KEEP_ATTEMPTS = timedelta(days=2)

# Each has `run_due(*, clock) -> int`: does what is due now and returns how much that was.
ROOMS = (bookings, dispatches, payments, certificates, compliance, calendar_feeds)


def tasks() -> list[tuple[str, Callable[[], int]]]:
    """Everything the worker does in a round, in order; mail last, so that what the others owe leaves at once."""
    rooms = [(room.__name__.removeprefix("courses_app."), partial(room.run_due, clock=clock.now)) for room in ROOMS]
    rooms.append(("bookings.comparison", partial(bookings.compare_due, clock=clock.now)))
    own = [("foundation.seal", _seal), ("foundation.attempts", _forget_attempts), ("foundation.outbox", _deliver)]
    return [*rooms, *own]


def run_round() -> int:
    """One round of all tasks; a task that fails is logged and does not stop the others."""
    done = 0
    for name, task in tasks():
        audit.request_id.set(f"worker-{uuid.uuid4().hex}")
        try:
            count = task()
        except Exception:
            current_app.logger.exception("task.failed", extra={"task": name})
            continue
        finally:
            session.remove()
        if count:
            current_app.logger.info("task.done", extra={"task": name, "count": count})
        done += count
    return done


@click.command("worker")
@click.option("--once", is_flag=True, help="Do all that is due, then stop.")
@with_appcontext
def worker(once: bool) -> None:
    """Do what is due: mail, sweeps, certificates, reminders."""
    if once:
        while run_round():
            pass
        return
    work_until_stopped()


def work_until_stopped() -> None:
    """Round after round until SIGTERM or SIGINT; a round under way is finished first."""
    stop = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: stop.set())
    while not stop.is_set():
        if not run_round():
            stop.wait(PAUSE_SECONDS)


def _seal() -> int:
    if not audit.anything_unsealed():
        return 0
    with transaction():
        return audit.seal_entries()


def _forget_attempts() -> int:
    if not throttle.anything_before(clock.now() - KEEP_ATTEMPTS):
        return 0
    with transaction():
        throttle.sweep(before=clock.now() - KEEP_ATTEMPTS)
    return 0


def _deliver() -> int:
    settings = current_app.config["SETTINGS"]
    transport = transport_for(settings.mail_url, folder=settings.instance / "outbox")
    return deliver_due(transport, clock=clock.now)
