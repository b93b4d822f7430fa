"""What a certificate is worth on a day: derived, never stored, because time alone changes it."""

from __future__ import annotations

from datetime import date
from enum import StrEnum


class Status(StrEnum):
    GENUINE = "genuine"  # 有効
    EXPIRED = "expired"  # 有効期限切れ
    SUPERSEDED = "superseded"  # 差替え済み: a newer copy was issued
    REVOKED = "revoked"  # 取消し


def status_on(day: date, *, valid_through: date | None, superseded: bool, revoked: bool) -> Status:
    """The strongest thing that can be said: revoked before superseded before expired (INV-12). The last day counts."""
    if revoked:
        return Status.REVOKED
    if superseded:
        return Status.SUPERSEDED
    if valid_through is not None and valid_through < day:
        return Status.EXPIRED
    return Status.GENUINE
