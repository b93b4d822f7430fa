"""The organization's pages about its bookings."""

from courses_app.bookings.routes import booking, changes, details, lists
from courses_app.bookings.routes.blueprint import pages

__all__ = ["booking", "changes", "details", "lists", "pages"]
