"""Facts to bytes: runs and last days as iCalendar (RFC 5545, RFC 7986)."""

from courses_app.calendar_feeds.documents.engine import Entry, calendar
from courses_app.calendar_feeds.documents.feeds import Feed, private_feed, run_download, timetable_feed

__all__ = ["Entry", "Feed", "calendar", "private_feed", "run_download", "timetable_feed"]
