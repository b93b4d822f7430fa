"""The organization's pages about its bookings."""

from courses_app.bookings.routes import alerts, booking, changes, details, lists, sheets, waiting
from courses_app.bookings.routes.blueprint import pages

__all__ = ["alerts", "booking", "changes", "details", "lists", "pages", "sheets", "waiting"]
