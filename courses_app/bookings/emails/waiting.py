"""What people are told who wait: for a seat, or for a date."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from courses_app.accounts.operations import reader_of
from courses_app.bookings.emails.moving import Whereabouts
from courses_app.bookings.emails.orders import address_of
from courses_app.bookings.models import Booking, RunAlert, WaitingParty
from courses_app.catalogue.models import CourseRun
from courses_app.foundation.clock import day_of
from courses_app.foundation.outbox import queue_mail
from courses_app.payments.queries import issuer_on


def waiting_joined(party: WaitingParty, *, now: datetime) -> None:
    """They are in the line: at which place, by which rule, and that nothing is to be paid."""
    _to_party("waiting_joined", party, key="joined", now=now)


def offered(party: WaitingParty, *, booking: Booking, now: datetime) -> None:
    """Seats are kept for them until a deadline; one link leads there."""
    _to_party("offered", party, key=f"offered:{booking.reference}", now=now, booking=booking)


def offer_lapsed(party: WaitingParty, *, booking: Booking, now: datetime) -> None:
    """They did not order in time: the seats go on to the next, and they no longer wait."""
    _to_party("offer_lapsed", party, key=f"lapsed:{booking.reference}", now=now, booking=booking)


def waiting_closed(party: WaitingParty, *, words: str, now: datetime) -> None:
    """Their waiting is over without a seat, and why; `words` are what the office wrote about it."""
    _to_party("waiting_closed", party, key="closed", now=now, words=words)


def waiting_moved(party: WaitingParty, *, before: Whereabouts, now: datetime) -> None:
    """The run they wait for is at another time or place; they keep theirs in the line."""
    _to_party("waiting_moved", party, key=f"moved:{party.run.sequence}", now=now, before=before)


def run_opened(alert: RunAlert, *, run: CourseRun, now: datetime) -> None:
    """A run they asked for stands in the timetable; who asked for its region and its prefecture hears it once."""
    reader = reader_of(alert.organization, asked=alert.asked_by_person_id, now=now)
    queue_mail(
        "bookings/run_opened",
        to=reader.address,
        language=alert.language,
        subject=("alert", alert.reference),
        facts={
            "reader": reader, "alert": alert, "run": run, "course": run.course, "issuer": issuer_on(day_of(now)),
            "run_url": address_of(run.path), "alerts_url": address_of("/organization/alerts"),
        },
        dedupe_key=f"alert:{alert.organization.reference}:{run.reference}:{reader.address}",
        now=now,
    )  # fmt: skip


def _to_party(name: str, party: WaitingParty, *, key: str, now: datetime, **more: Any) -> None:
    run, reader = party.run, reader_of(party.organization, asked=party.booked_by_person_id, now=now)
    queue_mail(
        f"bookings/{name}",
        to=reader.address,
        language=party.language,
        subject=("waiting", party.reference),
        facts={
            "reader": reader,
            "party": party,
            "run": run,
            "course": run.course,
            "issuer": issuer_on(day_of(now)),
            "party_url": address_of(f"/waiting/{party.reference}"),
            **_naming(party, more.get("booking"), now=now),
            "offer_url": address_of(f"/bookings/{more['booking'].reference}") if "booking" in more else "",
            "runs_url": address_of(f"/runs?course={run.course.slug}"),
            **more,
        },
        dedupe_key=f"waiting:{party.reference}:{key}",
        now=now,
    )


def _naming(party: WaitingParty, offer: Booking | None, *, now: datetime) -> dict[str, Any]:
    """How many have no name yet, and until when names may follow; None where they are needed before ordering."""
    terms, run_day = party.run.course.naming, day_of(party.run.starts_at)
    until = terms.until(run_day=run_day) if terms else None
    return {
        "unnamed": len(offer.unnamed) if offer is not None else party.unnamed,
        "naming_until": until if until is not None and day_of(now) <= until else None,
        "names_url": address_of(f"/bookings/{offer.reference}/names") if offer is not None else "",
    }
