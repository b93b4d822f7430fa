"""What we tell Stripe's gateway about ourselves, and what it answers: plain values, and two ways of not answering."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit

STRIPE_API = "https://api.stripe.com"
LOOPBACK = {"127.0.0.1", "::1", "localhost"}


class GatewayUnreachable(Exception):
    """No usable answer; what was asked may or may not have happened. Ask again later with the same key.

    `replayed` is true when this failure is itself the stored answer to the key: the same key gives it again for a day.
    A checkout may then be opened under a new key (nobody has seen the address of the lost one); a refund may not.
    """

    def __init__(self, message: str, *, replayed: bool = False) -> None:
        super().__init__(message)
        self.replayed = replayed


class GatewayRefused(Exception):
    """Stripe said no, and will say it again. The message is for staff, not for payers or logs: it may name people."""

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class StripeSettings:
    """What connects us to one Stripe account. An empty `api_base` means Stripe itself."""

    secret_key: str = field(repr=False)
    webhook_secret: str = field(repr=False)
    api_base: str = ""

    def __post_init__(self) -> None:
        base = urlsplit(self.api_base or STRIPE_API)
        if base.scheme != "https" and base.hostname not in LOOPBACK:
            raise ValueError("the secret key leaves this machine over https only")

    @property
    def livemode(self) -> bool:
        """Whether our key moves real money. An event or checkout that says otherwise is not ours to act on."""
        return "_live_" in self.secret_key

    @property
    def local(self) -> bool:
        """Whether we speak to a server on this machine instead of Stripe."""
        return urlsplit(self.api_base).hostname in LOOPBACK


@dataclass(frozen=True)
class CheckoutLine:
    """One line of the payment page; `unit_amount` in whole yen, tax included."""

    name: str
    quantity: int
    unit_amount: int


@dataclass(frozen=True)
class Means:
    """By what a page takes money: card, konbini (numbers good for `days`), customer_balance (needs a `customer`)."""

    method: Literal["card", "konbini", "customer_balance"]
    days: int = 3
    customer: str | None = None


@dataclass(frozen=True)
class Awaited:
    """What a payer was told to do elsewhere: where it stands written, until when (None: no end), how many yen."""

    url: str
    until: datetime | None
    remaining: int


@dataclass(frozen=True)
class CheckoutOpened:
    """Where to send the payer, and until when the page takes a payment."""

    id: str
    url: str
    expires_at: datetime


@dataclass(frozen=True)
class CheckoutState:
    """What Stripe says of a checkout now. `amount_total` in whole yen when `currency` is jpy."""

    id: str
    status: str | None  # open, complete, expired
    payment_status: str  # paid, unpaid, no_payment_required
    amount_total: int | None
    currency: str | None
    reference: str | None
    request_id: str | None
    payment_intent: str | None
    livemode: bool
    awaited: Awaited | None = None  # the payer has chosen to pay elsewhere and has not yet
    failed: bool = False  # the payer had chosen so, and nothing can come any more
    cancelled: bool = False  # because we or the office closed it

    @property
    def paid(self) -> bool:
        """Complete alone is not paid: konbini and bank transfer complete first and are paid days later."""
        return self.status == "complete" and self.payment_status == "paid"


@dataclass(frozen=True)
class RefundState:
    """What Stripe says of a refund. Only `succeeded` means the money went back; `failed` gives it back to us."""

    id: str
    status: str | None  # pending, requires_action, succeeded, failed, canceled
    amount: int
    currency: str
    payment_intent: str | None
    failure_reason: str | None
    ours: str | None = None  # what we called it when we asked; None if somebody made it in Stripe's dashboard
    created: datetime | None = None


@dataclass(frozen=True)
class ChargeState:
    """Money that Stripe took, and how much of it went back; whole yen when `currency` is jpy."""

    id: str
    payment_intent: str | None
    amount: int
    refunded: int
    currency: str
    paid: bool
    disputed: bool
    created: datetime
    order: str | None
