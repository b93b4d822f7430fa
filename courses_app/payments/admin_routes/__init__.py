"""The doors of this room for the office: the books."""

from courses_app.payments.admin_routes import accounts, closes, journal, layouts, receivables
from courses_app.payments.admin_routes.blueprint import pages

__all__ = ["accounts", "closes", "journal", "layouts", "pages", "receivables"]
