"""The audit trail as staff read it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient

from courses_app.foundation import audit
from courses_app.foundation.audit import SYSTEM, Actor, ActorKind
from tests.office.conftest import HOSTILE, MakeHere
from tests.office.test_outbox import rows_of

LATE_EVENING = datetime(2026, 12, 1, 14, 59, tzinfo=UTC)  # 23:59 in Tokyo
MORNING_AFTER = datetime(2026, 12, 1, 15, 0, tzinfo=UTC)


def note(
    make: MakeHere, reference: str, *, action: str = "booking.hold", who: str = "髙﨑 健一", at: datetime = LATE_EVENING
) -> None:
    with make.deed():
        by = Actor(ActorKind.PERSON, 1, who)
        audit.record(
            by=by,
            now=at,
            action=action,
            subject=("booking", reference),
            before="held",
            after="ordered",
            detail={"seats": 3},
        )


def found(desk: FlaskClient, conditions: str) -> set[str]:
    rows = rows_of(desk.get(f"/office/audit.csv?{conditions}").get_data(as_text=True))
    return {row[4] for row in rows[1:] if row[4].startswith("B-")}


def test_inv13_what_changed_is_shown_with_who_and_when(make: MakeHere, desk: FlaskClient) -> None:
    note(make, "B-7K4MQ9XHA")
    page = desk.get("/office/audit").get_data(as_text=True)
    for words in (
        "B-7K4MQ9XHA",
        "髙﨑 健一",
        "席を仮押さえ",
        "booking.hold",
        "仮押さえ中 → 入金待ち",
        "席数: 3",
        "2026年12月1日（火）23:59",
    ):
        assert words in page


def test_entries_are_found_by_reference_action_person_and_day(make: MakeHere, desk: FlaskClient) -> None:
    note(make, "B-AAAAAAAAA")
    note(make, "B-CCCCCCCCC", action="booking.cancel", who="長谷川 翔太", at=MORNING_AFTER)
    assert found(desk, "subject=ｂ-aaaaaaaaa") == {"B-AAAAAAAAA"}
    assert found(desk, "action=booking.") == {"B-AAAAAAAAA", "B-CCCCCCCCC"}
    assert found(desk, "action=booking.cancel") == {"B-CCCCCCCCC"}
    assert found(desk, "actor=長谷川") == {"B-CCCCCCCCC"}
    assert found(desk, "from_on=2026-12-01&until_on=2026-12-01") == {"B-AAAAAAAAA"}
    assert found(desk, "from_on=2026/12/2") == {"B-CCCCCCCCC"}


def test_an_action_is_found_by_its_word(make: MakeHere, desk: FlaskClient) -> None:
    note(make, "B-AAAAAAAAA")
    note(make, "B-CCCCCCCCC", action="booking.cancel")
    assert found(desk, "action=キャンセル") == {"B-CCCCCCCCC"}


def test_what_the_worker_did_is_told_apart_and_in_words(make: MakeHere, desk: FlaskClient) -> None:
    runs = [f"worker-{digit * 32}" for digit in "ab"]
    for number in runs:
        token = audit.request_id.set(number)
        with make.deed():
            facts = {"provider": "bank_transfer", "amount": 7700, "fields": ["born_on", "name_ja"], "reasons": []}
            subject = ("booking", "B-AAAAAAAAA")
            audit.record(by=SYSTEM, now=LATE_EVENING, action="booking.settle", subject=subject, detail=facts)
        audit.request_id.reset(token)
    page = desk.get("/office/audit").get_data(as_text=True)
    for words in ("worker-aaaaaaaa<", "worker-bbbbbbbb<", "システム（自動処理）", "支払方法: 銀行振込", "金額: ¥7,700",
                  "変更した項目: 生年月日、名称 (日本語)"):  # fmt: skip
        assert words in page
    assert found(desk, "request_id=worker-aaaaaaaa") == {"B-AAAAAAAAA"}


def test_a_day_that_cannot_be_read_is_said_so(make: MakeHere, desk: FlaskClient) -> None:
    note(make, "B-AAAAAAAAA")
    page = desk.get("/office/audit?from_on=tomorrow").get_data(as_text=True)
    assert 'href="#from_on"' in page
    assert "B-AAAAAAAAA" in page


def test_o02_an_inquiry_number_leads_to_what_was_done(make: MakeHere, desk: FlaskClient) -> None:
    note(make, "B-AAAAAAAAA")
    number = audit.request_id.get()
    assert "B-AAAAAAAAA" in found(desk, f"request_id={number}")
    assert found(desk, "request_id=0000") == set()


@pytest.mark.parametrize("name", HOSTILE)
def test_s32_no_cell_of_the_audit_comes_alive(make: MakeHere, desk: FlaskClient, name: str) -> None:
    note(make, "B-AAAAAAAAA", who=name)
    for row in rows_of(desk.get("/office/audit.csv").get_data(as_text=True)):
        assert all(not cell.startswith(tuple("=+-@\t＝＋－＠")) for cell in row)
