"""The rows of a form that is sent to be made longer or shorter, not to be saved (without JavaScript)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wtforms import FieldList


def added_or_removed(rows: FieldList[Any], sent: Mapping[str, str]) -> bool:
    """Whether the button pressed was `add` or `remove`; the rows are then one more or one less."""
    if "add" in sent:
        rows.append_entry()
        return True
    place = sent.get("remove", "")
    if not place:
        return False
    if (
        place.isascii()
        and place.isdigit()
        and len(place) < 4
        and int(place) < len(rows.entries)
        and len(rows.entries) > 1
    ):
        del rows.entries[int(place)]
    return True
