"""Chapters: what the institution's staff do."""

from __future__ import annotations

import re
from datetime import date

from tests.journeys.walkers import Walker


def plans_a_run(me: Walker, day: date, instructor: str, seats: int = 30) -> str:
    """A run is proposed, completed, kept as a draft and published; its reference."""
    say = me.words
    me.open("/office/runs").follow(say("Plan a run")).shoot("run-begin")
    me.fill(course="SUP", delivery="venue", on=day.isoformat(), begins="09:30").press(say("Propose a plan"))
    me.fill(venue="tokyo-kanda", capacity=str(seats))
    for number in range(len(me.controls("-instructor"))):
        me.fill_in({f"meetings-{number}-instructor": instructor})
    me.shoot("run-plan").press(say("Save as a draft")).shoot("run-draft")
    me.press(say("Publish")).sees(instructor).shoot("run-published")
    found = re.fullmatch(r"/office/runs/([^/]+)", me.path)
    assert found, me.path
    return found[1]


def records_the_transfer(me: Walker, booking: str, payer: str = "ミナトコクサイコウリュウ") -> None:
    """The money for a booking stands on the bank's statement: its seats are confirmed."""
    say = me.words
    me.open("/office/payments").shoot("payments")
    me.fill(q=booking).press(say("Narrow the list"))
    me.open(me.addresses("/office/payments/Q-")[0]).shoot("payment")
    me.fill(payer=payer).press(say("Record and confirm the seats"))
    me.sees(booking, payer).shoot("booking")


def calls_off(me: Walker, run: str, reason: str) -> None:
    """The run does not take place; before the button it is said whom and how much that concerns."""
    say = me.words
    me.open(f"/office/runs/{run}").follow(say("Call off")).shoot("calling-off")
    me.fill(reason=reason).press(say("Call the run off")).sees(reason).shoot("called-off")


def sends_the_refund(me: Walker, booking: str) -> None:
    """The money has left; the organization is told."""
    say = me.words
    me.open("/office/payments?view=refunds").sees(booking).shoot("refunds")
    me.press(f"{say('Mark as sent')} {booking}").misses(booking)


def looks_around(me: Walker) -> None:
    """The first page of the day, and the lists."""
    for step in ("today", "bookings", "runs", "organizations", "people", "certificates", "outbox", "audit"):
        me.open(f"/office/{step}").shoot(f"office-{step}")
