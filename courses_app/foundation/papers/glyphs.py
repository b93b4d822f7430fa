"""Can this be printed? Answered in microseconds from the fonts' tables, by typst itself where these are not enough."""

from __future__ import annotations

import json
import struct
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Final

from flask_babel import lazy_gettext as _l

from courses_app.foundation.papers import engine
from courses_app.foundation.refusal import Refusal

FONT_FILES: Final = (engine.FONTS / "NotoSansJP-Regular.otf", engine.FONTS / "NotoSerifJP-Regular.otf")

# Control, surrogate, private use, unassigned: no font draws them. Directional marks turn what was typed into another.
UNPRINTABLE_CATEGORIES: Final = frozenset({"Cc", "Cs", "Co", "Cn"})
DIRECTIONAL_MARKS: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

# A trial names one missing character; so many trials at most are made for one text.
MOST_NAMED: Final = 20
ANY_INSTANT: Final = datetime(2026, 1, 1, tzinfo=UTC)

CMAP_FORMAT_12: Final = 12
HIGHEST_BIT_KEPT: Final = 0x40000


class GlyphMissing(Refusal):
    """The fonts of our papers can't print `characters`."""

    def __init__(self, characters: str, *, field: str | None = None) -> None:
        self.characters = characters
        named = ", ".join(_named(character) for character in dict.fromkeys(characters))
        message = _l(
            "Our documents cannot print these characters: %(characters)s. Please use other characters, for example"
            " the ones on the residence record.",
            characters=named,
        )
        super().__init__(message, field=field)


def check_name(text: str, *, field: str | None = None) -> None:
    """Raise `GlyphMissing`, naming the characters that can't be printed; an ordinary name costs 2 microseconds.

    A variation sequence (IVS) the fonts don't know is printed with its base character, and accepted.
    """
    if all(map(_is_drawn, text)):
        return
    if missing := "".join(_missing(text)):
        raise GlyphMissing(missing, field=field)


def _is_drawn(character: str) -> bool:
    code = ord(character)
    if _is_variation_selector(code):
        return True
    return code < HIGHEST_BIT_KEPT and bool(_drawn()[code >> 3] & 1 << (code & 7))


def _is_variation_selector(code: int) -> bool:
    return 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character) in UNPRINTABLE_CATEGORIES or character in DIRECTIONAL_MARKS


def _named(character: str) -> str:
    code = f"U+{ord(character):04X}"
    return code if _is_invisible(character) else f"{character} ({code})"


def _missing(text: str) -> Iterator[str]:
    """Each character that can't be printed, found by printing: only typst knows its marks and fall-back fonts."""
    for character in dict.fromkeys(text):
        if _is_invisible(character):
            yield character
            text = text.replace(character, "")
    for _ in range(MOST_NAMED):
        try:
            engine.typeset("trial", json.dumps({"text": text}), ANY_INSTANT)
        except engine.UnprintableError as unprintable:
            yield unprintable.characters
            text = text.replace(unprintable.characters, "")
        else:
            return


@cache
def _drawn() -> bytes:
    """One bit a code point: some font of ours draws it."""
    bits = bytearray(HIGHEST_BIT_KEPT >> 3)
    for path in FONT_FILES:
        for first, last in _code_ranges(path):
            for code in range(first, last + 1):
                bits[code >> 3] |= 1 << (code & 7)
    return bytes(bits)


def _code_ranges(path: Path) -> Iterator[tuple[int, int]]:
    """First and last code point of each group in the font's cmap, subtable format 12 (OpenType 1.9, "cmap")."""
    font = path.read_bytes()
    cmap = _table(font, b"cmap")
    (count,) = struct.unpack_from(">H", font, cmap + 2)
    for record in range(count):
        (offset,) = struct.unpack_from(">I", font, cmap + 4 + 8 * record + 4)
        subtable = cmap + offset
        if struct.unpack_from(">H", font, subtable) == (CMAP_FORMAT_12,):
            (groups,) = struct.unpack_from(">I", font, subtable + 12)
            for group in range(groups):
                first, last, _glyph = struct.unpack_from(">III", font, subtable + 16 + 12 * group)
                yield first, last
            return
    raise ValueError(f"{path.name} has no cmap subtable of format 12")


def _table(font: bytes, tag: bytes) -> int:
    """Where a table of the font begins."""
    (count,) = struct.unpack_from(">H", font, 4)
    for record in range(count):
        name, _checksum, offset, _length = struct.unpack_from(">4sIII", font, 12 + 16 * record)
        if name == tag:
            return int(offset)
    raise ValueError(f"the font has no table {tag!r}")
