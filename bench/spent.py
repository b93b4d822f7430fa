"""Processor time of whole families of processes, from the kernel's books (Linux): the same on a busy machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Spent:
    """Milliseconds so far, or of a stretch; the database's are 0 where it runs elsewhere."""

    client: float
    application: float
    database: float

    def __sub__(self, before: Spent) -> Spent:
        return Spent(
            self.client - before.client, self.application - before.application, self.database - before.database
        )

    def each(self, count: int) -> str:
        """In words, for one of so many attempts."""
        whole = self.client + self.application + self.database
        return (
            f"{whole / count:.1f} ms (application {self.application / count:.1f}, database {self.database / count:.1f},"
            f" client {self.client / count:.1f})"
        )


def spent_by(pid: int | None) -> float:
    """Milliseconds of a process, of those under it, and of those under it that have ended; 0 for nobody."""
    if pid is None or not PROC.is_dir():
        return 0.0
    parents = dict(_parents())
    family = {pid}
    while more := {child for child, parent in parents.items() if parent in family} - family:
        family |= more
    return sum(_own(member) for member in family)


def parent_of(pid: int, *, named: str) -> int | None:
    """The process above, if it runs here and bears that name."""
    found = dict(_parents()).get(pid)
    if found is None or (PROC / str(pid) / "comm").read_text().strip() != named:
        return None
    return found


def _parents() -> Iterator[tuple[int, int]]:
    for entry in PROC.iterdir():
        if entry.name.isdigit() and (fields := _fields(int(entry.name))):
            yield int(entry.name), int(fields[1])


def _own(pid: int) -> float:
    return sum(int(ticks) for ticks in _fields(pid)[11:15]) * TICK_MS


def _fields(pid: int) -> list[str]:
    """What follows the name in `stat`: state, parent, …; nothing for a process that has ended."""
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
