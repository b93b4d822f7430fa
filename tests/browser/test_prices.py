"""A voucher from the office to the invoice, and a free event that nobody pays for, in a real Chromium on a phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.servers import Live
from tests.browser.surfer import Surfer
from tests.browser.test_seats import PHONE, surf
from tests.journeys import booking
from tests.journeys.cast import FIRST, SECOND, STAFF
from tests.make import Make

__all__ = ["surf"]

pytestmark = pytest.mark.browser


def test_a_code_is_given_out_used_and_on_the_invoice(surf: Callable[..., Surfer], live: Live, make: Make) -> None:
    run, email = make.run(), "haru@example.jp"
    make.coordinator(make.organization(contact_email=email), email=email)
    make.issuer()
    clerk = surf("voucher-office", STAFF, width=PHONE).open("/office/vouchers").follow("新しいコード")
    clerk.fill(code="haru-26", purpose="春の案内状", off="20", most_uses="1").press("コードを発行する").sees("HARU26")
    me = surf("voucher", email, width=PHONE).open(f"/runs/{run.reference}/bookings/new")
    booking.names_attendees(me, [], [FIRST, SECOND])
    me.fill(code="haru25").press("コードを適用する", status=409).sees("登録されていません").shoot("wrong")
    me.fill(code="ｈａｒｕ２６").press("コードを適用する").sees(
        "を1名分に適用しています", "合計 ¥20,700（税込）"
    ).shoot("used")
    booking.orders(me, "bank_transfer")
    me.sees("¥20,700（税込）")
    letter = live.letters(email, "【請求書】", at_least=1)[-1]
    assert "20,700" in letter.papers[0].text
    assert "クーポンで" in letter.papers[0].text
    clerk.open("/office/vouchers/HARU26").sees("1／1", "¥2,300").shoot("uses")


def test_a_free_event_has_no_step_of_payment(surf: Callable[..., Surfer], live: Live, make: Make) -> None:
    run, email = make.run(price_general=0, price_member=0), make.coordinator().email
    make.issuer()
    me = surf("free", email, width=PHONE).open(f"/runs/{run.reference}/bookings/new").misses("お支払い")
    booking.names_attendees(me, [], [FIRST])
    me.sees("無料", "お支払いはありません。").misses("有料", "クーポン", "銀行振込").shoot("review")
    me.fill(names_confirmed="y").press(me.words("Place this order (free of charge)"))
    me.sees(me.words("The seats are confirmed.")).misses("請求書", "お支払い期限").shoot("confirmed")
    assert live.letters(email, "【受講席の確定】", at_least=1)
    assert live.letters(email, "【請求書】") == []
