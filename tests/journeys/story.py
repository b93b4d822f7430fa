"""The whole story, told once for every way to walk it: from the timetable to a certificate that expires."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from icalendar import Calendar as Diary

from courses_app.foundation.clock import add_business_days, day_of
from tests.journeys import booking, joining, office, proof, standing, teaching
from tests.journeys.cast import CHOSEN, FIRST, INSTRUCTOR, KNOWN, SECOND, STAFF, Person, signs_in
from tests.journeys.walkers import Around, Walker

ORGANIZATION = "みなと国際交流事業協同組合"
STEPS = (12, 6, 3, 1)
# What the subject of a letter begins with, in the language of its reader.
SUBJECTS = {
    "ja": {
        "invoice": "【請求書】", "receipt": "【領収書】", "tickets": "【受講票】", "certificate": "【受講証明書】",
        "failed": "【不合格通知書】", "absent": "【欠席のお知らせ】", "reminder": "【有効期限のお知らせ】",
    },
    "en": {
        "invoice": "Invoice", "receipt": "Receipt", "tickets": "Admission ticket", "certificate": "ertificate",
        "failed": "Notice of failure", "absent": "Absent", "reminder": "ast day",
    },
}  # fmt: skip


@dataclass
class Story:
    """`me` is the coordinator; beside them a clerk of the office, the instructor, and somebody who knows nobody."""

    around: Around
    me: Walker
    clerk: Walker
    teacher: Walker
    stranger: Walker
    email: str
    instructor: str
    days_ahead: int = 40
    corporate_base: str = "010405000026"
    run: str = ""
    order: str = ""
    number: str = ""
    feed: str = ""
    day: date = date.min

    def __post_init__(self) -> None:
        """Two new people and one who is known; each story writes to addresses of its own."""
        tag = self.email.partition("@")[0]
        self.known, self.first, self.second = (_of(person, tag) for person in (KNOWN, FIRST, SECOND))

    @property
    def subject(self) -> dict[str, str]:
        return SUBJECTS[self.me.words.language]

    def is_planned(self) -> None:
        """The office publishes a run, at ten in the morning."""
        self.around.move_to(self.around.today + timedelta(days=1))
        signs_in(self.clerk, STAFF).shoot("office")
        self.day = add_business_days(self.around.today + timedelta(days=self.days_ahead), 1)
        self.run = office.plans_a_run(self.clerk, self.day, self.instructor)

    def begins(self) -> None:
        """An organization joins, and sees that somebody of its people needs a course."""
        joining.registers(self.me, self.around, self.email)
        joining.joins(self.me, ORGANIZATION, self.corporate_base)
        joining.keeps(self.me, self.known)
        standing.appoints(self.me, self.known)
        standing.stands(self.me, self.known, "Not taken yet")

    def holds_seats(self) -> None:
        """From the role to the course, to the run, to the last page before the order."""
        booking.finds_a_course(self.me)
        booking.finds_a_run(self.me, self.run, course=booking.COURSE, region="kanto")
        self.order = booking.names_attendees(self.me, [self.known], [self.first, self.second])

    def is_booked(self, method: str) -> None:
        """The order is placed."""
        self.holds_seats()
        booking.orders(self.me, method)

    def is_paid_by_transfer(self) -> None:
        """The invoice comes with the tax rounded once (3 × 11,500 includes 3,136); the office sees the money."""
        self.me.shoot("ordered")
        text = self.around.letter(self.email, self.subject["invoice"]).paper.text
        for part in (
            ORGANIZATION,
            "34,500",
            "3,136",
            "T8999900000001",
            self.first.name,
            self.second.name,
            self.known.name,
            "10%",
        ):
            assert part.replace(" ", "") in text, f"{part} not in {text}"
        office.records_the_transfer(self.clerk, self.order)

    def is_confirmed(self) -> None:
        """Receipt, and admission tickets: all of them for the coordinator, each attendee their own."""
        assert "34,500" in self.around.letter(self.email, self.subject["receipt"]).papers[0].text
        assert len(self.around.letter(self.email, self.subject["tickets"]).papers) == 3
        for person in (self.known, self.first, self.second):
            ticket = self.around.letter(person.email, self.subject["tickets"]).paper.text
            assert person.name.replace(" ", "") in ticket, ticket
        self.me.open(f"/bookings/{self.order}").sees(self.me.words("The seats are confirmed.")).shoot("confirmed")
        assert self.me.download(self.me.address_of(self.me.words("Download"))).startswith(b"%PDF")

    def is_in_the_diary(self) -> None:
        """The private feed holds the run."""
        self.feed = standing.opens_the_diary(self.me)
        assert self.day in [_day(event["DTSTART"].dt) for event in self._events()]

    def is_taught(self) -> None:
        """The day: one completes, one fails the test, one stays away."""
        self.around.move_to(self.day, time(17, 30))
        signs_in(self.teacher, INSTRUCTOR)
        teaching.opens_the_roster(self.teacher, self.run)
        teaching.saw(self.teacher, self.first, score=80, missed=30, made_up=30)
        teaching.saw(self.teacher, self.second, score=45)
        teaching.missed(self.teacher, self.known)
        teaching.saves_all(self.teacher)
        teaching.closes_the_roster(self.teacher)

    def is_certified(self) -> None:
        """Each is told what it means; the certificate is the one that was mailed."""
        said = self.around.letter(self.email, self.subject["certificate"])
        found = re.search(r"SUP-\d{4}-\d{6}", said.subject)
        assert found, said.subject
        self.number = found[0]
        for part in ("髙﨑健一", self.number):
            assert part in said.paper.text, f"{part} not in {said.paper.text}"
        assert "渡邉󠄁葉月" in self.around.letter(self.email, self.subject["failed"]).paper.text
        assert self.known.name in self.around.letter(self.email, self.subject["absent"]).body
        signs_in(self.me, self.email, CHOSEN)
        assert proof.downloads(self.me, self.number) == said.paper.content

    def is_verified(self) -> None:
        """Genuine for everybody; a forgery is told apart; names are for those who know them."""
        proof.verifies(self.stranger, self.number, self.first, proof.GENUINE)
        proof.meets_forgeries(self.stranger, self.number, self.first)
        letter = self.around.letter(self.first.email, self.subject["certificate"])
        proof.scans(self.stranger, letter.link("/certificates/"), self.first)

    def counts(self) -> None:
        """Valid for three years from the day of the course."""
        standing.appoints(self.me, self.first)
        standing.stands(self.me, self.first, "Valid")

    def reminds(self) -> None:
        """A letter at 12, 6, 3 and 1 month before the last day, each once; the day itself stands in the diary."""
        for count, months in enumerate(STEPS, start=1):
            self.around.move_to(months_before(self.last_day, months))
            for address in (self.first.email, self.email):
                found = self.around.letters(address, self.subject["reminder"], at_least=count)
                assert len(found) == count, f"{months} months before: {found}"
            self.around.move_to(self.around.today + timedelta(days=3))
        assert self.last_day in [event["DTSTART"].dt for event in self._events()]
        signs_in(self.me, self.email, CHOSEN)
        standing.stands(self.me, self.first, "Expiring soon")

    def expires(self) -> None:
        """On its last day it still counts; five minutes into the next it does not."""
        self.around.move_to(self.last_day, time(23, 0))
        proof.verifies(self.stranger, self.number, self.first, proof.GENUINE)
        self.around.move_to(self.last_day + timedelta(days=1), time(0, 5))
        proof.verifies(self.stranger, self.number, self.first, proof.EXPIRED)
        signs_in(self.me, self.email, CHOSEN)
        standing.stands(self.me, self.first, "Expired")

    @property
    def last_day(self) -> date:
        """Three years from the day of the course; 29 February becomes 28 February."""
        leap = (self.day.month, self.day.day) == (2, 29)
        return (self.day - timedelta(days=leap)).replace(year=self.day.year + 3)

    def _events(self) -> list[dict[str, object]]:
        return [dict(event) for event in Diary.from_ical(self.stranger.download(self.feed)).walk("VEVENT")]


def _of(person: Person, tag: str) -> Person:
    return replace(person, email=f"{tag}.{person.email}")


def months_before(day: date, months: int) -> date:
    """The same day of an earlier month, or the last one it has."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    following = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + timedelta(days=day.day - 1), following - timedelta(days=1))


def _day(at: date) -> date:
    """The day of an instant in a feed, as people in Tokyo count it."""
    return day_of(at) if isinstance(at, datetime) else at
