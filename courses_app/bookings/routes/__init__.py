"""The organization's pages about its bookings, and the attendee's about a seat."""

from courses_app.bookings.routes import booking, details, lists, papers
from courses_app.bookings.routes.blueprint import pages

__all__ = ["booking", "details", "lists", "pages", "papers"]
