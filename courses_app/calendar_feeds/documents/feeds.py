"""Whole feeds: who may read what, put together into bytes that change only when something changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from courses_app.accounts.models import Organization, Person
from courses_app.calendar_feeds import queries
from courses_app.calendar_feeds.documents.engine import Entry, calendar
from courses_app.calendar_feeds.documents.entries import Desk, Reader, expiry_entries, run_entries
from courses_app.calendar_feeds.models import FeedPurpose, FeedToken
from courses_app.calendar_feeds.queries import ListedRun
from courses_app.calendar_feeds.rules import horizon
from courses_app.catalogue.rules import RunFilter
from courses_app.compliance.queries import Line, clocks_of, standing_of, standings_of
from courses_app.foundation.clock import day_of, start_of
from courses_app.foundation.templating import local


@dataclass(frozen=True)
class Feed:
    """A calendar's bytes, and since when they are what they are.

    `changed_at` is never before the last midnight: that is when events leave by the horizon.
    """

    content: bytes
    changed_at: datetime

    @property
    def etag(self) -> str:
        """The SHA-256 of the bytes: a strong validator that every process agrees on."""
        return hashlib.sha256(self.content).hexdigest()


def timetable_feed(wanted: RunFilter, *, language: str, now: datetime) -> Feed:
    """The public timetable under its filter."""
    runs = queries.timetable(wanted, now=now)
    with force_locale(language):
        return _feed(str(_("Courses and seminars")), _of_runs(runs, _desk(Reader.PUBLIC)), now=now)


def run_download(listed: ListedRun, *, language: str) -> Feed:
    """One run, to be put into a calendar by hand."""
    with force_locale(language):
        entries = list(run_entries(listed, _desk(Reader.PUBLIC)))
        return Feed(calendar(local(listed.run.course, "name"), entries), listed.changed_at)


def private_feed(token: FeedToken, *, now: datetime) -> Feed:
    """What stands behind a token; its right has been looked at."""
    person = token.account.person
    if person is None:  # the query that finds tokens leaves accounts without a person out
        raise LookupError("a feed without a person")
    with force_locale(token.language):
        if token.organization is not None:
            return _organization_feed(token.organization, now=now)
        return PRIVATE[token.purpose](person, now)


def _organization_feed(organization: Organization, *, now: datetime) -> Feed:
    desk = _desk(Reader.ORGANIZATION)
    runs = queries.seats_of_organization(organization, now=now)
    lines = clocks_of(standings_of(organization, on=day_of(now)))
    entries = [*_of_runs(runs, desk), *_of_lines(lines, desk, now)]
    return _feed(str(_("Courses: %(organization)s", organization=organization.name)), entries, now=now)


def _person_feed(person: Person, now: datetime) -> Feed:
    desk = _desk(Reader.PERSON)
    lines = clocks_of(standing_of(person, on=day_of(now)))
    entries = [*_of_runs(queries.seats_of_person(person, now=now), desk), *_of_lines(lines, desk, now)]
    return _feed(str(_("My courses")), entries, now=now)


def _instructor_feed(person: Person, now: datetime) -> Feed:
    runs = queries.runs_of_instructor(person, now=now)
    return _feed(str(_("Courses I teach")), _of_runs(runs, _desk(Reader.INSTRUCTOR)), now=now)


def _staff_feed(person: Person, now: datetime) -> Feed:
    runs = queries.all_runs(now=now)
    return _feed(str(_("All courses (office)")), _of_runs(runs, _desk(Reader.STAFF)), now=now)


PRIVATE: dict[FeedPurpose, Callable[[Person, datetime], Feed]] = {
    FeedPurpose.PERSON: _person_feed,
    FeedPurpose.INSTRUCTOR: _instructor_feed,
    FeedPurpose.STAFF: _staff_feed,
}


def _of_runs(runs: Iterable[ListedRun], desk: Desk) -> list[Entry]:
    return [entry for listed in runs for entry in run_entries(listed, desk)]


def _of_lines(lines: Iterable[Line], desk: Desk, now: datetime) -> list[Entry]:
    limits = horizon(day_of(now))
    entries = [entry for line in lines for entry in expiry_entries(line, desk, limits)]
    return sorted(entries, key=lambda entry: (entry.starts, entry.uid))


def _feed(name: str, entries: Sequence[Entry], *, now: datetime) -> Feed:
    midnight = start_of(day_of(now))
    return Feed(calendar(name, entries), max([midnight, *(entry.changed_at for entry in entries)]))


def _desk(reader: Reader) -> Desk:
    return Desk(reader, current_app.config["SETTINGS"].base_url)
