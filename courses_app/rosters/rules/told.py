"""What the audit calls what happens to rosters."""

from __future__ import annotations

from flask_babel import lazy_pgettext as _p

from courses_app.foundation.naming import Told

TOLD = Told(
    actions={
        "roster.opened": _p("what was done", "Roster opened"),
        "roster.admitted": _p("what was done", "Added to the roster"),
        "roster.recorded": _p("what was done", "Attendance recorded"),
        "roster.closed": _p("what was done", "Roster closed"),
        "roster.judged": _p("what was done", "Outcome decided"),
        "roster.reopened": _p("what was done", "Roster reopened"),
    },
    states={
        "roster.open": _p("state in the audit", "Open roster"),
        "roster.closed": _p("state in the audit", "Closed roster"),
        "roster.completed": _p("state in the audit", "Completed"),
        "roster.failed": _p("state in the audit", "Failed"),
        "roster.absent": _p("state in the audit", "Absent"),
        "reasons.identity": _p("state in the audit", "Identity not checked"),
        "reasons.minutes": _p("state in the audit", "Too many minutes missed"),
        "reasons.test": _p("state in the audit", "Test not passed"),
    },
    details={
        "missed": _p("detail in the audit", "Minutes missed"),
        "made_up": _p("detail in the audit", "Minutes made up"),
        "score": _p("detail in the audit", "Test score"),
        "absent": _p("detail in the audit", "Was absent"),
        "identity": _p("detail in the audit", "Identity checked"),
        "remarks": _p("detail in the audit", "Remarks"),
    },
)
