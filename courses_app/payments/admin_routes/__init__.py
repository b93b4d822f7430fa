"""The doors of this room for the office: the books."""

from courses_app.payments.admin_routes import accounts, closes, dunning, journal, layouts, receivables
from courses_app.payments.admin_routes.blueprint import pages

__all__ = ["accounts", "closes", "dunning", "journal", "layouts", "pages", "receivables"]
