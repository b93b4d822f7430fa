"""What is recorded of one attendee, and which of it can't be true together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

HIGHEST_SCORE = 100


@dataclass(frozen=True)
class Record:
    """One attendee's day. `missed` and `made_up` are minutes, one figure per counted meeting in the run's order."""

    absent: bool
    identity: bool
    missed: tuple[int, ...]
    made_up: tuple[int, ...]
    score: int | None
    remarks: str


@dataclass(frozen=True)
class Problem:
    """A field of a record and the sentence that says what to mend."""

    field: str
    message: object


def blank(meetings: int) -> Record:
    """What is known of somebody of whom nothing was written down."""
    return Record(absent=False, identity=False, missed=(0,) * meetings, made_up=(0,) * meetings, score=None, remarks="")


def problems(record: Record, net: Sequence[int]) -> list[Problem]:
    """Everything in a record that can't be true; `net` are the net minutes of the counted meetings."""
    return [*_of_presence(record), *_of_minutes(record, net), *_of_score(record)]


def _of_presence(record: Record) -> Iterator[Problem]:
    if record.absent and record.identity:
        yield Problem(
            "absent", _l("Somebody who did not come can't have had their identity checked: untick one of the two.")
        )
    if record.absent and record.score is not None:
        yield Problem("score", _l("Somebody who did not come has no score: empty the score, or untick “Did not come”."))


def _of_minutes(record: Record, net: Sequence[int]) -> Iterator[Problem]:
    for at, (whole, missed, made_up) in enumerate(zip(net, record.missed, record.made_up, strict=True)):
        if not 0 <= missed <= whole:
            yield Problem(f"missed-{at}", _l("Write between 0 and %(most)d minutes.", most=whole))
        elif not 0 <= made_up <= missed:
            yield Problem(
                f"made_up-{at}", _l("No more can be made up than was missed (%(most)d minutes).", most=missed)
            )


def _of_score(record: Record) -> Iterator[Problem]:
    if record.score is not None and not 0 <= record.score <= HIGHEST_SCORE:
        yield Problem("score", _l("Write a score between 0 and 100."))
