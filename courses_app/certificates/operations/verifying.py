"""Anybody may check a certificate, but nobody may try them all (S-47): attempts are counted, then answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hmac import compare_digest

from courses_app.accounts.rules.throttling import Limit, address_key
from courses_app.certificates import queries
from courses_app.certificates.models import Certificate
from courses_app.foundation import throttle

BY_ADDRESS = Limit("certificates.address", 30, timedelta(minutes=10))
BY_CERTIFICATE = Limit("certificates.birth_date", 10, timedelta(hours=1))


class TooManyChecks(Exception):
    """This address, or this certificate, was tried too often; again in so many `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


@dataclass(frozen=True)
class Checked:
    """A certificate that was asked for; `known` says that the asker also knew the date of birth (None: none given)."""

    certificate: Certificate
    known: bool | None


def check_by_number(*, number: str, born_on: date | None, address: str | None, now: datetime) -> Checked | None:
    """The latest copy with a number; None if there is no such number. Raises TooManyChecks."""
    _count(BY_ADDRESS, address_key(address), now=now)
    certificate = queries.latest(number)
    if certificate is None:
        return None
    return _checked(certificate, born_on, now=now)


def check_by_code(*, certificate: Certificate, born_on: date | None, address: str | None, now: datetime) -> Checked:
    """Whether the asker knows whose certificate this is. Raises TooManyChecks."""
    _count(BY_ADDRESS, address_key(address), now=now)
    return _checked(certificate, born_on, now=now)


def _checked(certificate: Certificate, born_on: date | None, *, now: datetime) -> Checked:
    if born_on is None:
        return Checked(certificate, None)
    _count(BY_CERTIFICATE, certificate.number, now=now)
    return Checked(certificate, compare_digest(born_on.isoformat(), certificate.facts["born_on"]))


def _count(limit: Limit, key: str, *, now: datetime) -> None:
    wait = throttle.seconds_to_wait(limit.scope, key, limit=limit.most, within=limit.within, now=now)
    if wait:
        raise TooManyChecks(wait)
    throttle.count_attempt(limit.scope, key, now=now)
