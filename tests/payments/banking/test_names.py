"""Payers' names: two writings of one name are one key (R-18)."""

from __future__ import annotations

import jaconv
import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses_app.payments.rules.banking import fold_name, is_cut, numbers_in, without_number

YAMADA = "ヤマダシヨウジ"


@pytest.mark.parametrize(
    "written",
    [
        "ｶ)ﾔﾏﾀﾞｼﾖｳｼﾞ", "ｶ）ﾔﾏﾀﾞｼﾖｳｼﾞ", "（カ）ヤマダショウジ", "ﾔﾏﾀﾞｼﾖｳｼﾞ(ｶ", "ﾔﾏﾀﾞｼﾖｳｼﾞ(ｶ)",
        "カブシキガイシャ　ヤマダショウジ",
        "ﾔﾏﾀﾞｼﾖｳｼﾞｶﾌﾞｼｷｶﾞｲｼﾔ", "株式会社ヤマダショウジ", "ﾕ)ﾔﾏﾀﾞ ｼﾖｳｼﾞ", "ﾄﾞ)ﾔﾏﾀﾞｼﾖｳｼﾞ", "ﾔﾏﾀﾞｼﾖｳｼﾞｷﾖｳｸﾐ", "ｷﾖｳ)ﾔﾏﾀﾞｼﾖｳｼﾞ",
        "やまだしょうじ", "ヤマタ゛シヨウシ゛", "ﾔﾏﾀﾞ･ｼｮｳｼﾞ", "ﾔﾏﾀﾞ.ｼﾖｳｼﾞ", "ヤマダショウジ協同組合",
        "ｲﾂﾊﾟﾝｼﾔﾀﾞﾝﾎｳｼﾞﾝ ﾔﾏﾀﾞｼﾖｳｼﾞ",
        "ｼﾔ)ﾔﾏﾀﾞｼﾖｳｼﾞ", "ﾔﾏﾀﾞｼﾖｳｼﾞｼﾞｷﾞﾖｳｷﾖｳﾄﾞｳｸﾐｱｲ",
    ],
)  # fmt: skip
def test_r18_one_name_however_it_is_written(written: str) -> None:
    assert fold_name(written) == YAMADA


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ジンザイセンター", "ｼﾞﾝｻﾞｲｾﾝﾀ-(ﾄﾞ"),
        ("ヴィーナス", "ｳﾞｲ-ﾅｽ"),
        ("ＡＢＣジャパン", "ABCｼﾞﾔﾊﾟﾝ"),
    ],
)
def test_long_vowels_small_kana_and_latin_letters(one: str, other: str) -> None:
    assert fold_name(one) == fold_name(other)


def test_a_name_that_is_nothing_but_a_legal_form_keeps_it() -> None:
    assert fold_name("キョウドウクミアイ")
    assert fold_name("ｶ)")


def test_dakuten_still_tell_two_names_apart() -> None:
    assert fold_name("ﾊﾔｼ") != fold_name("ﾊﾞﾔｼ")


@given(st.text(alphabet=st.characters(min_codepoint=0x30A1, max_codepoint=0x30F4), min_size=1, max_size=30))
def test_half_width_and_full_width_are_one(name: str) -> None:
    assert fold_name(jaconv.z2h(name)) == fold_name(name)


@given(st.text(max_size=80))
def test_any_text_has_a_key_and_folding_twice_changes_nothing_of_letters(text: str) -> None:
    assert isinstance(fold_name(text), str)
    assert isinstance(numbers_in(text), list)
    assert isinstance(is_cut(text), bool)
    assert isinstance(without_number(text), str)


@pytest.mark.parametrize(
    "written",
    ["B7K4MQ9XHA ｶ)ﾔﾏﾀﾞ", "B-7K4MQ9XHA ｶ)ﾔﾏﾀﾞ", "7K4MQ9XHAｶ)ﾔﾏﾀﾞ", "Ｂ７Ｋ４ＭＱ９ＸＨＡヤマダ", "b7k4mq9xha ﾔﾏﾀﾞ",
     "ｶ)ﾔﾏﾀﾞ B7K4MQ9XHA",
     "B7K4 MQ9 XHA ﾔﾏﾀﾞ", "B7K4-MQ9-XHA ﾔﾏﾀﾞ"],
)  # fmt: skip
def test_an_order_number_is_found_wherever_it_stands(written: str) -> None:
    assert "7K4MQ9XHA" in numbers_in(written)


@pytest.mark.parametrize(
    "written", ["B7K4MQ9XHA ｶ)ﾔﾏﾀﾞ", "7K4MQ9XHAｶ)ﾔﾏﾀﾞ", "2026000123 ｶ)ﾔﾏﾀﾞ", "振込　カ）ヤマダ", "ﾌﾘｺﾐ B7K4MQ9XHA ｶ)ﾔﾏﾀﾞ"]
)
def test_the_number_in_front_is_no_part_of_the_name(written: str) -> None:
    assert fold_name(without_number(written)) == "ヤマダ"


def test_a_latin_name_is_no_number() -> None:
    assert fold_name(without_number("AGENTTECH")) == "AGENTTECH"
    assert fold_name(without_number("AGENTPARTNERｼﾞﾔﾊﾟﾝ")) == "AGENTPARTNERジヤパン"


def test_a_full_field_may_lack_its_end() -> None:
    assert is_cut("ｱ" * 48)
    assert is_cut("ｱ" * 47)  # the last kana had dakuten for which there was no room
    assert not is_cut("ｱ" * 46)
    assert is_cut("振込　" + "ア" * 48)
