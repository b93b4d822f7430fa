"""A run as staff plan it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import FieldList, Form, FormField, HiddenField, RadioField, SelectField, TextAreaField
from wtforms.validators import Length, Optional

from courses_app.accounts.models import Person
from courses_app.catalogue.forms.courses import place_of
from courses_app.catalogue.forms.fields import (
    LONGEST_TITLE,
    MOST_YEN,
    Given,
    Versioned,
    WebAddress,
    between,
)
from courses_app.catalogue.models import Course, CourseRun, Meeting, Venue
from courses_app.catalogue.rules import (
    Delivery,
    Language,
    MeetingPlan,
    RunPlan,
    SubjectKind,
    Visibility,
    booking_closes_by_default,
    lay_out_day,
)
from courses_app.catalogue.rules.days import DAY_BEGINS
from courses_app.foundation.clock import JST
from courses_app.foundation.forms import (
    ClockField,
    DayField,
    FilterForm,
    FoldedField,
    NameField,
    Required,
    WholeNumberField,
    options,
)
from courses_app.foundation.templating import local

TITLE, NOTE = Length(max=LONGEST_TITLE), Length(max=1000)
MOST_MEETINGS = 40
OPENS = time(9, 0)
DELIVERIES = options([(each.value, each.label) for each in Delivery])
VISIBILITIES = options([(each.value, each.label) for each in Visibility])


class BeginForm(FilterForm):
    """Which course, on which day, where: enough to propose a whole plan."""

    course = SelectField(_l("Course"), [Required()])
    delivery = RadioField(_l("Where"), [Required()], choices=DELIVERIES, default=Delivery.VENUE)
    on = DayField(_l("First day"), [Given()])
    begins = ClockField(_l("First meeting begins at"), [Given()], default=DAY_BEGINS)

    def offer(self, courses: Iterable[Any]) -> None:
        self.course.choices = options(
            [("", _l("Please choose")), *((each.code, local(each, "name")) for each in courses)]
        )

    def wishes(self) -> tuple[str, date, time, Delivery]:
        """The course's code, the first day, when it begins, and where."""
        typed: dict[str, Any] = self.data
        return typed["course"], typed["on"], typed["begins"], Delivery(typed["delivery"])


class MeetingForm(Form):
    """One meeting. Without a subject it needs titles of its own."""

    number = HiddenField()
    on = DayField(_l("Day"), [Given()])
    begins = ClockField(_l("Begins"), [Given()])
    ends = ClockField(_l("Ends"), [Given()])
    subject = SelectField(_l("Subject"), validate_choice=False)
    title_ja = NameField(_l("Title in Japanese"), [Optional(), TITLE], description=_l("Empty: the subject's name."))
    title_en = NameField(_l("Title in English"), [Optional(), TITLE])
    net_minutes = WholeNumberField(_l("Net minutes"), [Given(), between(0, 600)], description=_l("Zero for the test."))
    instructor = SelectField(_l("Instructor"), validate_choice=False)

    def validate(self, extra_validators: Any = None) -> bool:
        fine = super().validate(extra_validators)
        if not self.subject.data and not (self.title_ja.data and self.title_en.data):
            self.title_ja.errors = [_l("Choose a subject, or write a title in both languages.")]
            return False
        return fine


