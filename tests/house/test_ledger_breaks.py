"""`check-ledger` finds each broken promise (A.3): broken here on purpose, by SQL, on both databases.

One scene holds a bit of everything. Each break is made in a transaction that is undone. Where the database itself
refuses the break, that is shown first; then the guard is taken away, as a careless repair by hand would.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from courses_app.bookings import operations, queries
from courses_app.bookings.operations import Agreed
from courses_app.cli.ledger import violations
from courses_app.foundation import audit, clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import db, session, transaction
from courses_app.payments.queries import refunds_due
from courses_app.rosters import queries as rosters
from tests.bookings.asked import answer, move_run
from tests.bookings.making import attendee
from tests.make import Make
from tests.rosters.making import present
from tests.stage import Stage


@dataclass(frozen=True)
class Break:
    """SQL that must not go unnoticed; `guard` is what the database has against it (`index …` or `trigger … ON …`)."""

    code: str
    name: str
    statements: tuple[str, ...]
    guard: str = ""


def by_hand(code: str, name: str, *statements: str, guard: str = "") -> object:
    """The break as a parameter, with the invariant's number in its id."""
    return pytest.param(Break(code, name, statements, guard), id=f"{code}-{name.replace(' ', '-')}")


EVENT = (
    "INSERT INTO seat_events (seat_id, at, move, before, after, actor_label, request_id)"
    " VALUES ({paid_seat}, '2026-01-01 00:00:00+00:00', '%s', '%s', '%s', 'sql', '-')"
)
BREAKS = [
    by_hand("INV-1", "capacity below the seats sold", "UPDATE course_runs SET capacity = 1 WHERE id = {full_run}"),
    by_hand(
        "INV-2", "one person on two seats",
        "UPDATE seats SET person_id = {paid_person} WHERE id = {other_paid_seat}", guard="index uq_seats_live_person",
    ),
    by_hand("INV-3", "a hold that ends twice", EVENT % ("lapse", "held", "expired")),
    by_hand("INV-3", "events torn apart", EVENT % ("substitute", "ordered", "confirmed")),
    by_hand("INV-3", "a seat whose events were lost", "DELETE FROM seat_events WHERE seat_id = {paid_seat}",
            guard="trigger seat_events_no_delete ON seat_events"),
    by_hand("INV-3", "a state no event tells", "UPDATE seats SET status = 'cancelled' WHERE id = {paid_seat}"),
    by_hand("INV-4", "confirmed without money", "UPDATE seats SET status = 'confirmed' WHERE booking_id = {ordered}"),
    by_hand("INV-4", "paid with an unconfirmed seat", "UPDATE seats SET status = 'ordered' WHERE id = {paid_seat}"),
    by_hand("INV-4", "paid without a payment", "UPDATE bookings SET invoice_id = NULL WHERE id = {paid}"),
    by_hand(
        "INV-5", "full because of a forgotten hold",
        "UPDATE seats SET hold_until = '2026-01-01 00:00:00+00:00' WHERE status = 'held' AND run_id = {full_run}",
    ),
    by_hand("INV-6", "an order of another total", "UPDATE bookings SET total = total + 1 WHERE id = {ordered}"),
    by_hand("INV-6", "a hold of another total", "UPDATE bookings SET total = total + 1 WHERE id = {held}"),
    by_hand("INV-6", "an invoice that is not its lines", "UPDATE invoices SET total = total + 1 WHERE id = {invoice}"),
    by_hand("INV-6", "a tax rounded otherwise",
            "UPDATE invoice_taxes SET tax = tax + 1 WHERE invoice_id = {invoice}"),
    by_hand("INV-7", "a ledger that does not balance",
            "UPDATE ledger_entries SET debit = debit + 1 WHERE debit > 0 AND transaction_id = {entry}",
            guard="trigger ledger_entries_no_update ON ledger_entries"),
    by_hand("INV-8", "more kept than seats and fees", "DELETE FROM booking_fees WHERE booking_id = {paid}"),
    by_hand("INV-13", "a booking moved in silence",
            "UPDATE bookings SET status = 'cancelled', closed_at = held_at WHERE id = {held}"),
    by_hand("INV-13", "an audit row taken out", "DELETE FROM audit_entries WHERE position = 3",
            guard="trigger audit_entries_no_delete ON audit_entries"),
    by_hand("INV-13", "an audit row rewritten", "UPDATE audit_entries SET actor_label = 'nobody' WHERE position = 3",
            guard="trigger audit_entries_no_update ON audit_entries"),
    by_hand("INV-13", "an invoice cancelled in silence",
            "UPDATE invoices SET cancelled_at = ordered_at WHERE id = {ordered_invoice}"),
    by_hand("INV-13", "money nobody noted",
            "INSERT INTO payments (invoice_id, provider, external_id, amount, received_on, recorded_at, payer)"
            " VALUES ({ordered_invoice}, 'bank_transfer', 'sql', 1, '2026-01-01', '2026-01-01 00:00:00+00:00', '')"),
    by_hand("INV-13", "a run published in silence", "UPDATE course_runs SET status = 'draft' WHERE id = {held_run}"),
    by_hand("INV-17", "a party moved in silence",
            "UPDATE waiting_parties SET state = 'left', ended_at = joined_at WHERE id = {waiting}"),
    by_hand("INV-14", "no mail of an order", "DELETE FROM outbox_messages WHERE kind = 'bookings/ordered'"),
    by_hand("INV-14", "no mail of confirmed seats", "DELETE FROM outbox_messages WHERE kind = 'bookings/confirmed'"),
    by_hand("INV-14", "no mail of a lapsed order", "DELETE FROM outbox_messages WHERE kind = 'bookings/expired'"),
    by_hand("INV-14", "no mail of a seat given back",
            "DELETE FROM outbox_messages WHERE kind = 'bookings/seats_cancelled'"),
    by_hand("INV-14", "no mail of a seat handed on",
            "DELETE FROM outbox_messages WHERE kind = 'bookings/substituted'"),
    by_hand("INV-14", "no mail of money sent back", "DELETE FROM outbox_messages WHERE kind = 'payments/refund_sent'"),
    by_hand("INV-17", "an offer nobody was told of", "DELETE FROM outbox_messages WHERE kind = 'bookings/offered'"),
    by_hand("INV-17", "somebody passed without a reason",
            "UPDATE bookings SET waiting_party_id = {waiting} WHERE waiting_party_id = {offered}",
            "UPDATE waiting_attendees SET booking_id = NULL WHERE party_id = {offered}",
            "UPDATE waiting_parties SET state = 'waiting', wanted = 1 WHERE id = {offered}"),
    by_hand("INV-17", "served with nothing",
            "UPDATE waiting_parties SET wanted = 0, state = 'served', ended_at = joined_at WHERE id = {waiting}"),
    by_hand("INV-17", "a wrong count", "UPDATE waiting_parties SET wanted = 7 WHERE id = {waiting}"),
    by_hand("INV-21", "asked without a seat", "UPDATE seats SET status = 'cancelled' WHERE booking_id = {asked}"),
    by_hand("INV-21", "asked of an order that ended",
            "UPDATE bookings SET status = 'cancelled', closed_at = held_at WHERE id = {asked}"),
    by_hand("INV-21", "asked about a seat in another run",
            "UPDATE seats SET run_id = {held_run} WHERE booking_id = {asked}"),
    by_hand("INV-21", "ended otherwise than answered",
            "UPDATE move_questions SET state = 'moved', closed_at = asked_at WHERE booking_id = {asked}"),
    by_hand("INV-21", "ended in silence",
            "UPDATE move_questions SET state = 'superseded', closed_at = asked_at WHERE booking_id = {asked}"),
    by_hand("INV-21", "asked without a mail", "DELETE FROM outbox_messages WHERE kind = 'bookings/moved'"),
    by_hand("INV-21", "a seat that never moved", "UPDATE move_answers SET choice = 'move', to_run_id = {held_run},"
            " answered_at = '2026-01-01 00:00:00+00:00' WHERE seat_id = {asked_seat}"),
    by_hand("INV-21", "asked twice about one run",
            "UPDATE move_questions SET state = 'asked', closed_at = NULL WHERE booking_id = {asked}",
            guard="index uq_move_questions_open"),
    by_hand("INV-19", "somebody judged who has no seat",
            "UPDATE seats SET status = 'cancelled' WHERE id = {judged_seat}"),
    by_hand("INV-19", "somebody seated and not judged",
            "UPDATE roster_entries SET outcome = NULL, completed_on = NULL WHERE seat_id = {judged_seat}"),
    by_hand("INV-19", "nobody recorded for a seat", "DELETE FROM roster_entries WHERE seat_id = {judged_seat}"),
    by_hand("INV-19", "judged otherwise than recorded",
            "UPDATE roster_entries SET outcome = 'absent', completed_on = NULL WHERE seat_id = {judged_seat}"),
    by_hand("INV-19", "recorded on the roster of another run",
            "UPDATE seats SET run_id = {held_run} WHERE id = {judged_seat}"),
    by_hand("INV-19", "minutes of another run",
            "UPDATE meeting_minutes SET meeting_id = (SELECT MIN(id) FROM meetings WHERE run_id = {held_run})"),
]  # fmt: skip


