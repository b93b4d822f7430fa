"""The very statements of check-ledger, asked again and again without building them anew.

Each of them names the rows that break a promise, or that the room must look at (closed rosters, series of numbers):
where there is a row, the room itself is asked. What was asked is listened to once; only the instants among the
parameters move with the clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import event

from courses_app.bookings import queries as bookings
from courses_app.catalogue import queries as catalogue
from courses_app.certificates import queries as certificates
from courses_app.cli import ledger
from courses_app.dispatches import queries as dispatches
from courses_app.foundation.db import db, session
from courses_app.payments import queries as payments
from courses_app.rosters import queries as rosters

ROOMS = (payments, catalogue, bookings, dispatches, rosters, certificates)
LISTENING = datetime(1999, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Question:
    """A statement of a room for the driver, its parameters, and which of them are instants so long before now."""

    room: Any
    statement: str
    parameters: dict[Any, Any]
    instants: dict[Any, timedelta]
    plain: bool

    def asked(self, cursor: Any, now: datetime) -> bool:
        """Whether it names a row."""
        moved = {key: _as_before(self.parameters[key], now - before) for key, before in self.instants.items()}
        values = {**self.parameters, **moved}
        told = tuple(values.values()) if self.plain else values
        return cursor.execute(self.statement, told).fetchone() is not None


def listened_to() -> list[Question]:
    """All that check-ledger asks of the rooms in which lives take place."""
    assert set(ROOMS) == set(ledger.ROOMS)
    heard: list[Question] = []

    def hear(_connection, _cursor, statement, parameters, _context, _many) -> None:
        plain = not isinstance(parameters, dict)
        values = dict(enumerate(parameters)) if plain else dict(parameters)
        heard.append(Question(room, statement, values, _instants(values), plain))

    event.listen(db.engine, "before_cursor_execute", hear)
    try:
        for room in ROOMS:
            assert list(room.violations(now=LISTENING)) == []
    finally:
        event.remove(db.engine, "before_cursor_execute", hear)
    return [one for one in heard if one.statement.lstrip().startswith(("SELECT", "WITH"))]


def broken(questions: list[Question], *, now: datetime) -> list[str]:
    """What check-ledger says of the rooms of which a question names a row."""
    cursor = session.connection().connection.cursor()
    rooms = dict.fromkeys(one.room for one in questions if one.asked(cursor, now))
    cursor.close()
    return [line for room in rooms for line in room.violations(now=now)]


def _instants(values: dict[Any, Any]) -> dict[Any, timedelta]:
    found = {}
    for key, value in values.items():
        at = _instant(value)
        if at is not None and abs(LISTENING - at) < DAY:
            found[key] = LISTENING - at
    return found


def _instant(value: Any) -> datetime | None:
    if isinstance(value, str) and value.startswith(("1998-", "1999-")):
        value = datetime.fromisoformat(value)
    if not isinstance(value, datetime):
        return None
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def _as_before(sample: Any, at: datetime) -> Any:
    """The instant as the driver wants it: as text on SQLite."""
    return at.strftime("%Y-%m-%d %H:%M:%S.%f") if isinstance(sample, str) else at
