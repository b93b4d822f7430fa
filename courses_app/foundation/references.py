"""Names for things that leave the house: short references people read aloud, and tokens nobody can guess."""

from __future__ import annotations

import hashlib
import re
import secrets

# No 0/O, 1/I/L, 2/Z, 5/S, 8/B, U/V: a reference survives the telephone and a fax.
ALPHABET = "34679ACDEFGHJKMNPQRTWXY"
REFERENCE_LENGTH = 9


def new_reference(prefix: str) -> str:
    """A random public reference such as `B-7K4MQ9XHA`: 23**9 (about 1.8e12) possibilities, unique by constraint."""
    return f"{prefix}-" + "".join(secrets.choice(ALPHABET) for _ in range(REFERENCE_LENGTH))


def reference_in(typed: str | None, prefix: str) -> str | None:
    """What an address brought along, if it could be a reference of this kind."""
    return typed if typed and re.fullmatch(f"{prefix}-[{ALPHABET}]{{{REFERENCE_LENGTH}}}", typed) else None


def of_outside(token: str | None) -> str:
    """A form's token as it came, but never like one of ours, which have a colon (`draft:…`)."""
    return (token or "").replace(":", "")


def new_token() -> str:
    """An unguessable token of 256 bits, safe in a URL (ASVS 11.5.1)."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What the database keeps of a token: its SHA-256 in hex. Look-ups by it are constant-time enough (S-45)."""
    return hashlib.sha256(token.encode()).hexdigest()
