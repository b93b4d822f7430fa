"""What the front hall asks: lists that need the words of several rooms."""

from courses_app.portal.queries.drafts import DraftSheet, draft_sheet, rows_booked
from courses_app.portal.queries.legal import LegalPage, legal_page
from courses_app.portal.queries.lines import RunSeats, TimetableLine
from courses_app.portal.queries.mine import AtAGlance, ComingRun, Mine, at_a_glance, mine
from courses_app.portal.queries.office import OfficeLine, office_page, office_table
from courses_app.portal.queries.timetable import next_runs, next_runs_of, seats_of, timetable

__all__ = [
    "AtAGlance", "ComingRun", "DraftSheet", "LegalPage", "Mine", "OfficeLine", "RunSeats", "TimetableLine",
    "at_a_glance", "draft_sheet", "legal_page", "mine", "next_runs", "next_runs_of", "office_page", "office_table",
    "rows_booked", "seats_of", "timetable",
]  # fmt: skip
