"""What a seat costs, whatever fees and days there are: whole yen, never below zero, early prices until their day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from courses_app.catalogue.rules import (
    FeeAudience,
    FeeOverlaps,
    NoFee,
    NothingAfterwards,
    check_free_of_others,
    is_early,
    last_day_to_book,
    price_for,
)
from courses_app.foundation import clock
from courses_app.foundation.yen import TaxCategory, Yen
from tests.accounts.signing import post
from tests.catalogue.test_routes import desk, text
from tests.make import Make

__all__ = ["desk"]

FIRST, DAY = date(2026, 12, 1), timedelta(days=1)


@dataclass(frozen=True)
class Row:
    audience: FeeAudience
    amount: Yen
    from_on: date
    until_on: date | None
    early_until_on: date | None
    early_days_before: int | None
    tax_category: TaxCategory = TaxCategory.TAXABLE_10


days = st.integers(-20, 40).map(lambda count: FIRST + count * DAY)
yen = st.integers(0, 20_000).map(Yen)


@st.composite
def rows(draw: st.DrawFn) -> Row:
    first, kind = draw(days), draw(st.integers(0, 2))
    last = draw(st.none() | st.integers(0, 20).map(lambda count: first + count * DAY))
    return Row(
        draw(st.sampled_from(FeeAudience)), draw(yen), first, last,
        draw(days) if kind == 1 else None, draw(st.integers(1, 30)) if kind == 2 else None,
    )  # fmt: skip


def accepted(wanted: list[Row]) -> list[Row]:
    """The price list that staff get who try to set these one after the other."""
    fees: list[Row] = []
    for new in wanted:
        try:
            check_free_of_others(fees, new)
        except (FeeOverlaps, NothingAfterwards):
            continue
        fees.append(new)
    return fees


@given(st.lists(rows(), max_size=12), days, days, st.none() | yen, st.none() | yen)
def test_r24d_prices_are_whole_yen_never_below_zero_and_members_never_pay_more(
    wanted: list[Row], on: date, booked_on: date, own: Yen | None, of_members: Yen | None
) -> None:
    fees = accepted(wanted)
    overrides = {"general_override": own, "member_override": of_members}
    try:
        general, member = (price_for(fees, each, on=on, booked_on=booked_on, **overrides) for each in FeeAudience)
    except NoFee:
        return
    for price in (general, member):
        assert type(price.amount) is int
        assert 0 <= price.amount <= price.regular
        assert (price.early_until is None) or price.early_until >= booked_on
        assert (price.amount == price.regular) or price.early_until is not None
    assert member.amount <= general.amount
    assert own is None or (general.amount, general.early_until) == (own, None)
    later = price_for(fees, FeeAudience.GENERAL, on=on, booked_on=booked_on + 400 * DAY, **overrides)
    assert later.amount == later.regular == general.regular >= general.amount


@given(st.lists(rows(), max_size=12))
def test_of_two_prices_for_one_day_one_always_gives_way(wanted: list[Row]) -> None:
    fees = accepted(wanted)
    for on in (FIRST + count * DAY for count in range(-20, 60)):
        for audience in FeeAudience:
            meant = [one for one in fees if one.audience is audience and one.from_on <= on]
            standing = [one for one in meant if one.until_on is None or on <= one.until_on]
            bounded = [one for one in standing if one.until_on is not None or is_early(one)]
            assert len([one for one in bounded if is_early(one)]) <= 1
            assert len([one for one in bounded if not is_early(one)]) <= 1


@given(rows(), days)
def test_an_early_price_has_one_last_day_to_book(fee: Row, run_day: date) -> None:
    last = last_day_to_book(fee, run_day)
    assert (last is not None) == is_early(fee)
    assert fee.early_days_before is None or last == run_day - fee.early_days_before * DAY


def typed(**changes: str) -> dict[str, str]:
    tomorrow = clock.today() + DAY
    facts = {"kind": "regular", "audience": "general", "amount": "12500", "tax_category": "taxable_10"}
    return {**facts, "from_on": tomorrow.isoformat(), **changes}


def test_the_office_sets_a_price_with_its_days_and_is_told_what_to_mend(desk: FlaskClient, make: Make) -> None:
    page, today = "/office/courses/SUP/fees", clock.today()
    last = today + 5 * DAY
    assert post(desk, page, typed(from_on="", amount="")).status_code == 422
    wrong = {
        "最終日が開始日より前": typed(until_on=today.isoformat()),
        "どちらか一方": typed(kind="early"),
        "申込期限があるのは早期割引だけ": typed(early_days_before="30"),
    }
    for words, fields in wrong.items():
        answer = post(desk, page, fields)
        assert answer.status_code == 422
        assert words in text(answer)
        assert "12500" in text(answer)
    assert post(desk, page, typed(until_on=last.isoformat())).status_code == 303
    again = post(desk, page, typed(from_on=last.isoformat(), amount="9000"))
    assert again.status_code == 409
    assert "同じ日に2つの料金は設定できません" in text(again)
    assert post(desk, page, typed(kind="early", amount="10,000", early_days_before="３０")).status_code == 303
    shown = text(desk.get(page))
    assert "早期割引（開催日の30日前までの申込み）" in shown


def test_the_public_sees_the_early_price_with_its_last_day_and_what_comes_after(
    desk: FlaskClient, client: FlaskClient, make: Make
) -> None:
    run = make.run()
    on, last = clock.day_of(run.starts_at), clock.today() + 3 * DAY
    facts = {"kind": "early", "amount": "10000", "from_on": on.isoformat(), "early_until_on": last.isoformat()}
    assert post(desk, "/office/courses/SUP/fees", typed(**facts)).status_code == 303
    later = (on + 30 * DAY).isoformat()
    assert post(desk, "/office/courses/SUP/fees", typed(from_on=later, amount="12500")).status_code == 303
    until = f"{last.year}年{last.month}月{last.day}日"
    for page in (f"/runs/{run.reference}", "/runs"):
        shown = text(client.get(page))
        assert "¥10,000（税込）" in shown
        assert f"早期割引（{until}" in shown
        assert "以後は¥11,500（税込）" in shown
    shown = text(client.get(f"/courses/{run.course.slug}"))
    assert "¥11,500（税込）" in shown
    assert f"早期割引 ¥10,000（税込）（一般、{on.year}年{on.month}月{on.day}日" in shown
    assert "¥12,500（税込）" in shown


def test_a_price_is_withdrawn_by_the_office_and_stays_on_record(desk: FlaskClient, make: Make) -> None:
    page = "/office/courses/SUP/fees"
    assert post(desk, page, typed()).status_code == 303
    numbers = [part.split("/")[0] for part in text(desk.get(page)).split("/fees/")[1:]]
    assert len(numbers) == 1
    assert post(desk, f"{page}/{numbers[0]}/withdrawal", {}, page=page).status_code == 303
    assert "取下げ済み" in text(desk.get(page))
    assert post(desk, f"{page}/{numbers[0]}/withdrawal", {}, page=page).status_code == 404


@pytest.mark.parametrize("number", ["0", "999999"])
def test_no_other_price_is_withdrawn(desk: FlaskClient, number: str) -> None:
    page = "/office/courses/SUP/fees"
    assert post(desk, f"{page}/{number}/withdrawal", {}, page=page).status_code == 404
