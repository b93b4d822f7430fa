"""What role and date make of a completion, and which reminder is due: decided from plain values."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p

from courses_app.catalogue.rules import DutyStrength
from courses_app.certificates.rules import valid_through
from courses_app.foundation.naming import Told
from courses_app.foundation.refusal import Refusal

# Where no reminder steps are kept, "expiring" begins half a year before: a plan is submitted 4 to 6 months ahead.
NOTICE_MONTHS = 6


class StandingState(StrEnum):
    """Four words; `valid` is quiet, the others ask for something."""

    EXPIRED = "expired"
    NEVER = "never"
    EXPIRING = "expiring"
    VALID = "valid"


@dataclass(frozen=True)
class Standing:
    """What a completion is worth on a day. `days_left` counts to the last day: 0 on it, negative after it."""

    state: StandingState
    required: bool
    completed_on: date | None = None
    valid_through: date | None = None
    days_left: int | None = None

    @property
    def urgency(self) -> tuple[int, int]:
        """The order in which people need a course: lapsed or missing duties first, then by the days left."""
        rank = URGENCY[self.state] + (0 if self.required or self.state is StandingState.EXPIRING else ENCOURAGED_LATER)
        return rank, self.days_left if self.days_left is not None else 0


URGENCY = {StandingState.EXPIRED: 0, StandingState.NEVER: 1, StandingState.EXPIRING: 2, StandingState.VALID: 5}
ENCOURAGED_LATER = 3


# What a list of people can be narrowed to: a state, or nobody's role.
UNASSIGNED = "unassigned"


@dataclass(frozen=True)
class StandingFilter:
    """Only what is set narrows the list. `role` is a code, `establishment` a reference, `q` a part of a name."""

    state: str = ""
    role: str = ""
    establishment: str = ""
    q: str = ""


@dataclass(frozen=True)
class RequirementFacts:
    """What staff may change about a requirement."""

    strength: DutyStrength
    validity_months: int
    legal_basis_ja: str
    legal_basis_en: str
    from_on: date
    until_on: date | None


class AlreadyAppointed(Refusal):
    """One live appointment of each kind."""

    def __init__(self) -> None:
        super().__init__(_l("This person already has this role at this establishment."), field="role")


class RoleNotInForce(Refusal):
    """The role does not exist on that day."""

    def __init__(self) -> None:
        super().__init__(_l("This role is not in force on that day. Choose another role or another day."), field="role")


class NotOfThisOrganization(Refusal):
    """Only people and establishments of one organization are brought together."""

    def __init__(self) -> None:
        super().__init__(_l("This person does not belong to the organization of this establishment."))


class EndsBeforeItBegan(Refusal):
    """A period ends on or after the day it began."""

    def __init__(self) -> None:
        super().__init__(_l("The role can't end before it begins."), field="until_on")


class RequirementEndsBeforeItBegins(Refusal):
    """The same for a row of the law."""

    def __init__(self) -> None:
        super().__init__(_l("A requirement can't end before it begins."), field="until_on")


class RequirementOverlaps(Refusal):
    """On any day a role asks for a course at most once."""

    def __init__(self) -> None:
        super().__init__(
            _l("Another requirement of this role for the same course is in force on some of these days."),
            field="from_on",
        )


class ChangedMeanwhile(Refusal):
    """Somebody else was faster (R-41)."""

    def __init__(self) -> None:
        super().__init__(_l("Somebody has changed this since you opened the page. Look at it again, then repeat."))


def standing(
    latest_completed: date | None,
    validity: int | None,
    required: bool,
    on: date,
    *,
    notice_months: int = NOTICE_MONTHS,
) -> Standing:
    """The standing on a day of somebody whose latest completion was on `latest_completed`.

    There is one clock per person and course: a later completion starts it anew and the rest of the earlier one is
    lost. `validity` is in months; None counts for ever.
    """
    if latest_completed is None:
        return Standing(StandingState.NEVER, required)
    last = None if validity is None else valid_through(latest_completed, validity)
    return standing_until(latest_completed, last, required, on, notice_months=notice_months)


def standing_until(
    completed_on: date, last: date | None, required: bool, on: date, *, notice_months: int = NOTICE_MONTHS
) -> Standing:
    """The standing of a completion whose last day is known (None: it counts for ever)."""
    if last is None:
        return Standing(StandingState.VALID, required, completed_on)
    return Standing(_state(last, on, notice_months), required, completed_on, last, (last - on).days)


def _state(last: date, on: date, notice_months: int) -> StandingState:
    if last < on:
        return StandingState.EXPIRED
    return StandingState.EXPIRING if valid_through(last, -notice_months) <= on else StandingState.VALID


def in_force(from_on: date, until_on: date | None, on: date) -> bool:
    """Whether a row with dates counts on a day; both its days are included."""
    return from_on <= on and (until_on is None or on <= until_on)


def overlap(first: tuple[date, date | None], second: tuple[date, date | None]) -> bool:
    """Whether two periods share a day."""
    return first[0] <= (second[1] or date.max) and second[0] <= (first[1] or date.max)


def notice_months(steps: Collection[int]) -> int:
    """From how many months before the last day a completion is called expiring: the first reminder's step."""
    return max(steps, default=NOTICE_MONTHS)


def reminder_due(valid_through_on: date, months_before: int, today: date) -> bool:
    """Whether the step's day has come, and the last day has not passed."""
    return valid_through(valid_through_on, -months_before) <= today <= valid_through_on


@dataclass(frozen=True)
class StepsDue:
    """The step that goes out now, and those that are passed over because a nearer one does."""

    nearest: int
    passed: tuple[int, ...]


def steps_due(valid_through_on: date, steps: Iterable[int], noted: Collection[int], today: date) -> StepsDue | None:
    """Which reminder is due today; `noted` are the steps that went out or were passed over. None: nothing is.

    Somebody who is entered late gets the nearest reminder only, not four at once.
    """
    open_steps = sorted(
        step for step in steps if step not in noted and reminder_due(valid_through_on, step, today)
    )  # fmt: skip
    if not open_steps:
        return None
    if any(step < open_steps[0] for step in noted):
        return None
    return StepsDue(open_steps[0], tuple(open_steps[1:]))


# What the audit and the outbox call what happens in this room.
TOLD = Told(
    actions={
        "appointment.made": _p("what was done", "Appointed to a duty"),
        "appointment.ended": _p("what was done", "Duty ended"),
        "reminder.sent": _p("what was done", "Reminder sent"),
        "reminder_steps.changed": _p("what was done", "Times of reminders changed"),
        "requirement.added": _p("what was done", "Requirement added"),
        "requirement.changed": _p("what was done", "Requirement changed"),
        "role.added": _p("what was done", "Duty added"),
    },
    states={
        "strength.required": _p("state in the audit", "Required"),
        "strength.encouraged": _p("state in the audit", "Encouraged"),
    },
    details={
        "establishment": _p("detail in the audit", "Establishment"),
        "people": _p("detail in the audit", "Number of people"),
        "strength": _p("detail in the audit", "Strength of the duty"),
    },
    mails={
        "compliance/reminder_organization": _p("kind of mail", "Renewal reminder"),
        "compliance/reminder_person": _p("kind of mail", "Renewal reminder (attendee)"),
    },
)
