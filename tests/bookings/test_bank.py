"""Lines of our bank's statement: taken in once, posted once, taken back as new facts (R-07, R-16 to 18, INV-18)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from courses_app.accounts.models import Organization
from courses_app.bookings import operations
from courses_app.bookings.imports import bank
from courses_app.bookings.models import Booking
from courses_app.bookings.rules import BookingStatus
from courses_app.cli.ledger import violations
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session
from courses_app.foundation.lifecycle import MoveNotAllowed
from courses_app.foundation.matters import Matter
from courses_app.foundation.outbox.messages import OutboxMessage
from courses_app.foundation.yen import Yen
from courses_app.payments import queries as money
from courses_app.payments.models import BankDraft, BankFile, BankLine, PayerName, Payment
from courses_app.payments.operations import banking, owe_credit_back
from courses_app.payments.operations.banking import LayoutFacts
from courses_app.payments.queries.banking import debt_of
from courses_app.payments.rules import AlreadyPaid
from courses_app.payments.rules.banking import (
    Certainty,
    Encoding,
    FeeTooHigh,
    LapsedNeedsWhole,
    LineChanged,
    LineDealtWith,
    LineStatus,
    MoneyTakenBack,
    NobodyChosen,
    RefundPromised,
    SharesTooHigh,
    ShareTooHigh,
    Why,
)
from tests.bookings.conftest import MakeHere
from tests.payments.banking.making import Came, net_bank, notice


def take_in(came: Sequence[Came]) -> list[BankLine]:
    """The new lines of a notice, in order."""
    file, fresh = bank.take_in(notice(came), "notice.txt", None, by=SYSTEM, now=clock.now())
    assert fresh
    return list(session.scalars(select(BankLine).where(BankLine.file_id == file.id).order_by(BankLine.row)))


def came(booking: Booking, amount: int | None = None, payer: str = "", on: date | None = None) -> Came:
    """Money for a booking, its number before the name."""
    assert booking.invoice is not None
    number = booking.invoice.transfer_reference
    return Came(on or clock.today(), booking.total if amount is None else amount, payer or f"{number} ﾀﾅｶ")


def post(make: MakeHere, line: BankLine) -> Payment:
    with make.deed():
        return operations.post_line(line=line, stamp=line.draft.stamp, by=SYSTEM, now=clock.now())


def choose(
    make: MakeHere, line: BankLine, organization: Organization, *bookings: tuple[Booking, int], fee: int = 0
) -> None:
    shares = [(booking.invoice, Yen(yen)) for booking, yen in bookings if booking.invoice]
    with make.deed():
        banking.choose(
            line=line, stamp=line.draft.stamp, organization=organization, shares=shares, fee=Yen(fee), by=SYSTEM,
            now=clock.now(),
        )  # fmt: skip


def allow_fees(make: MakeHere, *fees: int) -> None:
    with make.deed():
        usual = [Yen(fee) for fee in fees]
        banking.add_fee_allowance(from_on=date(2020, 1, 1), usual=usual, tolerance=Yen(0), by=SYSTEM, now=clock.now())


def state(make: MakeHere, booking: Booking) -> BookingStatus:
    return make.whole(booking).status


def mails() -> int:
    return session.scalar(select(func.count(OutboxMessage.id))) or 0


def open_matters() -> list[str]:
    return list(session.scalars(select(Matter.kind).where(Matter.settled_at.is_(None)).order_by(Matter.kind)))


def test_r18_a_line_is_matched_posted_and_confirms_the_seats(inside: Flask, make: MakeHere) -> None:
    booking = make.ordered(make.run(), 2)
    (line,) = take_in([came(booking)])
    assert line.draft.certainty is Certainty.SURE
    before = mails()
    assert state(make, booking) is BookingStatus.ORDERED  # a draft confirms nothing, and tells nobody
    payment = post(make, line)
    assert state(make, booking) is BookingStatus.PAID
    assert mails() > before
    assert (payment.amount, payment.received_on, payment.payer) == (booking.total, line.came_on, line.payer)
    assert list(violations()) == []


def test_inv18_the_same_file_twice_changes_nothing(inside: Flask, make: MakeHere) -> None:
    booking = make.ordered(make.run())
    content = notice([came(booking)])
    first, fresh = bank.take_in(content, "a.txt", None, by=SYSTEM, now=clock.now())
    again, fresh_again = bank.take_in(content, "b.txt", None, by=SYSTEM, now=clock.now())
    assert (fresh, fresh_again, again.id) == (True, False, first.id)
    assert session.scalar(select(func.count(BankLine.id))) == 1


def test_inv18_an_overlapping_file_brings_only_what_is_new(inside: Flask, make: MakeHere) -> None:
    twin, other = Came(clock.today(), 500, "ｱｲｳ"), Came(clock.today(), 700, "ｴｵ")
    take_in([twin])
    lines = take_in([twin, twin, other])  # two the same, of which one is known
    assert [(line.amount, line.ordinal) for line in lines] == [(500, 2), (700, 1)]
    file = session.scalars(select(BankFile).order_by(BankFile.id.desc())).first()
    assert file is not None
    assert file.known == 1
    assert list(violations()) == []


def test_r16_the_second_to_post_a_line_reads_who_was_faster(inside: Flask, make: MakeHere) -> None:
    booking = make.ordered(make.run())
    (line,) = take_in([came(booking)])
    version = line.draft.stamp
    post(make, line)
    with pytest.raises(LineDealtWith), make.deed():
        operations.post_line(line=line, stamp=version, by=SYSTEM, now=clock.now())
    assert session.scalar(select(func.count(Payment.id))) == 1


def test_r16_money_that_came_otherwise_meanwhile_stops_the_line(inside: Flask, make: MakeHere) -> None:
    booking = make.ordered(make.run())
    (line,) = take_in([came(booking)])
    make.pay(booking)
    with pytest.raises((AlreadyPaid, ShareTooHigh)):
        post(make, line)
    session.rollback()
    assert line.draft.status is LineStatus.OPEN
    bank.redraft(now=clock.now())
    session.expire_all()
    assert line.draft.shares == []


def test_a_draft_that_changed_is_looked_at_again(inside: Flask, make: MakeHere) -> None:
    booking = make.ordered(make.run())
    (line,) = take_in([came(booking)])
    seen = line.draft.stamp
    choose(make, line, booking.organization)
    with pytest.raises(LineChanged), make.deed():
        operations.post_line(line=line, stamp=seen, by=SYSTEM, now=clock.now())


def test_r18_what_nobody_can_tell_is_not_posted(inside: Flask, make: MakeHere) -> None:
    make.ordered(make.run())
    (line,) = take_in([Came(clock.today(), 11_500, "ﾀﾅｶ ﾀﾛｳ")])
    with pytest.raises(NobodyChosen):
        post(make, line)


def test_r18_one_transfer_for_three_orders(inside: Flask, make: MakeHere) -> None:
    booked_by = make.coordinator().person

    bookings = [make.ordered(make.run(), number, booked_by=booked_by) for number in (1, 2, 3)]
    (line,) = take_in([came(bookings[0], sum(one.total for one in bookings))])
    assert line.draft.certainty is Certainty.LIKELY
    post(make, line)
    assert {state(make, one) for one in bookings} == {BookingStatus.PAID}
    assert session.scalar(select(func.count(Payment.id))) == 1
    assert list(violations()) == []


def test_r18_two_transfers_for_one_order(inside: Flask, make: MakeHere) -> None:
    booking = make.ordered(make.run(), 2)
    first, second = take_in([came(booking, 10_000), came(booking, booking.total - 10_000)])
    post(make, first)
    assert state(make, booking) is BookingStatus.ORDERED
    assert open_matters() == ["part_paid"]
    post(make, second)
    assert state(make, booking) is BookingStatus.PAID
    assert open_matters() == []
    assert list(violations()) == []


def test_r18_a_fee_we_bear_is_named_and_the_order_is_paid(inside: Flask, make: MakeHere) -> None:
    allow_fees(make, 440)
    booking = make.ordered(make.run(), 2)
    (line,) = take_in([came(booking, booking.total - 440)])
    assert (line.draft.certainty, line.draft.fee) == (Certainty.LIKELY, 440)
    post(make, line)
    assert state(make, booking) is BookingStatus.PAID
    assert list(violations()) == []


def test_r18_too_much_is_credit_and_visible(inside: Flask, make: MakeHere) -> None:
    booking = make.ordered(make.run(), 2)
    (line,) = take_in([came(booking, booking.total + 1_000)])
    post(make, line)
    assert state(make, booking) is BookingStatus.PAID
    assert money.credit_of(booking.organization) == 1_000
    assert list(violations()) == []


def test_r18_too_little_is_a_part_and_the_clock_gives_nothing_up(inside: Flask, make: MakeHere) -> None:
    booking = make.ordered(make.run(), 2)
    (line,) = take_in([came(booking, 5_000)])
    post(make, line)
    assert booking.pay_until is not None
    with make.deed():
        assert not operations.lapse_order(booking.id, now=booking.pay_until + timedelta(days=1))
    assert state(make, booking) is BookingStatus.ORDERED
    assert debt_of(booking.organization) == booking.total - 5_000


def test_r18_a_name_is_learned_by_posting_and_can_be_forgotten(inside: Flask, make: MakeHere) -> None:
    booked_by = make.coordinator().person
    first, second, third = (make.ordered(make.run(), booked_by=booked_by) for _ in range(3))
    (line,) = take_in([came(first, payer=f"{first.invoice.transfer_reference} ﾊﾊｶﾞｲｼﾔﾎ-ﾙﾃﾞｲﾝｸﾞｽ(ｶ")])  # type: ignore[union-attr]
    post(make, line)
    name = session.scalars(select(PayerName)).one()
    (known,) = take_in([came(second, payer="ｶ)ﾊﾊｶﾞｲｼﾔﾎ-ﾙﾃﾞｲﾝｸﾞｽ")])
    assert [why for why, _number in known.draft.reasons] == [Why.NAME_LEARNED, Why.AMOUNT, Why.SEVERAL_FIT]
    with make.deed():
        banking.forget_name(name=name, by=SYSTEM, now=clock.now())
    (unknown,) = take_in([came(third, payer="ｶ)ﾊﾊｶﾞｲｼﾔﾎ-ﾙﾃﾞｲﾝｸﾞｽ", on=clock.today() - timedelta(days=1))])
    assert unknown.draft.certainty is Certainty.NONE


def test_r17_a_transfer_in_time_that_is_seen_late_finds_its_order_waiting(inside: Flask, make: MakeHere) -> None:
    booking = make.ordered(make.run(), 2)
    assert booking.invoice is not None
    due_on = booking.invoice.due_on
    assert due_on is not None
    assert booking.pay_until is not None
    seen_at: datetime = clock.end_of(due_on) + timedelta(hours=12)  # after the day shown, within the grace days
    with make.deed():
        assert not operations.lapse_order(booking.id, now=seen_at)
    content = notice([came(booking, on=due_on)])
    file, _fresh = bank.take_in(content, "late.txt", None, by=SYSTEM, now=seen_at)
    (line,) = session.scalars(select(BankLine).where(BankLine.file_id == file.id))
    with make.deed():
        payment = operations.post_line(line=line, stamp=line.draft.stamp, by=SYSTEM, now=seen_at)
    assert payment.received_on == due_on  # the bank's day, not ours
    assert state(make, booking) is BookingStatus.PAID


def test_r07_money_for_an_order_given_up_finds_seats_again(inside: Flask, make: MakeHere) -> None:
    booking = make.ordered(make.run(), 2)
    assert booking.pay_until is not None
    with make.deed():
        assert operations.lapse_order(booking.id, now=booking.pay_until)
    (line,) = take_in([came(booking)])
    assert line.draft.certainty is Certainty.LIKELY
    assert Why.LAPSED in [why for why, _number in line.draft.reasons]
    post(make, line)
    assert state(make, booking) is BookingStatus.PAID
    assert list(violations()) == []


def test_a_part_is_no_reason_to_look_for_seats_again(inside: Flask, make: MakeHere) -> None:
    booking = make.ordered(make.run(), 2)
    assert booking.pay_until is not None
    with make.deed():
        assert operations.lapse_order(booking.id, now=booking.pay_until)
    (line,) = take_in([came(booking, 5_000)])
    with pytest.raises(LapsedNeedsWhole):
        choose(make, line, booking.organization, (booking, 5_000))


def test_r18_a_person_spreads_a_line_as_they_like_but_no_yen_too_much(inside: Flask, make: MakeHere) -> None:
    booked_by = make.coordinator().person
    one, other = make.ordered(make.run(), booked_by=booked_by), make.ordered(make.run(), booked_by=booked_by)
    (line,) = take_in([Came(clock.today(), one.total + 1, "ﾀﾅｶ ﾀﾛｳ")])
    with pytest.raises(SharesTooHigh):
        choose(make, line, one.organization, (one, one.total), (other, 2))
    with pytest.raises(ShareTooHigh):
        choose(make, line, one.organization, (one, one.total + 1))
    with pytest.raises(FeeTooHigh):
        choose(make, line, one.organization, (one, one.total), fee=1)
    choose(make, line, one.organization, (one, 4_000), (other, 5_000))
    payment = post(make, line)
    assert money.credit_of(one.organization) == one.total - 8_999
    assert {a.invoice_id: a.amount for a in payment.allocations} == {one.invoice_id: 4_000, other.invoice_id: 5_000}
    assert list(violations()) == []


def test_money_that_is_not_ours_is_set_aside_with_a_reason_and_taken_up_again(inside: Flask, make: MakeHere) -> None:
    (line,) = take_in([Came(clock.today(), 300, "ﾘｿｸ")])
    with make.deed():
        banking.set_aside(line=line, stamp=line.draft.stamp, reason="利息", by=SYSTEM, now=clock.now())
    assert (line.draft.status, line.draft.note) == (LineStatus.SET_ASIDE, "利息")
    with pytest.raises(LineDealtWith), make.deed():
        banking.set_aside(line=line, stamp=line.draft.stamp, reason="二度", by=SYSTEM, now=clock.now())
    with make.deed():
        banking.take_up(line=line, by=SYSTEM, now=clock.now())
    with pytest.raises(MoveNotAllowed), make.deed():
        banking.take_up(line=line, by=SYSTEM, now=clock.now())
    assert list(violations()) == []


def test_money_the_bank_took_back_is_never_posted(inside: Flask, make: MakeHere) -> None:
    rows = notice([Came(clock.today(), 500, "ｱ")])
    back = rows[200:327] + b"1" + rows[328:400]
    trailer = f"8{1:06d}{500:012d}{1:06d}{500:012d}".encode().ljust(200)
    content = rows[:400] + back + trailer + rows[-200:]
    file, _fresh = bank.take_in(content, "back.txt", None, by=SYSTEM, now=clock.now())
    line = session.scalars(select(BankLine).where(BankLine.file_id == file.id, BankLine.reverses)).one()
    with pytest.raises(MoneyTakenBack):
        post(make, line)


def test_a_posted_line_is_taken_back_as_new_facts_and_posted_anew(inside: Flask, make: MakeHere) -> None:
    allow_fees(make, 440)
    wrong, right = make.ordered(make.run(), 2), make.ordered(make.run(), 2)
    (line,) = take_in([came(wrong, wrong.total - 440)])
    post(make, line)
    with make.deed():
        unpaid = operations.take_back_line(line=line, reason="別の団体の入金", by=SYSTEM, now=clock.now())
    assert [one.id for one in unpaid] == [wrong.id]
    assert state(make, wrong) is BookingStatus.PAID  # nobody loses seats over our mistake
    assert "posted_in_error" in open_matters()
    assert (money.owed(wrong.invoice), money.credit_of(wrong.organization)) == (wrong.total, 0)  # type: ignore[arg-type]
    assert list(violations()) == []
    choose(make, line, right.organization, (right, right.total - 440), fee=440)
    post(make, line)
    assert state(make, right) is BookingStatus.PAID
    (own,) = take_in([came(wrong, on=clock.today() - timedelta(days=1))])
    post(make, own)
    assert open_matters() == []
    assert session.scalar(select(func.count(Payment.id))) == 3
    assert list(violations()) == []


def test_what_is_on_its_way_back_cannot_be_taken_back(inside: Flask, make: MakeHere) -> None:
    booking = make.ordered(make.run(), 2)
    (line,) = take_in([came(booking, booking.total + 1_000)])
    payment = post(make, line)
    with make.deed():
        owe_credit_back(payment=payment, amount=Yen(1_000), reason="前受金", key="1", by=SYSTEM, now=clock.now())
    with pytest.raises(RefundPromised), make.deed():
        operations.take_back_line(line=line, reason="誤り", by=SYSTEM, now=clock.now())


def test_lines_posted_together_each_stand_for_themselves(inside: Flask, make: MakeHere) -> None:
    good, paid = make.ordered(make.run()), make.ordered(make.run())
    lines = take_in([came(paid), came(good), Came(clock.today(), 1, "ﾀﾚｶ")])
    make.pay(paid)
    wanted = [(line.reference, line.draft.stamp) for line in lines]
    done = bank.post_lines([*wanted, ("T-unknown", 1)], by=SYSTEM, clock=clock.now)
    assert (done.lines, done.yen) == (1, good.total)
    assert [line.reference for line, _why in done.refused] == [lines[0].reference, lines[2].reference]
    assert state(make, good) is BookingStatus.PAID
    assert session.scalar(select(func.count(BankDraft.id)).where(BankDraft.status == LineStatus.OPEN)) == 2
    assert list(violations()) == []


def test_a_csv_is_read_by_the_layout_staff_saved(inside: Flask, make: MakeHere) -> None:

    with make.deed():
        layout = banking.create_layout(
            facts=LayoutFacts("みほん銀行", Encoding.UTF_8, 1, 0, 1, 2, 4, None, 3, "0000-001-0012345"),
            by=SYSTEM,
            now=clock.now(),
        )
    booking = make.ordered(make.run())
    content = net_bank([came(booking), Came(clock.today(), -440, "ﾃｽｳﾘﾖｳ")])
    file, _fresh = bank.take_in(content, "a.csv", layout, by=SYSTEM, now=clock.now())
    (line,) = session.scalars(select(BankLine).where(BankLine.file_id == file.id))
    assert (line.draft.certainty, file.withdrawals) == (Certainty.SURE, 1)
