"""Entries to bytes with the icalendar library: each entry is serialized once, its bytes are kept and joined.

Serializing is twenty times slower than joining. The key of what is kept is the whole entry, so that nothing stale can
ever be served, and two processes always give the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from icalendar import Alarm, Calendar, Component, Event, Timezone

from courses_app.calendar_feeds.rules import EventStatus
from courses_app.foundation.clock import JST

PRODID = "-//Course Booking System//Course Runs//JA"
REFRESH = timedelta(hours=6)
KEPT_ENTRIES = 4096  # about 10 MB
LONGEST_LINE = 75
PIECES = re.compile(r"\\.|.", re.DOTALL)
LINE_ENDS = re.compile("\r\n|[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufeff]")


@dataclass(frozen=True)
class Entry:
    """One VEVENT in plain values.

    `starts` and `ends` are aware instants, or days: an all-day entry, whose `ends` is the day after. `busy` says
    whether it takes the reader's time. `alarm` is how long before its start a reminder would ring (most subscribers
    ignore it).
    """

    uid: str
    starts: date
    ends: date
    summary: str
    description: str
    url: str
    changed_at: datetime
    location: str = ""
    status: EventStatus = EventStatus.CONFIRMED
    sequence: int = 0
    busy: bool = False
    alarm: timedelta | None = None


def calendar(name: str, entries: Iterable[Entry]) -> bytes:
    """A whole calendar: the frame, its one time zone, and the entries in the order given."""
    head, tail = _frame(plain(name))
    return b"".join((head, *(_event(entry) for entry in entries), tail))


def plain(text: str) -> str:
    """Text every reader can take: any line end is a line feed, other control characters are gone (C-04, S-34)."""
    return CONTROLS.sub("", LINE_ENDS.sub("\n", text))


@lru_cache(maxsize=64)
def _frame(name: str) -> tuple[bytes, bytes]:
    """What stands before and after the events.

    No METHOD: it would make an invitation of a feed and demand an ORGANIZER. No calendar-level UID: some clients would
    take the whole feed for one item.
    """
    frame = Calendar.new(prodid=PRODID, name=name, refresh_interval=REFRESH)
    frame.pop("UID", None)
    frame["REFRESH-INTERVAL"].params["VALUE"] = "DURATION"
    frame.add("X-PUBLISHED-TTL", "PT6H")
    zone = Timezone.from_tzinfo(JST)
    zone.pop("COMMENT", None)
    frame.add_component(zone)
    end = b"END:VCALENDAR\r\n"
    return _written(frame).removesuffix(end), end


@lru_cache(maxsize=KEPT_ENTRIES)
def _event(entry: Entry) -> bytes:
    event = Event()
    stamp = entry.changed_at.astimezone(UTC).replace(microsecond=0)
    for name, value in (
        ("uid", entry.uid),
        ("dtstamp", stamp),
        ("last-modified", stamp),
        ("sequence", entry.sequence),
        ("dtstart", _moment(entry.starts)),
        ("dtend", _moment(entry.ends)),
        ("summary", plain(entry.summary)),
        ("description", plain(entry.description)),
        ("location", plain(entry.location)),
        ("url", entry.url),
        ("status", entry.status.value),
        ("transp", "OPAQUE" if entry.busy else "TRANSPARENT"),
    ):
        if value != "":
            event.add(name, value)
    if entry.alarm is not None:
        event.add_component(_alarm(entry))
    return _written(event)


def _moment(value: date) -> date:
    return value.astimezone(JST) if isinstance(value, datetime) else value


def _alarm(entry: Entry) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", -(entry.alarm or timedelta()))
    alarm.add("description", plain(entry.summary))
    return alarm


def _written(component: Component) -> bytes:
    """The component's lines, folded here: the library may fold between the two backslashes of an escaped one (C-06)."""
    return b"".join(_folded(str(line)) for line in component.content_lines() if line)


def _folded(line: str) -> bytes:
    """One content line in physical lines of 75 octets at most; no character and no escape is torn apart."""
    whole = line.encode()
    if len(whole) <= LONGEST_LINE:
        return whole + b"\r\n"
    lines, present = [], b""
    for piece in PIECES.findall(line):
        octets = piece.encode()
        if len(present) + len(octets) > LONGEST_LINE:
            lines.append(present)
            present = b" "
        present += octets
    return b"\r\n".join((*lines, present)) + b"\r\n"
