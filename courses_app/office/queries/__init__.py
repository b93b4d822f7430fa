"""What the back office asks of the whole house."""

from courses_app.office.queries.desk import Desk, RunLine, desk, matter, next_runs, open_matters, runs_to_look_at
from courses_app.office.queries.entries import entries, every_entry
from courses_app.office.queries.figures import FigureLine, figures, together
from courses_app.office.queries.finding import SHOWN, Findings, find
from courses_app.office.queries.mails import attachments_of, every_mail, mail, mails, open_matter_of_mail
from courses_app.office.queries.revenue import CourseRevenue, Revenue, revenue

__all__ = [
    "SHOWN", "CourseRevenue", "Desk", "FigureLine", "Findings", "Revenue", "RunLine", "attachments_of", "desk",
    "entries", "every_entry", "every_mail", "figures", "find", "mail", "mails", "matter", "next_runs",
    "open_matter_of_mail", "open_matters", "revenue", "runs_to_look_at", "together",
]  # fmt: skip
