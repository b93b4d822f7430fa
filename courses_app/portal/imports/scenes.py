"""What happens: which course runs of three years, who books them when, who pays, and how the days went."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from itertools import cycle
from typing import Any

from courses_app.catalogue import queries
from courses_app.certificates.rules import valid_through
from courses_app.foundation.clock import is_business_day
from courses_app.portal.imports.cast import Cast, demo_data

ORDERED_BEFORE, PAID_BEFORE = timedelta(days=45), timedelta(days=38)
CLASS_OF_THE_PAST = 30


@dataclass(frozen=True)
class Order:
    """Who books for whom (keys of the cast), and when which money comes."""

    organization: str
    people: tuple[str, ...]
    ordered: date
    paid: date | None = None
    cancelled: date | None = None
    method: str = "bank_transfer"
    given_back: tuple[str, ...] = ()  # whose seats were given back today, at the fee of the day


@dataclass(frozen=True)
class Waiting:
    """Who found no room and waits."""

    organization: str
    people: tuple[str, ...]
    joined: date
    accepts_part: bool = False


@dataclass(frozen=True)
class SheetSent:
    """A list of attendees that was sent and is not booked yet; its rows as the file had them."""

    organization: str
    filename: str
    sent: date
    rows: tuple[dict[str, str], ...]


@dataclass(frozen=True)
class Scene:
    """One course run. `roster` says how its day went; without one its roster is not closed."""

    course: str
    on: date
    instructor: str
    venue: str | None = None
    capacity: int | None = None
    language: str = "ja"
    orders: tuple[Order, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    lists: tuple[SheetSent, ...] = ()
    roster: dict[str, Any] | None = None
    called_off: date | None = None
    reason: str = ""

    @property
    def first_order(self) -> date | None:
        return min((order.ordered for order in self.orders), default=None)


def scenes(cast: Cast, *, today: date) -> list[Scene]:
    """All of them: those that gave the certificates of the cast, and those of the timetable."""
    return [*_certified(cast, today), *Timetable(today).scenes()]


def _certified(cast: Cast, today: date) -> Iterator[Scene]:
    """A run for each certificate that somebody holds when the demonstration begins."""
    teaching = cycle(one["key"] for one in cast.data["instructors"])
    near, course_of = _venues_near(cast), cache(queries.course_by_code)
    for person in cast.data["people"]:
        for held in person["certificates"]:
            course = course_of(held["course_code"])
            on = valid_through(today + timedelta(days=held["expires_in_days"]), -(course.validity_months or 0))
            order = Order(person["organization"], (person["key"],), on - ORDERED_BEFORE, on - PAID_BEFORE)
            venue = near[person["organization"]]
            yield Scene(course.code, on, next(teaching), venue, CLASS_OF_THE_PAST, orders=(order,), roster={})


def _venues_near(cast: Cast) -> dict[str, str]:
    """For each organization a venue in its region."""
    regions = {one.code: one.region for one in queries.prefectures()}
    by_region = {regions[venue.prefecture_code]: venue.code for venue in queries.venues()}
    return {one["key"]: by_region[regions[one["prefecture"]]] for one in cast.data["organizations"]}


@dataclass
class Timetable:
    """The runs of the data file on days of their own: no hall and no instructor is asked for twice on a day."""

    today: date
    taken: set[tuple[date, str]] = field(default_factory=set)

    def scenes(self) -> Iterator[Scene]:
        written = demo_data("demo_runs")["runs"]
        for one in sorted(written, key=lambda one: not one.get("exact")):
            on = self._day_of(one)
            self.taken |= {(on, one["instructor"]), (on, one.get("venue", ""))}
            yield Scene(
                course=one["course"],
                on=on,
                instructor=one["instructor"],
                venue=one.get("venue"),
                capacity=one.get("capacity"),
                language=one.get("language", "ja"),
                orders=tuple(self._order(order) for order in one.get("bookings", [])),
                waiting=tuple(self._waiting(party) for party in one.get("waiting", [])),
                lists=tuple(self._list(sheet) for sheet in one.get("lists", [])),
                roster=one.get("roster"),
                called_off=self._day(one.get("called_off")),
                reason=one.get("reason", ""),
            )

    def _day_of(self, one: dict[str, Any]) -> date:
        on = self.today + timedelta(days=one["day"])
        step = timedelta(days=1 if one["day"] >= 0 else -1)
        while not one.get("exact") and not self._is_free(on, one):
            on += step
        return on

    def _is_free(self, on: date, one: dict[str, Any]) -> bool:
        wanted = {(on, one["instructor"])} | ({(on, one["venue"])} if "venue" in one else set())
        return is_business_day(on) and not wanted & self.taken

    def _order(self, one: dict[str, Any]) -> Order:
        return Order(
            organization=one["organization"],
            people=tuple(one["people"]),
            ordered=self.today + timedelta(days=one["ordered"]),
            paid=self._day(one.get("paid")),
            cancelled=self._day(one.get("cancelled")),
            method=one.get("method", "bank_transfer"),
            given_back=tuple(one.get("given_back", ())),
        )

    def _waiting(self, one: dict[str, Any]) -> Waiting:
        joined = self.today + timedelta(days=one["joined"])
        return Waiting(one["organization"], tuple(one["people"]), joined, one.get("accepts_part", False))

    def _list(self, one: dict[str, Any]) -> SheetSent:
        sent = self.today + timedelta(days=one["sent"])
        return SheetSent(one["organization"], one["filename"], sent, tuple(one["rows"]))

    def _day(self, offset: int | None) -> date | None:
        return None if offset is None else self.today + timedelta(days=offset)
