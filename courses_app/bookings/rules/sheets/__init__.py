"""A list of attendees from a spreadsheet: which column is which, what a row says, and what is wrong with it."""

from courses_app.bookings.rules.sheets.columns import FIELDS, NoHeader, NoRows, attendee_rows
from courses_app.bookings.rules.sheets.dates import Dates, first_that_fit, spread, without_room
from courses_app.bookings.rules.sheets.days import typed_day
from courses_app.bookings.rules.sheets.examining import (
    MOST_FROM_FILE,
    Directory,
    Examined,
    Known,
    RowsToMend,
    examined,
    facts_of,
    in_orders,
)
from courses_app.bookings.rules.sheets.rows import EXAMPLE, DraftRow, Roles, mended

__all__ = [
    "EXAMPLE", "FIELDS", "MOST_FROM_FILE", "Dates", "Directory", "DraftRow", "Examined", "Known", "NoHeader",
    "NoRows", "Roles", "RowsToMend", "attendee_rows", "examined", "facts_of", "first_that_fit", "in_orders",
    "mended", "spread", "typed_day", "without_room",
]  # fmt: skip
