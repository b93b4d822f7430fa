"""What is owed, until when, and what is refused: decided from plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from flask_babel import lazy_gettext as _l

from courses_app.foundation.clock import add_business_days
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.templating import instant, yen
from courses_app.foundation.yen import TaxCategory, Yen, tax_included_in, total
from courses_app.payments.rules.told import TOLD as TOLD

P = TypeVar("P")

TRIES_OF_AN_EVENT = 5
DISTANCES = tuple(timedelta(minutes=minutes) for minutes in (1, 1, 3, 9, 27))  # five tries in three quarters of an hour


@dataclass(frozen=True)
class LineFacts:
    """One line to bill: `unit_amount` in yen, tax included; `details` are small print under the description."""

    description: str
    supplied_on: date
    quantity: int
    unit_amount: Yen
    tax_category: TaxCategory
    details: tuple[str, ...] = ()
    about: str = ""  # what the room above calls what is supplied (a course's code), for figures

    @property
    def amount(self) -> Yen:
        return Yen(self.quantity * self.unit_amount)


@dataclass(frozen=True)
class TaxTotal:
    """The total of one category (tax included), its rate in percent, and the tax within, rounded once."""

    category: TaxCategory
    percent: int
    amount: Yen
    tax: Yen


class AlreadyPaid(Refusal):
    """Somebody was faster (R-16): says when it was recorded and, to staff, by whom. `at` None: nothing is owed."""

    def __init__(self, *, at: datetime | None, by: str | None = None) -> None:
        self.at, self.by = at, by
        if at is None:
            message = _l("There is nothing to pay: the amount is zero.")
        elif by is None:
            message = _l("This has already been paid. We recorded the payment on %(at)s.", at=instant(at))
        else:
            message = _l("This payment has already been recorded, on %(at)s by %(by)s.", at=instant(at), by=by)
        super().__init__(message)


class AmountDiffers(Refusal):
    """The money that came is not the money that was asked for; nothing is recorded."""

    def __init__(self, expected: Yen, got: Yen) -> None:
        self.expected, self.got = expected, got
        message = _l(
            "The amount does not match: %(expected)s was billed, %(got)s was entered. Please check it.",
            expected=yen(expected),
            got=yen(got),
        )
        super().__init__(message, field="amount")


class RecordedElsewhere(Refusal):
    """The same transfer already settles another invoice (INV-9)."""

    def __init__(self, reference: str) -> None:
        self.reference = reference
        message = _l("This payment has already been recorded for another invoice (%(reference)s).", reference=reference)
        super().__init__(message, field="external_id")


class InvoiceCancelled(Refusal):
    """Nothing can be paid any more: the invoice was cancelled."""

    def __init__(self) -> None:
        super().__init__(
            _l("This invoice has been cancelled. Please do not pay it; you can book again if seats are left.")
        )


class CardsNotTaken(Refusal):
    """No payment firm is connected: nothing can be paid by card now."""

    def __init__(self) -> None:
        super().__init__(_l("Payment by card is not available at the moment. Please ask our office how to pay."))


class RefundWithdrawn(Refusal):
    """It was promised by mistake, and is not owed any more."""

    def __init__(self) -> None:
        super().__init__(
            _l(
                "This refund has been withdrawn in the meantime: it is not owed. Please don't send it; if the money has"
                " left already, agree with the organization how it comes back."
            )
        )


class RefundUnderWay(Refusal):
    """The payment firm has been asked for it: nobody else sends it, too (R-24)."""

    def __init__(self) -> None:
        super().__init__(
            _l(
                "Stripe has been asked for this refund already. Please don't send it another way; you can do so if"
                " Stripe says that it failed."
            )
        )


class RefundTooHigh(Refusal):
    """More than was received, less what was already given back (INV-8)."""

    def __init__(self, *, left: Yen, asked: Yen) -> None:
        self.left, self.asked = left, asked
        message = _l(
            "At most %(left)s can still be refunded, not %(asked)s. Please look at the refunds made so far.",
            left=yen(left),
            asked=yen(asked),
        )
        super().__init__(message, field="amount")


class CreditTooLow(Refusal):
    """Less credit is left of what came than is to be used, or it is another organization's."""

    def __init__(self, *, left: Yen, asked: Yen) -> None:
        self.left, self.asked = left, asked
        message = _l(
            "Only %(left)s of this payment is still free, not %(asked)s. Please look at what it settles already.",
            left=yen(left),
            asked=yen(asked),
        )
        super().__init__(message, field="amount")


