"""What services and requests can be asked."""

from courses_app.dispatches.queries.dispatches import (
    dispatch_for_office,
    dispatch_of,
    dispatches_of,
    office_page,
    trail_of,
)
from courses_app.dispatches.queries.due import quotes_to_expire, runs_called_off, runs_finished
from courses_app.dispatches.queries.services import all_services, offered_services, seminars, service_by_code
from courses_app.dispatches.queries.violations import violations

__all__ = [
    "all_services", "dispatch_for_office", "dispatch_of", "dispatches_of", "offered_services",
    "office_page", "quotes_to_expire", "runs_called_off", "runs_finished", "seminars", "service_by_code", "trail_of",
    "violations",
]  # fmt: skip
