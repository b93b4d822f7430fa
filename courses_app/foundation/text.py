"""What people type: folded where width must not matter, kept byte for byte where it is a name (D-12, D-13)."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

import jaconv

HYPHENS = re.compile("[\u2010-\u2015\u2212\u2500\u30fc\ufe63\uff0d\uff70\u02d7-]")
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
INVISIBLE = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
BROKEN = re.compile(" *[\x00-\x1f\x7f-\x9f\u2028\u2029][ \x00-\x1f\x7f-\x9f\u2028\u2029]*")
UNSHOWN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
KANA = re.compile("[ァ-ヺー・ヽヾㇰ-ㇿ 　]*")


def kept(value: str | None) -> str | None:
    """A name: outer white space and invisible characters go, line breaks and control characters become one space.

    Every other code point stays as typed, a full-width space between two names included.
    """
    return None if value is None else BROKEN.sub(" ", INVISIBLE.sub("", value)).strip(" \u3000")


def shown(value: str) -> str:
    """A text without the characters that no page shows and PostgreSQL doesn't keep; tabs and line breaks stay."""
    return UNSHOWN.sub("", value)


def folded(value: str | None) -> str | None:
    """A code, number, address line or e-mail: NFKC, hyphens made plain, outer white space removed."""
    if value is None:
        return None
    return CONTROL.sub("", unicodedata.normalize("NFKC", value)).strip()


def digits(value: str | None) -> str | None:
    """Only the digits of a number typed in any width with any punctuation: `１２３ー４５６７` is `1234567`."""
    if value is None:
        return None
    return re.sub(r"\D", "", unicodedata.normalize("NFKC", value))


def hyphenated(value: str | None) -> str | None:
    """A telephone number or postal code: digits and plain hyphens; brackets and spaces become hyphens, 〒 goes."""
    if value is None:
        return None
    plain = HYPHENS.sub("-", unicodedata.normalize("NFKC", value.replace("〒", "")))
    plain = re.sub(r"[()（）\s]+", "-", plain)
    return re.sub(r"-{2,}", "-", plain).strip("-")


def day_typed(value: str | None) -> date | None:
    """A day as people type it: 2026-12-01, 2026/12/1, 2026年12月1日, 20261201, in any width; None for anything else."""
    parts = re.fullmatch(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?", folded(value) or "")
    try:
        return date(*(int(part) for part in parts.groups())) if parts else None
    except ValueError:
        return None


def katakana(value: str | None) -> str | None:
    """A reading: hiragana and half-width kana become full-width katakana, outer white space goes."""
    if value is None:
        return None
    return jaconv.hira2kata(jaconv.h2z(kept(value) or ""))


def is_katakana(value: str) -> bool:
    """Whether a (folded) reading is written in katakana only."""
    return KANA.fullmatch(value) is not None


def search_key(*parts: str | None) -> str:
    """What a search compares: NFKC, hiragana, lower case, no white space. Never shown."""
    joined = "".join(part for part in parts if part)
    folded_text = jaconv.kata2hira(unicodedata.normalize("NFKC", joined)).casefold()
    return re.sub(r"\s+", "", folded_text)
