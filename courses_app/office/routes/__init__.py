"""The doors of the back office's front pages."""

from courses_app.office.routes import audit, outbox, reports, revenue, search, today
from courses_app.office.routes.blueprint import pages

__all__ = ["audit", "outbox", "pages", "reports", "revenue", "search", "today"]
