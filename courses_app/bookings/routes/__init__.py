"""The organization's pages about its bookings."""

from courses_app.bookings.routes import alerts, booking, details, lists, waiting
from courses_app.bookings.routes.blueprint import pages

__all__ = ["alerts", "booking", "details", "lists", "pages", "waiting"]
