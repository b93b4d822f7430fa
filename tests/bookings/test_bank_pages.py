"""The office's pages about statements, and how an organization stands: what is shown, posted, refused."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from courses_app.bookings.imports import bank
from courses_app.bookings.models import Booking
from courses_app.bookings.rules import BookingStatus
from courses_app.cli.ledger import violations
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session
from courses_app.payments import queries as money
from courses_app.payments.models import BankLayout, BankLine, FeeAllowance, Refund
from courses_app.payments.rules.banking import Certainty, LineStatus
from tests.accounts.signing import sign_in
from tests.bookings.conftest import MakeHere
from tests.payments.banking.making import Came, net_bank, notice

Sent = dict[str, Any]


@pytest.fixture
def office(app: Flask, make: MakeHere) -> FlaskClient:
    client = app.test_client()
    sign_in(client, make.staff().email)
    return client


def post(client: FlaskClient, path: str, **fields: Any) -> Any:
    page = client.get("/office/bank").get_data(as_text=True)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    return client.post(path, data={"csrf_token": token[1] if token else "", **fields})


def upload(client: FlaskClient, content: bytes, layout: str = "zengin") -> Any:
    return post(client, "/office/bank/files", layout=layout, statement=(io.BytesIO(content), "明細.txt"))


def came(booking: Booking, extra: int = 0) -> Came:
    assert booking.invoice is not None
    return Came(clock.today(), booking.total + extra, f"{booking.invoice.transfer_reference} ﾀﾅｶ")


def test_r18_from_the_file_to_the_confirmed_seats(inside: Flask, make: MakeHere, office: FlaskClient) -> None:
    booking = make.ordered(make.run(), 2)
    answer = upload(office, notice([came(booking), Came(clock.today(), 500, "ﾀﾚｶ")]))
    assert answer.status_code == 303
    page = office.get(answer.location).get_data(as_text=True)
    assert f"¥{booking.total:,}" in page
    assert "申込番号が振込名義" in page
    ticked = re.findall(r'name="line"[^>]*value="([^"]+)"[^>]* checked', page)
    assert len(ticked) == 1
    assert post(office, "/office/bank/postings", line=ticked).status_code == 303
    assert make.whole(booking).status is BookingStatus.PAID
    assert "1件" in office.get("/office/bank").get_data(as_text=True)
    again = upload(office, notice([came(booking), Came(clock.today(), 500, "ﾀﾚｶ")]))
    assert again.location == answer.location


def test_a_broken_file_is_refused_on_its_field(inside: Flask, make: MakeHere, office: FlaskClient) -> None:
    answer = upload(office, notice([Came(clock.today(), 500, "ﾀﾚｶ")])[:-200])
    assert answer.status_code == 422
    assert "ファイルが途中で切れています" in answer.get_data(as_text=True)
    assert post(office, "/office/bank/files", layout="zengin").status_code == 422
    assert session.scalar(select(BankLine.id)) is None


def test_nothing_ticked_posts_nothing(inside: Flask, make: MakeHere, office: FlaskClient) -> None:
    assert post(office, "/office/bank/postings", line="nonsense").status_code == 303


def test_r16_of_two_staff_the_second_reads_who_was_faster(inside: Flask, make: MakeHere, office: FlaskClient) -> None:
    booking = make.ordered(make.run())
    page = office.get(upload(office, notice([came(booking)])).location).get_data(as_text=True)
    ticked = re.findall(r'name="line"[^>]*value="([^"]+)"', page)
    post(office, "/office/bank/postings", line=ticked)
    post(office, "/office/bank/postings", line=ticked)
    assert "処理済みです" in office.get("/office/bank").get_data(as_text=True)


def test_a_person_chooses_and_what_is_wrong_stands_on_the_field(
    inside: Flask, make: MakeHere, office: FlaskClient
) -> None:
    booking = make.ordered(make.run(), 2)
    assert booking.invoice is not None
    upload(office, notice([Came(clock.today(), booking.total + 1, "ﾀﾚｶ")]))
    line = session.scalars(select(BankLine)).one()
    path, field = f"/office/bank/lines/{line.reference}", f"share-{booking.invoice.reference}"
    found = office.get(f"{path}?q={booking.organization.name}").get_data(as_text=True)
    assert booking.organization.reference in found
    sent = {"organization": booking.organization.reference, "version": str(line.draft.stamp)}
    wrong = post(office, f"{path}/draft", **sent, **{field: str(booking.total + 1)})
    assert wrong.status_code == 409
    assert "未入金額は" in wrong.get_data(as_text=True)
    assert f'value="{booking.total + 1}"' in wrong.get_data(as_text=True)
    assert post(office, f"{path}/draft", **sent, **{field: "abc"}).status_code == 422
    assert post(office, f"{path}/draft", **sent, **{field: str(booking.total)}).status_code == 303
    session.expire_all()
    assert line.draft.certainty is Certainty.CHOSEN
    assert post(office, f"{path}/posting", version=str(line.draft.stamp)).status_code == 303
    session.expire_all()
    assert line.draft.status is LineStatus.POSTED
    assert money.credit_of(booking.organization) == 1
    assert post(office, f"{path}/taking-back", version="1").status_code == 422
    assert post(office, f"{path}/taking-back", version="1", reason="誤り").status_code == 303
    session.expire_all()
    assert line.draft.status is LineStatus.OPEN
    assert post(office, f"{path}/setting-aside", version=str(line.draft.stamp), reason="別口").status_code == 303
    assert "別口" in office.get(path).get_data(as_text=True)
    assert post(office, f"{path}/taking-up").status_code == 303
    assert list(violations()) == []


def test_a_layout_and_a_rule_about_fees_are_data(inside: Flask, make: MakeHere, office: FlaskClient) -> None:
    facts = {"name": "みほん銀行", "encoding": "utf-8", "header_rows": "1", "day_column": "1", "amount_column": "2",
             "payer_column": "4", "balance_column": "3"}  # fmt: skip
    assert post(office, "/office/bank/layouts/new", **{**facts, "day_column": ""}).status_code == 422
    assert post(office, "/office/bank/layouts/new", **facts).status_code == 303
    assert post(office, "/office/bank/layouts/new", **facts).status_code == 409
    layout = session.scalars(select(BankLayout)).one()
    path = f"/office/bank/layouts/{layout.reference}"
    assert upload(office, net_bank([Came(clock.today(), 500, "ﾀﾚｶ")]), layout.reference).status_code == 303
    changed = {**facts, "footer_rows": "1", "version": str(layout.version)}
    assert post(office, path, **changed).status_code == 303
    assert post(office, path, **changed, account="x").status_code == 409  # somebody was faster
    assert post(office, f"{path}/retirement").status_code == 303
    assert "みほん銀行" not in office.get("/office/bank").get_data(as_text=True)
    assert post(office, "/office/bank/fees", from_on="2026-01-01", usual="２２０、440円 660").status_code == 303
    assert post(office, "/office/bank/fees", from_on="2026-01-01", usual="220").status_code == 409
    assert post(office, "/office/bank/fees", from_on="2026-02-01", usual="-1").status_code == 422
    assert session.scalars(select(FeeAllowance)).one().usual == [220, 440, 660]


def test_credit_is_shown_used_and_paid_back(inside: Flask, make: MakeHere, office: FlaskClient) -> None:
    coordinator = make.coordinator()
    first, second = (
        make.ordered(make.run(), booked_by=coordinator.person),
        make.ordered(make.run(), booked_by=coordinator.person),
    )
    assert second.invoice is not None
    file, _fresh = bank.take_in(notice([came(first, second.total + 700)]), "a.txt", None, by=SYSTEM, now=clock.now())
    line = session.scalars(select(BankLine).where(BankLine.file_id == file.id)).one()
    bank.post_lines([(line.reference, line.draft.stamp)], by=SYSTEM, clock=clock.now)
    path = f"/office/organizations/{first.organization.reference}/account"
    assert f"¥{second.total + 700:,}" in office.get(path).get_data(as_text=True)
    use = {"form_token": "one", "invoice": second.invoice.reference, "amount": str(second.total)}
    assert post(office, f"{path}/uses", **use).status_code == 303
    assert post(office, f"{path}/uses", **use).status_code in (303, 404)  # sent twice, used once
    assert make.whole(second).status is BookingStatus.PAID
    assert post(office, f"{path}/refunds", form_token="two", amount="701", reason="残り").status_code == 409
    assert post(office, f"{path}/refunds", form_token="two", amount="700", reason="残り").status_code == 303
    assert [refund.amount for refund in session.scalars(select(Refund))] == [700]
    assert list(violations()) == []


def test_an_organization_sees_what_it_owes(app: Flask, inside: Flask, make: MakeHere) -> None:
    coordinator, client = make.coordinator(), app.test_client()
    booking = make.ordered(make.run(), booked_by=coordinator.person)
    sign_in(client, coordinator.account.email)
    page = client.get("/organization/account").get_data(as_text=True)
    assert f"¥{booking.total:,}" in page
    assert booking.reference in page
