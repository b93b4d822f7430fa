"""The organization's pages about its bookings."""

from courses_app.bookings.routes import alerts, booking, details, lists, sheets, waiting
from courses_app.bookings.routes.blueprint import pages

__all__ = ["alerts", "booking", "details", "lists", "pages", "sheets", "waiting"]
