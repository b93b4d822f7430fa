"""What a list of attendees says: headings, names, days of eras, roles; and what is wrong with it, row by row."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale

from courses_app.bookings import imports
from courses_app.bookings.rules.sheets import (
    Dates,
    Directory,
    DraftRow,
    Known,
    NoHeader,
    NoRows,
    attendee_rows,
    examined,
    facts_of,
    mended,
    spread,
    typed_day,
)
from courses_app.foundation import sheets
from courses_app.foundation.sheets import FORMULA

ROLES = {"supervision_manager": ("監理責任者", "Supervision manager"), "auditor": ("外部監査人", "External auditor")}
TODAY = date(2026, 12, 1)
HEADER: list[Any] = ["姓", "名", "セイ", "メイ", "生年月日", "役割", "メール"]
DAY = "2026年12月10日（木）9:00〜17:00 東京 R-34679ACDE"
YAMADA: list[Any] = ["山田", "太郎", "ヤマダ", "タロウ", "1980-04-01", "監理責任者", "a@example.jp"]


def dates(booked: tuple[int, ...] = (), **days: date) -> Dates:
    return Dates("R-34679ACDE", {"R-34679ACDE": date(2026, 12, 10), **days}, {"R-34679ACDE": booked})


def rows(*lines: list[Any], header: list[Any] = HEADER) -> list[DraftRow]:
    return attendee_rows(list(enumerate([header, *lines], start=1)), ROLES)


def errors(*lines: list[Any], known: tuple[Known, ...] = (), booked: tuple[int, ...] = ()) -> list[dict[str, Any]]:
    found = examined(rows(*lines), directory=Directory(known), roles=ROLES, dates=dates(booked), today=TODAY)
    return [{name: [str(one) for one in told] for name, told in row.errors.items()} for row in found]


def line(**changes: Any) -> list[Any]:
    names = ("family_name", "given_name", "family_name_kana", "given_name_kana", "born_on", "role", "email")
    return [changes.get(name, value) for name, value in zip(names, YAMADA, strict=True)]


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("1980-04-01", date(1980, 4, 1)), ("1980/4/1", date(1980, 4, 1)), ("１９８０．４．１", date(1980, 4, 1)),
        ("1980年4月1日", date(1980, 4, 1)), ("19800401", date(1980, 4, 1)), ("1980-04-01 00:00:00", date(1980, 4, 1)),
        ("昭和55年4月1日", date(1980, 4, 1)), ("S55.4.1", date(1980, 4, 1)), ("s55/4/1", date(1980, 4, 1)),
        ("㍼55年4月1日", date(1980, 4, 1)), ("平成元年1月8日", date(1989, 1, 8)), ("平成元年1月7日", None),
        ("昭和64年1月7日", date(1989, 1, 7)), ("昭和64年1月8日", None), ("令和元年5月1日", date(2019, 5, 1)),
        ("昭和70年1月1日", None), ("1980-13-01", None), ("29312", None), ("4/1/1980", None), ("", None),
        ("S0.1.1", None),
    ],
)  # fmt: skip
def test_days_of_every_spelling(typed: str, day: date | None) -> None:
    assert typed_day(typed) == day


def test_d12_headings_of_any_width_order_and_language() -> None:
    header = ["No", "Ｅ-mail", "氏名（漢字）", "ﾌﾘｶﾞﾅ", "生年月日（西暦）※必須", "備考"]
    (row,) = rows(["1", "Ａ@example.jp", "髙﨑　健一", "たかさき ｹﾝｲﾁ", "S55.4.1", "x"], header=header)
    assert row == DraftRow(
        2, "髙﨑", "健一", "タカサキ", "ケンイチ", "1980-04-01", email="A@example.jp",
    )  # fmt: skip
    (row,) = rows(["Smith", "John", "スミス"], header=["Last name", "FIRST NAME", "Family name (reading)"])
    assert (row.family_name, row.given_name, row.family_name_kana) == ("Smith", "John", "スミス")


def test_titles_above_the_header_empty_rows_and_the_example_are_not_attendees() -> None:
    table: list[tuple[int, list[Any]]] = [
        (1, ["受講者名簿 2026"]), (3, HEADER), (4, ["（例）山田", "太郎"]), (5, ["", " ", "", "", "", "", "", "note"]),
        (9, YAMADA),
    ]  # fmt: skip
    (row,) = attendee_rows(table, ROLES)
    assert (row.number, row.role) == (9, "supervision_manager")
    with pytest.raises(NoRows):
        attendee_rows(table[:3], ROLES)
    with pytest.raises(NoHeader):
        attendee_rows([(1, YAMADA)], ROLES)
    with pytest.raises(NoHeader):
        attendee_rows([], ROLES)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_our_own_templates_are_read_whole(app: Flask, language: str) -> None:
    with app.test_request_context(), force_locale(language):
        names = [words[language == "en"] for words in ROLES.values()]
        for content in (imports.xlsx(names, [DAY]), imports.csv(names, [DAY])):
            ((_, header), (_, example)) = sheets.read(content)
            with pytest.raises(NoRows):
                attendee_rows([(1, header), (2, example)], ROLES)
            filled = [*YAMADA[:5], names[1], "a@example.jp", DAY, "p-34679acde"]
            (row,) = attendee_rows([(1, header), (2, example), (3, filled)], ROLES)
            assert row == DraftRow(
                3, "山田", "太郎", "ヤマダ", "タロウ", "1980-04-01", "auditor", "a@example.jp", "P-34679ACDE",
                "2026年12月10日(木)9:00〜17:00 東京 R-34679ACDE",
            )  # fmt: skip


def test_d13_names_stay_byte_for_byte() -> None:
    for name in ("髙﨑", "𠮷野", "葛󠄀城", "\ufa19", "=SUM", "+1", "ヴ"):
        (row,) = rows(line(family_name=f" {name}　"))
        assert row.family_name == name


def test_a_row_without_faults_has_none() -> None:
    assert errors(YAMADA) == [{}]
    assert errors(line(role="", email="")) == [{}]
    assert errors(line(family_name="スミス", given_name="", given_name_kana="")) == [{}]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("family_name", ""), ("family_name", "?野"), ("family_name", "〓野"), ("family_name", "x" * 61),
        ("family_name", "\ue000"), ("given_name_kana", ""), ("family_name_kana", "yamada"), ("family_name_kana", ""),
        ("born_on", ""), ("born_on", "昨日"), ("born_on", "2030-01-01"), ("born_on", "1850-01-01"), ("email", "nobody"),
        ("role", "部長"), ("born_on", FORMULA), ("family_name", FORMULA), ("email", FORMULA),
    ],
)  # fmt: skip
def test_each_fault_stands_at_its_field_alone(field: str, value: Any) -> None:
    (found,) = errors(line(**{field: value}))
    assert list(found) == [field]
    assert all(len(told) == 1 for told in found.values())


def test_what_cp932_lacks_is_told_not_kept_as_a_question_mark() -> None:
    content = "\r\n".join(",".join(one) for one in (HEADER, line(family_name="𠮷野"), line(family_name="髙﨑")))
    table = sheets.read(content.encode("cp932", errors="replace"))
    found = examined(
        attendee_rows(table, ROLES), directory=Directory(()), roles=ROLES, dates=dates(), today=TODAY
    )  # fmt: skip
    assert [list(one.errors) for one in found] == [["family_name"], []]
    assert found[1].row.family_name == "髙﨑"


def test_a_name_in_one_piece_is_asked_for_and_may_be_a_single_name() -> None:
    (row,) = rows(["山田太郎", "ヤマダ タロウ", "1980-04-01"], header=["氏名", "フリガナ", "生年月日"])
    assert row.unsplit
    assert not mended(row, {"family_name": "山田", "given_name": "太郎"}, ROLES).unsplit
    assert not mended(row, {"family_name": "山田太郎", "given_name": ""}, ROLES).unsplit


def test_people_are_matched_as_the_booking_matches_them() -> None:
    taro = Known(7, "P-34679ACDE", "山田", "太郎", "ヤマダ", "タロウ", date(1980, 4, 1))
    assert errors(line(family_name_kana="", given_name_kana=""), known=(taro,)) == [{}]
    ((one,)) = examined(rows(YAMADA), directory=Directory([taro]), roles=ROLES, dates=dates(), today=TODAY)
    assert facts_of(one).person == "P-34679ACDE"
    header = ["人の番号"]
    for typed, wrong in (("p-34679acde", []), ("P-34679ACDF", ["person"])):
        found = examined(
            rows([typed], header=header), directory=Directory([taro]), roles=ROLES, dates=dates(), today=TODAY
        )
        assert list(found[0].errors) == wrong
    ((other,)) = examined(
        rows(line(born_on="1990-01-01")), directory=Directory([taro]), roles=ROLES, dates=dates(), today=TODAY
    )  # fmt: skip
    assert other.known is None
    assert "P-34679ACDE" in str(other.warnings[0])


def test_twice_in_the_list_and_booked_already_must_be_taken_out() -> None:
    taro = Known(7, "P-34679ACDE", "山田", "太郎", "ヤマダ", "タロウ", date(1980, 4, 1))
    assert [list(one) for one in errors(YAMADA, YAMADA, line(given_name="次郎"))] == [[""], [""], []]
    assert errors(YAMADA, known=(taro,), booked=(7,))[0].keys() == {""}


def test_mending_clears_the_formula_of_its_field_only() -> None:
    (row,) = rows(line(born_on=FORMULA, email=FORMULA))
    after = mended(row, {"born_on": "S55.4.1", "unknown": "x"}, ROLES)
    assert (after.born_on, list(after.formulas)) == ("1980-04-01", ["email"])
    assert DraftRow.kept(after.stored) == after


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("", "R-34679ACDE"), (DAY, "R-34679ACDE"), ("r-34679acde", "R-34679ACDE"), ("2026-12-10", "R-34679ACDE"),
        ("２０２６/１２/１０", "R-34679ACDE"), ("令和8年12月10日（木）", "R-34679ACDE"), ("12/10", "R-34679ACDE"),
        ("12月10日（木）午前", "R-34679ACDE"), ("2026-12-17", "R-34679ACDF"), ("2026-12-24", ""), ("R-34679ACDK", ""),
        ("2026-12-11", ""), ("いつか", ""), ("10日", ""),
    ],
)  # fmt: skip
def test_a_date_is_told_by_its_day_or_its_number_however_it_is_written(typed: str, meant: str) -> None:
    days = {"R-34679ACDF": date(2026, 12, 17), "R-34679ACDG": date(2026, 12, 24), "R-34679ACDH": date(2026, 12, 24)}
    several = dates(**days)
    assert several.of(typed) == meant
    assert (several.why_not(typed) is None) == bool(meant)
    (row,) = rows([*YAMADA, typed], header=[*HEADER, "受講日"])
    (one,) = examined([row], directory=Directory([]), roles=ROLES, dates=several, today=TODAY)
    assert (list(one.errors), facts_of(one).run) == ([] if meant else ["run"], meant or "R-34679ACDE")


def test_a_date_in_a_formula_is_told_once() -> None:
    (row,) = rows([*YAMADA, FORMULA], header=[*HEADER, "受講日"])
    (one,) = examined([row], directory=Directory([]), roles=ROLES, dates=dates(), today=TODAY)
    assert [len(told) for told in one.errors.values()] == [1]


def test_rows_without_a_seat_move_in_the_order_of_the_list() -> None:
    asked = [(2, "A"), (3, "B"), (4, "A"), (5, "A")]
    assert spread(asked, to="B", room={"A": 1, "B": 9}, only_excess=True) == {4: {"run": "B"}, 5: {"run": "B"}}
    assert spread(asked, to="B", room={}, only_excess=False).keys() == {2, 4, 5}
