"""What a roster decides: who completed the course, what two people wrote at once, and when it may be written at all."""

from courses_app.rosters.rules.merging import Conflict, Value, fields_of, merged
from courses_app.rosters.rules.outcomes import Lack, Outcome, Reason, Verdict, lack, verdict
from courses_app.rosters.rules.records import Problem, Record, blank, problems
from courses_app.rosters.rules.refusals import (
    ConsequencesChanged,
    EntryChanged,
    EntryConflict,
    Incomplete,
    NotClosed,
    RosterChanged,
    RosterClosed,
    RosterNotYet,
    RunCalledOff,
    RunTookPlace,
    SeatGone,
    may_close,
    may_record,
)

__all__ = [
    "Conflict", "ConsequencesChanged", "EntryChanged", "EntryConflict", "Incomplete", "Lack", "NotClosed",
    "Outcome", "Problem", "Reason", "Record", "RosterChanged", "RosterClosed", "RosterNotYet", "RunCalledOff",
    "RunTookPlace", "SeatGone", "Value", "Verdict", "blank", "fields_of", "lack", "may_close", "may_record",
    "merged", "problems", "verdict",
]  # fmt: skip
