"""What an organization does with places, in a real Chromium: from a spreadsheet to the order, waiting as a party,
somebody else in a seat, and the run called off."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser

from courses_app.catalogue.models import CourseRun
from tests.bookings.making import attendee
from tests.bookings.test_dearer_dates import asks_a_fee
from tests.browser.servers import Live
from tests.browser.surfer import Surfer, surfing
from tests.journeys import booking, office
from tests.journeys.cast import FIRST, SECOND, STAFF, signs_in
from tests.make import Make

pytestmark = pytest.mark.browser
DESK, PHONE = 1280, 375
SHEET = """氏名,フリガナ,生年月日,メールアドレス
髙﨑 健一,タカサキ ケンイチ,S60.4.9,takasaki.k@example.jp
渡辺 葉月,ワタナベ ハヅキ,1991年12月24日,
村上 蓮,Murakami Ren,平成3年2月30日,
"""


@pytest.fixture
def surf(chromium: Browser, live: Live) -> Iterator[Callable[..., Surfer]]:
    """A window of somebody who has signed in."""
    with ExitStack() as stack:

        def opened(name: str, email: str = "", language: str = "ja", width: int = DESK) -> Surfer:
            window = stack.enter_context(surfing(chromium, live.url, name, language, width))
            if email:
                signs_in(window, email)
            return window

        yield opened


def test_from_a_spreadsheet_to_a_confirmed_order(surf: Callable[..., Surfer], live: Live, make: Make) -> None:
    run, email = make.run(capacity=20), make.coordinator().email
    make.issuer()
    me, name = surf("sheet", email), "名簿.csv"
    say = me.words
    me.open(f"/runs/{run.reference}/bookings/new").follow(say("Attendees from a file")).shoot("file")
    assert me.download(f"/runs/{run.reference}/bookings/template.xlsx").startswith(b"PK")
    me.attach("sheet", name, SHEET.encode("cp932"))
    me.press(say("Read the file and show the attendees")).sees("3行のうち").shoot("mend")
    me.open("/organization/bookings").follow(name)
    me.fill_in(
        {me.control("村上 蓮", "-family_name_kana"): "むらかみ", me.control("村上 蓮", "-given_name_kana"): "れん"}
    )
    me.press(say("Save and check again"))
    me.fill_in({me.control("村上 蓮", "-born_on"): "H3.2.28"}).press(say("Save and check again")).shoot("mended")
    me.press("3席を確保して確認へ進む").sees("村上 蓮").shoot("review")
    order = me.path.rpartition("/")[2]
    booking.orders(me, "bank_transfer")
    assert live.letters(email, "【申込受付】", at_least=1)
    office.records_the_transfer(surf("sheet-office", STAFF), order)
    me.open(f"/bookings/{order}").sees(say("The seats are confirmed."))


def test_a_list_for_a_run_too_full_takes_what_is_left_and_the_rest_waits(
    surf: Callable[..., Surfer], live: Live, make: Make
) -> None:
    run, email = make.run(capacity=3), make.coordinator().email
    other = make.coordinator()
    leaving = make.ordered(run, 2, organization=other.organization, booked_by=other.person)
    me = surf("list-waits", email, width=PHONE)
    me.open(f"/runs/{run.reference}/bookings/file")
    sheet = SHEET.replace("Murakami Ren", "ムラカミ レン").replace("平成3年2月30日", "平成3年2月28日")
    me.attach("sheet", "名簿.csv", sheet.encode("utf-8")).press(me.words("Read the file and show the attendees"))
    me.sees("2行が希望の日程に入りきりません").shoot("ways")
    me.press("1席を確保して確認へ進む").sees("髙﨑 健一").sees("名簿の2名には、まだ席がありません").shoot("review")
    booking.orders(me, "bank_transfer")
    me.follow(me.words("Go on with the list")).sees("渡辺 葉月").press("この名簿でキャンセル待ちに登録する（2名）")
    me.sees("1番目（前に待つ組はありません）").shoot("waiting")
    gives_everything_back(surf("list-waits-other", other.email), leaving.reference, seats=2)
    letter = live.letters(email, "【繰上げ案内】", at_least=1)[-1]
    me.open(letter.link("/bookings/")).sees("村上 蓮").shoot("offer")


def test_a_party_of_five_is_offered_three_and_takes_them(surf: Callable[..., Surfer], live: Live, make: Make) -> None:
    run = make.run(capacity=5)
    other, email = make.coordinator(), make.coordinator().email
    leaving = make.ordered(run, 3, organization=other.organization, booked_by=other.person)
    make.ordered(run, 2)
    me = surf("party", email, width=PHONE)
    party = waits(me, make, run, 5)
    me.sees("1番目（前に待つ組はありません）").shoot("waiting")
    gives_everything_back(surf("party-other", other.email), leaving.reference)
    letter = live.letters(email, "【繰上げ案内】", at_least=1)[-1]
    later = surf("party-mail", width=PHONE)
    signs_in(later.open(letter.link("/bookings/")), email).shoot("offer")
    booking.orders(later, "bank_transfer")
    later.sees(later.words("Waiting for payment"))
    later.open(party).sees("1番目", "申込").shoot("rest-waits")
    assert later.text.count(later.words("no longer waits")) == 3
    staff = surf("party-office", STAFF).open("/office/demand")
    assert run.reference in " ".join(staff.addresses("/office/runs/"))
    staff.shoot("demand").open(f"/office/runs/{run.reference}/waiting").sees("5席中2席").shoot("line")


def test_somebody_else_takes_the_seat(surf: Callable[..., Surfer], live: Live, make: Make) -> None:
    run, somebody = make.run(), make.coordinator()
    order = make.paid(run, organization=somebody.organization, booked_by=somebody.person)
    me = surf("substitution", somebody.email)
    me.open(f"/bookings/{order.reference}").follow(me.words("Name somebody else")).shoot("somebody-else")
    me.fill_in(SECOND.fields()).press(me.words("Name this person")).sees(SECOND.name).shoot("named")
    assert live.letters(SECOND.email, "受講票", at_least=1)


def test_a_seat_goes_to_a_dearer_date_and_the_difference_is_paid_by_card(
    surf: Callable[..., Surfer], live: Live, make: Make
) -> None:
    run, somebody = make.run(), make.coordinator()
    dear = make.run(days_ahead=50, price_general=20_000, price_member=20_000)
    order = make.paid(run, 2, organization=somebody.organization, booked_by=somebody.person)
    me = surf("dearer", somebody.email, width=PHONE)
    say = me.words
    me.open(f"/bookings/{order.reference}").follow(say("Another date")).sees("¥8,500高い", "追加のお支払い¥8,500")
    me.shoot("dates").press("変更して¥8,500を支払う").sees(say("An additional invoice is to be paid")).shoot("debt")
    books = somebody.organization.contact_email
    assert "8,500" in live.letters(books, "【請求書】", at_least=1)[-1].body
    me.follow(say("To the payment")).sees("¥8,500").shoot("payment")
    booking.pays_by_card(me, order.reference)
    me.open(f"/bookings/{order.reference}").misses(say("An additional invoice is to be paid")).shoot("paid")
    assert "8,500" in live.letters(books, "【領収書】", at_least=2)[-1].body
    surf("dearer-office", STAFF).open(f"/office/bookings/{order.reference}").sees("¥8,500").shoot("office")
    assert dear.reference


def test_a_seat_goes_to_a_cheaper_date_and_the_difference_comes_back(
    surf: Callable[..., Surfer], live: Live, make: Make
) -> None:
    dear, cheap = make.run(price_general=20_000, price_member=20_000), make.run(days_ahead=50)
    somebody = make.coordinator()
    order = make.paid(dear, organization=somebody.organization, booked_by=somebody.person)
    me = surf("cheaper", somebody.email)
    me.open(f"/bookings/{order.reference}").follow(me.words("Another date")).sees("¥8,500を返金").shoot("dates")
    me.press(me.words("Move to this date")).sees("¥8,500").shoot("moved")
    assert "¥8,500を返金" in live.letters(somebody.email, "【受講日の変更】", at_least=1)[-1].body
    staff = surf("cheaper-office", STAFF).open("/office/payments?view=refunds").sees("¥8,500").shoot("to-send")
    staff.press(staff.words("Mark as sent"))
    assert "8,500" in live.letters(somebody.organization.contact_email, "【返金のお知らせ】", at_least=1)[-1].body
    assert cheap.reference


def test_a_further_move_costs_a_fee_that_the_office_may_waive(
    surf: Callable[..., Surfer], live: Live, make: Make
) -> None:
    now, other = make.run(), make.run(days_ahead=50, venue="osaka-nakanoshima")
    asks_a_fee(make, free=0)
    long = attendee(family_name="勅使河原小比類巻", given_name="アレクサンドラ万里子")
    somebody = make.coordinator()
    order = make.paid(now, attendees=[long], organization=somebody.organization, booked_by=somebody.person)
    me = surf("fee", somebody.email).open(f"/runs/{now.reference}").sees("¥1,100")
    me.open(f"/bookings/{order.reference}").sees("¥1,100").follow(me.words("Another date")).sees("追加のお支払い¥1,100")
    me.shoot("dates")
    staff = surf("fee-office", STAFF, width=PHONE).open(f"/office/bookings/{order.reference}/seats/1/date")
    staff.sees("¥1,100").tick(staff.words("Ask for no fee for this move")).press(staff.words("Show the amounts"))
    staff.press(staff.words("Move to this date"), status=409).shoot("no-reason")
    staff.fill(reason="会場案内の誤りのため").press(staff.words("Show the amounts"))
    staff.press(staff.words("Move to this date")).sees("会場案内の誤りのため").shoot("waived")
    assert other.reference


def test_a_run_moved_asks_who_has_seats(surf: Callable[..., Surfer], live: Live, make: Make) -> None:
    run, somebody = make.run(days_ahead=40), make.coordinator()
    other = make.run(days_ahead=60, price_member=20_000, price_general=20_000)
    long = attendee(family_name="勅使河原小比類巻", given_name="アレクサンドラ万里子")
    make.paid(
        run, attendees=[long, attendee(), attendee()], organization=somebody.organization, booked_by=somebody.person
    )
    staff = surf("moved-office", STAFF).open(f"/office/runs/{run.reference}/edit").sees("1団体の申込1件（3席）")
    staff.fill(venue="osaka-nakanoshima").shoot("plan").press(staff.words("Save"))
    staff.shoot("run")
    letter = live.letters(somebody.email, "【日時・会場の変更】", at_least=1)[-1]
    me = surf("moved", width=PHONE)
    signs_in(me.open(letter.link("/questions/")), somebody.email).shoot("question")
    seats = me.page.locator("select[name=seat]")
    seats.nth(0).select_option(f"1:{other.reference}")
    seats.nth(1).select_option("2:give_back")
    me.press(me.words("Show what it means")).sees("¥8,500", "¥11,500", "このほか1席").shoot("preview")
    me.press(me.words("Send this answer")).shoot("partly")
    me.press(me.words("Keep the seat")).sees(me.words("seat by seat")).shoot("answered")
    assert live.letters(somebody.email, "【お答えを承りました】", at_least=2)
    staff.open(f"/office/runs/{run.reference}").shoot("answers")


def test_a_run_called_off_reaches_who_has_a_seat_and_who_waits(
    surf: Callable[..., Surfer], live: Live, make: Make
) -> None:
    run, somebody, waiting = make.run(capacity=2), make.coordinator(), make.coordinator()
    order = make.paid(run, 2, organization=somebody.organization, booked_by=somebody.person)
    make.waiting(run, organization=waiting.organization, booked_by=waiting.person)
    office.calls_off(surf("off-office", STAFF), run.reference, "会場の設備点検のため")
    assert "会場の設備点検のため" in live.letters(somebody.email, "中止", at_least=1)[-1].body
    assert live.letters(waiting.email, "キャンセル待ち", at_least=2)
    me = surf("off", somebody.email).open(f"/bookings/{order.reference}")
    me.sees("会場の設備点検のため").shoot("called-off")


def waits(me: Surfer, make: Make, run: CourseRun, people: int) -> str:
    """From the full run's page to the end of its line; the address of the party."""
    say = me.words
    me.open(f"/runs/{run.reference}").follow(say("Join the waiting list"))
    for number in range(people):
        if number:
            me.press(say("Add another attendee"))
        me.fill_in(FIRST.fields(f"attendees-{number}-"))
        me.fill_in({f"attendees-{number}-given_name": f"健{'一二三四五'[number]}"})
        me.fill_in({f"attendees-{number}-email": f"ken{number}@example.jp"})
    me.tick(say("We also take seats for a part of us")).press(say("Join the waiting list with these people"))
    return me.path


def gives_everything_back(me: Surfer, reference: str, *, seats: int = 3) -> None:
    """All seats of an order, from the preview."""
    me.open(f"/bookings/{reference}/cancellation").shoot("seats")
    for box in me.page.locator("main input[type=checkbox]").all():
        box.check()
    me.press(me.words("Show the amounts")).shoot("preview")
    me.press(f"{seats}名の席をキャンセルする")
