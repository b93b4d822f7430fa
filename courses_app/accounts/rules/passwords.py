"""Which passwords are refused (S-01, S-02): short ones and those that people guess first. No rules of composition."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path

from flask_babel import lazy_gettext as _l

from courses_app.foundation.refusal import Refusal

SHORTEST, RECOMMENDED, LONGEST = 8, 15, 1000
LONGEST_REPEATED_PIECE = 4
SHORTEST_TELLING_PART = 4

COMMON_FILE = Path(__file__).resolve().parent.parent / "data" / "common_passwords.txt"
RUNS = ("01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm", "1qaz2wsx3edc4rfv5tgb",
        "q1w2e3r4t5y6u7i8o9p0", "qazwsxedcrfvtgbyhnujm", "あいうえおかきくけこさしすせそ")  # fmt: skip
LOOKALIKES = str.maketrans("013457@$!", "oleastasi")


class PasswordTooShort(Refusal):
    """Fewer than SHORTEST characters."""


class PasswordTooLong(Refusal):
    """More than LONGEST characters: a hash of it would only cost time."""


class PasswordTooCommon(Refusal):
    """Among those that people guess first."""


def check_password(password: str, *, email: str, field: str = "password") -> None:
    """Accept a password or raise a Refusal that says what to do (ASVS 5.0 6.2.1, 6.2.4, 6.2.9 to 6.2.11)."""
    plain = normalized(password)
    if len(plain) < SHORTEST:
        raise PasswordTooShort(_l("Choose a password of at least %(count)d characters.", count=SHORTEST), field=field)
    if len(plain) > LONGEST:
        raise PasswordTooLong(_l("Choose a password of at most %(count)d characters.", count=LONGEST), field=field)
    if _is_guessed_first(plain.casefold(), email):
        raise PasswordTooCommon(
            _l("This password is easy to guess. Choose another one, for example three unrelated words."), field=field
        )


def normalized(password: str) -> str:
    """The same password from every keyboard (NFKC, as NIST SP 800-63B 3.1.1.2 advises); nothing is cut off."""
    return unicodedata.normalize("NFKC", password)


def _is_guessed_first(password: str, email: str) -> bool:
    return (
        _is_run(password)
        or _is_repetition(password)
        or not {password, *_cores(password)}.isdisjoint(common_passwords())
        or not {password, *_cores(password)}.isdisjoint(_parts_of(email))
    )


def _is_run(password: str) -> bool:
    return any(password in run or password in run[::-1] for run in RUNS)


def _is_repetition(password: str) -> bool:
    pieces = (password[:size] for size in range(1, LONGEST_REPEATED_PIECE + 1))
    return any(len(password) >= 2 * len(piece) and _repeats(password, piece) for piece in pieces)


def _repeats(password: str, piece: str) -> bool:
    return (piece * (len(password) // len(piece) + 1))[: len(password)] == password


def _cores(password: str) -> set[str]:
    """The word inside `P@ssw0rd2026!`: only its letters, with and without look-alike digits read as letters."""
    letters = re.sub(r"[\W\d_]", "", password)
    trimmed = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", password)
    read = re.sub(r"[\W\d_]", "", trimmed.translate(LOOKALIKES))
    return {core for core in (letters, read) if core}


def _parts_of(email: str) -> set[str]:
    local, _, domain = email.casefold().partition("@")
    parts = {email.casefold(), local, re.sub(r"[\W\d_]", "", local), *domain.split("."), *re.split(r"[\W_]", local)}
    return {part for part in parts if len(part) >= SHORTEST_TELLING_PART}


@cache
def common_passwords() -> frozenset[str]:
    """The words of the list, lower case: common passwords, and words that belong to this site."""
    lines = COMMON_FILE.read_text(encoding="utf-8").splitlines()
    return frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))
