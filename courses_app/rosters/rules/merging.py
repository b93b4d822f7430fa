"""Two people write about the same attendee at once: nothing either of them wrote may be lost (R-41).

Each save carries what its writer saw (`base`) and what they made of it (`mine`); beside it stands what is kept by now
(`theirs`). Where only one side changed a field, that side's value counts. Where both did, to different values, a person
decides.
"""

from __future__ import annotations

from dataclasses import dataclass

from courses_app.rosters.rules.records import Record

Value = bool | int | str | None


@dataclass(frozen=True)
class Conflict:
    """One field that both sides changed."""

    field: str
    mine: Value
    theirs: Value


def fields_of(record: Record) -> dict[str, Value]:
    """A record as flat fields: `absent`, `identity`, `missed-0`, `made_up-0`, …, `score`, `remarks`."""
    return {
        "absent": record.absent,
        "identity": record.identity,
        **{f"missed-{at}": minutes for at, minutes in enumerate(record.missed)},
        **{f"made_up-{at}": minutes for at, minutes in enumerate(record.made_up)},
        "score": record.score,
        "remarks": record.remarks,
    }


def merged(*, base: Record, mine: Record, theirs: Record) -> tuple[Record, tuple[Conflict, ...]]:
    """The record of both sides' changes, mine where they contradict, and those contradictions."""
    before, ours, others = fields_of(base), fields_of(mine), fields_of(theirs)
    both = {name: others[name] if value == before.get(name) else value for name, value in ours.items()}
    conflicts = tuple(
        Conflict(name, value, others[name])
        for name, value in ours.items()
        if value not in (others[name], before.get(name)) and others[name] != before.get(name)
    )
    return _record(both, meetings=len(mine.missed)), conflicts


def _record(fields: dict[str, Value], *, meetings: int) -> Record:
    score = fields["score"]
    return Record(
        absent=bool(fields["absent"]),
        identity=bool(fields["identity"]),
        missed=tuple(int(fields[f"missed-{at}"] or 0) for at in range(meetings)),
        made_up=tuple(int(fields[f"made_up-{at}"] or 0) for at in range(meetings)),
        score=None if score is None else int(score),
        remarks=str(fields["remarks"]),
    )