class AlreadyRefunded(Refusal):
    """Money of this invoice goes back: it can't be brought to life again; a new order is needed."""

    def __init__(self) -> None:
        super().__init__(_l("A refund has been recorded for this invoice. Please place a new booking instead."))


def taxes_of(lines: Iterable[LineFacts], rates: Mapping[TaxCategory, int]) -> list[TaxTotal]:
    """The totals per category, the tax rounded once for each (消費税法57条の4): 3 × ¥11,500 hold ¥3,136.

    `rates` in percent. Raises LookupError when a category has no rate.
    """
    amounts: dict[TaxCategory, list[Yen]] = {}
    for line in lines:
        amounts.setdefault(line.tax_category, []).append(line.amount)
    return [_tax_total(category, total(amounts[category]), rates) for category in TaxCategory if category in amounts]


def _tax_total(category: TaxCategory, amount: Yen, rates: Mapping[TaxCategory, int]) -> TaxTotal:
    if category not in rates:
        raise LookupError(f"no tax rate is known for '{category.value}' on that day: load the issuer's data first")
    percent = rates[category]
    return TaxTotal(category, percent, amount, tax_included_in(amount, percent))


def parts_of_refund(amount: Yen, kept: Mapping[P, Yen]) -> list[tuple[P, Yen]]:
    """From which payments an amount goes back: one that holds it whole, if there is one, else the earliest first.

    `kept`: what each still holds, the earliest first; together at least the amount.
    """
    whole = [payment for payment, left in kept.items() if left >= amount]
    if whole:
        return [(whole[0], amount)]
    parts, missing = [], amount
    for payment, left in kept.items():
        part = Yen(min(left, missing))
        if part:
            parts.append((payment, part))
        missing = Yen(missing - part)
    return parts


def part_key(key: str, number: int) -> str:
    """The key of the first, second … refund of one cause and one invoice."""
    return key if number == 1 else f"{key}+{number}"


def share_of(amount: Yen, taxes: Iterable[TaxTotal]) -> list[TaxTotal]:
    """A part of an invoice spread over its categories in proportion, every yen placed, the tax rounded once for each.

    What a notice of refund (適格返還請求書, 消費税法57条の4第3項) must say.
    """
    parts = [part for part in taxes if part.amount]
    shares = [
        TaxTotal(part.category, part.percent, share, tax_included_in(share, part.percent))
        for part, share in zip(parts, spread(amount, [part.amount for part in parts]), strict=True)
    ]
    return [share for share in shares if share.amount]


def spread(amount: int, weights: Sequence[int]) -> list[Yen]:
    """An amount in parts, in proportion to weights above zero; together they are the amount, to the yen."""
    left, whole, parts = amount, sum(weights), []
    for weight in weights:
        part = left * weight // whole
        left, whole = left - part, whole - weight
        parts.append(Yen(part))
    return parts


def bank_due_on(ordered_on: date, last_day: date, business_days: int) -> date:
    """By when a transfer is asked for: business days after the order, never after `last_day` or before the order."""
    return max(ordered_on, min(add_business_days(ordered_on, business_days), last_day))


def grace_until(due_on: date, business_days: int) -> date:
    """The last day a transfer is waited for; later than the day shown, because statements come late (R-17)."""
    return add_business_days(due_on, business_days)


def next_try_at(now: datetime, tries: int) -> datetime:
    """When the worker looks at an event (again) that has failed so often; the first try is the webhook's own."""
    return now + DISTANCES[min(tries, len(DISTANCES) - 1)]


def trouble_in(kind: str, status: str) -> str | None:
    """The kind of matter an event is about that nothing here can settle: money we thought was gone, or was ours."""
    if kind.startswith("charge.dispute."):
        return "payment_disputed"
    if kind == "refund.failed" or (kind in ("refund.updated", "charge.refund.updated") and status == "failed"):
        return "refund_failed"
    return None
