"""What the catalogue decides from plain values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from courses_app.catalogue.rules import (
    RUN,
    Audience,
    Availability,
    ClashKind,
    CourseKind,
    Delivery,
    FeeAudience,
    Language,
    MeetingPlan,
    NetTimeDiffers,
    NoFee,
    Occupied,
    PlanRefused,
    Programme,
    RunMove,
    RunPlan,
    RunStatus,
    availability,
    booking_closes_by_default,
    check_net_time,
    check_plan,
    clashes_between,
    fingerprint,
    lay_out_day,
    month_of,
    price_for,
    run_filter,
    seats_left,
)
from courses_app.foundation.clock import JST
from courses_app.foundation.lifecycle import MoveNotAllowed
from courses_app.foundation.yen import TaxCategory, Yen

NOW = datetime(2026, 12, 1, 3, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def word(capacity: int, taken: int, status: RunStatus = RunStatus.PUBLISHED, **times: datetime) -> Availability:
    """The word for a run that can be booked now, unless said otherwise."""
    around = {"opens_at": NOW - DAY, "closes_at": NOW + DAY, "ends_at": NOW + 9 * DAY, **times}
    return availability(status=status, capacity=capacity, taken=taken, now=NOW, **around)


@pytest.mark.parametrize(
    ("capacity", "taken", "expected"),
    [
        (40, 0, Availability.OPEN),
        (40, 31, Availability.OPEN),  # 9 left: more than a fifth
        (40, 32, Availability.FEW),  # 8 of 40 are a fifth
        (100, 79, Availability.OPEN),
        (100, 80, Availability.FEW),
        (20, 14, Availability.OPEN),
        (20, 15, Availability.FEW),  # five seats are always few
        (40, 39, Availability.FEW),
        (40, 40, Availability.FULL),
        (15, 18, Availability.FULL),  # overbooked
    ],
)
def test_the_word_for_seats(capacity: int, taken: int, expected: Availability) -> None:
    assert word(capacity, taken) is expected


def test_what_comes_before_seats() -> None:
    assert word(40, 0, RunStatus.CALLED_OFF) is Availability.CALLED_OFF
    assert word(40, 0, RunStatus.DRAFT) is Availability.NOT_OPEN
    assert word(40, 40, opens_at=NOW + timedelta(seconds=1)) is Availability.NOT_OPEN
    assert word(40, 0, closes_at=NOW) is Availability.CLOSED
    assert word(40, 0, ends_at=NOW) is Availability.HELD


def test_seats_left_is_never_negative() -> None:
    assert (seats_left(20, 18), seats_left(15, 18)) == (2, 0)


def test_every_state_of_a_run_with_every_move() -> None:
    allowed = {(RunStatus.DRAFT, RunMove.PUBLISH), (RunStatus.PUBLISHED, RunMove.CALL_OFF)}
    for state in RunStatus:
        for move in RunMove:
            if (state, move) in allowed:
                assert RUN.after(state, move) is not state
            else:
                with pytest.raises(MoveNotAllowed):
                    RUN.after(state, move)


def test_booking_ends_seven_days_or_four_business_days_before() -> None:
    def ends(on: date, delivery: Delivery) -> datetime:
        return booking_closes_by_default(on, delivery, days_before_venue=7, business_days_before_online=4)

    assert ends(date(2026, 12, 15), Delivery.VENUE) == datetime(2026, 12, 8, 17, 0, tzinfo=JST)
    assert ends(date(2026, 12, 15), Delivery.ONLINE) == datetime(2026, 12, 9, 17, 0, tzinfo=JST)
    # 11 February is a holiday, 13 and 14 are a weekend
    assert ends(date(2027, 2, 16), Delivery.ONLINE) == datetime(2027, 2, 9, 17, 0, tzinfo=JST)


@dataclass(frozen=True)
class Row:
    audience: FeeAudience
    amount: Yen
    from_on: date
    until_on: date | None = None
    tax_category: TaxCategory = TaxCategory.TAXABLE_10
    early_until_on: date | None = None
    early_days_before: int | None = None


TODAY = date(2026, 1, 1)
FEES = [
    Row(FeeAudience.GENERAL, Yen(11_500), date(2025, 4, 1), date(2027, 3, 31)),
    Row(FeeAudience.GENERAL, Yen(12_500), date(2027, 4, 1)),
    Row(FeeAudience.MEMBER, Yen(9_900), date(2025, 4, 1)),
]


def test_the_price_is_the_fee_of_the_day_the_run_is_held() -> None:
    assert price_for(FEES, FeeAudience.GENERAL, on=date(2027, 3, 31), booked_on=TODAY).amount == 11_500
    assert price_for(FEES, FeeAudience.GENERAL, on=date(2027, 4, 1), booked_on=TODAY).amount == 12_500
    assert price_for(FEES, FeeAudience.MEMBER, on=date(2027, 4, 1), booked_on=TODAY).amount == 9_900
    with pytest.raises(NoFee):
        price_for(FEES, FeeAudience.GENERAL, on=date(2025, 3, 31), booked_on=TODAY)


def test_a_run_may_have_prices_of_its_own_and_members_never_pay_more() -> None:
    on = date(2026, 12, 1)
    assert price_for(FEES, FeeAudience.GENERAL, on=on, booked_on=TODAY, general_override=Yen(5_000)).amount == 5_000
    assert price_for(FEES, FeeAudience.MEMBER, on=on, booked_on=TODAY, general_override=Yen(5_000)).amount == 5_000
    assert price_for(FEES, FeeAudience.MEMBER, on=on, booked_on=TODAY, member_override=Yen(8_000)).amount == 8_000
    assert price_for(FEES, FeeAudience.MEMBER, on=on, booked_on=TODAY, member_override=Yen(20_000)).amount == 11_500
    assert price_for(FEES, FeeAudience.GENERAL, on=on, booked_on=TODAY, general_override=Yen(0)).amount == 0
    assert price_for(FEES[:1], FeeAudience.MEMBER, on=on, booked_on=TODAY).amount == 11_500


@pytest.mark.parametrize(
    ("minutes", "begins", "expected"),
    [
        # the four courses of the law, test last
        ([120, 30, 120, 90, 10], "9:30", "9:30-11:30 11:40-12:10 13:10-15:10 15:20-16:50 17:00-17:10"),
        ([120, 30, 120, 60, 30, 10], "9:30", "9:30-11:30 11:40-12:10 13:10-15:10 15:20-16:20 16:30-17:00 17:10-17:20"),
        ([60, 90, 60, 60, 60, 10], "9:30", "9:30-10:30 10:40-12:10 13:10-14:10 14:20-15:20 15:30-16:30 16:40-16:50"),
        ([60, 60, 60, 90, 10], "9:30", "9:30-10:30 10:40-11:40 12:40-13:40 13:50-15:20 15:30-15:40"),
        ([60, 60], "13:30", "13:30-14:30 14:40-15:40"),
        ([240], "9:30", "9:30-13:30"),
        ([], "9:30", ""),
    ],
)
def test_a_day_has_breaks_and_a_lunch(minutes: list[int], begins: str, expected: str) -> None:
    hour, minute = begins.split(":")
    parts = lay_out_day(minutes, starts_at=datetime(2026, 12, 1, int(hour), int(minute), tzinfo=JST))
    assert " ".join(f"{part.starts_at:%-H:%M}-{part.ends_at:%-H:%M}" for part in parts) == expected
    assert [part.subject for part in parts] == list(range(len(minutes)))


def meeting(begins: time, ends: time, net: int = 60, on: date = date(2027, 1, 20)) -> MeetingPlan:
    return MeetingPlan(
        datetime.combine(on, begins, tzinfo=JST), datetime.combine(on, ends, tzinfo=JST), "科目", "Subject", net
    )


PLAN = RunPlan(
    course="SUP",
    delivery=Delivery.VENUE,
    venue="tokyo-kanda",
    language="ja",
    capacity=40,
    booking_opens_at=NOW,
    booking_closes_at=NOW + DAY,
    meetings=(meeting(time(9, 30), time(10, 30)), meeting(time(10, 30), time(11, 30))),
)


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("meetings", {"meetings": ()}),
        ("meetings", {"meetings": (meeting(time(10), time(10)),)}),
        ("meetings", {"meetings": (meeting(time(10), time(11), net=61),)}),
        ("meetings", {"meetings": (meeting(time(10), time(12)), meeting(time(11), time(13)))}),
        ("venue", {"venue": None}),
        ("venue", {"delivery": Delivery.ONLINE}),
        ("booking_closes_on", {"booking_closes_at": NOW}),
        ("booking_closes_on", {"booking_closes_at": datetime(2027, 1, 20, 9, 31, tzinfo=JST)}),
    ],
)
def test_nonsense_is_refused_on_its_field(field: str, changes: dict[str, object]) -> None:
    check_plan(PLAN)
    with pytest.raises(PlanRefused) as refused:
        check_plan(replace(PLAN, **changes))  # type: ignore[arg-type]
    assert refused.value.field == field


def test_net_minutes_must_add_up() -> None:
    check_net_time([120, 30, 120, 90, 0], wanted=360)
    with pytest.raises(NetTimeDiffers):
        check_net_time([120, 30, 120], wanted=360)


def taken(begins: int, ends: int, who: str = "hall", kind: ClashKind = ClashKind.VENUE, run: str = "") -> Occupied:
    return Occupied(kind, who, datetime(2027, 1, 20, begins, tzinfo=JST), datetime(2027, 1, 20, ends, tzinfo=JST), run)


def test_only_what_overlaps_clashes() -> None:
    wanted = taken(10, 12)
    assert clashes_between([wanted], [taken(8, 10), taken(12, 14)]) == []
    assert clashes_between([wanted], [taken(10, 12, who="other hall")]) == []
    assert clashes_between([wanted], [taken(10, 12, kind=ClashKind.INSTRUCTOR)]) == []
    for begins, ends in ((9, 11), (11, 13), (9, 13), (10, 12)):
        assert len(clashes_between([wanted], [taken(begins, ends)])) == 1


def test_what_was_seen_is_named_by_what_stands_in_the_way() -> None:
    one = clashes_between([taken(10, 12)], [taken(9, 11, run="R-1")])
    other = clashes_between([taken(10, 12)], [taken(9, 11, run="R-2")])
    assert fingerprint([]) == ""
    assert fingerprint(one) == fingerprint(list(one)) != fingerprint(other) != fingerprint([*one, *other])


def test_a_query_string_becomes_a_filter() -> None:
    wanted = run_filter(
        {
            "q": "　ｔｏｋｙｏ 神田 ", "course": "supervision-managers", "kind": "mandatory", "audience": "supervising",
            "programme": "titp", "region": "kanto", "online": "0", "language": "ja", "month": "2026-12", "open": "1",
        }
    )  # fmt: skip
    assert wanted.words == ["tokyo", "神田"]
    assert (wanted.kind, wanted.audience, wanted.programme) == (
        CourseKind.MANDATORY, Audience.SUPERVISING, Programme.TITP
    )  # fmt: skip
    assert (wanted.delivery, wanted.language, wanted.month) == (Delivery.VENUE, Language.JAPANESE, date(2026, 12, 1))
    assert wanted.open


def test_what_can_not_be_understood_is_left_out() -> None:
    nonsense = {
        "kind": "x",
        "audience": "'",
        "programme": "<b>",
        "online": "2",
        "language": "xx",
        "month": "2026-13",
        "open": "0",
    }
    assert run_filter(nonsense) == run_filter({})
    assert (month_of(""), month_of("2026-1"), month_of("2026-12-01")) == (None, None, None)
    assert len(run_filter({"q": "あ" * 5000}).q) == 100
