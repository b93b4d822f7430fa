"""How often somebody may try (S-03). Counted in the database, so it survives a restart and holds in every process.

Signing in: each attempt is counted before the password is looked at, so that guesses sent in parallel are counted too.
A failed attempt stays counted in three places, a successful one in none:

- *pair* (this e-mail from this address): few, so that one machine can't try a list of passwords;
- *address*: more, because an office shares one address; stops one machine that tries many e-mails;
- *account* (this e-mail from anywhere): stops many machines that try one account. It never holds up an address from
  which the account was opened, or its password reset, within the last `KNOWN_FOR`. So nobody can lock the owner out:
  their own address still opens the door, and the link mailed by "reset password" makes any other address a known one.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import timedelta

KNOWN_FOR = timedelta(days=90)


@dataclass(frozen=True)
class Limit:
    """At most `most` counted attempts `within` a time, per key of `scope`."""

    scope: str
    most: int
    within: timedelta


SIGN_IN_PAIR = Limit("sign-in.pair", 5, timedelta(minutes=15))
SIGN_IN_ADDRESS = Limit("sign-in.address", 50, timedelta(minutes=15))
SIGN_IN_ACCOUNT = Limit("sign-in.account", 30, timedelta(hours=1))

# Mails that a stranger can cause: the pair and the address are refused with 429; beyond the account's limit the answer
# is the same as ever, but no further mail leaves (the links already sent still work for an hour).
MAIL_PAIR = Limit("mail.pair", 5, timedelta(hours=1))
MAIL_ADDRESS = Limit("mail.address", 30, timedelta(hours=1))
MAIL_ACCOUNT = Limit("mail.account", 5, timedelta(hours=1))


def address_key(address: str | None) -> str:
    """What counts as one address: an IPv4 address, or the /64 network of an IPv6 address (one household or office)."""
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def pair_key(email: str, address: str) -> str:
    """The key of one e-mail tried from one address."""
    return f"{email} {address}"
