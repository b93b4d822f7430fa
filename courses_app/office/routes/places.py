"""Where in the office a thing has its page: the audit, matters, mails and the search all point there."""

from __future__ import annotations

import re
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _l

LONG_NUMBER = re.compile(r"[0-9a-f]{32}")

# What a subject is called in the audit -> its word, its page, and what its reference is called there.
PLACES = {
    "voucher": (_l("Voucher code"), "bookings_admin.voucher", "code"),
    "account": (_l("Account"), "accounts_admin.account", "reference"),
    "bank_file": (_l("Statement of the bank"), "bookings_admin.bank_file", "reference"),
    "bank_layout": (_l("Layout of a bank's file"), "bookings_admin.bank_layout", "reference"),
    "bank_line": (_l("Line of a statement"), "bookings_admin.bank_line", "reference"),
    "booking": (_l("Booking"), "bookings_admin.booking", "reference"),
    "books": (_l("Books"), "payments_admin.closes", "until_on"),
    "certificate": (_l("Certificate"), "certificates_admin.certificate", "number"),
    "course": (_l("Course"), "catalogue_admin.course", "code"),
    "dunning_step": (_l("Step of reminders"), "payments_admin.dunning_step", "code"),
    "dispatch": (_l("Request"), "dispatches_admin.dispatch", "reference"),
    "invoice": (_l("Invoice"), "bookings_admin.payment", "reference"),
    "journal_layout": (_l("Layout of the journal file"), "payments_admin.layout", "code"),
    "organization": (_l("Organization"), "accounts_admin.organization", "reference"),
    "outbox": (_l("Mail"), "office.mail", "number"),
    "paper_request": (_l("Paper that was asked for"), "bookings_admin.papers", "party"),
    "person": (_l("A person"), "accounts_admin.person", "reference"),
    "question": (_l("Question after a move"), "bookings_admin.question", "reference"),
    "roster": (_l("Roster"), "rosters.roster", "reference"),
    "run": (_l("Course run"), "catalogue_admin.run", "reference"),
    "seat": (_l("Seat"), "office.search", "q"),
    "second_look": (_l("Second person"), "bookings_admin.look", "reference"),
    "service": (_l("Service"), "dispatches_admin.service", "code"),
    "stripe_event": (_l("Stripe message"), "bookings_admin.payments", "q"),
    "waiting": (_l("Waiting party"), "bookings_admin.party", "reference"),
    "venue": (_l("Venue"), "catalogue_admin.venue", "code"),
}
WORDS_ONLY = {
    "account_title": _l("Ledger account"),
    "alert": _l("News of new runs"),
    "checkout": _l("Payment page"),
    "draft": _l("List of attendees"),
    "establishment": _l("Establishment"),
    "fee_allowance": _l("Rule about bank fees"),
    "issuer": _l("Issuer"),
    "look_limit": _l("Limit for one person"),
    "notice_of_failure": _l("Notice of failure"),
    "refund": _l("A refund"),
    "requirement": _l("Requirement"),
    "role": _l("Role"),
    "payment_way": _l("Way to pay"),
    "stripe_object": _l("Payment firm's number"),
}
# Lists of what waits -> the page that shows them, and how it is asked.
LISTS: dict[str, tuple[str, dict[str, Any]]] = {
    "payments": ("bookings_admin.payments", {}),
    "bank_lines": ("bookings_admin.bank_lines", {}),
    "requests": ("dispatches_admin.dispatches", {}),
    "approvals": ("bookings_admin.bookings", {"state": "requested"}),
    "answers": ("bookings_admin.questions", {"open": "y"}),
    "refunds": ("bookings_admin.payments", {"view": "refunds"}),
    "stripe_events": ("bookings_admin.payments", {"view": "events"}),
    "certificates": ("certificates_admin.certificates", {}),
    "mails": ("office.outbox", {"state": "failed"}),
    "memberships": ("accounts_admin.organizations", {"member_status": "pending"}),
}


def place_of(kind: str, reference: str) -> str | None:
    """The address of a thing's page, or None where it has none."""
    if kind not in PLACES:
        return None
    _word, endpoint, argument = PLACES[kind]
    asked: dict[str, Any] = {argument: reference}
    return url_for(endpoint, **asked)


def list_of(what: str) -> str:
    """The address of the list where something is dealt with."""
    endpoint, asked = LISTS[what]
    return url_for(endpoint, **asked)


def subject_word(kind: str) -> str:
    """What a subject is called on a page; one that nobody named keeps its own word."""
    if kind in PLACES:
        return str(PLACES[kind][0])
    return str(WORDS_ONLY.get(kind, kind.replace("_", " ")))


def shortened(request_id: str) -> str:
    """An inquiry number as lists show it: what stands before the long part (`worker-`) stays."""
    return LONG_NUMBER.sub(lambda found: found[0][:8], request_id)
