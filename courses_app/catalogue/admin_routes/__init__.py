"""The office's doors to courses, fees, venues and runs."""

from courses_app.catalogue.admin_routes import courses, policies, runs, venues
from courses_app.catalogue.admin_routes.blueprint import pages

__all__ = ["courses", "pages", "policies", "runs", "venues"]
