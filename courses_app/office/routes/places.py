"""Where in the office a thing has its page: the audit, matters, mails and the search all point there."""

from __future__ import annotations

from typing import Any

from flask import current_app, url_for
from flask_babel import lazy_gettext as _l

# What a subject is called in the audit -> its word, its page and the name of its argument there (None: no page).
PLACES = {
    "booking": (_l("Booking"), "bookings_admin.booking", "reference"),
    "certificate": (_l("Certificate"), "certificates_admin.certificate", "number"),
    "invoice": (_l("Invoice"), "bookings_admin.payments", "q"),
    "organization": (_l("Organization"), "accounts_admin.organization", "reference"),
    "outbox": (_l("Mail"), "office.mail", "number"),
    "person": (_l("Person"), "accounts_admin.person", "reference"),
    "run": (_l("Course run"), "catalogue_admin.run", "reference"),
    "roster": (_l("Roster"), "rosters.roster", "reference"),
    "stripe_event": (_l("Stripe message"), "bookings_admin.payments", "q"),
}  # fmt: skip
# Lists of what waits -> the page that shows them, and how it is asked.
LISTS: dict[str, tuple[str, dict[str, Any]]] = {
    "payments": ("bookings_admin.payments", {}),
    "refunds": ("bookings_admin.payments", {}),
    "stripe_events": ("bookings_admin.payments", {}),
    "certificates": ("certificates_admin.certificates", {}),
    "memberships": ("accounts_admin.organizations", {}),
}


def place_of(kind: str, reference: str) -> str | None:
    """The address of a thing's page, or None where it has none."""
    if kind not in PLACES:
        return None
    _word, endpoint, argument = PLACES[kind]
    if endpoint not in current_app.view_functions:  # TEMPORARY
        return None
    asked: dict[str, Any] = {argument: reference}
    return url_for(endpoint, **asked)


def list_of(what: str) -> str:
    """The address of the list where something is dealt with."""
    endpoint, asked = LISTS[what]
    if endpoint not in current_app.view_functions:  # TEMPORARY
        return "/"
    return url_for(endpoint, **asked)


def subject_word(kind: str) -> str:
    """What a subject is called on a page; one without a word keeps its own."""
    return str(PLACES[kind][0]) if kind in PLACES else kind.replace("_", " ")
