"""What people call things, and what they ask for: plain values that doors and deeds pass to each other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from flask_babel import lazy_gettext as _l

from courses_app.certificates.rules.statuses import Status


class ReissueReason(StrEnum):
    """Why a copy is printed again (domain §6)."""

    LOST = "lost"
    DAMAGED = "damaged"
    NAME_CHANGED = "name_changed"
    MISPRINT = "misprint"


STATUS_NAMES = {
    Status.GENUINE: _l("Valid"),
    Status.EXPIRED: _l("Expired"),
    Status.SUPERSEDED: _l("Replaced"),
    Status.REVOKED: _l("Revoked"),
}
REASON_NAMES = {
    ReissueReason.LOST: _l("Lost"),
    ReissueReason.DAMAGED: _l("Damaged"),
    ReissueReason.NAME_CHANGED: _l("Name changed"),
    ReissueReason.MISPRINT: _l("Misprint (ours)"),
}


@dataclass(frozen=True)
class CertificateFilter:
    """What a list is narrowed to; empty means everything. `word` is part of a name, or a number."""

    word: str = ""
    course: str = ""
    status: Status | None = None


@dataclass(frozen=True)
class NoticeFilter:
    """What the list of notices of failure is narrowed to; days are days of issue, both included."""

    word: str = ""
    from_on: date | None = None
    until_on: date | None = None


@dataclass(frozen=True)
class NewName:
    """A name as it now stands on the residence record; readings are for our searches only."""

    family_name: str
    given_name: str = ""
    family_name_kana: str = ""
    given_name_kana: str = ""

    @property
    def full(self) -> str:
        return f"{self.family_name} {self.given_name}".strip()
