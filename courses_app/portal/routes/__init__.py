"""The doors of the front hall."""

from courses_app.portal.routes import mine, office, texts, timetable
from courses_app.portal.routes.blueprint import pages

__all__ = ["mine", "office", "pages", "texts", "timetable"]
