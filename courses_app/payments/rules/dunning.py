"""Asking for money that has not come (督促): which step an invoice has reached, and what its mail says."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p

from courses_app.foundation.clock import JST, is_business_day
from courses_app.foundation.naming import Told
from courses_app.foundation.refusal import Refusal

OFFICE_HOURS = time(9), time(17)  # [guess] when reminders go out by themselves
BRACES = re.compile(r"\{([^{}]*)\}")


class DebtKind(StrEnum):
    """What kind of debt an invoice is, as far as asking for it goes."""

    LAPSING = "lapsing"
    LASTING = "lasting"
    PARTLY_PAID = "partly_paid"

    @property
    def label(self) -> str:
        return str(KINDS[self])


KINDS = {
    DebtKind.LAPSING: _l("Orders that lapse by themselves when nobody pays"),
    DebtKind.LASTING: _l("Invoices that stay owed (additional invoices, services on request)"),
    DebtKind.PARTLY_PAID: _l("Invoices paid in part"),
}


class Placeholder(StrEnum):
    """What a text may name in braces."""

    ADDRESSEE = "addressee"
    CONTACT = "contact"
    NUMBER = "number"
    ORDER = "order"
    SUBJECT = "subject"
    OWED = "owed"
    TOTAL = "total"
    DUE_ON = "due_on"
    DAYS = "days"
    ACCOUNT = "account"
    PAGE = "page"

    @property
    def label(self) -> str:
        return str(PLACEHOLDERS[self])


PLACEHOLDERS = {
    Placeholder.ADDRESSEE: _l("to whom the invoice is addressed"),
    Placeholder.CONTACT: _l("the contact person"),
    Placeholder.NUMBER: _l("number of the invoice"),
    Placeholder.ORDER: _l("number of the booking"),
    Placeholder.SUBJECT: _l("subject of the invoice"),
    Placeholder.OWED: _l("what is still owed"),
    Placeholder.TOTAL: _l("total of the invoice"),
    Placeholder.DUE_ON: _l("the day it is to be paid by"),
    Placeholder.DAYS: _l("how many days until then, or since"),
    Placeholder.ACCOUNT: _l("our bank account"),
    Placeholder.PAGE: _l("the page of the bookings"),
}


@dataclass(frozen=True)
class StepFacts:
    """One step: when it is reached, for which kinds of debt, what it says."""

    name: str
    days: int  # after the day it is to be paid by; before it, if negative
    kinds: tuple[DebtKind, ...]
    subject_ja: str
    body_ja: str
    subject_en: str
    body_en: str
    automatic: bool = False


@dataclass(frozen=True)
class Reachable:
    """A step by its id, and when it is reached."""

    number: int
    days: int
    kinds: Collection[DebtKind]


class UnknownPlaceholder(Refusal):
    """The text names something nobody fills in."""

    def __init__(self, name: str, field: str) -> None:
        known = ", ".join(f"{{{one.value}}}" for one in Placeholder)
        message = _l(
            "The text names {%(name)s}, which nothing fills in. You can use: %(known)s.", name=name, known=known
        )
        super().__init__(message, field=field)


class StrayBrace(Refusal):
    """A brace without its other half."""

    def __init__(self, field: str) -> None:
        super().__init__(
            _l("A brace stands alone. Write the name of what is to be filled in between two: {owed}."), field=field
        )


class NotDunned(Refusal):
    """Between looking and pressing it was paid, cancelled, stopped or sent."""

    def __init__(self, number: str) -> None:
        super().__init__(
            _l("Nothing was sent for %(number)s: it has been paid, stopped or reminded meanwhile.", number=number)
        )


def check_text(text: str, field: str) -> None:
    """Raises UnknownPlaceholder, StrayBrace."""
    known = {one.value for one in Placeholder}
    for name in BRACES.findall(text):
        if name not in known:
            raise UnknownPlaceholder(name, field)
    if set("{}") & set(BRACES.sub("", text)):
        raise StrayBrace(field)


def check_step(facts: StepFacts) -> None:
    """Raises UnknownPlaceholder, StrayBrace, each on its field."""
    for field in ("subject_ja", "body_ja", "subject_en", "body_en"):
        check_text(getattr(facts, field), field)


def filled_in(text: str, values: Mapping[Placeholder, str]) -> str:
    """The text with what it names; what it names is never read again."""
    return BRACES.sub(lambda found: values[Placeholder(found[1])], text)


def in_office_hours(now: datetime) -> bool:
    """Whether somebody is there to be asked about a reminder."""
    at = now.astimezone(JST)
    return is_business_day(at.date()) and OFFICE_HOURS[0] <= at.time() < OFFICE_HOURS[1]


def debt_kind(*, lapses: bool, settled: int) -> DebtKind:
    """An order that is paid in part no longer lapses."""
    if settled > 0:
        return DebtKind.PARTLY_PAID
    return DebtKind.LAPSING if lapses else DebtKind.LASTING


def step_reached(
    steps: Iterable[Reachable], *, kind: DebtKind, due_on: date, today: date, sent: Collection[int]
) -> Reachable | None:
    """The step whose mail would go out today: the last one reached, unless it (or a later one) was sent.

    Steps passed over are not made up for. One before the due day is over once that day has passed.
    """
    overdue = (today - due_on).days
    of_kind = [step for step in steps if kind in step.kinds]
    reached = [step for step in of_kind if step.days <= overdue and (step.days >= 0 or overdue <= 0)]
    last = max(reached, key=lambda step: (step.days, step.number), default=None)
    passed = {step.number for step in of_kind if last is not None and step.days >= last.days}
    return None if last is None or passed & set(sent) else last


TOLD = Told(
    actions={
        "dunning_step.saved": _p("what was done", "Step of reminders saved"),
        "dunning_step.ended": _p("what was done", "Step of reminders ended"),
        "dunning.sent": _p("what was done", "Reminder of an invoice sent"),
        "dunning.held": _p("what was done", "Reminders of an invoice stopped"),
        "dunning.resumed": _p("what was done", "Reminders of an invoice resumed"),
    },
    details={
        "step": _p("detail in the audit", "Step"),
        "days": _p("detail in the audit", "Days after the due day"),
        "automatic": _p("detail in the audit", "Goes out by itself"),
    },
    mails={"payments/dunning": _p("kind of mail", "Reminder of an invoice")},
)
