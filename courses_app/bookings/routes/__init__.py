"""The organization's pages about its bookings, and the attendee's about a seat."""

from courses_app.bookings.routes import (
    account,
    alerts,
    booking,
    changes,
    details,
    estimates,
    lists,
    names,
    papers,
    questions,
    receipts,
    sheets,
    telephone,
    vouchers,
    waiting,
)
from courses_app.bookings.routes.blueprint import pages

__all__ = [
    "account", "alerts", "booking", "changes", "details", "estimates", "lists", "names", "pages", "papers",
    "questions", "receipts", "sheets", "telephone", "vouchers", "waiting",
]  # fmt: skip
