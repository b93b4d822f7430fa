"""How the server misbehaves on purpose. Without a mood it behaves."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from typing import Any


@dataclass(frozen=True)
class Moods:
    """Each field is one way to go wrong; the values here are the good behaviour."""

    webhook_copies: int = 1  # each event arrives this many times, up to five at once
    webhook_delay: int = 0  # seconds (of this server's clock) before the first attempt
    webhooks_reversed: bool = False  # what is due together goes out newest first
    webhook_signed_ago: int = 0  # seconds; negative is the future
    webhook_wrong_secret: bool = False
    lost_responses: int = 0  # so many coming POSTs do their work, then the connection closes without an answer
    failed_responses: int = 0  # so many coming POSTs do their work, then answer 500; a repeat of the key succeeds
    stored_failures: int = 0  # the same, but the 500 is what the key remembers
    amount_off: int = 0  # yen more (or less) than asked for
    currency: str = "jpy"  # what a payment is said to be in
    unknown_reference: bool = False  # the payment carries a reference we never gave
    livemode: bool = False  # the payment claims to be of real money
    other_account: bool = False  # events claim to be of somebody else's account
    refund_status: str = ""  # what a new refund is, instead of what its method makes it: pending, failed, …
    balance_short: bool = False  # there is not enough money in the account to give any back

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def parsed(wanted: object) -> Moods:
    """Moods from a JSON table; what it does not name behaves. Raises ValueError, with the wrong name."""
    if not isinstance(wanted, dict):
        raise ValueError("moods are a JSON object")  # noqa: TRY004 - one kind of error for the caller
    known = {one.name: type(one.default) for one in fields(Moods)}
    for name, value in wanted.items():
        if name not in known:
            raise ValueError(f"unknown mood: {name}")
        if type(value) is not known[name]:
            raise ValueError(f"{name} must be of type {known[name].__name__}")
    return replace(Moods(), **wanted)