class RunForm(Versioned):
    """Everything staff decide about a run; `clashes_seen` names the clashes that were shown and accepted."""

    course = HiddenField(validators=[Required()])
    delivery = RadioField(_l("Where"), [Required()], choices=DELIVERIES)
    venue = SelectField(_l("Venue"), validate_choice=False)
    online_note_ja = NameField(_l("Public note, in Japanese"), [Optional(), NOTE])
    online_note_en = NameField(_l("Public note, in English"), [Optional(), NOTE])
    joining_address = FoldedField(_l("Address to join"), [Optional(), Length(max=500), WebAddress()])
    joining_note_ja = TextAreaField(_l("How to join, in Japanese"), [Optional(), NOTE])
    joining_note_en = TextAreaField(_l("How to join, in English"), [Optional(), NOTE])
    language = SelectField(
        _l("Language"), [Required()], choices=options([(each.value, each.label) for each in Language])
    )
    capacity = WholeNumberField(_l("Seats"), [Given(), between(1, 1000)])
    booking_opens_on = DayField(_l("Booking opens on"), [Given()])
    booking_opens_time = ClockField(_l("Opens at (time)"), [Given()])
    booking_closes_on = DayField(_l("Booking ends on"), [Given()])
    booking_closes_time = ClockField(_l("Ends at (time)"), [Given()])
    visibility = RadioField(
        _l("Who sees the run"), choices=VISIBILITIES, default=Visibility.PUBLIC, validate_choice=False
    )
    organization = FoldedField(_l("Only for this organization"), [Optional(), Length(max=20)])
    price_general = WholeNumberField(_l("Price of this run in yen, tax included"), [Optional(), between(0, MOST_YEN)])
    price_member = WholeNumberField(
        _l("Price for supporting members in yen, tax included"), [Optional(), between(0, MOST_YEN)]
    )
    meetings = FieldList(FormField(MeetingForm, _l("Meeting")), _l("Meetings"), max_entries=MOST_MEETINGS)
    clashes_seen = HiddenField()
    answer_on = DayField(_l("Answers are asked for until"), [Optional()])

    @classmethod
    def proposed(cls, course: Course, *, on: date, begins: time, delivery: Delivery, today: date) -> RunForm:
        """A plan of one day with the course's subjects, breaks, usual seats and deadlines."""
        closes_at = booking_closes_by_default(
            on,
            delivery,
            days_before_venue=course.closes_days_before_venue,
            business_days_before_online=course.closes_business_days_before_online,
        )
        data = {
            "course": course.code, "delivery": delivery, "language": course.default_language,
            "capacity": course.default_capacity, "booking_opens_on": min(today, closes_at.date()),
            "booking_opens_time": OPENS, "booking_closes_on": closes_at.date(), "booking_closes_time": closes_at.time(),
            "meetings": _proposed_meetings(course, datetime.combine(on, begins)),
        }  # fmt: skip
        return cls(formdata=None, data=data)

    @classmethod
    def of(cls, run: CourseRun) -> RunForm:
        """The form as the run is now."""
        opens, closes = run.booking_opens_at.astimezone(JST), run.booking_closes_at.astimezone(JST)
        data = {
            "course": run.course.code, "delivery": run.delivery, "venue": run.venue.code if run.venue else "",
            "online_note_ja": run.online_note_ja, "online_note_en": run.online_note_en, "language": run.language,
            "joining_address": run.joining_address, "joining_note_ja": run.joining_note_ja,
            "joining_note_en": run.joining_note_en,
            "capacity": run.capacity, "booking_opens_on": opens.date(), "booking_opens_time": opens.time(),
            "booking_closes_on": closes.date(), "booking_closes_time": closes.time(), "version": run.version,
            "price_general": run.price_general, "price_member": run.price_member, "meetings": _meetings_of(run),
            "visibility": run.visibility, "organization": run.organization.reference if run.organization else "",
        }  # fmt: skip
        return cls(formdata=None, data=data)

    def offer(self, course: Course, *, venues: Iterable[Venue], instructors: Iterable[Person]) -> None:
        """Fill in what can be chosen."""
        halls = ((each.code, f"{local(each.prefecture, 'name')} {local(each, 'name')}") for each in venues)
        self.venue.choices = options([("", _l("None (online)")), *halls])
        subjects = [
            ("", _l("Other (title below)")),
            *((str(n), local(s, "name")) for n, s in enumerate(course.subjects, 1)),
        ]
        people = [("", _l("Not decided yet")), *((each.reference, each.full_name) for each in instructors)]
        for row in self.meetings:
            row.form.subject.choices, row.form.instructor.choices = options(subjects), options(people)

    def plan(self, course: Course, *, capacity: int | None = None) -> RunPlan:
        """What was typed, as a plan. `capacity` stands in where the form may not change it."""
        typed: dict[str, Any] = self.data
        delivery = Delivery(typed["delivery"])
        return RunPlan(
            course=course.code,
            delivery=delivery,
            venue=typed["venue"] or None if delivery is Delivery.VENUE else None,
            language=typed["language"],
            capacity=typed["capacity"] if capacity is None else capacity,
            booking_opens_at=_instant(typed["booking_opens_on"], typed["booking_opens_time"]),
            booking_closes_at=_instant(typed["booking_closes_on"], typed["booking_closes_time"]),
            meetings=tuple(_meeting_plan(row, course) for row in typed["meetings"]),
            price_general=typed["price_general"],
            price_member=typed["price_member"],
            online_note_ja=typed["online_note_ja"] or "",
            online_note_en=typed["online_note_en"] or "",
            private=typed["visibility"] == Visibility.PRIVATE,
            organization=(typed["organization"] or "").upper() or None,
            **_joining(typed if delivery is Delivery.ONLINE else {}),
        )


