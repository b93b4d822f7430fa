"""Why a file isn't read, each with how to mend it."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from courses_app.foundation.refusal import Refusal
from courses_app.foundation.sheets.reader import MOST_ROWS

LARGEST_FILE = 1024**2
MEGABYTES = LARGEST_FILE // 1024**2


class SheetRefused(Refusal):
    """This file isn't read; `reason` is the reader's word for why."""

    status = 422

    def __init__(self, reason: str) -> None:
        super().__init__(SENTENCES.get(reason, SENTENCES["broken"]), field="sheet")
        self.reason = reason


SENTENCES = {
    "empty": _l("The file is empty. Please choose the list you have filled in."),
    "too_large": _l(
        "The file is larger than %(most)d MB. Keep only the attendees' columns, without pictures, and save it again.",
        most=MEGABYTES,
    ),
    "too_heavy": _l(
        "The file unpacks to far more than a list of attendees needs. Copy the rows into our template and send that."
    ),
    "too_many_rows": _l(
        "The file holds more than %(most)s rows. Please divide it into several files.", most=f"{MOST_ROWS:,}"
    ),
    "locked": _l(
        "The file is protected by a password, or in the old .xls format. Save it without a password as .xlsx or CSV."
    ),
    "macros": _l("The file contains macros. Save it as an ordinary workbook (.xlsx) and send it again."),
    "links": _l(
        "The file refers to other files or data sources. Copy the rows, paste them as values only into our template,"
        " and send that."
    ),
    "wrong_type": _l("This isn't a spreadsheet. Send an Excel workbook (.xlsx) or a CSV file."),
    "encoding": _l("The characters of this file can't be read. Save it as .xlsx, or as CSV in UTF-8."),
    "broken": _l("The file is damaged and can't be read. Open it, save it anew as .xlsx, and send it again."),
    "busy": _l("Many files are being read just now. Please send yours again in a minute."),
}
