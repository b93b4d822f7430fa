"""Who needs what by when."""

from courses_app.compliance.queries.board import Board, Row, board_of, lines_of, rows_of, rows_of_person
from courses_app.compliance.queries.reminders import (
    Reminder,
    next_organizations,
    organization_by_id,
    reminders_due,
    round_of,
)
from courses_app.compliance.queries.roles import (
    appointment_of,
    appointments_of,
    reminder_steps,
    requirement_by_reference,
    roles_for,
    roles_with_requirements,
)
from courses_app.compliance.queries.runs import FittingRun, choose_fitting, fitting_runs
from courses_app.compliance.queries.standings import (
    Line,
    clocks_of,
    expiring,
    last_day,
    standing_of,
    standings_of,
    standings_of_appointed,
)

__all__ = [
    "Board", "FittingRun", "Line", "Reminder", "Row", "appointment_of", "appointments_of", "board_of",
    "choose_fitting", "clocks_of", "expiring", "fitting_runs", "last_day", "lines_of", "next_organizations",
    "organization_by_id", "reminder_steps", "reminders_due", "requirement_by_reference", "roles_for",
    "roles_with_requirements", "round_of", "rows_of", "rows_of_person", "standing_of", "standings_of",
    "standings_of_appointed",
]  # fmt: skip
