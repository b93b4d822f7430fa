"""Any width in, one form out; names untouched."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from wtforms import Form

from courses_app.foundation import text
from courses_app.foundation.forms import DayField, KanaField, WholeNumberField, safe_next

NAMES = ["髙﨑", "𠮷野", "葛󠄀城", "渡邉󠄁", "\ufa19", "ヴァン", "ㇰ", "O'Neill", "Nguyễn Thị Ánh", "Ł", "李"]


@pytest.mark.parametrize("name", NAMES)
def test_d13_names_are_kept_byte_for_byte(name: str) -> None:
    assert text.kept(f" \u3000{name}\u3000 ") == name


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("１２３ー４５６７", "123-4567"), ("〒１２３−４５６７", "123-4567"), ("０３（１２３４）５６７８", "03-1234-5678"),
     ("03 1234 5678", "03-1234-5678"), ("０９０‐１２３４—５６７８", "090-1234-5678")],
)  # fmt: skip
def test_d12_numbers_in_any_width(typed: str, kept: str) -> None:
    assert text.hyphenated(typed) == kept


def test_d13_readings_become_katakana() -> None:
    assert text.katakana("ﾔﾏﾀﾞ") == "ヤマダ"
    assert text.katakana("やまだ　") == "ヤマダ"
    assert text.is_katakana("ヴァン・ダイク")
    assert not text.is_katakana("山田")


def test_search_finds_every_spelling_of_a_reading() -> None:
    assert text.search_key("ヤマダ", "ﾀﾛｳ") == text.search_key("やまだ たろう")


def test_s34_control_and_bidi_characters_do_not_stay_in_names() -> None:
    assert text.kept("山\u202e田\x00") == "山田"


@given(st.text())
def test_folding_twice_changes_nothing(typed: str) -> None:
    once = text.katakana(typed)
    assert text.katakana(once) == once
    assert text.kept(text.kept(typed)) == text.kept(typed)


class Typed(Form):
    on = DayField()
    kana = KanaField()
    count = WholeNumberField()


def typed(**values: str) -> Typed:
    form = Typed(MultiDict(values))
    form.validate()
    return form


@pytest.mark.parametrize("day", ["1985-04-09", "1985/4/9", "１９８５年４月９日", "19850409", "1985.04.09"])
def test_d12_days_in_any_form(day: str) -> None:
    form = typed(on=day)
    assert form.on.data is not None
    assert form.on.data.isoformat() == "1985-04-09"
    assert not form.on.errors


@pytest.mark.parametrize("day", ["1985-13-09", "2026-02-29", "昭和60年4月9日", "abc"])
def test_d04_a_day_that_is_none_says_how_to_write_it_and_stays_in_the_field(day: str) -> None:
    form = typed(on=day)
    assert form.on.errors
    assert form.on._value() != ""


@pytest.mark.parametrize(("number", "value"), [("４０", 40), ("1,200", 1200), ("¥11500", 11500), ("-3", -3)])
def test_s37_whole_numbers_in_any_width(number: str, value: int) -> None:
    assert typed(count=number).count.data == value


@pytest.mark.parametrize("number", ["4.5", "1e309", "NaN", "forty", "9" * 40])
def test_s37_what_is_no_whole_number_is_refused(number: str) -> None:
    assert typed(count=number).count.errors


@pytest.mark.parametrize("reading", ["山田", "よし野"])
def test_a_reading_in_kanji_is_refused_and_shown_as_typed(reading: str) -> None:
    form = typed(kana=reading)
    assert form.kana.errors
    assert form.kana.data == reading


REFUSED = [
    "//evil.example", "/\\evil.example", "https:evil", "https://evil.example", "http:/evil", "\t//evil", "/\t/evil",
    "/%09/evil\r\n", "javascript:alert(1)", "data:text/html,x", "evil.example", "@evil.example", "https://x@evil.example",
    "///evil", "////evil", "\\\\evil", "/\\/evil", "/\u3000/evil", "", " /runs", "/runs\\..", "/ru ns", "/\x00evil",
    "http://127.0.0.1:8000.evil.example", "https:/\\evil", "//127.0.0.1:8000@evil.example", "/\u2028evil", "mailto:a@b",
    "/runs\n", "\n/runs", "//%2fevil",
]  # fmt: skip


@pytest.mark.parametrize("target", REFUSED)
def test_s19_a_way_back_that_leaves_the_house_is_refused(target: str) -> None:
    assert safe_next(target) is None


@pytest.mark.parametrize("target", ["/", "/runs?course=SUP&page=2", "/bookings/B-1#seats", "/a@b", "/%2f%2fevil"])
def test_s19_a_path_of_our_own_is_taken(target: str) -> None:
    assert safe_next(target) == target


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("山田\r\n太郎", "山田 太郎"), ("山田\t 太郎\n", "山田 太郎"), ("山田\x00太郎", "山田 太郎"),
        ("山田 \n\u200b\n 太郎", "山田 太郎"), ("山田　太郎", "山田　太郎"), ("Anna  Maria", "Anna  Maria"),
        ("山田\u2028太郎\x85", "山田 太郎"),
    ],
)  # fmt: skip
def test_d13_a_name_is_one_line(typed: str, kept: str) -> None:
    assert text.kept(typed) == kept


def test_numbers_too_long_for_a_column_are_refused_and_kept_on_the_page() -> None:
    for number in ("9999999999", "9" * 5000, "-9999999999"):
        form = typed(count=number)
        assert not form.validate()
        assert form.count.errors == ["This number is too large."]
        assert number in form.count()
    assert typed(count="999,999,999").count.data == 999_999_999
