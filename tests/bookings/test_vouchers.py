"""Voucher codes: never more uses than there are, what was agreed stays, and each no says what to do (S-23, R-24d)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from courses_app.bookings import operations, queries
from courses_app.bookings.models import Booking, Voucher, WaitingParty
from courses_app.bookings.rules import BookingStatus
from courses_app.bookings.rules.vouchers import (
    NothingOff,
    VoucherFacts,
    VoucherForOthers,
    VoucherNotYet,
    VoucherOtherCourse,
    VoucherOver,
    VoucherRefused,
    VoucherTerms,
    VoucherUnknown,
    VoucherUsedUp,
    code_of,
)
from courses_app.bookings.tasks import run_due
from courses_app.catalogue.models import Course, FeeAudience
from courses_app.catalogue.queries import course_by_code
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session
from courses_app.foundation.yen import Yen
from courses_app.payments.models import PaymentMethod, Refund
from tests.accounts.signing import post, sign_in
from tests.bookings.conftest import MakeHere
from tests.bookings.making import attendee, by
from tests.bookings.test_changes import give_back
from tests.bookings.test_dates import broken, refunds
from tests.bookings.test_dearer_dates import move
from tests.bookings.test_memberships import claiming, decide
from tests.bookings.test_routes import row, text_of

DAY, CODE = timedelta(days=1), "HARU2026"


def give_out(make: MakeHere, *, courses: tuple[str, ...] = (), **changes: Any) -> Voucher:
    facts = {
        "code": CODE, "purpose": "春の案内状", "percent": None, "amount": None, "most_uses": None,
        "most_per_organization": None, "audience": None, "from_on": clock.today(), "until_on": None,
        "returns_once_paid": False, **({} if "percent" in changes else {"amount": Yen(1_000)}), **changes,
    }  # fmt: skip
    with make.deed():
        found: list[Course] = [course_by_code(code) for code in courses]
        return operations.add_voucher(facts=VoucherFacts(**facts), courses=found, by=SYSTEM, now=clock.now())


def use(make: MakeHere, booking: Booking, code: str = CODE) -> Booking:
    with make.deed():
        operations.use_voucher(booking=booking, code=code, by=SYSTEM, now=clock.now())
    return make.whole(booking)


def order(make: MakeHere, booking: Booking) -> Booking:
    make.issuer()
    with make.deed():
        method = PaymentMethod.BANK_TRANSFER if booking.total else PaymentMethod.NONE
        operations.order(
            booking=booking, payment_method=method, stripe_enabled=False, language="ja", by=by(booking.booked_by),
            now=clock.now(),
        )  # fmt: skip
    return make.whole(booking)


def used(voucher: Voucher) -> int:
    session.rollback()
    return queries.uses_of(session.get_one(Voucher, voucher.id), 0, now=clock.now()).used


@given(st.integers(0, 10**7), st.integers(1, 100) | st.none(), st.integers(1, 10**7))
def test_a_code_takes_off_whole_yen_and_never_more_than_the_price(price: int, percent: int | None, yen: int) -> None:
    amount = None if percent else Yen(yen)
    terms = VoucherTerms(percent, amount, None, frozenset(), clock.today(), None, None)
    less = terms.less(Yen(price))
    assert type(less) is int
    assert 0 <= less <= price
    assert percent != 100 or less == price


@pytest.mark.parametrize(
    "typed", ["haru2026", "ＨＡＲＵ２０２６", " HARU-2026 ", "ｈａｒｕ　２０２６", "HARU－2026", "Haruー2026"]
)
def test_d12_a_code_is_accepted_however_it_is_typed(typed: str) -> None:
    assert code_of(typed) == CODE


def test_r24d_what_the_last_page_said_is_billed_whatever_happens_to_the_code(inside: Flask, make: MakeHere) -> None:
    voucher = give_out(make, percent=15)
    held = use(make, make.held(make.run(), 3))
    assert [(seat.price, seat.discount) for seat in held.seats] == [(9_775, 1_725)] * 3
    with make.deed():
        operations.end_voucher(voucher=session.get_one(Voucher, voucher.id), by=SYSTEM, now=clock.now())
    ordered = order(make, held)
    assert ordered.invoice is not None
    assert (ordered.total, ordered.invoice.total, used(voucher)) == (29_325, 29_325, 3)
    assert "クーポンで¥1,725（税込）割引" in str([line.details for line in ordered.invoice.lines])
    with pytest.raises(VoucherOver):
        use(make, make.held(make.run()))
    assert broken() == []


def test_never_more_uses_than_there_are_the_first_get_them(inside: Flask, make: MakeHere) -> None:
    voucher, run = give_out(make, most_uses=3), make.run()
    first, second = use(make, make.held(run, 2)), use(make, make.held(run, 2))
    assert ([seat.discount for seat in second.seats], second.total) == ([1_000, 0], 22_000)
    with pytest.raises(VoucherUsedUp):
        use(make, make.held(run))
    assert (used(voucher), first.total) == (3, 21_000)
    assert broken() == []


def test_each_organization_has_its_own_number(inside: Flask, make: MakeHere) -> None:
    voucher, run, somebody = give_out(make, most_uses=10, most_per_organization=1), make.run(), make.coordinator()
    who = {"organization": somebody.organization, "booked_by": somebody.person}
    use(make, make.held(run, **who))
    with pytest.raises(VoucherUsedUp, match="1名分"):
        use(make, make.held(run, **who))
    use(make, make.held(run))
    assert used(voucher) == 2


@pytest.mark.parametrize("end", ["lapse", "cancel", "drop", "unpaid", "change"])
def test_a_use_comes_back_when_it_is_given_up_before_payment(inside: Flask, make: MakeHere, end: str) -> None:
    voucher, run = give_out(make, most_uses=2), make.run()
    held = use(make, make.held(run, 2))
    assert used(voucher) == 2
    if end == "lapse":
        run_due(clock=lambda: clock.now() + DAY)
    elif end == "cancel":
        with make.deed():
            operations.cancel(booking=held, by=SYSTEM, now=clock.now())
    elif end == "drop":
        with make.deed():
            operations.drop_voucher(booking=held, by=SYSTEM, now=clock.now())
        assert (make.whole(held).total, make.whole(held).seats[0].price) == (23_000, 11_500)
    elif end == "unpaid":
        late = order(make, held).pay_until
        assert late is not None
        run_due(clock=lambda: late + DAY)
    else:
        with make.deed():
            new = operations.change_attendees(
                booking=held, attendees=[attendee()], form_token="new", by=SYSTEM, booked_by=held.booked_by,
                language="ja", now=clock.now(),
            )  # fmt: skip
        assert (make.whole(new).total, used(voucher)) == (10_500, 1)
        return
    assert used(voucher) == 0
    assert use(make, make.held(run, 2)).total == 21_000
    assert broken() == []


@pytest.mark.parametrize(("returns", "left"), [(True, 1), (False, 2)])
def test_after_payment_the_code_says_whether_a_use_comes_back(
    inside: Flask, make: MakeHere, returns: bool, left: int
) -> None:
    voucher, run = give_out(make, most_uses=2, returns_once_paid=returns), make.run(days_ahead=60)
    paid = make.pay(order(make, use(make, make.held(run, 2))))
    assert paid.status is BookingStatus.PAID
    give_back(make, paid, [1], now=clock.now())
    assert (used(voucher), refunds()) == (left, [10_500])
    assert broken() == []


def test_r07_late_money_does_not_take_a_use_that_somebody_else_has_by_now(inside: Flask, make: MakeHere) -> None:
    voucher, run = give_out(make, most_uses=1), make.run()
    ordered = order(make, use(make, make.held(run)))
    assert ordered.pay_until is not None
    late = ordered.pay_until
    run_due(clock=lambda: late + DAY)
    use(make, make.held(run))
    make.pay(make.whole(ordered))
    assert (make.whole(ordered).status, used(voucher), refunds()) == (BookingStatus.PAID_NO_SEAT, 1, [10_500])


def test_a_code_goes_with_its_seat_to_another_date(inside: Flask, make: MakeHere) -> None:
    give_out(make, percent=10)
    here, dearer = make.run(days_ahead=40), make.run(days_ahead=60, price_general=20_000, price_member=20_000)
    paid = make.pay(order(make, use(make, make.held(here))))
    moved = move(make, paid, dearer, more=18_000 - 10_350)
    assert (moved.seats[0].price, moved.seats[0].discount) == (18_000, 2_000)
    back = move(make, moved, here, office=True)
    assert back.seats[0].price == 10_350
    assert broken() == []


def test_a_membership_verified_later_counts_with_the_code(inside: Flask, make: MakeHere) -> None:
    give_out(make, percent=50)
    run, somebody = make.run(price_member=9_000), claiming(make)
    held = use(make, make.held(run, 2, organization=somebody.organization, booked_by=somebody.person))
    paid = make.pay(order(make, held))
    assert paid.total == 11_500
    decide(make, somebody.organization, verified=True)
    assert ([seat.price for seat in make.whole(paid).seats], refunds()) == ([4_500, 4_500], [2_500])
    assert broken() == []


def test_a_code_that_makes_it_free_needs_no_payment_at_all(inside: Flask, make: MakeHere) -> None:
    give_out(make, percent=100)
    free = order(make, use(make, make.held(make.run(), 2)))
    assert (free.status, free.total, free.invoice, free.pay_until is None or free.paid_at is not None) == (
        BookingStatus.PAID, 0, None, True,
    )  # fmt: skip
    with make.deed():
        operations.cancel(booking=free, by=SYSTEM, now=clock.now())
    assert session.query(Refund).count() == 0
    assert broken() == []


@pytest.mark.parametrize(
    ("facts", "no"),
    [
        ({"from_on": clock.today() + DAY}, VoucherNotYet),
        ({"from_on": clock.today() - 9 * DAY, "until_on": clock.today() - DAY}, VoucherOver),
        ({"courses": ("TIM",)}, VoucherOtherCourse),
        ({"audience": FeeAudience.MEMBER}, VoucherForOthers),
        ({"code": "ANOTHER1"}, VoucherUnknown),
    ],
)
def test_each_no_says_what_to_do_and_changes_nothing(
    inside: Flask, make: MakeHere, facts: dict[str, Any], no: type[VoucherRefused]
) -> None:
    make.course()
    give_out(make, **facts)
    held = make.held(make.run())
    with pytest.raises(no):
        use(make, held)
    assert (make.whole(held).total, queries.voucher_of(held)) == (11_500, None)
    with pytest.raises(NothingOff):
        give_out(make, code="FREE26")
        use(make, make.held(make.run(price_general=0, price_member=0)), "FREE26")


def test_what_a_code_says_is_never_changed_even_by_sql(inside: Flask, make: MakeHere) -> None:
    give_out(make)
    use(make, make.held(make.run()))
    for deed in (
        "UPDATE vouchers SET amount = 9", "DELETE FROM vouchers", "UPDATE voucher_uses SET seat_id = 0",
        "DELETE FROM voucher_uses",
    ):  # fmt: skip
        with pytest.raises(DatabaseError, match="append-only"), make.deed():
            session.execute(text(deed))


def held_by(client: FlaskClient, make: MakeHere, n: int = 1, **prices: int) -> str:
    run = make.run(**prices)
    somebody = make.coordinator()
    held = make.held(run, n, organization=somebody.organization, booked_by=somebody.person)
    sign_in(client, somebody.account.email)
    return f"/bookings/{held.reference}"


def test_a_code_is_typed_on_the_last_page_and_taken_off_again(client: FlaskClient, app: Flask, make: MakeHere) -> None:
    page = held_by(client, make, 2)
    give_out(make, most_uses=1)
    assert post(client, f"{page}/voucher", {"code": "ｈａｒｕ－２０２６"}, page=page).status_code == 303
    shown = text_of(client.get(page))
    assert "<strong>HARU2026</strong> を1名分に適用しています" in shown
    assert "ほかの方には適用できない" in shown
    assert "合計 ¥22,000（税込）" in shown
    assert post(client, f"{page}/voucher/removal", {}, page=page).status_code == 303
    assert "合計 ¥23,000（税込）" in text_of(client.get(page))


def test_s04_a_wrong_code_is_kept_on_the_page_and_guessing_ends(
    client: FlaskClient, app: Flask, make: MakeHere
) -> None:
    page = held_by(client, make)
    empty = post(client, f"{page}/voucher", {"code": ""}, page=page)
    assert empty.status_code == 422
    wrong = post(client, f"{page}/voucher", {"code": "NATSU2026"}, page=page)
    assert wrong.status_code == 409
    assert "NATSU2026" in wrong.get_data(as_text=True)
    assert "登録されていません" in text_of(wrong)
    statuses = [post(client, f"{page}/voucher", {"code": f"GUESS{n:03}"}, page=page).status_code for n in range(20)]
    assert (statuses[0], statuses[-1]) == (409, 429)
    give_out(make)
    assert post(client, f"{page}/voucher", {"code": CODE}, page=page).status_code == 429
    assert "合計 ¥11,500（税込）" in text_of(client.get(page))


def test_free_by_a_code_the_button_says_so_and_nothing_is_paid(client: FlaskClient, app: Flask, make: MakeHere) -> None:
    page = held_by(client, make)
    give_out(make, percent=100)
    make.issuer()
    assert post(client, f"{page}/voucher", {"code": CODE}, page=page).status_code == 303
    shown = text_of(client.get(page))
    assert "この内容で申し込む（無料）" in shown
    assert "有料" not in shown
    assert "お支払い期限" not in shown
    fields = {"names_confirmed": "y", "payment_method": "none"}
    assert post(client, f"{page}/confirmation", fields, page=page).location == page
    after = text_of(client.get(page))
    assert "請求書" not in after
    assert "確定" in after


def test_the_office_gives_out_a_code_sees_its_uses_and_ends_it(client: FlaskClient, app: Flask, make: MakeHere) -> None:
    make.course()
    sign_in(client, make.staff().email)
    page, today = "/office/vouchers/new", clock.today().isoformat()
    typed = {"code": "ｎａｔｓｕ－２６", "purpose": "夏の案内状", "kind": "percent", "off": "２０", "most_uses": "5",
             "audience": "everybody", "from_on": today, "courses": "SUP"}  # fmt: skip
    for wrong, words in (
        ({"code": "あいう"}, "6～20文字"), ({"off": "101"}, "1から100まで"), ({"off": ""}, "夏の案内状"),
        ({"until_on": "2020-01-01"}, "最終日が開始日より前"), ({"most_uses": "0"}, "1から100,000まで"),
    ):  # fmt: skip
        answer = post(client, page, {**typed, **wrong})
        assert (answer.status_code, words in text_of(answer)) == (422, True), words
    assert post(client, page, typed).location == "/office/vouchers/NATSU26"
    again = post(client, page, typed)
    assert again.status_code == 409
    assert "すでに使われています" in text_of(again)
    made = post(client, page, {**typed, "code": ""}).location
    assert len(made.rsplit("/", 1)[1]) == 9
    with app.app_context():
        use(make, make.held(make.run(), 2), "NATSU26")
    assert "2／5" in text_of(client.get("/office/vouchers"))
    one = "/office/vouchers/NATSU26"
    assert "¥2,300" in text_of(client.get(one))
    assert post(client, f"{one}/end", {}, page=one).status_code == 303
    assert "このコードを終了する" not in text_of(client.get(one))
    assert client.get("/office/vouchers/NONE00").status_code == 404


def test_a_code_counts_on_every_date_of_an_order_and_travels_with_each_seat(inside: Flask, make: MakeHere) -> None:
    voucher = give_out(make, percent=10, most_uses=3)
    near, far = make.run(), make.run(days_ahead=60, price_general=20_000, price_member=20_000)
    people = [attendee(), attendee(run=far.reference), attendee(run=far.reference), attendee()]
    held = use(make, make.held(near, attendees=people))
    assert [seat.price for seat in held.seats] == [10_350, 18_000, 18_000, 11_500]
    ordered = order(make, held)
    assert ordered.invoice is not None
    assert [(line.quantity, line.unit_amount) for line in ordered.invoice.lines] == [
        (1, 10_350), (1, 11_500), (2, 18_000),
    ]  # fmt: skip
    with make.deed():
        operations.cancel_seats(
            booking=ordered, positions=[2], agreed=operations.Agreed(Yen(0), Yen(0)), by=SYSTEM, now=clock.now()
        )
    assert (make.whole(ordered).total, used(voucher)) == (39_850, 2)
    paid = make.pay(make.whole(ordered))
    assert (paid.total, refunds(), broken()) == (39_850, [], [])


def test_an_offer_to_who_waited_takes_a_code_as_well(inside: Flask, make: MakeHere) -> None:
    voucher, run = give_out(make, most_uses=1), make.run(capacity=1)
    leaving = make.held(run)
    party = make.waiting(run, 1)
    with make.deed():
        operations.cancel(booking=leaving, by=SYSTEM, now=clock.now())
    run_due(clock=clock.now)
    session.expire_all()
    (offer,) = session.get_one(WaitingParty, party.id).offers
    assert order(make, use(make, make.whole(offer))).total == 10_500
    assert (used(voucher), broken()) == (1, [])


def test_a_code_that_cannot_come_along_is_not_lost_in_silence(client: FlaskClient, app: Flask, make: MakeHere) -> None:
    page = held_by(client, make)
    voucher = give_out(make)
    assert post(client, f"{page}/voucher", {"code": CODE}, page=page).status_code == 303
    with make.deed():
        operations.end_voucher(voucher=session.get_one(Voucher, voucher.id), by=SYSTEM, now=clock.now())
    fields = {"form_token": "anew", **row(0), **row(1)}
    changed = post(client, f"{page}/attendees", fields, page=f"{page}/attendees")
    assert changed.status_code == 303
    shown = text_of(client.get(changed.location))
    assert "クーポンコードHARU2026は、これらの席には使えなくなりました" in shown
    assert "合計 ¥23,000（税込）" in shown
