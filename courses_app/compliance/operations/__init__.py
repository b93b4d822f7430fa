"""Deeds: rows of the law, who holds a role, and the reminders that went out."""

from courses_app.compliance.operations.appointments import appoint, end_appointment
from courses_app.compliance.operations.reminders import finish_round, move_round, remind_organization
from courses_app.compliance.operations.requirements import (
    add_missing_requirements,
    add_missing_roles,
    begin_reminder_steps,
    change_reminder_steps,
    change_requirement,
)

__all__ = [
    "add_missing_requirements", "add_missing_roles", "appoint", "begin_reminder_steps", "change_reminder_steps",
    "change_requirement", "end_appointment", "finish_round", "move_round", "remind_organization",
]  # fmt: skip
