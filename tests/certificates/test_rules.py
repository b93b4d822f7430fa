"""What a certificate is worth, how long it counts, and how much of a name is shown: decided from plain values."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses_app.certificates.rules import (
    Series,
    Status,
    certificate_number,
    is_number,
    masked,
    notice_number,
    status_on,
    valid_through,
)


@pytest.mark.parametrize(
    ("completed_on", "months", "last_day"),
    [
        (date(2026, 12, 1), 36, date(2029, 12, 1)),
        (date(2028, 2, 29), 36, date(2031, 2, 28)),  # 29 February becomes 28 February
        (date(2028, 2, 29), 48, date(2032, 2, 29)),
        (date(2027, 2, 28), 12, date(2028, 2, 28)),
        (date(2026, 12, 31), 36, date(2029, 12, 31)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
    ],
)
def test_valid_through_the_same_day(completed_on: date, months: int, last_day: date) -> None:
    assert valid_through(completed_on, months) == last_day


@pytest.mark.parametrize(
    ("day", "superseded", "revoked", "status"),
    [
        (date(2029, 12, 1), False, False, Status.GENUINE),  # the last day counts
        (date(2029, 12, 2), False, False, Status.EXPIRED),
        (date(2029, 12, 1), True, False, Status.SUPERSEDED),
        (date(2029, 12, 2), True, False, Status.SUPERSEDED),
        (date(2029, 12, 1), False, True, Status.REVOKED),
        (date(2029, 12, 2), True, True, Status.REVOKED),  # INV-12: never anything milder
    ],
)
def test_inv12_the_strongest_word_counts(day: date, superseded: bool, revoked: bool, status: Status) -> None:
    assert status_on(day, valid_through=date(2029, 12, 1), superseded=superseded, revoked=revoked) is status


def test_what_does_not_expire_stays_genuine() -> None:
    assert status_on(date(2999, 1, 1), valid_through=None, superseded=False, revoked=False) is Status.GENUINE


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("山田 太郎", "山○ 太○"),
        ("長谷川 十三", "長○ 十○"),  # one circle, however long
        ("林 一", "○ ○"),  # one character would be all of it
        ("林 太郎", "○ 太○"),
        ("スカルノ", "ス○"),  # a single name
        ("林", "○"),
        ("NGUYEN VAN AN", "N○ V○ A○"),
        ("𠮷野 太郎", "𠮷○ 太○"),  # beyond the basic plane
        ("渡邉\U000e0101 太郎", "渡○ 太○"),
        ("葛\U000e0100城 一郎", "葛\U000e0100○ 一○"),  # keeps its variation selector
        ("辻\U000e0100 誠", "○ ○"),  # one character with its selector
        ("が\u3099ん 太", "が\u3099○ ○"),  # combining mark
        ("ｶﾞﾝﾀﾞﾑ", "ｶﾞ○"),
        ("山田\u3000太郎", "山○ 太○"),
    ],
)
def test_s47_masked_names(name: str, shown: str) -> None:
    assert masked(name) == shown


@given(st.lists(st.text(st.characters(categories=["L"]), min_size=1, max_size=8), min_size=1, max_size=3))
def test_s47_a_masked_name_never_tells_more_than_its_first_characters(parts: list[str]) -> None:
    words = " ".join(parts).split()
    for word, shown in zip(words, masked(" ".join(parts)).split(), strict=True):
        assert shown == "○" or (word.startswith(shown.removesuffix("○")) and shown.removesuffix("○") != word)


def test_numbers_say_course_year_and_count() -> None:
    assert certificate_number("SUP", 2026, 1) == "SUP-2026-000001"
    assert notice_number("SUP", 2026, 12) == "SUP-2026-F000012"
    assert is_number("SUP-2026-000001")
    assert is_number("SUP-2026-F000012")
    assert not is_number("SUP-2026-1")
    assert not is_number("山田")
    assert Series.CERTIFICATE.code("SUP", 2026) != Series.NOTICE.code("SUP", 2026)
