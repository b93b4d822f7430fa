"""What must not go unnoticed: each promise of check-ledger broken by SQL. The names in braces are ids of the scene."""

from __future__ import annotations

from dataclasses import dataclass

import pytest


@dataclass(frozen=True)
class Break:
    """SQL that must not go unnoticed; `guard` is what the database has against it (`index …`, `trigger … ON …` or
    `constraint … ON …`)."""

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
MONEY = (
    "INSERT INTO payments (id, organization_id, provider, method, external_id, amount, received_on, recorded_at, payer)"
    " SELECT MAX(id) + 1, MAX(organization_id), %s, 'stripe', %s, 1, '2026-01-01', '2026-01-01 00:00:00+00:00', ''"
    " FROM payments"
)
GIVEN_BACK = (
    "INSERT INTO refunds (id, payment_id, invoice_id, key, provider, amount, reason, status, due_at, failure,"
    " external_id) SELECT MAX(id) + 1, MAX(payment_id), {invoice}, 'sql %s', 'stripe', 1, 'sql', 'due',"
    " '2026-01-01 00:00:00+00:00', '', 're_one' FROM refunds"
)
EVENT_OF_FIRM = (
    "INSERT INTO stripe_events (id, event_id, kind, livemode, object_id, payload, created_at, received_at, result,"
    " reason, finished_at, tries, next_try_at) SELECT COALESCE(MAX(id), 0) + 1, 'evt_one', 'sql', false, 'cs_one',"
    " '{{}}', '2026-01-01 00:00:00+00:00', '2026-01-01 00:00:00+00:00', %s, '', %s, 0, '2026-01-01 00:00:00+00:00'"
    " FROM stripe_events"
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
    by_hand("INV-4", "paid without a seat", "UPDATE seats SET status = 'cancelled' WHERE booking_id = {paid}"),
    by_hand("INV-4", "ordered for nothing", "UPDATE bookings SET total = 0 WHERE id = {ordered}"),
    by_hand("INV-4", "a request that was billed",
            "UPDATE bookings SET invoice_id = {addition} WHERE id = {requested}"),
    by_hand("INV-4", "a request without its seats",
            "UPDATE seats SET status = 'expired' WHERE booking_id = {requested}"),
    by_hand("INV-4", "billed in addition and not paid before",
            "UPDATE bookings SET status = 'ordered', pay_until = '2099-01-01 00:00:00+00:00' WHERE id = {dearer}"),
    by_hand("INV-4", "billed twice for one seat",
            "INSERT INTO booking_supplements (booking_id, seat_id, invoice_id, fee)"
            " VALUES ({dearer}, {dearer_seat}, {ordered_invoice}, 0)"),
    by_hand("INV-4", "billed in addition for a seat of another order",
            "UPDATE booking_supplements SET seat_id = {paid_seat} WHERE booking_id = {dearer}"),
    by_hand("INV-4", "billed in addition by the invoice of another order",
            "UPDATE invoices SET order_reference = 'B-OTHER' WHERE id = {addition}"),
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
    by_hand("INV-7", "an entry slipped into a closed period",
            "UPDATE ledger_transactions SET booked_on = '2000-01-01' WHERE id = {entry}",
            guard="trigger ledger_transactions_no_update ON ledger_transactions"),
    by_hand("INV-7", "a debt of nobody's invoice",
            "UPDATE ledger_entries SET invoice_id = NULL WHERE account = 'receivable' AND transaction_id = {entry}",
            guard="trigger ledger_entries_no_update ON ledger_entries"),
    by_hand("INV-8", "more kept than seats and fees", "DELETE FROM booking_fees WHERE booking_id = {paid}"),
    by_hand("INV-8", "less kept than seats, fees and what is billed in addition",
            "UPDATE invoices SET cancelled_at = ordered_at WHERE id = {addition}"),
    by_hand("INV-8", "more sent back than came", "UPDATE refunds SET amount = 999999 WHERE invoice_id = {invoice}"),
    by_hand("INV-9", "one transfer recorded twice", MONEY % ("'bank_transfer'", "'twice'"),
            MONEY % ("'bank_transfer'", "'twice'"), guard="constraint uq_payments_provider_external_id ON payments"),
    by_hand("INV-9", "one refund recorded twice", GIVEN_BACK % "1", GIVEN_BACK % "2",
            guard="constraint uq_refunds_external_id ON refunds"),
    by_hand("INV-10", "an event without a result", EVENT_OF_FIRM % ("'received'", "NULL")),
    by_hand("INV-10", "an event parked in silence", EVENT_OF_FIRM % ("'parked'", "'2026-01-01 00:00:00+00:00'")),
    by_hand("INV-10", "an event stored twice", EVENT_OF_FIRM % ("'received'", "NULL"),
            EVENT_OF_FIRM % ("'received'", "NULL"), guard="constraint uq_stripe_events_event_id ON stripe_events"),
    by_hand("INV-11", "a number without a paper", "DELETE FROM certificates WHERE number = {number}"),
    by_hand("INV-11", "certified without having completed",
            "UPDATE roster_entries SET outcome = 'failed', completed_on = NULL WHERE id = {certified}"),
    by_hand("INV-11", "no current copy",
            "UPDATE certificates SET superseded_at = issued_at WHERE number = {number}"),
    by_hand("INV-12", "one copy of two revoked",
            "UPDATE certificates SET revoked_at = issued_at, revoked_reason = 'sql'"
            " WHERE number = {number} AND revision = 1"),
    by_hand("INV-13", "a booking moved in silence",
            "UPDATE bookings SET status = 'cancelled', closed_at = held_at WHERE id = {held}"),
    by_hand("INV-13", "an audit row taken out", "DELETE FROM audit_entries WHERE position = 3",
            guard="trigger audit_entries_no_delete ON audit_entries"),
    by_hand("INV-13", "an audit row rewritten", "UPDATE audit_entries SET actor_label = 'nobody' WHERE position = 3",
            guard="trigger audit_entries_no_update ON audit_entries"),
    by_hand("INV-13", "an invoice cancelled in silence",
            "UPDATE invoices SET cancelled_at = ordered_at WHERE id = {ordered_invoice}"),
    by_hand("INV-13", "money nobody noted",
            "INSERT INTO allocations (key, invoice_id, source, amount, at, reason)"
            " VALUES ('sql', {ordered_invoice}, 'bank_fee', 1, '2026-01-01 00:00:00+00:00', '')"),
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
    by_hand("INV-19", "nobody recorded for a seat", "DELETE FROM certificates WHERE number = {number}",
            "DELETE FROM roster_entries WHERE seat_id = {judged_seat}"),
    by_hand("INV-19", "judged otherwise than recorded",
            "UPDATE roster_entries SET outcome = 'absent', completed_on = NULL WHERE seat_id = {judged_seat}"),
    by_hand("INV-19", "recorded on the roster of another run",
            "UPDATE seats SET run_id = {held_run} WHERE id = {judged_seat}"),
    by_hand("INV-19", "minutes of another run",
            "UPDATE meeting_minutes SET meeting_id = (SELECT MIN(id) FROM meetings WHERE run_id = {held_run})"),
    by_hand("INV-18", "a line of another amount than its payment", "UPDATE bank_lines SET amount = 1 WHERE id = {line}",
            guard="trigger bank_lines_no_update ON bank_lines"),
    by_hand("INV-18", "a line nobody sees", "DELETE FROM bank_drafts WHERE line_id = {line}"),
    by_hand("INV-18", "a payment whose line is open again",
            "UPDATE bank_drafts SET status = 'open', payment_id = NULL WHERE line_id = {line}"),
    by_hand("INV-18", "set aside without a reason",
            "UPDATE bank_drafts SET status = 'set_aside', payment_id = NULL, note = '' WHERE line_id = {line}"),
]  # fmt: skip
