"""Where somebody goes on to after signing in."""

from __future__ import annotations

from collections.abc import Collection


def first_page(*, roles: Collection[str], coordinates: bool, has_person: bool) -> str:
    """The path of the page that most likely is what they came for."""
    if "staff" in roles:
        return "/office/today"
    if "instructor" in roles:
        return "/teaching"
    if coordinates:
        return "/organization"
    return "/me" if has_person else "/organization/new"
