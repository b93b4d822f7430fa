"""The queue of SQLite's writers: first come first served, and nobody waits for ever (R-06).

Many writers that wait inside SQLite starve each other; one place before `BEGIN IMMEDIATE` does not. The threads of a
process line up in memory and are woken one by one. Only the first of each process goes to the files between the
processes: `.next` is the door, `.queue` the turn. Who waits for the turn holds the door meanwhile, so that a busy
process can't take turn after turn; both are tried again and again, because a blocking flock can't be given up.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from sqlalchemy.exc import OperationalError

PAUSE_SECONDS = 0.0002


class QueueTooLong(OperationalError):
    """The turn did not come in time; nothing was begun. The same "busy" as when the database gives up waiting."""

    def __init__(self, seconds: float) -> None:
        super().__init__("BEGIN IMMEDIATE", None, TimeoutError(f"no turn to write within {seconds:g} s"))


class Line:
    """The threads of one process."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self.waiting: deque[threading.Event] = deque()
        self._taken = False

    def enter(self, seconds: float) -> bool:
        """Wait for the turn, `seconds` at most; whether it came."""
        turn = threading.Event()
        with self._guard:
            if not self._taken:
                self._taken = True
                return True
            self.waiting.append(turn)
        if turn.wait(seconds):
            return True
        with self._guard:
            if not turn.is_set():
                self.waiting.remove(turn)
            return turn.is_set()  # it may have come in the last moment

    def leave(self) -> None:
        """Let the next one in."""
        with self._guard:
            if self.waiting:
                self.waiting.popleft().set()
            else:
                self._taken = False


_lines: dict[Path, Line] = {}
os.register_at_fork(after_in_child=_lines.clear)  # a child has none of its parent's threads


@contextmanager
def turn_at(path: Path, *, seconds: float) -> Iterator[None]:
    """The only turn of all threads and processes that queue at `path`. Raises QueueTooLong after `seconds`."""
    until = time.monotonic() + seconds
    line = _lines.setdefault(path, Line())
    if not line.enter(seconds):
        raise QueueTooLong(seconds)
    try:
        with path.open("w") as turn:
            with path.with_name(f"{path.name}.next").open("w") as door:
                if not (_locked(door, until) and _locked(turn, until)):
                    raise QueueTooLong(seconds)
            yield
    finally:
        line.leave()


def _locked(handle: IO[str], until: float) -> bool:
    """Lock the file, for as long as it is open; False if others held it until then."""
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                return False
            time.sleep(PAUSE_SECONDS)
        else:
            return True
