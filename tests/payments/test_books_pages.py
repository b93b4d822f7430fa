"""The books as the office sees them: pages, files, what is typed wrong."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.payments import operations, queries
from courses_app.payments.rules.books import CloseKind
from tests.accounts.signing import csrf_token, sign_in
from tests.office.test_outbox import rows_of
from tests.payments.conftest import Builder

A_DAY = timedelta(days=1)
ALL = "from_on=2000-01-01&until_on=2100-01-01"


@pytest.fixture
def made(app: Flask) -> Builder:
    return Builder(app)


@pytest.fixture
def desk(made: Builder, client: FlaskClient) -> FlaskClient:
    made.staff("office@example.jp", family_name="森田", given_name="直美")
    sign_in(client, "office@example.jp")
    return client


def text_of(desk: FlaskClient, path: str) -> str:
    answer = desk.get(path)
    assert answer.status_code == 200, path
    return answer.get_data(as_text=True)


def sent_to(desk: FlaskClient, path: str, data: dict[str, object] | None = None) -> TestResponse:
    return desk.post(path, data={"csrf_token": csrf_token(desk), **(data or {})})


def test_receivables_say_that_they_are_the_ledgers(app: Flask, made: Builder, desk: FlaskClient) -> None:
    with app.app_context():
        invoice = made.invoice()
        reference, organization = invoice.reference, invoice.organization.reference
    page = text_of(desk, "/office/ledger")
    assert "¥34,500" in page
    assert "総勘定元帳と一致しています" in page
    assert f"/office/ledger/organizations/{organization}" in page
    assert "売掛金も前受金もありません" in text_of(desk, "/office/ledger?as_of=2020-01-01")
    assert "年・月・日の順" in text_of(desk, "/office/ledger?as_of=someday")
    (header, row) = rows_of(text_of(desk, "/office/ledger.csv"))
    assert len(header) == len(row) == 10
    assert row[3] == "34500"
    assert reference in text_of(desk, f"/office/ledger/organizations/{organization}")
    rows = rows_of(text_of(desk, f"/office/ledger/organizations/{organization}.csv"))
    assert [one[6] for one in rows[1:]] == ["0", "34500"]
    assert desk.get("/office/ledger/organizations/G-NOBODY").status_code == 404


def test_the_journal_is_looked_at_and_downloaded_twice_the_same(app: Flask, made: Builder, desk: FlaskClient) -> None:
    with app.app_context():
        made.paid_invoice(addressee="𠮷野家協同組合")
    assert "¥34,500" in text_of(desk, f"/office/ledger/journal?{ALL}&layout=general")
    page = text_of(desk, f"/office/ledger/journal?{ALL}&layout=yayoi")
    assert "この文字コードで表せない文字があります" in page
    assert "𠮷：1, 2行目" in page
    first, second = (desk.get(f"/office/ledger/journal.csv?{ALL}&layout=yayoi") for _ in range(2))
    assert first.data == second.data
    assert "〓野家協同組合" in first.data.decode("cp932")
    assert len(first.data.decode("cp932").splitlines()[0].split(",")) == 25
    assert "最終日" not in page
    wrong = text_of(desk, "/office/ledger/journal?from_on=2026-02-02&until_on=2026-01-01")
    assert "終了日が開始日より前になっています" in wrong


def test_names_of_accounts_are_kept_and_what_is_missing_is_said(app: Flask, made: Builder, desk: FlaskClient) -> None:
    known = list(_titles(app).values())
    sent = {
        f"rows-{place}-{name}": getattr(title, name)
        for place, title in enumerate(known)
        for name in ("key", "code", "name_ja", "name_en", "tax_code")
    }
    place = next(place for place, title in enumerate(known) if title.key == "receivable")
    missing = sent_to(desk, "/office/ledger/accounts", {**sent, f"rows-{place}-name_ja": ""})
    assert missing.status_code == 422
    answer = sent_to(desk, "/office/ledger/accounts", {**sent, f"rows-{place}-name_ja": "未収金"})
    assert answer.status_code == 303
    assert _titles(app)["receivable"].name_ja == "未収金"


def _titles(app: Flask):  # type: ignore[no-untyped-def]
    with app.app_context():
        return queries.titles()


def test_a_layout_is_made_changed_and_removed(app: Flask, made: Builder, desk: FlaskClient) -> None:
    columns = ["booked_on", "debit_name", "debit_amount", "credit_name", "credit_amount"]
    sent = {"name": "会計事務所", "encoding": "utf-8", "date_format": "20260401", "with_header": "y"}
    for place, source in enumerate(columns):
        sent |= {f"columns-{place}-position": str(9 - place), f"columns-{place}-header": source,
                 f"columns-{place}-source": source}  # fmt: skip
    longer = sent_to(desk, "/office/ledger/layouts", {**sent, "add": "1"})
    assert longer.status_code == 200
    assert 'name="columns-5-source"' in longer.get_data(as_text=True)
    refused = sent_to(desk, "/office/ledger/layouts", {**sent, "columns-0-source": "kind"})
    assert refused.status_code == 409
    assert "計上日、借方の科目と金額" in refused.get_data(as_text=True)
    assert "会計事務所" in refused.get_data(as_text=True), "nothing typed is lost"
    assert sent_to(desk, "/office/ledger/layouts", sent).status_code == 303
    with app.app_context():
        (row,) = [one for one in queries.layouts() if one.name == "会計事務所"]
        assert [column.source.value for column in row.layout.columns] == columns[::-1]
    assert sent_to(desk, f"/office/ledger/layouts/{row.code}", {**sent, "name": "別名"}).status_code == 303
    assert "別名" in text_of(desk, f"/office/ledger/layouts/{row.code}")
    assert sent_to(desk, f"/office/ledger/layouts/{row.code}/removal").status_code == 303
    assert desk.get(f"/office/ledger/layouts/{row.code}").status_code == 404


def test_a_close_is_looked_at_first_and_made_once(app: Flask, made: Builder, desk: FlaskClient) -> None:
    now = clock.now()
    with app.app_context():
        made.paid_invoice(now=now - 3 * A_DAY)
    yesterday = (clock.today() - A_DAY).isoformat()
    assert "¥34,500" in text_of(desk, f"/office/ledger/closes?until_on={yesterday}")
    assert desk.get("/office/ledger/closes?kind=month").status_code == 200
    sent = {"kind": "day", "until_on": yesterday}
    unticked = sent_to(desk, "/office/ledger/closes", sent)
    assert unticked.status_code == 422
    assert "この確認欄にチェック" in unticked.get_data(as_text=True)
    today = sent_to(desk, "/office/ledger/closes", {**sent, "until_on": clock.today().isoformat(), "understood": "y"})
    assert today.status_code == 409
    assert "締められるのは翌日からです" in today.get_data(as_text=True)
    assert sent_to(desk, "/office/ledger/closes", {**sent, "understood": "y"}).status_code == 303
    again = sent_to(desk, "/office/ledger/closes", {**sent, "understood": "y"})
    assert again.status_code == 409
    assert "締めは取り消せません" in again.get_data(as_text=True)
    assert "森田 直美" in text_of(desk, "/office/ledger/closes")


def test_a_closed_period_is_called_closed(app: Flask, made: Builder, desk: FlaskClient) -> None:
    with app.app_context(), made.deed():
        operations.close_books(kind=CloseKind.DAY, until_on=clock.today() - A_DAY, by=SYSTEM, now=clock.now())
    with app.app_context():
        made.issuer()
    day = (clock.today() - A_DAY).isoformat()
    assert "何度出力しても同じファイルになります" in text_of(
        desk, f"/office/ledger/journal?from_on={day}&until_on={day}"
    )
    assert "まだ締めていない期間です" in text_of(desk, f"/office/ledger/journal?{ALL}")


def test_revenue_is_drawn_and_added_up(app: Flask, made: Builder, desk: FlaskClient) -> None:
    run = made.run("SUP", days_ahead=30)
    made.paid(run, 2)
    month = f"{clock.day_of(run.ends_at):%Y-%m}"
    for by in ("supply", "booking"):
        page = text_of(desk, f"/office/ledger/revenue?from_month=2020-01&until_month=2100-01&by={by}")
        assert "<svg viewBox" in page
        assert "総勘定元帳と一致しています" in page
    rows = rows_of(text_of(desk, f"/office/ledger/revenue.csv?from_month={month}&until_month={month}"))
    assert [row[:2] for row in rows[1:]] == [[month, "SUP"]]
    assert int(rows[1][5]) > 0
    assert "この期間の売上はありません" in text_of(
        desk, "/office/ledger/revenue?from_month=2020-01&until_month=2020-02"
    )
