"""The organization's pages about its bookings."""

from courses_app.bookings.routes import booking, details, lists, sheets
from courses_app.bookings.routes.blueprint import pages

__all__ = ["booking", "details", "lists", "pages", "sheets"]