@pytest.fixture(scope="module")
def scene(stage: Stage) -> Iterator[dict[str, int]]:
    """A bit of everything, reached through the operations; the names the statements use, with their ids."""
    stage.empty()
    make = Make(stage.app)
    with stage.app.app_context():
        names = {**changed_and_refunded(make), **waited_for(make), **held_in_the_past(make), **asked_after(make)}
        with transaction():
            audit.seal_entries()
        session.rollback()
        assert list(violations()) == []
        yield names


def changed_and_refunded(make: Make) -> dict[str, int]:
    """A paid booking with a seat given back, its money sent, and one handed on; an order, a hold, one that lapsed."""
    run, now = make.run(days_ahead=20), clock.now()
    paid, ordered, held = make.paid(run, 3), make.ordered(run, 2), make.held(run, 2)
    lapsed = make.ordered(run, now=now - timedelta(days=20))
    quote = queries.quote_of(make.whole(paid), [3], now=run.starts_at - timedelta(days=10))
    agreed = Agreed(quote.fee, quote.refund)
    with make.deed():
        at = run.starts_at - timedelta(days=10)
        operations.cancel_seats(booking=paid, positions=[3], agreed=agreed, by=SYSTEM, now=at)
        operations.substitute(booking=paid, position=2, attendee=attendee(), by=SYSTEM, now=now)
        operations.lapse_order(lapsed.id, now=now)
    paid = make.whole(paid)
    assert paid.invoice is not None
    assert ordered.invoice is not None
    with make.deed():
        for refund in refunds_due(paid.invoice):
            operations.note_refund_sent(refund=refund, sent_on=clock.today(), by=SYSTEM, now=now)
    entry = session.scalar(text(f"SELECT MIN(id) FROM ledger_transactions WHERE invoice_id = {paid.invoice_id}"))
    return {
        "held_run": run.id, "paid": paid.id, "ordered": ordered.id, "held": held.id, "entry": entry,
        "paid_seat": paid.seats[0].id, "other_paid_seat": paid.seats[1].id, "paid_person": paid.seats[0].person_id,
        "invoice": paid.invoice.id, "ordered_invoice": ordered.invoice.id,
    }  # fmt: skip


