"""Deeds in the order of their time, each in its own transaction, and the worker's rounds between them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from enum import StrEnum
from heapq import heappop, heappush
from itertools import count

from courses_app.bookings import tasks as bookings
from courses_app.certificates import tasks as certificates
from courses_app.foundation.db import in_transaction
from courses_app.foundation.outbox import deliver_due
from courses_app.foundation.outbox.transports import Undeliverable
from courses_app.payments import tasks as payments

MOST_MAILS = 500


class Room(StrEnum):
    """Whose tasks a round of the worker does."""

    BOOKINGS = "bookings"
    PAYMENTS = "payments"
    CERTIFICATES = "certificates"


TASKS = {
    Room.BOOKINGS: bookings.run_due,
    Room.PAYMENTS: payments.run_due,
    Room.CERTIFICATES: certificates.run_due,
}


class Script:
    """What happens when. A deed may put later deeds into the script while it is played; `now` ends it."""

    def __init__(self, *, now: datetime, refuses: str) -> None:
        """Mail of the past reaches nobody; what went to `refuses` came back, so that staff see how that looks."""
        self.now = now
        self._transport = Past(refuses)
        self._deeds: list[tuple[datetime, int, Callable[[datetime], object]]] = []
        self._turn = count()
        self._rounds: dict[datetime, set[Room]] = {}

    def at(self, when: datetime, deed: Callable[[datetime], object]) -> None:
        """One transaction at that time (at the latest now)."""
        self._add(when, lambda now: in_transaction(lambda: deed(now)))

    def worker_at(self, when: datetime, *rooms: Room) -> None:
        """A round of the worker at that time: what is due in these rooms, and their mail.

        One round however often it is asked for; rounds to come are left to the real worker.
        """
        if when >= self.now:
            return
        if when not in self._rounds:
            self._rounds[when] = set()
            self._add(when, self._work)
        self._rounds[when] |= set(rooms)

    def play(self) -> None:
        """Everything, the oldest first."""
        while self._deeds:
            when, _turn, deed = heappop(self._deeds)
            deed(when)

    def _add(self, when: datetime, deed: Callable[[datetime], object]) -> None:
        heappush(self._deeds, (min(when, self.now), next(self._turn), deed))

    def _work(self, now: datetime) -> None:
        rooms = self._rounds[now]
        for room in Room:  # in the worker's own order
            if room in rooms:
                TASKS[room](clock=lambda: now)
        deliver_due(self._transport, clock=lambda: now, limit=MOST_MAILS)


class Past:
    """Mail that left long ago: nothing is written into the folder of today."""

    def __init__(self, refuses: str) -> None:
        self.refuses = refuses

    def send(self, message: EmailMessage) -> None:
        if str(message["To"]) == self.refuses:
            raise Undeliverable("recipient refused (550)")
