"""Who completed a course: identity ∧ minutes ∧ pass mark (domain §5), decided from plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from courses_app.rosters.rules.records import Record


class Outcome(StrEnum):
    COMPLETED = "completed"
    FAILED = "failed"
    ABSENT = "absent"


class Reason(StrEnum):
    """What a failed attendee lacked."""

    IDENTITY = "identity"
    MINUTES = "minutes"
    TEST = "test"


class Lack(StrEnum):
    """What must still be written down before a roster can be closed."""

    EVERYTHING = "everything"
    SCORE = "score"


@dataclass(frozen=True)
class Verdict:
    """The outcome, and for the failed the reasons with their figures (minutes in sum; no `score`: no test taken)."""

    outcome: Outcome
    reasons: tuple[Reason, ...]
    missed: int
    made_up: int
    score: int | None
    pass_mark: int | None


def verdict(record: Record, *, net: Sequence[int], pass_mark: int | None) -> Verdict:
    """What a record comes to. `net`: the net minutes per counted meeting; `pass_mark`: None where there is no test."""
    absent = _stayed_away(record, net)
    reasons = () if absent else _reasons(record, pass_mark)
    present = Outcome.FAILED if reasons else Outcome.COMPLETED
    outcome = Outcome.ABSENT if absent else present
    return Verdict(outcome, reasons, sum(record.missed), sum(record.made_up), record.score, pass_mark)


def lack(record: Record, *, net: Sequence[int], pass_mark: int | None) -> Lack | None:
    """What is missing in a record before it can be judged.

    A score is asked of everybody who was there to the end; who missed minutes may have left before the test.
    """
    if _stayed_away(record, net):
        return None
    if not (record.identity or record.score is not None or any(record.missed) or record.remarks):
        return Lack.EVERYTHING
    if pass_mark is not None and record.score is None and record.missed == record.made_up:
        return Lack.SCORE
    return None


def _stayed_away(record: Record, net: Sequence[int]) -> bool:
    """Said to be absent, or without any sign of presence: no identity check, no score, every minute missed."""
    if record.absent:
        return True
    everything_missed = sum(net) > 0 and tuple(record.missed) == tuple(net) and not any(record.made_up)
    return everything_missed and not record.identity and record.score is None


def _reasons(record: Record, pass_mark: int | None) -> tuple[Reason, ...]:
    met = {
        Reason.IDENTITY: record.identity,
        Reason.MINUTES: record.missed == record.made_up,
        Reason.TEST: pass_mark is None or (record.score is not None and record.score >= pass_mark),
    }
    return tuple(reason for reason, is_met in met.items() if not is_met)
