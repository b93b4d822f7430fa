"""Nobody came: what the order's terms do not keep of the price goes back once that is final, and only then (INV-8)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import select, text

from courses_app.bookings import operations as bookings
from courses_app.bookings import queries
from courses_app.bookings.models import Absence, Booking, Seat, SeatEvent, Supplement
from courses_app.bookings.rules import AttendeeFacts, SeatMove, kept_if_absent
from courses_app.catalogue.models import ChangePolicy, CourseRun
from courses_app.catalogue.rules import ChangeTerms, UnnamedSeats
from courses_app.catalogue.rules.change_words import no_show_words
from courses_app.certificates import operations
from courses_app.cli.ledger import violations as every_violation
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM, AuditEntry
from courses_app.foundation.db import session, transaction
from courses_app.foundation.outbox.messages import OutboxMessage
from courses_app.foundation.yen import Yen
from courses_app.payments.gateways.stripe_answers import RefundState
from courses_app.payments.models import Invoice, PaymentMethod, Provider, Refund
from courses_app.payments.operations import note_refund_sent
from courses_app.payments.rules import RefundWithdrawn
from tests.bookings.making import attendee
from tests.bookings.test_dearer_dates import newest
from tests.certificates.conftest import MakeHere
from tests.triggers import asleep

PRICE = 11_500  # of the course, per person; odd parts are rounded in the payer's favour
PAID_BEFORE = timedelta(days=40)


def keeps(make: MakeHere, percent: int, **more: Any) -> None:
    """The rules of change in force say so; orders from now on fall under it."""
    make.run(days_ahead=80)  # brings the rules
    with make.deed():
        for policy in session.scalars(select(ChangePolicy)):
            policy.no_show_percent = percent
            policy.from_on = clock.today() - timedelta(days=300)
            for name, value in more.items():
                setattr(policy, name, value)


def held(
    make: MakeHere, people: int = 2, *, absent: int = 1, course: str = "SUP", **how: Any
) -> tuple[CourseRun, Booking]:
    """A run of last week with its roster closed, and who booked it."""
    run = make.run(course, days_ahead=-7)
    booking = make.paid(run, people, now=run.starts_at - PAID_BEFORE, **how)
    make.closed_roster(run, absent=absent)
    return run, booking


def absences() -> list[Absence]:
    session.rollback()
    session.expire_all()
    return list(session.scalars(select(Absence).order_by(Absence.id)))


def told(name: str, *, payment_intent: str) -> RefundState:
    """What Stripe says of a refund of half the price."""
    return RefundState(name, "succeeded", 5_750, "jpy", payment_intent, None)


def refunds() -> list[tuple[int, str]]:
    session.rollback()
    session.expire_all()
    return [(one.amount, one.status.value) for one in session.scalars(select(Refund).order_by(Refund.id))]


def mails(kind: str) -> list[OutboxMessage]:
    query = select(OutboxMessage).where(OutboxMessage.kind == f"certificates/{kind}").order_by(OutboxMessage.id)
    return list(session.scalars(query))


def moves(seat: Seat) -> list[SeatMove]:
    return list(session.scalars(select(SeatEvent.move).where(SeatEvent.seat_id == seat.id).order_by(SeatEvent.id)))


def broken() -> list[str]:
    session.rollback()
    return list(every_violation())


def the_absent(booking: Booking) -> Seat:
    session.rollback()
    entry = "SELECT seat_id FROM roster_entries WHERE absent"
    return session.get_one(Seat, session.scalars(text(entry)).one())


def corrected(make: MakeHere, run: CourseRun, *, come: bool, now: datetime) -> None:
    """The office opens the roster again and closes it with everybody present, or one absent as before."""
    with make.deed():
        operations.reopen_roster(run=session.get_one(CourseRun, run.id), reason="x", by=SYSTEM, now=now)
    make.closed_roster(run, absent=0 if come else 1, failed=1 if come else 0, now=now)


# The rule.


def terms(percent: int) -> ChangeTerms:
    return ChangeTerms.of_data(
        {"day_kind": "calendar", "steps": [{"days_before": 0, "percent": 100, "amount": None}], "handling_fee": 0,
         "no_show_percent": percent, "substitution_until_days": 1, "move_until_days": 8, "moves_allowed": 1}
    )  # fmt: skip


@pytest.mark.parametrize(("percent", "kept"), [(0, 0), (33, 3_795), (50, 5_750), (99, 11_385), (100, 11_500)])
def test_what_is_kept_is_rounded_down(percent: int, kept: int) -> None:
    assert kept_if_absent(terms(percent), Yen(PRICE)) == kept
    assert kept_if_absent(terms(percent), Yen(0)) == 0
    assert kept_if_absent(terms(33), Yen(1)) == 0


def test_an_order_without_rules_keeps_all() -> None:
    assert kept_if_absent(None, Yen(PRICE)) == PRICE


def test_the_words_for_buyers_say_it(inside: Flask) -> None:
    with force_locale("en"):
        assert "no refund" in no_show_words(terms(100))
        assert "50%" in no_show_words(terms(50))
        assert "refund the rest" in no_show_words(terms(50))
        assert "full fee after the run" in no_show_words(terms(0))
    with force_locale("ja"):
        assert "50%" in no_show_words(terms(50))


# The deed.


def test_inv8_the_rest_of_the_price_goes_back_and_once(inside: Flask, make: MakeHere) -> None:
    keeps(make, 50)
    run, booking = held(make, 2)
    assert make.papers(run) == 2  # a certificate and an absence
    assert make.papers(run) == 0
    [absence] = absences()
    assert (absence.kept, absence.refund, absence.paid_back) == (5_750, 5_750, 5_750)
    assert refunds() == [(5_750, "due")]
    seat = the_absent(booking)
    assert absence.seat_id == seat.id
    assert moves(seat)[-1] is SeatMove.MISS
    assert session.scalars(
        select(AuditEntry.action).where(
            AuditEntry.subject_reference == seat.reference, AuditEntry.action == "seat.absent"
        )
    ).all() == ["seat.absent"]
    assert broken() == []
    [mail] = mails("absent")
    for words in ("¥11,500", "¥5,750", "50%", "銀行振込で返金します", "受講証明書は発行されません"):
        assert words in mail.body, mail.body
    assert "返金はありません" not in mail.body


def test_all_is_kept_as_before(inside: Flask, make: MakeHere) -> None:
    run, booking = held(make, 1)
    assert make.papers(run) == 1
    [absence] = absences()
    assert (absence.kept, absence.refund) == (PRICE, 0)
    assert refunds() == []
    assert moves(the_absent(booking))[-1] is SeatMove.MISS
    assert "返金はありません" in mails("absent")[0].body
    assert broken() == []


def test_who_was_told_before_absences_were_settled_is_not_told_again(inside: Flask, make: MakeHere) -> None:
    run, _booking = held(make, 1)
    make.papers(run)
    with transaction():
        session.execute(text("DELETE FROM seat_absences"))
    assert make.papers(run) == 1
    assert len(mails("absent")) == 1
    assert len(absences()) == 1


def test_nothing_is_final_before_the_run_is_over(inside: Flask, make: MakeHere) -> None:
    """Rosters may be closed early; until its end a run may still be called off, and then everything goes back."""
    keeps(make, 0)
    run, _booking = held(make, 2)
    assert make.papers(run, now=run.ends_at - timedelta(seconds=1)) == 1  # the certificate
    assert absences() == []
    assert make.papers(run, now=run.ends_at) == 1
    assert refunds() == [(PRICE, "due")]


def test_the_mail_is_english_for_who_booked_in_english(inside: Flask, make: MakeHere) -> None:
    keeps(make, 30)
    run, _booking = held(make, 1)
    with transaction():
        session.execute(text("UPDATE bookings SET language = 'en'"))
    make.papers(run)
    body = mails("absent")[0].body
    assert "Kept: ¥3,450" in body
    assert "Given back: ¥8,050" in body
    assert "We refund by bank transfer" in body


def test_a_card_is_named_and_its_refund_is_noted_by_the_firm(inside: Flask, make: MakeHere) -> None:
    keeps(make, 50)
    run = make.run(days_ahead=-7)
    at = run.starts_at - PAID_BEFORE
    booking = make.ordered(run, 1, now=at, method=PaymentMethod.STRIPE)
    with make.deed():
        here = session.get_one(Booking, booking.id)
        assert here.invoice
        bookings.settle(
            invoice=here.invoice, provider=Provider.STRIPE, external_id="pi_1", amount=here.total,
            received_on=clock.day_of(at), by=SYSTEM, now=at,
        )  # fmt: skip
    make.closed_roster(run, absent=1)
    make.papers(run)
    assert "クレジットカードで返金します" in mails("absent")[0].body
    with make.deed():
        bookings.hear_of_refund(state=told("re_1", payment_intent="pi_1"), now=clock.now())
    assert refunds() == [(5_750, "sent")]
    assert broken() == []


def test_members_get_back_their_part_of_their_price(inside: Flask, make: MakeHere) -> None:
    keeps(make, 50)
    run, _booking = held(make, 1)
    with transaction():  # another price of the same order, everywhere it stands
        for statement in (
            "UPDATE seats SET price = 9999, fee_audience = 'member'", "UPDATE bookings SET total = 9999",
        ):  # fmt: skip
            session.execute(text(statement))
    make.papers(run)
    [absence] = absences()
    assert (absence.kept, absence.refund) == (4_999, 5_000)


def test_a_free_seat_owes_nothing(inside: Flask, make: MakeHere) -> None:
    keeps(make, 50)
    run = make.run(days_ahead=-7, price_general=0, price_member=0)
    booking = make.ordered(run, 1, now=run.starts_at - PAID_BEFORE, method=PaymentMethod.NONE)
    make.closed_roster(run, absent=1)
    make.papers(run)
    [absence] = absences()
    assert (absence.kept, absence.refund, refunds()) == (0, 0, [])
    assert "無料" in mails("absent")[0].body
    assert moves(the_absent(booking))[-1] is SeatMove.MISS
    assert broken() == []


def test_a_course_without_certificates_gives_back_as_well(inside: Flask, make: MakeHere) -> None:
    keeps(make, 50)
    run = make.run("EJS", days_ahead=-7, price_general=5_000, price_member=5_000)
    with make.deed():
        for policy in session.scalars(select(ChangePolicy)):
            policy.no_show_percent = 50
    make.paid(run, 1, now=run.starts_at - PAID_BEFORE)
    make.closed_roster(run, absent=1)
    make.papers(run)
    assert refunds() == [(2_500, "due")]
    assert "受講証明書" not in mails("absent")[0].body


def test_a_seat_nobody_was_named_for_is_one_nobody_came_to(inside: Flask, make: MakeHere) -> None:
    keeps(make, 50)
    run = make.run(days_ahead=-7)
    with make.deed():
        session.get_one(CourseRun, run.id).course.unnamed_seats = UnnamedSeats.KEPT
    booking = make.paid(run, attendees=[attendee(), AttendeeFacts()], now=run.starts_at - PAID_BEFORE)
    make.closed_roster(run)
    make.papers(run)
    [absence] = absences()
    assert absence.seat.person_id is None
    assert absence.booking_id == booking.id
    assert refunds() == [(5_750, "due")]
    assert "氏名未定の席" in mails("absent")[0].subject
    assert broken() == []


def test_who_took_over_the_seat_is_the_one_who_did_not_come(inside: Flask, make: MakeHere) -> None:
    keeps(make, 50)
    run = make.run(days_ahead=-7)
    at = run.starts_at - PAID_BEFORE
    booking = make.paid(run, 1, now=at)
    with make.deed():
        bookings.substitute(
            booking=booking, position=1, attendee=attendee(family_name="交代"), by=SYSTEM, now=at + timedelta(days=1)
        )
    make.closed_roster(run, absent=1)
    make.papers(run)
    assert "交代" in mails("absent")[0].subject
    assert refunds() == [(5_750, "due")]


def test_seats_given_back_before_are_never_settled(inside: Flask, make: MakeHere) -> None:
    keeps(make, 50)
    run = make.run(days_ahead=-7)
    at = run.starts_at - PAID_BEFORE
    booking = make.paid(run, 2, now=at)
    with make.deed():
        here = session.get_one(Booking, booking.id)
        quote = queries.quote_of(here, [1], now=at)
        agreed = bookings.Agreed(quote.fee, quote.refund)
        bookings.cancel_seats(booking=here, positions=[1], agreed=agreed, by=SYSTEM, now=at + timedelta(hours=1))
    make.closed_roster(run, absent=1)
    make.papers(run)
    assert [one.seat.position for one in absences()] == [2]
    assert broken() == []
    with make.deed():
        given_back = session.scalars(select(Seat).where(Seat.position == 1)).one()
        assert bookings.settle_absence(seat=given_back, by=SYSTEM, now=clock.now()) is None


# Money that was billed in addition.


def dearer(make: MakeHere, price: int = 20_000, *, paid: bool = False) -> tuple[CourseRun, Booking]:
    """Somebody who moved to a dearer date of last week, did not come, and has (or has not) paid the difference."""
    early, late = make.run(days_ahead=-20), make.run(days_ahead=-7, price_general=price, price_member=price)
    at = early.starts_at - PAID_BEFORE
    booking = make.paid(early, 1, now=at)
    with make.deed():
        bookings.move_seat(
            booking=booking, position=1, run_reference=late.reference, agreed=Yen(0), more=Yen(price - PRICE),
            by=SYSTEM, now=at + timedelta(days=1),
        )  # fmt: skip
    if paid:
        pay_addition(make, at + timedelta(days=2))
    make.closed_roster(late, absent=1)
    return late, booking


def pay_addition(make: MakeHere, at: datetime) -> None:
    with make.deed():
        invoice = newest().invoice
        bookings.settle(
            invoice=invoice, provider=Provider.BANK_TRANSFER, external_id=f"added-{invoice.id}",
            amount=invoice.total, received_on=clock.day_of(at), by=SYSTEM, now=at,
        )  # fmt: skip


def added() -> list[tuple[int, str]]:
    """The additional invoices: over how much, and how they stand."""
    session.rollback()
    session.expire_all()
    found = session.scalars(select(Supplement).order_by(Supplement.id)).all()
    return [(one.invoice.total, "open" if one.is_open else "paid" if one.invoice.payments else "void") for one in found]


def test_a_difference_that_was_paid_goes_back_from_both_invoices(inside: Flask, make: MakeHere) -> None:
    keeps(make, 20)
    run, _booking = dearer(make, paid=True)
    make.papers(run)
    assert absences()[0].paid_back == 16_000
    assert refunds() == [(11_500, "due"), (4_500, "due")]
    assert broken() == []


def test_who_owes_us_for_the_seat_owes_less_and_gets_only_the_rest(inside: Flask, make: MakeHere) -> None:
    keeps(make, 50)
    run, _booking = dearer(make)
    make.papers(run)
    [absence] = absences()
    assert (absence.refund, absence.paid_back) == (10_000, 1_500)
    assert (refunds(), added()) == ([(1_500, "due")], [(8_500, "void")])
    body = mails("absent")[0].body
    for words in ("差し引く額：¥8,500", "返金する額：¥1,500", "お支払いは不要です", "銀行振込で返金します"):
        assert words in body, body
    assert broken() == []


def test_a_debt_larger_than_what_goes_back_is_billed_anew_over_the_rest(inside: Flask, make: MakeHere) -> None:
    keeps(make, 80)
    run, _booking = dearer(make)
    make.papers(run)
    [absence] = absences()
    assert (absence.refund, absence.paid_back, refunds()) == (4_000, 0, [])
    assert added() == [(8_500, "void"), (4_500, "open")]
    body = mails("absent")[0].body
    assert "差引き後の¥4,500" in body
    assert "銀行振込で返金します" not in body
    invoice = session.scalars(select(Invoice).order_by(Invoice.id.desc())).first()
    assert invoice is not None
    assert "出欠" in invoice.subject
    assert invoice.due_on is not None
    assert invoice.due_on > clock.day_of(run.ends_at)
    assert broken() == []
    pay_addition(make, clock.now())
    assert broken() == []


def test_a_debt_stays_owed_where_all_is_kept(inside: Flask, make: MakeHere) -> None:
    run, _booking = dearer(make)
    make.papers(run)
    assert (refunds(), added()) == ([], [(8_500, "open")])
    assert "¥8,500" in mails("absent")[0].body
    assert broken() == []


# Corrected afterwards.


def test_a_refund_not_sent_is_withdrawn_when_somebody_did_come(inside: Flask, make: MakeHere) -> None:
    keeps(make, 50)
    run, booking = held(make, 1)
    later = run.ends_at + timedelta(days=1)
    make.papers(run)
    seat = the_absent(booking)
    corrected(make, run, come=True, now=later)
    assert refunds() == [(5_750, "due")]
    assert make.papers(run, now=later) == 2  # the absence taken back, and a notice of failure
    assert make.papers(run, now=later) == 0
    [absence] = absences()
    assert absence.taken_back_at == later
    assert refunds() == [(5_750, "withdrawn")]
    assert added() == []
    assert moves(seat)[-2:] == [SeatMove.MISS, SeatMove.ATTEND]
    [mail] = mails("attended")
    assert "¥5,750は、返金しません" in mail.body
    matters = "SELECT COUNT(*) FROM matters WHERE kind = 'refund_due' AND settled_at IS NULL"
    assert session.scalar(text(matters)) == 0
    assert broken() == []


def test_a_withdrawn_refund_is_not_sent_from_an_old_page(inside: Flask, make: MakeHere) -> None:
    keeps(make, 50)
    run, _booking = held(make, 1)
    make.papers(run)
    corrected(make, run, come=True, now=run.ends_at + timedelta(days=1))
    make.papers(run, now=run.ends_at + timedelta(days=1))
    with pytest.raises(RefundWithdrawn), make.deed():
        refund = session.scalars(select(Refund)).one()
        note_refund_sent(refund=refund, sent_on=clock.today(), by=SYSTEM, now=clock.now())
    with make.deed():
        assert not bookings.hear_of_refund(state=told("re_9", payment_intent="x"), now=clock.now())
    assert refunds() == [(5_750, "withdrawn")]


def test_a_refund_that_was_sent_is_billed_again(inside: Flask, make: MakeHere) -> None:
    keeps(make, 50)
    run, _booking = held(make, 1)
    later = run.ends_at + timedelta(days=1)
    make.papers(run)
    with make.deed():
        refund = session.scalars(select(Refund)).one()
        note_refund_sent(refund=refund, sent_on=clock.day_of(later), by=SYSTEM, now=later)
    corrected(make, run, come=True, now=later)
    make.papers(run, now=later)
    assert (refunds(), added()) == ([(5_750, "sent")], [(5_750, "open")])
    assert "¥5,750（税込）の請求書" in mails("attended")[0].body
    due_on = session.scalars(select(Supplement)).one().invoice.due_on
    assert due_on is not None
    assert due_on > clock.day_of(later)
    assert broken() == []


def test_a_debt_that_was_lowered_is_whole_again(inside: Flask, make: MakeHere) -> None:
    keeps(make, 50)
    run, _booking = dearer(make)
    later = run.ends_at + timedelta(days=1)
    make.papers(run)
    corrected(make, run, come=True, now=later)
    make.papers(run, now=later)
    assert (refunds(), added()) == ([(1_500, "withdrawn")], [(8_500, "void"), (8_500, "open")])
    assert broken() == []


def test_reopened_and_absent_all_the_same_changes_nothing(inside: Flask, make: MakeHere) -> None:
    keeps(make, 50)
    run, _booking = held(make, 1)
    later = run.ends_at + timedelta(days=1)
    make.papers(run)
    corrected(make, run, come=False, now=later)
    assert make.papers(run, now=later) == 0
    assert refunds() == [(5_750, "due")]
    assert len(mails("absent")) == 1


def test_to_and_fro_each_time_counts_once(inside: Flask, make: MakeHere) -> None:
    keeps(make, 50)
    run, _booking = held(make, 1)
    make.papers(run)
    for day, come in ((1, True), (2, False)):
        at = run.ends_at + timedelta(days=day)
        corrected(make, run, come=come, now=at)
        make.papers(run, now=at)
    assert refunds() == [(5_750, "withdrawn"), (5_750, "due")]
    assert [one.taken_back_at is None for one in absences()] == [False, True]
    assert len(mails("absent")) == 2
    assert broken() == []


# Found when it is broken by hand.

BREAKS = {
    "too much goes back": ["UPDATE refunds SET amount = amount + 1"],
    "too little goes back": ["DELETE FROM refunds"],
    "too much goes back, and the absence says so too": [
        "UPDATE refunds SET amount = amount + 1",
        "UPDATE seat_absences SET refund = refund + 1, paid_back = paid_back + 1, kept = kept - 1",
    ],
    "too little is kept": ["UPDATE seat_absences SET kept = kept - 1"],
    "forgotten": ["DELETE FROM seat_absences"],
    "never settled": [
        "DELETE FROM seat_absences", "DELETE FROM refunds", "DELETE FROM seat_events WHERE move = 'miss'",
    ],
    "somebody who came": [
        "UPDATE roster_entries SET absent = false, outcome = 'failed' WHERE absent",
    ],
    "taken back in silence": ["UPDATE seat_absences SET taken_back_at = settled_at"],
    "on a seat that was given back": [
        "UPDATE seats SET status = 'cancelled' WHERE id = (SELECT seat_id FROM seat_absences)",
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", BREAKS)
def test_inv8_broken_by_hand_is_found(inside: Flask, make: MakeHere, name: str) -> None:
    keeps(make, 50)
    run, _booking = held(make, 2)
    make.papers(run)
    assert broken() == []
    with transaction():
        asleep("seat_events")
        for statement in BREAKS[name]:
            session.execute(text(statement))
    found = broken()
    assert any(line.startswith("INV-8") for line in found), found


def test_inv14_a_refund_nobody_was_told_of(inside: Flask, make: MakeHere) -> None:
    keeps(make, 50)
    run, _booking = held(make, 1)
    make.papers(run)
    with transaction():
        session.execute(text("DELETE FROM outbox_messages WHERE kind = 'certificates/absent'"))
    assert any(line.startswith("INV-14") for line in broken())
