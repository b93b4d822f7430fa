"""What the office narrows its lists to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PeopleWanted:
    """What the office's list of people is narrowed to; empty is no wish."""

    search: str = ""
    organization: str = ""  # a part of its name, or its reference
    role: str = ""  # coordinator, or an access role
    account: str = ""  # "with" or "without"


@dataclass(frozen=True)
class AccountsWanted:
    """What the office's list of accounts is narrowed to; empty is no wish."""

    search: str = ""
    role: str = ""
    state: str = ""  # "used", "unconfirmed" or "closed"
