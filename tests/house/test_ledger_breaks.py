"""`check-ledger` finds each broken promise (A.3): broken here on purpose, by SQL, on both databases.

One scene holds a bit of everything. Each break is made in a transaction that is undone. Where the database itself
refuses the break, that is shown first; then the guard is taken away, as a careless repair by hand would.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

import courses_app
from courses_app.bookings import operations, queries
from courses_app.bookings.imports.bank import post_lines, take_in
from courses_app.bookings.operations import Agreed
from courses_app.catalogue.models import Course
from courses_app.certificates import operations as certificates
from courses_app.certificates.rules import ReissueReason
from courses_app.cli.ledger import violations
from courses_app.foundation import audit, clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import db, session, transaction
from courses_app.foundation.yen import Yen
from courses_app.payments.models import BankLine
from courses_app.payments.operations import close_books
from courses_app.payments.queries import refunds_due
from courses_app.payments.rules.books import CloseKind
from courses_app.payments.tasks import run_due as issue_papers
from courses_app.rosters import queries as rosters
from tests.bookings.asked import answer, move_run
from tests.bookings.making import attendee
from tests.house.breaks import BREAKS, Break
from tests.make import Make
from tests.payments.banking.making import Came, notice
from tests.rosters.making import present
from tests.stage import Stage

Names = dict[str, int | str]
PACKAGE = Path(courses_app.__file__).parent


@pytest.fixture(scope="module")
def scene(stage: Stage) -> Iterator[Names]:
    """A bit of everything, reached through the operations; the names the statements use, with their ids."""
    stage.empty()
    make = Make(stage.app)
    with stage.app.app_context():
        names = {
            **changed_and_refunded(make), **waited_for(make), **held_in_the_past(make), **asked_after(make),
            **billed_in_addition(make), **posted_from_a_statement(make), **requested_of_the_office(make),
        }  # fmt: skip
        with transaction():
            yesterday = clock.today() - timedelta(days=1)
            close_books(kind=CloseKind.DAY, until_on=yesterday, by=SYSTEM, now=clock.now())
            audit.seal_entries()
        session.rollback()
        assert list(violations()) == []
        yield names


def changed_and_refunded(make: Make) -> Names:
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
    issue_papers(clock=lambda: now)  # the return invoice, with the mail that tells of it
    entry = session.scalar(text(f"SELECT MIN(transaction_id) FROM ledger_entries WHERE invoice_id = {paid.invoice_id}"))
    return {
        "held_run": run.id, "paid": paid.id, "ordered": ordered.id, "held": held.id, "entry": entry,
        "paid_seat": paid.seats[0].id, "other_paid_seat": paid.seats[1].id, "paid_person": paid.seats[0].person_id,
        "invoice": paid.invoice.id, "ordered_invoice": ordered.invoice.id,
    }  # fmt: skip


def waited_for(make: Make) -> Names:
    """A full run; of three parties one has an offer, one waits, one is passed over with a reason."""
    run = make.run(capacity=2, days_ahead=25)
    make.ordered(run)
    seat, first, second = make.held(run), make.waiting(run), make.waiting(run)
    with transaction():
        operations.cancel(booking=seat, by=SYSTEM, now=clock.now())
    with transaction():
        operations.offer_free_seats(run.id, now=clock.now())
    return {"full_run": run.id, "offered": first.id, "waiting": second.id}


def held_in_the_past(make: Make) -> Names:
    """A run with a closed roster: two completed the course, one of them after making something up; the certificate of
    the other was printed again."""
    run = make.run(days_ahead=-7)
    booking = make.paid(run, 2, now=run.starts_at - timedelta(days=40))
    minutes = [10, *([0] * (len(rosters.net_minutes(run)) - 1))]
    record = present(len(minutes), missed=tuple(minutes), made_up=tuple(minutes))
    make.recorded(run, {booking.seats[1].reference: record})
    make.closed_roster(run)
    make.papers(run)
    entry, number = session.execute(text("SELECT entry_id, number FROM certificates ORDER BY id")).first() or (0, "")
    with transaction():
        certificates.reissue_certificate(
            number=number, revision=1, reason=ReissueReason.LOST, by=SYSTEM, now=clock.now()
        )
    return {"judged_seat": booking.seats[0].id, "certified": entry, "number": f"'{number}'"}


def asked_after(make: Make) -> Names:
    """A run that was moved twice: of each booking one question is superseded and one open."""
    run = make.run(days_ahead=50)
    booking = make.paid(run, 2)
    for _time in range(2):
        move_run(make, run, days=1)
    answer(make, booking, {1: "keep"})
    return {"asked": booking.id, "asked_seat": booking.seats[1].id}


def billed_in_addition(make: Make) -> Names:
    """A paid seat that was moved to a dearer date: what it costs more is still to be paid."""
    booking = make.paid(make.run(days_ahead=55))
    dearer = make.run(days_ahead=60, price_general=20_000, price_member=20_000)
    more = Yen(20_000 - booking.seats[0].price)
    with make.deed():
        operations.move_seat(
            booking=booking, position=1, run_reference=dearer.reference, agreed=Yen(0), more=more, by=SYSTEM,
            now=clock.now(),
        )  # fmt: skip
    addition = session.scalar(text(f"SELECT invoice_id FROM booking_supplements WHERE booking_id = {booking.id}"))
    return {"dearer": booking.id, "dearer_seat": booking.seats[0].id, "addition": addition}


def requested_of_the_office(make: Make) -> Names:
    """A booking that the office has not answered yet."""
    run = make.run(days_ahead=65)
    with transaction():
        session.get_one(Course, run.course_id).needs_approval = True
    return {"requested": make.ordered(run).id}


def posted_from_a_statement(make: Make) -> Names:
    """A line of our bank's statement that was posted."""
    booking = make.ordered(make.run(days_ahead=70))
    assert booking.invoice is not None
    content = notice([Came(clock.today(), booking.total, booking.invoice.transfer_reference)])
    take_in(content, "notice.txt", None, by=SYSTEM, now=clock.now())
    line = session.scalars(select(BankLine)).one()
    post_lines([(line.reference, line.draft.stamp)], by=SYSTEM, clock=clock.now)
    return {"line": line.id}


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


