"""The doors of the front hall."""

from courses_app.portal.routes import drafts, mine, office, texts, timetable
from courses_app.portal.routes.blueprint import pages

__all__ = ["drafts", "mine", "office", "pages", "texts", "timetable"]
