"""What the room decides from plain values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.jp import cn

from courses_app.accounts.rules import landing, numbers, passwords, throttling
from courses_app.accounts.rules.numbers import NumberMisshapen
from courses_app.accounts.rules.passwords import PasswordTooCommon, PasswordTooLong, PasswordTooShort, check_password

EMAIL = "m.takahashi@kitakami.example.jp"


@given(st.from_regex(r"[0-9]{12}", fullmatch=True))
def test_check_digit_agrees_with_an_independent_oracle(base: str) -> None:
    number = f"{numbers.corporate_check_digit(base)}{base}"
    assert cn.is_valid(number)
    assert numbers.corporate_number_holds(number)


@given(st.from_regex(r"[0-9]{13}", fullmatch=True))
def test_any_13_digits_are_judged_like_the_oracle_does(number: str) -> None:
    assert numbers.corporate_number_holds(number) == cn.is_valid(number)


def test_a_real_number_holds_and_its_neighbour_does_not() -> None:
    assert numbers.corporate_number_holds("5835678256246")
    assert not numbers.corporate_number_holds("5835678256247")


@pytest.mark.parametrize("digits", ["1", "583567825624", "58356782562460"])
def test_a_corporate_number_has_13_digits(digits: str) -> None:
    with pytest.raises(NumberMisshapen) as refusal:
        numbers.check_corporate_number(digits)
    assert refusal.value.field == "corporate_number"


@pytest.mark.parametrize("typed", ["許1701000001", "1701000001", "許 1701-000001", "許可番号:1701000001"])
def test_a_licence_number_has_one_shape(typed: str) -> None:
    assert numbers.licence_number(typed) == "許1701000001"


def test_a_licence_number_of_nine_digits_is_refused() -> None:
    assert numbers.licence_number("") == ""
    with pytest.raises(NumberMisshapen):
        numbers.licence_number("許170100000")


def test_a_postal_code_has_one_shape() -> None:
    assert numbers.postal_code("1050003") == numbers.postal_code("〒105-0003") == "105-0003"
    with pytest.raises(NumberMisshapen):
        numbers.postal_code("105-003")


@pytest.mark.parametrize(
    "password",
    [
        "demo-course-2026", "三つの関係のない言葉", "correct horse battery staple", "x9#kQ2!v", "        x1",
        "kotoba-mikan-densha", "a" * 40 + "b", "れんこん畑で会いましょう",
    ],
)  # fmt: skip
def test_s01_length_alone_counts(password: str) -> None:
    check_password(password, email=EMAIL)


def test_s01_eight_characters_up_to_a_thousand() -> None:
    with pytest.raises(PasswordTooShort):
        check_password("x9#kQ2!", email=EMAIL)
    check_password("x9#kQ2!v" * 8, email=EMAIL)
    with pytest.raises(PasswordTooLong):
        check_password("x9#kQ2!v" * 126, email=EMAIL)


@pytest.mark.parametrize(
    "password",
    [
        "password", "Password1!", "P@ssw0rd", "passw0rd2026", "iloveyou", "sakura2026", "SAKURA!!", "Welcome123",
        "12345678", "87654321", "1234567890", "qwertyuiop", "1qaz2wsx", "aaaaaaaa", "abababab", "12341234",
        "ｐａｓｓｗｏｒｄ", "講習講習講習講習", "seminar2026", "jitco-2026", "パスワード1234",
    ],
)  # fmt: skip
def test_s02_what_people_guess_first_is_refused(password: str) -> None:
    with pytest.raises(PasswordTooCommon):
        check_password(password, email=EMAIL)


@pytest.mark.parametrize("password", ["takahashi1985", "Kitakami2026", EMAIL, "MTakahashi!"])
def test_s02_parts_of_the_own_address_are_refused(password: str) -> None:
    with pytest.raises(PasswordTooCommon):
        check_password(password, email=EMAIL)


def test_s02_the_list_holds_some_hundred_words() -> None:
    assert len(passwords.common_passwords()) > 450


def test_the_same_password_from_every_keyboard() -> None:
    assert passwords.normalized("ﾊﾟｽ１２") == passwords.normalized("パス12")


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        (None, "unknown"),
        ("nonsense", "unknown"),
    ],
)
def test_s03_one_household_is_one_address(address: str | None, key: str) -> None:
    assert throttling.address_key(address) == key


@pytest.mark.parametrize(
    ("roles", "coordinates", "has_person", "path"),
    [
        ({"staff"}, True, True, "/office/today"),
        ({"instructor"}, False, True, "/teaching"),
        (set(), True, True, "/organization"),
        (set(), False, True, "/me"),
        (set(), False, False, "/organization/new"),
    ],
)
def test_where_one_lands(roles: set[str], coordinates: bool, has_person: bool, path: str) -> None:
    assert landing.first_page(roles=roles, coordinates=coordinates, has_person=has_person) == path
