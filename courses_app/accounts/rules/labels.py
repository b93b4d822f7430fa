"""What the choices of this room are called on pages."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l

from courses_app.accounts.rules.words import LicenceClass, MemberStatus, OrganizationKind

KINDS: Mapping[OrganizationKind, Any] = {
    OrganizationKind.SUPERVISING: _l("Supervising organization"),
    OrganizationKind.IMPLEMENTING: _l("Implementing organization"),
    OrganizationKind.ACCEPTING: _l("Organization accepting specified skilled workers"),
    OrganizationKind.REGISTERED_SUPPORT: _l("Registered support organization"),
    OrganizationKind.SENDING: _l("Sending organization"),
    OrganizationKind.OTHER: _l("Other organization"),
}
LICENCE_CLASSES: Mapping[LicenceClass, Any] = {
    LicenceClass.GENERAL: _l("General supervision"),
    LicenceClass.SPECIFIED: _l("Specified supervision"),
}
MEMBER_STATUSES: Mapping[MemberStatus, Any] = {
    MemberStatus.NONE: _l("Not a member"),
    MemberStatus.PENDING: _l("Being verified"),
    MemberStatus.VERIFIED: _l("Supporting member"),
}
ACCESS_ROLES: Mapping[str, Any] = {"staff": _l("Office staff"), "instructor": _l("Instructor")}

ACCOUNT_STATES: Mapping[str, Any] = {
    "used": _l("In use"),
    "unconfirmed": _l("Address not confirmed yet"),
    "closed": _l("Account closed"),
}


def account_state(*, active: bool, confirmed: bool) -> str:
    """The key of the state of an account."""
    if not active:
        return "closed"
    return "used" if confirmed else "unconfirmed"


def label(choice: StrEnum | None) -> Any:
    """The words for a choice; a dash for none."""
    return "—" if choice is None else _WORDS[choice]


_WORDS: dict[StrEnum, Any] = {
    choice: words for table in (KINDS, LICENCE_CLASSES, MEMBER_STATUSES) for choice, words in table.items()
}