def without(guard: str) -> list[str]:
    """The statements that take a guard away. SQLite names no table there, and can't drop a constraint: the table is
    written anew without any, but for its ids: other tables refer to them."""
    what, _on, table = guard.partition(" ON ")
    if what.startswith("constraint"):
        if db.engine.dialect.name == "sqlite":
            return ["PRAGMA defer_foreign_keys = ON", f"CREATE TABLE anew AS SELECT * FROM {table}",
                    f"DROP TABLE {table}", f"ALTER TABLE anew RENAME TO {table}",
                    f"CREATE UNIQUE INDEX anew_id ON {table} (id)"]  # fmt: skip
        return [f"ALTER TABLE {table} DROP {what}"]
    return [f"DROP {what if db.engine.dialect.name == 'sqlite' else guard}"]


@pytest.mark.parametrize("broken", BREAKS)
def test_the_check_finds(broken: Break, scene: Names) -> None:
    statements = [statement.format(**scene) for statement in broken.statements]
    if broken.guard:
        with pytest.raises(DBAPIError):
            done_by_hand(statements)
        statements = [*without(broken.guard), *statements]
    lines = done_by_hand(statements)
    assert any(line.startswith((f"{broken.code}:", f"{broken.code} ")) for line in lines), lines


def test_every_invariant_is_broken_here() -> None:
    """All that check-ledger can say by a number: none is only promised."""
    promised = {code for path in PACKAGE.rglob("*.py") for code in re.findall(r"INV-\d+", path.read_text())}
    assert {parameter.values[0].code for parameter in BREAKS} == promised  # type: ignore[attr-defined]
