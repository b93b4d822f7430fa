"""Who is named: how this room says no."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask_babel import lazy_gettext as _l

from courses_app.foundation.refusal import Refusal

MOST_ATTENDEES = 50  # of one booking typed into a form; a list from a file takes more (`sheets.MOST_FROM_FILE`)
MOST_TO_CHOOSE = 300  # known people offered in one form; beyond, they are typed


class NobodyNamed(Refusal):
    """A booking without attendees."""

    def __init__(self) -> None:
        super().__init__(_l("Choose or enter at least one attendee."))


class TooManyAttendees(Refusal):
    """More attendees than one booking takes."""

    def __init__(self, most: int = MOST_ATTENDEES) -> None:
        super().__init__(_l("One booking takes up to %(most)d attendees. Please divide it.", most=most))


class SamePersonTwice(Refusal):
    """The same person stands twice in one form."""

    def __init__(self, names: Iterable[str]) -> None:
        super().__init__(
            _l("Entered twice in this form: %(names)s. Please leave one of the rows empty.", names=_listed(names))
        )


class AttendeeUnknown(Refusal):
    """A person who is not (or no longer) one of the organization's people."""

    def __init__(self) -> None:
        super().__init__(_l("One of the people chosen no longer belongs to your organization. Please choose again."))


class AlreadyBooked(Refusal):
    """People who have a live seat in the run already (R-04); `who` and `reference` only where a colleague booked it."""

    def __init__(self, names: Sequence[str], *, who: str | None, reference: str | None) -> None:
        if who is None:
            message = _l(
                "Already booked for this run by another organization: %(names)s. Please choose other people, or ask "
                "our office.",
                names=_listed(names),
            )
        else:
            message = _l(
                "Already booked for this run: %(names)s (by %(who)s, booking %(reference)s). "
                "Please choose other people.",
                names=_listed(names),
                who=who,
                reference=reference,
            )
        super().__init__(message)
        self.names = tuple(names)
        self.who = who
        self.reference = reference


def _listed(names: Iterable[str]) -> str:
    return "、".join(names)
