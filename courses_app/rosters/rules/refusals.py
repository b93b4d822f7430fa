"""When a roster may not be written, and what two writers at once are told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from courses_app.foundation.clock import day_of, start_of
from courses_app.foundation.refusal import Refusal
from courses_app.rosters.rules.merging import Conflict
from courses_app.rosters.rules.records import Record


class RosterNotYet(Refusal):
    """The day of the run (to record), or its last meeting (to close), has not begun."""

    @classmethod
    def to_record(cls) -> RosterNotYet:
        return cls(_l("The roster can be filled in from the first day of the run."))

    @classmethod
    def to_close(cls) -> RosterNotYet:
        return cls(_l("The roster can be closed once the last meeting of the run has begun."))


class RosterClosed(Refusal):
    """A closed roster is not changed."""

    def __init__(self) -> None:
        super().__init__(_l("This roster is closed. Ask the office if something in it is wrong."))


class RunCalledOff(Refusal):
    """A run that does not take place has no roster to write."""

    def __init__(self) -> None:
        super().__init__(_l("This run has been called off: nothing more is entered in its roster."))


class RunTookPlace(Refusal):
    """A run whose roster is closed is not called off: its certificates rest on that roster (R-44)."""

    def __init__(self) -> None:
        super().__init__(
            _l(
                "The roster of this run is closed and its certificates are being issued,"
                " so the run can't be called off any more."
            )
        )


class RosterChanged(Refusal):
    """What the closing person looked at is no longer what is recorded."""

    def __init__(self) -> None:
        super().__init__(_l("Something in the roster was changed in the meantime. Please look at it once more."))


class NotClosed(Refusal):
    """Only a closed roster is reopened."""

    def __init__(self) -> None:
        super().__init__(_l("This roster is open: it can be filled in."))


class ConsequencesChanged(Refusal):
    """What calling the run off would mean is not what was shown: somebody booked, paid or gave seats back meanwhile."""

    def __init__(self) -> None:
        super().__init__(
            _l("The figures have changed since you saw them. Nothing was called off; please look at the new ones.")
        )


class SeatGone(Refusal):
    """Something was written about people who no longer have a seat in the run."""

    def __init__(self) -> None:
        super().__init__(
            _l("Nothing was saved: one of these people no longer has a seat in this run. Please open the roster again.")
        )


class Incomplete(Refusal):
    """Attendees of whom too little is recorded to judge them: `unrecorded` nothing at all, `without_score` no score."""

    def __init__(self, unrecorded: Sequence[str], without_score: Sequence[str]) -> None:
        super().__init__(
            _l(
                "The roster can't be closed yet. Nothing recorded: %(unrecorded)s. Score missing: %(without_score)s.",
                unrecorded=_listed(unrecorded),
                without_score=_listed(without_score),
            )
        )
        self.unrecorded = tuple(unrecorded)
        self.without_score = tuple(without_score)


def _listed(names: Sequence[str]) -> str:
    return str(_(", ")).join(names) or "—"


@dataclass(frozen=True)
class EntryConflict:
    """One attendee (`seat`, a reference) whom somebody else (`who`, `at`) has changed, and the `fields` both wrote.

    `merged` holds every change of both sides, mine where they contradict; `theirs` what is kept now.
    """

    seat: str
    who: str
    at: datetime | None
    fields: tuple[Conflict, ...]
    merged: Record
    theirs: Record


class EntryChanged(Refusal):
    """Somebody else has changed the same fields meanwhile (R-41). Nothing was saved, both values are shown."""

    def __init__(self, conflicts: Sequence[EntryConflict]) -> None:
        super().__init__(
            _l(
                "Somebody else has changed the same entries in the meantime."
                " Nothing was saved yet: please compare, and save again."
            )
        )
        self.conflicts = tuple(conflicts)


def may_record(*, now: datetime, starts_at: datetime) -> None:
    """From the first day of the run on, in Tokyo. Raises RosterNotYet."""
    if now < start_of(day_of(starts_at)):
        raise RosterNotYet.to_record()


def may_close(*, now: datetime, last_meeting_starts_at: datetime) -> None:
    """From the last meeting on (it may end early). Raises RosterNotYet."""
    if now < last_meeting_starts_at:
        raise RosterNotYet.to_close()
