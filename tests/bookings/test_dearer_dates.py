"""A seat moves to a dearer date: the difference is billed in addition, a debt until paid; and the fee for moving."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from courses_app.bookings import operations, queries
from courses_app.bookings.models import Booking, BookingFee, Supplement
from courses_app.bookings.operations import Agreed, AttendeeFacts
from courses_app.bookings.rules import (
    AmountsChanged,
    BookingStatus,
    FeeKind,
    MoveCost,
    MovesUsedUp,
    NamesNeeded,
    PriceChanged,
    SeatStatus,
    Standing,
    check_movable,
    move_fee,
    shares,
)
from courses_app.catalogue.models import ChangePolicy, CourseRun
from courses_app.catalogue.rules import ChangeTerms
from courses_app.catalogue.rules.change_words import moving_words
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM, AuditEntry
from courses_app.foundation.db import in_transaction, session, transaction
from courses_app.foundation.yen import TaxCategory, Yen
from courses_app.payments.models import Invoice, PaymentMethod, Provider
from courses_app.payments.tasks import run_due as issue_papers
from tests.accounts.signing import csrf_token, sign_in
from tests.accounts.test_at_once import at_once
from tests.bookings.conftest import MakeHere
from tests.bookings.mailbox import mails
from tests.bookings.making import attendee
from tests.bookings.test_dates import broken, refunds, taken, two_dates
from tests.bookings.test_routes import text_of

DEARER = 8_500  # of the later of the two dates


def move(
    make: MakeHere, booking: Booking, run: CourseRun, *, position: int = 1, less: int = 0, more: int = 0,
    waived: str = "", office: bool = False,
) -> Booking:  # fmt: skip
    with make.deed():
        operations.move_seat(
            booking=booking, position=position, run_reference=run.reference, agreed=Yen(less), more=Yen(more),
            waived=waived, office=office, by=SYSTEM, now=clock.now(),
        )  # fmt: skip
    return make.whole(booking)


def added() -> list[tuple[int, str]]:
    """The additional invoices: over how much, and how they stand."""
    session.rollback()
    session.expire_all()
    found = session.scalars(select(Supplement).order_by(Supplement.id)).all()
    return [(one.invoice.total, "open" if one.is_open else "paid" if one.invoice.payments else "void") for one in found]


def newest() -> Supplement:
    return session.scalars(select(Supplement).order_by(Supplement.id.desc()).limit(1)).one()


def pay_addition(make: MakeHere, invoice: Invoice | None = None, *, key: str = "added") -> None:
    with make.deed():
        wanted = invoice or newest().invoice
        operations.settle(
            invoice=wanted, provider=Provider.BANK_TRANSFER, external_id=key, amount=wanted.total,
            received_on=clock.today(), by=SYSTEM, now=clock.now(),
        )  # fmt: skip


def give_back(make: MakeHere, booking: Booking, *positions: int) -> queries.Quote:
    with make.deed():
        quote = queries.quote_of(make.whole(booking), positions, now=clock.now())
        return operations.cancel_seats(
            booking=booking, positions=positions, agreed=Agreed(quote.fee, quote.refund), by=SYSTEM, now=clock.now()
        )


def asks_a_fee(make: MakeHere, fee: int = 1_100, *, free: int = 1) -> None:
    """The rules of change in force name a fee for moving; orders from now on fall under it."""
    make.run(days_ahead=80)  # brings the rules
    with make.deed():
        for policy in session.scalars(select(ChangePolicy)):
            policy.move_fee, policy.moves_allowed = Yen(fee), free


def test_the_rules_in_yen() -> None:
    dearer = MoveCost(Yen(11_500), Yen(20_000), Yen(1_100), Yen(0))
    assert (dearer.dearer, dearer.cheaper, dearer.more, dearer.less) == (8_500, 0, 9_600, 0)
    netted = MoveCost(Yen(20_000), Yen(11_500), Yen(1_100), Yen(500))
    assert (netted.dearer, netted.cheaper, netted.more, netted.less) == (0, 8_500, 0, 6_900)
    assert shares(Yen(12_000), [Yen(11_500), Yen(8_500)]) == [11_500, 500]
    assert shares(Yen(0), [Yen(5)]) == [0]


def test_the_fee_is_asked_after_the_free_moves_of_a_paid_order(inside: Flask, make: MakeHere) -> None:
    asks_a_fee(make)
    run = make.run(days_ahead=30)
    terms = make.paid(run).change_terms
    assert terms
    facts = {"price": Yen(11_500)}
    assert [move_fee(BookingStatus.PAID, terms, moved=moved, **facts) for moved in (0, 1, 7)] == [0, 1_100, 1_100]
    assert move_fee(BookingStatus.ORDERED, terms, moved=1, **facts) == 0
    assert move_fee(BookingStatus.PAID, terms, moved=1, price=Yen(0)) == 0
    assert move_fee(BookingStatus.PAID, None, moved=1, **facts) == 0
    paid = Standing(BookingStatus.PAID, Yen(1), terms)
    check_movable(paid, moved=5, starts_at=run.starts_at, now=clock.now(), office=False)
    words = moving_words(terms, run_day=clock.day_of(run.starts_at))
    assert any("1,100" in one for one in words)
    kept = terms.as_data()
    assert ChangeTerms.of_data(kept) == terms
    before = {name: value for name, value in kept.items() if name != "move_fee"}  # as orders of earlier days keep it
    with pytest.raises(MovesUsedUp):
        check_movable(
            replace(paid, terms=ChangeTerms.of_data(before)), moved=1, starts_at=run.starts_at, now=clock.now(),
            office=False,
        )  # fmt: skip


def test_a_paid_seat_moves_at_once_and_the_difference_is_a_debt_until_paid(inside: Flask, make: MakeHere) -> None:
    early, late = two_dates(make)
    booking = make.paid(early, 2)
    with pytest.raises(PriceChanged):
        move(make, booking, late)
    with pytest.raises(PriceChanged):
        move(make, booking, late, more=DEARER + 1)
    moved = move(make, booking, late, more=DEARER)
    assert (added(), refunds(), taken(early, late)) == ([(DEARER, "open")], [], [1, 1])
    assert [seat.status for seat in moved.seats] == [SeatStatus.CONFIRMED] * 2
    invoice = moved.supplements[0].invoice
    alone = make.ordered(late).invoice
    assert alone
    assert (invoice.due_on, invoice.method) == (alone.due_on, PaymentMethod.BANK_TRANSFER)
    assert invoice.lines[0].supplied_on == clock.day_of(late.ends_at)
    assert "¥8,500" in mails("seat_moved")[0].body
    assert queries.to_pay(moved) == invoice
    assert broken() == []
    pay_addition(make)
    pay_addition(make)  # told again
    assert added() == [(DEARER, "paid")]
    assert queries.to_pay(make.whole(booking)) is None
    give_back(make, booking, 1, 2)
    assert sum(refunds()) == 11_500 * 2 + DEARER
    assert broken() == []


def test_the_worker_prints_the_additional_invoice_and_mails_it(inside: Flask, make: MakeHere) -> None:
    early, late = two_dates(make)
    move(make, make.paid(early), late, more=DEARER)
    while issue_papers(clock=clock.now):
        pass
    invoice = session.scalars(select(Supplement)).one().invoice
    assert invoice.number
    assert "日程変更に伴う" in invoice.lines[0].description
    assert broken() == []


def test_a_debt_is_taken_off_what_goes_back_and_the_rest_is_billed(inside: Flask, make: MakeHere) -> None:
    early, late = two_dates(make)
    booking = make.paid(early)
    move(make, booking, late, more=DEARER)
    quote = give_back(make, booking, 1)
    assert (quote.unpaid, quote.refund, quote.still_owed()) == (DEARER, 11_500, 0)
    assert (added(), refunds()) == ([(DEARER, "void")], [11_500])
    assert broken() == []
    pay_addition(make)  # it was on its way
    assert refunds() == [11_500, DEARER]
    assert broken() == []


def test_of_a_free_seat_at_a_dear_date_only_the_fee_stays_owed(inside: Flask, make: MakeHere) -> None:
    free = make.run(days_ahead=30, price_general=0, price_member=0)
    _early, late = two_dates(make)
    near = make.run(days_ahead=9, price_general=20_000, price_member=20_000)
    booking = make.paid(free)
    assert booking.invoice is None
    move(make, booking, late, more=20_000)
    assert broken() == []
    move(make, booking, near, more=20_000, office=True)
    assert added() == [(20_000, "void"), (20_000, "open")]
    quote = give_back(make, booking, 1)  # nine days before: 30 %
    assert (quote.fee, quote.refund, quote.still_owed()) == (6_000, 0, 6_000)
    assert added()[2:] == [(6_000, "open")]
    [line] = newest().invoice.lines
    assert line.tax_category is TaxCategory.OUT_OF_SCOPE
    assert refunds() == []
    assert broken() == []
    pay_addition(make)
    assert broken() == []


def test_moving_on_replaces_what_was_not_paid(inside: Flask, make: MakeHere) -> None:
    early, late = two_dates(make)
    middle = make.run(days_ahead=45, price_general=15_000, price_member=15_000)
    booking = make.paid(early)
    move(make, booking, late, more=DEARER)
    move(make, booking, middle, more=3_500, office=True)
    assert added() == [(DEARER, "void"), (3_500, "open")]
    assert broken() == []
    move(make, booking, early, office=True)
    assert (added(), refunds()) == ([(DEARER, "void"), (3_500, "void")], [])
    assert broken() == []


def test_paid_in_addition_and_moved_back_the_money_goes_back(inside: Flask, make: MakeHere) -> None:
    early, late = two_dates(make)
    booking = make.paid(early, 2)
    move(make, booking, late, more=DEARER)
    pay_addition(make)
    move(make, booking, early, less=DEARER, office=True)
    assert (added(), refunds()) == ([(DEARER, "paid")], [DEARER])
    assert broken() == []
    with make.deed():
        operations.cancel_by_office(booking=make.whole(booking), reason="中止", by=SYSTEM, now=clock.now())
    assert sum(refunds()) == 23_000 + DEARER
    assert broken() == []


def test_a_run_called_off_gives_back_only_what_was_paid(inside: Flask, make: MakeHere) -> None:
    early, late = two_dates(make)
    booking = make.paid(early, 2)
    move(make, booking, late, more=DEARER)
    with make.deed():
        consequences = queries.consequences_of(late, now=clock.now())
        assert consequences.refunds == {PaymentMethod.BANK_TRANSFER: 11_500}
        operations.call_off(run=session.get_one(CourseRun, late.id), reason="大雪", by=SYSTEM, now=clock.now())
    assert (added(), refunds()) == ([(DEARER, "void")], [11_500])
    assert "追加の請求書で、まだお支払いいただいていないものは無効です" in mails("called_off")[0].body
    assert broken() == []


def test_an_unpaid_order_is_billed_anew_over_the_dearer_price(inside: Flask, make: MakeHere) -> None:
    early, late = two_dates(make)
    booking = make.ordered(early, 2)
    first = booking.invoice_id
    moved = move(make, booking, late, more=DEARER)
    assert (moved.total, added()) == (31_500, [])
    assert session.get_one(Invoice, first).cancelled_at is not None
    assert "31,500" in mails("seat_moved")[0].body
    assert broken() == []
    assert make.pay(moved).status is BookingStatus.PAID
    assert broken() == []


@pytest.mark.parametrize(
    ("to", "less", "more"), [(11_500, 0, 1_100), (20_000, 0, 9_600), (11_000, 0, 600), (5_000, 5_400, 0)]
)
def test_a_further_move_costs_the_fee(inside: Flask, make: MakeHere, to: int, less: int, more: int) -> None:
    asks_a_fee(make)
    early, _late = two_dates(make)
    second = make.run(days_ahead=35)
    third = make.run(days_ahead=40, price_general=to, price_member=to)
    booking = make.paid(early)
    move(make, booking, second)
    assert added() == []
    move(make, booking, third, less=less, more=more)
    assert added() == ([(more, "open")] if more else [])
    assert refunds() == ([less] if less else [])
    [fee] = session.scalars(select(BookingFee)).all()
    assert (fee.kind, fee.amount, fee.tax_category, fee.rule) == (
        FeeKind.MOVE, 1_100, TaxCategory.TAXABLE_10, "2回目の日程変更",
    )  # fmt: skip
    assert broken() == []
    if more:
        pay_addition(make)
    give_back(make, booking, 1)
    assert sum(refunds()) == less + to
    assert broken() == []


def test_the_office_waives_the_fee_with_a_reason_and_an_unpaid_order_pays_none(inside: Flask, make: MakeHere) -> None:
    asks_a_fee(make, free=0)
    early, _late = two_dates(make)
    other = make.run(days_ahead=40)
    booking = make.paid(early)
    move(make, booking, other, waived="当方の案内の誤り", office=True)
    [fee] = session.scalars(select(BookingFee)).all()
    assert (fee.waived_by, fee.waived_reason) == (SYSTEM.label, "当方の案内の誤り")
    noted = session.scalars(select(AuditEntry.detail).where(AuditEntry.action == "seat.moved")).one()
    assert noted
    assert noted["waived"] == "当方の案内の誤り"
    unpaid = make.ordered(early)
    move(make, unpaid, other)
    move(make, unpaid, early)
    assert (added(), refunds(), broken()) == ([], [], [])


def reserved(make: MakeHere, run: CourseRun) -> Booking:
    """One seat with a name and one without, paid."""
    unnamed: Sequence[AttendeeFacts] = [attendee(), AttendeeFacts()]
    return make.paid(run, attendees=unnamed)


def test_a_seat_without_a_name_moves_while_there_is_time_to_name_it(inside: Flask, make: MakeHere) -> None:
    early, late = two_dates(make)
    booking = reserved(make, early)
    with make.deed():
        session.get_one(CourseRun, early.id).course.naming_days_before = 14
    again = reserved(make, early)
    near = make.run(days_ahead=10)
    with pytest.raises(NamesNeeded):
        move(make, again, near, position=2)
    moved = move(make, booking, late, position=2, more=DEARER)
    assert [seat.run_id for seat in moved.seats] == [early.id, late.id]
    assert "氏名未定の席" in mails("seat_moved")[0].body
    assert broken() == []


@pytest.fixture
def moved(app: Flask, client: FlaskClient, make: MakeHere) -> str:
    """A reserved place of a paid order, moved to the dearer date through the page; the address of the booking."""
    with app.app_context():
        early, late = two_dates(make)
        somebody = make.coordinator()
        booking = make.paid(early, attendees=[attendee(), AttendeeFacts()], organization=somebody.organization,
                            booked_by=somebody.person)  # fmt: skip
        page, wanted, email = f"/bookings/{booking.reference}", late.reference, somebody.email
    sign_in(client, email)
    here = f"{page}/seats/2/date"
    assert here in text_of(client.get(page))
    assert "追加のお支払い¥8,500" in text_of(client.get(here))
    form = {"csrf_token": csrf_token(client, here), "run": f"{wanted}:0:8500"}
    stale = client.post(here, data=form | {"run": wanted})
    assert stale.status_code == 409
    assert "まだ変更していません" in text_of(stale)
    assert client.post(here, data=form).status_code == 303
    return page


def papers() -> str:
    """Print what is due; the reference of the additional invoice."""
    while issue_papers(clock=clock.now):
        pass
    return session.scalars(select(Supplement)).one().invoice.reference


def test_the_pages_show_the_debt_and_where_to_pay_it(
    app: Flask, client: FlaskClient, make: MakeHere, moved: str
) -> None:
    after = text_of(client.get(moved))
    assert "追加のお支払いがあります" in after
    assert f"{moved}/payment" in after
    assert "追加のお支払いです" in text_of(client.get(f"{moved}/payment"))
    assert "無効になる未払いの追加請求書" in text_of(client.get(f"{moved}/cancellation?seat=2"))
    with app.app_context():
        clerk = make.staff().email
    sign_in(client, clerk)
    assert "追加の請求書" in text_of(client.get(f"/office{moved}"))
    assert text_of(client.get("/office/payments")).count("¥8,500") == 1


def test_the_papers_of_the_debt(app: Flask, client: FlaskClient, make: MakeHere, moved: str) -> None:
    with app.app_context():
        paper = f"{moved}/additions/{papers()}"
    assert client.get(f"{paper}/invoice.pdf").mimetype == "application/pdf"
    assert client.get(f"{paper}/receipt.pdf").status_code == 404
    assert client.get(f"{moved}/additions/Q-OTHER/invoice.pdf").status_code == 404
    with app.app_context():
        pay_addition(make)
        papers()
    assert client.get(f"{paper}/receipt.pdf").mimetype == "application/pdf"
    assert "追加のお支払いがあります" not in text_of(client.get(moved))
    assert client.get(f"{moved}/payment").status_code == 303
    with app.app_context():
        assert broken() == []


def test_the_office_sees_the_fee_and_waives_it_on_the_page(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    with app.app_context():
        asks_a_fee(make, free=0)
        early, _late = two_dates(make)
        other = make.run(days_ahead=40)
        booking, clerk = make.paid(early), make.staff().email
        here, wanted = f"/office/bookings/{booking.reference}/seats/1/date", other.reference
    sign_in(client, clerk)
    assert "追加のお支払い¥1,100" in text_of(client.get(here))
    form = {"csrf_token": csrf_token(client, here), "waive": "y"}
    without = text_of(client.post(here, data=form | {"reason": "確認中"}))
    assert "追加のお支払い¥1,100" not in without
    assert "確認中" in without
    unseen = client.post(here, data=form | {"run": f"{wanted}:0:1100", "reason": "確認中"})
    assert (unseen.status_code, "確認中" in text_of(unseen)) == (409, True)
    form["run"] = f"{wanted}:0:0"
    refused = client.post(here, data=form)
    assert refused.status_code == 409
    assert "理由" in text_of(refused)
    assert client.post(here, data=form | {"reason": "電話での案内の誤り"}).status_code == 303
    with app.app_context():
        assert (added(), broken()) == ([], [])


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE bookings SET status = 'ordered'",
        "INSERT INTO booking_supplements (booking_id, seat_id, invoice_id, fee) SELECT booking_id, seat_id, {main}, 0"
        " FROM booking_supplements",
        "UPDATE invoices SET order_reference = 'B-OTHER' WHERE id IN (SELECT invoice_id FROM booking_supplements)",
        "DELETE FROM booking_supplements",
    ],
)
def test_inv4_inv8_what_is_billed_in_addition_is_checked(inside: Flask, make: MakeHere, statement: str) -> None:
    early, late = two_dates(make)
    booking = make.paid(early)
    move(make, booking, late, more=DEARER)
    unpaid = make.ordered(early).invoice_id
    with transaction():
        session.execute(text(statement.format(main=unpaid)))
    assert broken() != []


@pytest.mark.parametrize("first", ["pay", "cancel"])
def test_r19_the_addition_is_paid_while_its_seat_is_given_back(app: Flask, make: MakeHere, first: str) -> None:
    with app.app_context():
        early, late = two_dates(make)
        booking = make.paid(early)
        move(make, booking, late, more=DEARER)
        booking_id, invoice_id = booking.id, session.scalars(select(Supplement.invoice_id)).one()
    deeds = ["pay", "cancel"] if first == "pay" else ["cancel", "pay"]

    def deed(number: int) -> object:
        return in_transaction(lambda: _paid(invoice_id) if deeds[number] == "pay" else _given_back(booking_id))

    answers = at_once(app, deed, hands=2)
    assert [one for one in answers if isinstance(one, Exception) and not isinstance(one, AmountsChanged)] == []
    with app.app_context():
        assert sum(refunds()) in {0, 11_500 + DEARER}
        assert broken() == []


def _paid(invoice_id: int) -> object:
    return operations.settle(
        invoice=session.get_one(Invoice, invoice_id), provider=Provider.BANK_TRANSFER, external_id="added",
        amount=Yen(DEARER), received_on=clock.today(), by=SYSTEM, now=clock.now(),
    )  # fmt: skip


def _given_back(booking_id: int) -> object:
    booking = session.get_one(Booking, booking_id)
    return operations.cancel_seats(
        booking=booking, positions=[1], agreed=Agreed(Yen(0), Yen(11_500)), by=SYSTEM, now=clock.now()
    )


def test_r03_two_seats_at_different_prices_change_places_at_once(app: Flask, make: MakeHere) -> None:
    with app.app_context():
        early, late = two_dates(make)
        pairs = [(make.paid(early).id, late.reference, 0, DEARER), (make.paid(late).id, early.reference, DEARER, 0)]

    def swap(number: int) -> object:
        booking_id, reference, less, more = pairs[number]
        return in_transaction(
            lambda: operations.move_seat(
                booking=session.get_one(Booking, booking_id), position=1, run_reference=reference, agreed=Yen(less),
                more=Yen(more), by=SYSTEM, now=clock.now(),
            )
        )  # fmt: skip

    answers = at_once(app, swap, hands=2)
    assert not [one for one in answers if isinstance(one, Exception)], answers
    with app.app_context():
        assert (added(), refunds(), broken()) == ([(DEARER, "open")], [DEARER], [])


def test_a_page_to_pay_the_addition_stays_open_and_one_for_a_void_one_is_closed(inside: Flask, make: MakeHere) -> None:
    early, late = two_dates(make)
    booking = make.paid(early)
    move(make, booking, late, more=DEARER)
    with make.deed():
        checkout = operations.begin_checkout(booking=make.whole(booking), language="ja", by=SYSTEM, now=clock.now())
        checkout.external_id, checkout.status = "cs_added", type(checkout.status).OPEN
        assert checkout.amount == DEARER
        assert checkout.expires_at > clock.now() + timedelta(minutes=25)
    session.rollback()
    assert list(queries.checkouts_to_close()) == []
    move(make, booking, early, office=True)
    assert [one.external_id for one in queries.checkouts_to_close()] == ["cs_added"]
