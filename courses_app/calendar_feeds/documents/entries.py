"""What a run, or somebody's last day, says in a calendar, in the language of the moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from flask_babel import gettext as _

from courses_app.calendar_feeds.documents.engine import Entry
from courses_app.calendar_feeds.queries import ListedRun, Stretch
from courses_app.calendar_feeds.rules import NOTICE, EventStatus, Horizon, expiry_uid, run_uid
from courses_app.catalogue.models import CourseRun, RunStatus
from courses_app.catalogue.rules import Delivery, Language
from courses_app.compliance.queries import Line
from courses_app.foundation.templating import clock_time, day, local

ONE_DAY = timedelta(days=1)
ALARM = timedelta(days=30)


class Reader(StrEnum):
    """For whom an entry is written: it decides what is said and whether their time is taken. Never whose names."""

    PUBLIC = "public"
    STAFF = "staff"
    ORGANIZATION = "organization"
    INSTRUCTOR = "instructor"
    PERSON = "person"


BUSY = {Reader.INSTRUCTOR, Reader.PERSON}


@dataclass(frozen=True)
class Desk:
    """Who reads, and the origin under which our pages are reached."""

    reader: Reader
    base_url: str


def run_entries(listed: ListedRun, desk: Desk) -> Iterator[Entry]:
    """One entry a day of the run."""
    title, description, url = _title(listed), _description(listed, desk), _url(listed.run, desk)
    for stretch in listed.days:
        yield Entry(
            uid=run_uid(listed.run.reference, stretch.number),
            starts=stretch.starts_at,
            ends=stretch.ends_at,
            summary=_day_title(title, stretch, listed),
            description="\n".join([*description, *_own_meetings(stretch), str(_("Details: %(url)s", url=url))]),
            location=_place(listed.run),
            url=url,
            status=listed.status,
            sequence=listed.sequence,
            changed_at=listed.changed_at,
            busy=desk.reader in BUSY and listed.status is not EventStatus.CANCELLED,
        )


def _title(listed: ListedRun) -> str:
    run = listed.run
    where = str(Delivery.ONLINE.label) if run.venue is None else local(run.venue.prefecture, "name")
    title = str(_("%(course)s (%(place)s)", course=local(run.course, "name"), place=where))
    if run.status is RunStatus.CALLED_OFF:
        return str(_("[Called off] %(title)s", title=title))
    if listed.status is EventStatus.CANCELLED:
        return str(_("[Cancelled] %(title)s", title=title))
    if run.status is RunStatus.DRAFT:
        return str(_("[Draft] %(title)s", title=title))
    if listed.status is EventStatus.TENTATIVE:
        return str(_("[Payment awaited] %(title)s", title=title))
    return title


def _day_title(title: str, stretch: Stretch, listed: ListedRun) -> str:
    if stretch.number == 1 and len(listed.days) == 1:
        return title
    return str(_("%(title)s, day %(number)d", title=title, number=stretch.number))


def _description(listed: ListedRun, desk: Desk) -> list[str]:
    run = listed.run
    lines = []
    if run.status is RunStatus.CALLED_OFF:
        lines.append(str(_("This run has been called off.")))
    elif listed.status is EventStatus.CANCELLED:
        lines.append(str(_("The booking of these seats has been cancelled.")))
    lines.append(str(_("Language of the course: %(language)s", language=Language(run.language).label)))
    if desk.reader is Reader.ORGANIZATION and listed.places:
        lines.append(str(_("Attendees: %(count)d", count=listed.places)))
    if desk.reader in {Reader.ORGANIZATION, Reader.PERSON} and listed.unpaid:
        lines.append(str(_("Payment is awaited for %(count)d of the seats.", count=listed.unpaid)))
    return lines + _joining(listed, desk)


def _joining(listed: ListedRun, desk: Desk) -> list[str]:
    """How to take part online, for who teaches, the office, and those with a confirmed seat; never for the public."""
    takes_part = desk.reader in {Reader.INSTRUCTOR, Reader.STAFF} or listed.places > listed.unpaid
    if desk.reader is Reader.PUBLIC or not takes_part or listed.status is EventStatus.CANCELLED:
        return []
    run, lines = listed.run, local(listed.run, "joining_note").splitlines()
    return [str(_("Address to join: %(url)s", url=run.joining_address)), *lines] if run.joining_address else lines


def _own_meetings(stretch: Stretch) -> list[str]:
    return [f"{clock_time(one.starts_at)}–{clock_time(one.ends_at)} {local(one, 'title')}" for one in stretch.meetings]


def _place(run: CourseRun) -> str:
    if run.venue is None:
        return str(Delivery.ONLINE.label)
    return str(_("%(venue)s, %(address)s", venue=local(run.venue, "name"), address=local(run.venue, "address")))


def _url(run: CourseRun, desk: Desk) -> str:
    """A page that shows nothing to somebody who only found the calendar: public, or behind the sign-in."""
    if desk.reader is Reader.INSTRUCTOR:
        return f"{desk.base_url}/teaching/runs/{run.reference}/roster"
    if desk.reader is Reader.STAFF:
        return f"{desk.base_url}/office/runs/{run.reference}"
    return f"{desk.base_url}{run.path}"


def expiry_entries(line: Line, desk: Desk, limits: Horizon) -> Iterator[Entry]:
    """The last day of a completion, and a notice 90 days before: all-day entries that take nobody's time.

    People are told by their reference, never by name: calendars are shared.
    """
    if line.course is None or line.standing is None or line.certificate is None or line.standing.valid_through is None:
        return
    last, course = line.standing.valid_through, local(line.course, "name")
    about = course if desk.reader is Reader.PERSON else f"{course} {line.person.reference}"
    page = "/me" if desk.reader is Reader.PERSON else f"/organization/people/{line.person.reference}/roles"
    for notice in (False, True):
        on = last - NOTICE if notice else last
        if not limits.holds(on):
            continue
        yield Entry(
            uid=expiry_uid(line.person.reference, line.course.code, last, notice=notice),
            starts=on,
            ends=on + ONE_DAY,
            summary=_expiry_title(about, notice=notice),
            description="\n".join(
                (
                    str(_("Valid through %(day)s, that day included.", day=day(last))),
                    str(_("Details: %(url)s", url=desk.base_url + page)),
                )
            ),
            url=desk.base_url + page,
            changed_at=line.certificate.issued_at,
            alarm=None if notice else ALARM,
        )


def _expiry_title(about: str, *, notice: bool) -> str:
    if notice:
        return str(_("90 days left: %(about)s", about=about))
    return str(_("Last day of validity: %(about)s", about=about))
