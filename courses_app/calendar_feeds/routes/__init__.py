"""The feeds, and the page where people get the addresses of their own."""

from courses_app.calendar_feeds.routes import addresses, feeds
from courses_app.calendar_feeds.routes.blueprint import pages

__all__ = ["addresses", "feeds", "pages"]
