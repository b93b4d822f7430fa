"""Numbers that the state gives: their shape, and their check digit where there is one."""

from __future__ import annotations

import re

from flask_babel import lazy_gettext as _l

from courses_app.foundation.refusal import Refusal

CORPORATE_DIGITS = 13
LICENCE_DIGITS = 10


class NumberMisshapen(Refusal):
    """A number has too few or too many digits."""


def corporate_check_digit(base: str) -> int:
    """The check digit in front of the 12 base digits of a corporate number (法人番号の指定等に関する省令2条):
    9 − (Σ P·Q mod 9), counted from the right, Q = 1, 2, 1, 2 …
    """
    weighed = (int(digit) * (1 if place % 2 == 0 else 2) for place, digit in enumerate(reversed(base)))
    return 9 - sum(weighed) % 9


def corporate_number_holds(number: str) -> bool:
    """Whether 13 digits carry the right check digit."""
    return re.fullmatch(r"[0-9]{13}", number) is not None and int(number[0]) == corporate_check_digit(number[1:])


def check_corporate_number(digits: str, *, field: str = "corporate_number") -> str:
    """13 digits, or nothing. A wrong check digit is only a warning, for the form to give (`corporate_number_holds`)."""
    if digits and len(digits) != CORPORATE_DIGITS:
        raise NumberMisshapen(_l("Write the corporate number with its 13 digits."), field=field)
    return digits


def licence_number(typed: str, *, field: str = "licence_number") -> str:
    """`許` and 10 digits, from any way to write them; empty stays empty."""
    digits = re.sub(r"[^0-9]", "", typed)
    if typed and len(digits) != LICENCE_DIGITS:
        raise NumberMisshapen(_l("Write the licence number with its 10 digits, for example 許1701000001."), field=field)
    return f"許{digits}" if digits else ""


def postal_code(typed: str, *, field: str = "postal_code") -> str:
    """`123-4567` from seven digits in any punctuation."""
    digits = re.sub(r"[^0-9]", "", typed)
    if len(digits) != 7:
        raise NumberMisshapen(_l("Write the postal code with its 7 digits, for example 105-0003."), field=field)
    return f"{digits[:3]}-{digits[3:]}"
