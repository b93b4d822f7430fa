"""Anybody may check a certificate, but nobody may try them all (S-47).

Every check is counted per address. A wrong date of birth is counted, too, in two places:

- *guesses* (this certificate from this address): few. One machine tries 10 dates a day; adults have about 25,000
  possible ones, so it needs 2,500 days for all of them, and 1,250 on average;
- *certificate* (this certificate from anywhere): many. However many machines work together, 200 dates a day are tried:
  125 days for all, 62 on average. Strangers need twenty addresses to shut that door for a day; the certificate itself
  is still confirmed, with the name masked, and its holder, signed in, sees all of it.

A right date is never counted: whoever knows it may show the paper to as many as they like.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hmac import compare_digest

from courses_app.accounts.rules.throttling import Limit, address_key
from courses_app.certificates import queries
from courses_app.certificates.models import Certificate
from courses_app.foundation import throttle

BY_ADDRESS = Limit("certificates.address", 30, timedelta(minutes=10))
GUESSES = Limit("certificates.guesses", 10, timedelta(days=1))
BY_CERTIFICATE = Limit("certificates.birth_date", 200, timedelta(days=1))


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
    _count_check(address, now=now)
    certificate = queries.latest(number)
    if certificate is None:
        return None
    return _checked(certificate, born_on, address, now=now)


def check_by_code(*, certificate: Certificate, born_on: date | None, address: str | None, now: datetime) -> Checked:
    """Whether the asker knows whose certificate this is. Raises TooManyChecks."""
    _count_check(address, now=now)
    return _checked(certificate, born_on, address, now=now)


def _count_check(address: str | None, *, now: datetime) -> None:
    _refuse_more(BY_ADDRESS, address_key(address), now=now)
    throttle.count_attempt(BY_ADDRESS.scope, address_key(address), now=now)


def _checked(certificate: Certificate, born_on: date | None, address: str | None, *, now: datetime) -> Checked:
    """Looked at under both limits, counted if wrong; the limits hold the keys, so guesses at once are all counted."""
    if born_on is None:
        return Checked(certificate, None)
    keys = {GUESSES: f"{certificate.number} {address_key(address)}", BY_CERTIFICATE: certificate.number}
    for limit, key in keys.items():
        _refuse_more(limit, key, now=now)
    known = compare_digest(born_on.isoformat(), certificate.facts["born_on"])
    if not known:
        for limit, key in keys.items():
            throttle.count_attempt(limit.scope, key, now=now)
    return Checked(certificate, known)


def _refuse_more(limit: Limit, key: str, *, now: datetime) -> None:
    wait = throttle.seconds_to_wait(limit.scope, key, limit=limit.most, within=limit.within, now=now)
    if wait:
        raise TooManyChecks(wait)