def _joining(typed: dict[str, Any]) -> dict[str, str]:
    """How to join, in lines as every paper takes them; nothing of it where the run is at a venue."""
    names = ("joining_address", "joining_note_ja", "joining_note_en")
    return {name: "\n".join((typed.get(name) or "").split("\r\n")).strip() for name in names}


def _proposed_meetings(course: Course, starts_at: datetime) -> list[dict[str, Any]]:
    parts = lay_out_day([subject.minutes for subject in course.subjects], starts_at=starts_at)
    return [
        {
            "on": part.starts_at.date(),
            "begins": part.starts_at.time(),
            "ends": part.ends_at.time(),
            "subject": str(part.subject + 1),
            "net_minutes": subject.minutes if subject.kind is SubjectKind.LECTURE else 0,
        }
        for part, subject in zip(parts, course.subjects, strict=True)
    ]


def _meetings_of(run: CourseRun) -> list[dict[str, Any]]:
    return [_meeting_of(meeting, number, run.course) for number, meeting in enumerate(run.meetings, start=1)]


def _meeting_of(meeting: Meeting, number: int, course: Course) -> dict[str, Any]:
    """A title that is the subject's name is left empty, so that it follows when another subject is chosen."""
    places = {subject.id: (str(place), subject) for place, subject in enumerate(course.subjects, start=1)}
    place, subject = places.get(meeting.subject_id or 0, ("", None))
    named = subject is not None and (subject.name_ja, subject.name_en) == (meeting.title_ja, meeting.title_en)
    return {
        "number": number,
        "on": meeting.starts_at.astimezone(JST).date(),
        "begins": meeting.starts_at.astimezone(JST).time(),
        "ends": meeting.ends_at.astimezone(JST).time(),
        "subject": place,
        "title_ja": "" if named else meeting.title_ja,
        "title_en": "" if named else meeting.title_en,
        "net_minutes": meeting.net_minutes,
        "instructor": meeting.instructor.reference if meeting.instructor else "",
    }


def _meeting_plan(typed: dict[str, Any], course: Course) -> MeetingPlan:
    place = place_of(typed["subject"])
    subject = course.subjects[place - 1] if place and place <= len(course.subjects) else None
    return MeetingPlan(
        starts_at=_instant(typed["on"], typed["begins"]),
        ends_at=_instant(typed["on"], typed["ends"]),
        title_ja=typed["title_ja"] or (subject.name_ja if subject else ""),
        title_en=typed["title_en"] or (subject.name_en if subject else ""),
        net_minutes=typed["net_minutes"],
        subject_id=subject.id if subject else None,
        instructor=typed["instructor"] or None,
        number=place_of(typed["number"]),
    )


def _instant(day: date, at: time) -> datetime:
    return datetime.combine(day, at, tzinfo=JST)
