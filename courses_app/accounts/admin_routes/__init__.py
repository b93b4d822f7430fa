"""The doors of this room for the office."""

from courses_app.accounts.admin_routes import access, organizations, people
from courses_app.accounts.admin_routes.blueprint import pages

__all__ = ["access", "organizations", "pages", "people"]
