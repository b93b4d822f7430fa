"""As much of a name as a stranger may see: enough to recognise who one already knows (S-47)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

CIRCLE = "○"
JOINER = "\u200d"


def masked(name: str) -> str:
    """山田 太郎 is 山○ 太○: the first character of each part, one circle for the rest, so that its length is not told.

    A part of a single character shows nothing of itself. A character keeps what belongs to it: variation selectors
    (葛󠄀), combining marks, both halves of a surrogate pair.
    """
    return " ".join(_masked_part(part) for part in name.split())


def _masked_part(part: str) -> str:
    first, *rest = _characters(part)
    return f"{first}{CIRCLE}" if rest else CIRCLE


def _characters(text: str) -> Iterator[str]:
    """What a reader takes for one character each."""
    whole = ""
    for point in text:
        if whole and not (_belongs(point) or whole.endswith(JOINER)):
            yield whole
            whole = ""
        whole += point
    if whole:
        yield whole


def _belongs(point: str) -> bool:
    """Whether a code point is part of the character before it (variation selectors are marks, Mn)."""
    return point == JOINER or unicodedata.category(point) in {"Mn", "Mc", "Me"} or point in "\uff9e\uff9f"