def waited_for(make: Make) -> dict[str, int]:
    """A full run; of three parties one has an offer, one waits, one is passed over with a reason."""
    run = make.run(capacity=2, days_ahead=25)
    make.ordered(run)
    seat, first, second = make.held(run), make.waiting(run), make.waiting(run)
    with transaction():
        operations.cancel(booking=seat, by=SYSTEM, now=clock.now())
    with transaction():
        operations.offer_free_seats(run.id, now=clock.now())
    return {"full_run": run.id, "offered": first.id, "waiting": second.id}


def held_in_the_past(make: Make) -> dict[str, int]:
    """A run with a closed roster: two completed the course, one of them after making something up."""
    run = make.run(days_ahead=-7)
    booking = make.paid(run, 2, now=run.starts_at - timedelta(days=40))
    minutes = [10, *([0] * (len(rosters.net_minutes(run)) - 1))]
    record = present(len(minutes), missed=tuple(minutes), made_up=tuple(minutes))
    make.recorded(run, {booking.seats[1].reference: record})
    make.closed_roster(run)
    return {"judged_seat": booking.seats[0].id}


def asked_after(make: Make) -> dict[str, int]:
    """A run that was moved twice: of each booking one question is superseded and one open."""
    run = make.run(days_ahead=50)
    booking = make.paid(run, 2)
    for _time in range(2):
        move_run(make, run, days=1)
    answer(make, booking, {1: "keep"})
    return {"asked": booking.id, "asked_seat": booking.seats[1].id}


class Undone(Exception):
    """Ends a transaction whose effects nobody wants."""


def done_by_hand(statements: list[str]) -> list[str]:
    """What check-ledger says after these statements; they are undone, tables and triggers included."""
    lines: list[str] = []
    with suppress(Undone), transaction():
        for statement in statements:
            session.execute(text(statement))
        lines = list(violations())
        raise Undone
    return lines


def without(guard: str) -> str:
    """The statement that takes a guard away; SQLite names no table there."""
    return "DROP " + (guard.partition(" ON ")[0] if db.engine.dialect.name == "sqlite" else guard)


@pytest.mark.parametrize("broken", BREAKS)
def test_the_check_finds(broken: Break, scene: dict[str, int]) -> None:
    statements = [statement.format(**scene) for statement in broken.statements]
    if broken.guard:
        with pytest.raises(DBAPIError):
            done_by_hand(statements)
        statements = [without(broken.guard), *statements]
    lines = done_by_hand(statements)
    assert any(line.startswith((f"{broken.code}:", f"{broken.code} ")) for line in lines), lines


def test_every_invariant_of_seats_is_broken_here() -> None:
    wanted = {f"INV-{number}" for number in (1, 2, 3, 4, 5, 6, 13, 14, 17, 19, 21)}
    assert {parameter.values[0].code for parameter in BREAKS} >= wanted  # type: ignore[attr-defined]
