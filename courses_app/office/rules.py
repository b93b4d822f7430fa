"""What counts as waiting for a hand, and what each kind of matter asks of a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import lazy_gettext as _l

from courses_app.accounts.rules import told as accounts
from courses_app.bookings.rules import told as bookings
from courses_app.calendar_feeds import rules as calendar_feeds
from courses_app.catalogue.rules import told as catalogue
from courses_app.certificates.rules import told as certificates
from courses_app.compliance import rules as compliance
from courses_app.dispatches.rules import told as dispatches
from courses_app.foundation import naming
from courses_app.foundation.naming import Told
from courses_app.foundation.refusal import Refusal
from courses_app.payments import rules as payments
from courses_app.payments.rules import books, dunning
from courses_app.payments.rules.banking import audit_words as banking
from courses_app.rosters.rules import told as rosters

# [guess] A transfer is looked for in the account from three days before it is due.
DUE_WITHIN = timedelta(days=3)
# [guess] A run whose booking closes within ten days with at most a fifth of its seats taken is worth a telephone call.
CLOSING_WITHIN = timedelta(days=10)
NEARLY_EMPTY_PERCENT = 20
# Mail that should have left this long ago shows that the worker stands still (O-05).
MAIL_LATE_AFTER = timedelta(minutes=15)
FISCAL_YEAR_BEGINS = 4  # April


@dataclass(frozen=True)
class MailsWanted:
    """Conditions of the list of mails; empty ones leave everything in. `state` is a value of OutboxState."""

    search: str = ""
    state: str = ""
    kind: str = ""


@dataclass(frozen=True)
class EntriesWanted:
    """Conditions of the audit; empty ones leave everything in. Days are days in Tokyo, both included."""

    subject: str = ""
    action: str = ""  # or how it begins, or a part of its word
    actor: str = ""
    from_on: date | None = None
    until_on: date | None = None
    request_id: str = ""


@dataclass(frozen=True)
class MatterKind:
    """How a matter is called, what it asks for, and whether the deed itself settles it (then nobody may by hand)."""

    title: object
    advice: object
    settled_by_deed: bool = False


MATTERS = {
    "mail_not_delivered": MatterKind(
        _l("A mail could not be delivered"),
        _l("Check the address, then send it again or inform the recipient another way."),
    ),
    "stripe_event": MatterKind(
        _l("A payment message from Stripe fits nothing we know"),
        _l("Compare it with the Stripe dashboard and decide what it belongs to."),
        settled_by_deed=True,
    ),
    "payment_unclear": MatterKind(
        _l("A payment page at Stripe ended in a way we can't act upon"),
        _l("Compare it with the Stripe dashboard; a payment that came twice must go back."),
    ),
    "payment_disputed": MatterKind(
        _l("A payment is disputed"),
        _l("Answer the dispute in the Stripe dashboard before its deadline, and decide about the seats."),
    ),
    "refund_failed": MatterKind(
        _l("A refund did not reach the payer"),
        _l("Have it tried again, or send it by bank transfer: both on the page of refunds."),
    ),
    "stripe_only": MatterKind(
        _l("Stripe has taken a payment that is not recorded here"),
        _l("Find it in the Stripe dashboard. If it is for a booking, its message may be put aside: try that again."),
    ),
    "ours_only": MatterKind(
        _l("A payment is recorded here that Stripe does not know"),
        _l("Look it up in the Stripe dashboard. It may belong to another account or have been recorded by mistake."),
    ),
    "stripe_differs": MatterKind(
        _l("A payment or its refunds differ between Stripe and here"),
        _l("Compare the amounts with the Stripe dashboard, and record what is missing."),
    ),
    "refund_by_dashboard": MatterKind(
        _l("Money was sent back from the Stripe dashboard without being owed"),
        _l("It is written down as a refund. Find out why, and correct the booking if it must be."),
    ),
    "refund_due": MatterKind(
        _l("A refund is to be sent"),
        _l(
            "What was paid through Stripe goes back by itself. Transfer the rest, then record it as sent; the matter"
            " then closes by itself."
        ),
        settled_by_deed=True,
    ),
    "money_held": MatterKind(
        _l("We hold more money than is owed"),
        _l("Refund it or assign it; the matter then closes by itself."),
        settled_by_deed=True,
    ),
    "second_look": MatterKind(
        _l("A second person is to agree"),
        _l("Look at what was asked for, and agree to it or decline it; who asked can't. Nothing is done before."),
        settled_by_deed=True,
    ),
    "part_paid": MatterKind(
        _l("Only a part of an invoice has been paid"),
        _l(
            "The seats wait for the rest and are not given up by the clock. Ask for it, settle it (a bank's fee), or"
            " cancel the booking: what came is then credit of the organization."
        ),
        settled_by_deed=True,
    ),
    "transfer_incomplete": MatterKind(
        _l("Too little was transferred to an account at Stripe"),
        _l(
            "The seats wait for the rest and are not given up by the clock. Ask for it, or cancel the booking: Stripe"
            " then keeps what came in the payer's balance, and it is given back from the Stripe dashboard."
        ),
    ),
    "posted_in_error": MatterKind(
        _l("Confirmed, but the money was another's"),
        _l(
            "A posting was taken back, so the booking is not paid any more; its seats are kept. Post the money that is"
            " meant for it, or agree on it with the organization."
        ),
    ),
    "paid_no_seat": MatterKind(
        _l("Paid, but the seat was gone"),
        _l("Agree on another date or refund the payment."),
        settled_by_deed=True,
    ),
    "request_unanswered": MatterKind(
        _l("A request for seats was not answered in time"),
        _l("Approve or decline it on the page of the booking; the matter then closes by itself."),
        settled_by_deed=True,
    ),
    "membership_claimed": MatterKind(
        _l("A supporting membership is to be checked"),
        _l("Compare the member number with the list of members, then accept or decline it on the organization's page."),
        settled_by_deed=True,
    ),
    "nobody_to_write": MatterKind(
        _l("An organization has nobody who may read its mails"),
        _l(
            "Its mails come to our own address. Telephone the organization, name a coordinator on its page, pass the"
            " mails on, then settle the matter."
        ),
    ),
    "unnamed_seats": MatterKind(
        _l("Seats were not named in time"),
        _l(
            "Ask the organization who comes and enter the names on the page of the booking; the matter then closes by"
            " itself."
        ),
    ),
    "dispatch_clash": MatterKind(
        _l("An accepted plan clashes with another run"),
        _l("Look at the draft of its run: find another instructor or time, agree with the organization, then confirm."),
    ),
    "ticket_failed": MatterKind(
        _l("An admission ticket could not be printed"),
        _l("Correct the text the message names; the document is tried again by itself."),
    ),
    "absence_failed": MatterKind(
        _l("What an absence means for the fee could not be settled"),
        _l("It is tried again by itself. If it stays, look at the booking, and tell whoever looks after the system."),
    ),
    "paper_failed": MatterKind(
        _l("A document could not be printed"),
        _l("Correct the text the message names; the document is tried again by itself."),
    ),
}  # fmt: skip


# What a matter's detail says, of which keys; the others are for the machine.
DETAILS = {
    "amount": _l("Amount"),
    "invoice": _l("Invoice"),
    "kind": _l("Kind"),
    "member_number": _l("Member number"),
    "object": _l("Object"),
    "reason": _l("Reason"),
}


# The words of the whole house for what the audit and the outbox keep as codes.
WORDS = naming.joined(
    (
        naming.TOLD, accounts.TOLD, catalogue.TOLD, payments.TOLD, banking.TOLD, books.TOLD, bookings.TOLD,
        dunning.TOLD, rosters.TOLD,
        dispatches.TOLD, certificates.TOLD,
        compliance.TOLD, calendar_feeds.TOLD,
        Told(states={f"matter.{kind}": one.title for kind, one in MATTERS.items()}),
    )
)  # fmt: skip


def matter_kind(kind: str) -> MatterKind:
    """The words for a matter; one that no rule names is called by its own word."""
    return MATTERS.get(kind) or MatterKind(kind.replace("_", " "), "")


class MatterSettled(Refusal):
    """Somebody was faster."""

    def __init__(self) -> None:
        super().__init__(_l("This matter has already been settled by somebody else."))


class SettledByDeed(Refusal):
    """A matter that ends when its cause ends; closing it by hand would hide money (INV-8)."""

    def __init__(self) -> None:
        super().__init__(_l("This matter closes by itself once its cause is dealt with. It can't be closed by hand."))


class MailNotFailed(Refusal):
    """Only mail that was given up is put back into the queue by hand."""

    def __init__(self) -> None:
        super().__init__(_l("This mail is not marked as failed, so there is nothing to send again."))


def fiscal_year_of(day: date) -> tuple[date, date]:
    """The first and last day of the Japanese fiscal year (April to March) that holds a day."""
    year = day.year if day.month >= FISCAL_YEAR_BEGINS else day.year - 1
    return date(year, FISCAL_YEAR_BEGINS, 1), date(year + 1, FISCAL_YEAR_BEGINS, 1) - timedelta(days=1)
