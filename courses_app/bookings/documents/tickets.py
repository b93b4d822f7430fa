"""The admission ticket."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from flask import current_app
from flask_babel import force_locale

from courses_app.bookings.models import Seat
from courses_app.catalogue.models import CourseRun
from courses_app.foundation import papers
from courses_app.foundation.clock import JST, day_of
from courses_app.foundation.papers.facts import AdmissionTicketFacts, MeetingFacts, OnlineFacts, VenueFacts
from courses_app.foundation.templating import local
from courses_app.payments.queries import institution_on

DOORS_OPEN_BEFORE = timedelta(minutes=30)  # [guess] reported of a real day: doors 9:00, lectures from 9:30


def ticket_pdf(seat: Seat, *, today: date, now: datetime) -> bytes:
    """The admission ticket, printed in a process of its own. Raises papers.GlyphMissing and papers.PaperFailed."""
    return papers.render_apart("admission_ticket", ticket_facts(seat, today=today), at=now)


def ticket_facts(seat: Seat, *, today: date) -> AdmissionTicketFacts:
    """What stands on the ticket of one attendee."""
    run = seat.run
    return {
        "institution": institution_on(today),
        "issued_on": today.isoformat(),
        "course": run.course.name_ja,
        "course_en": run.course.name_en,
        "run": run.reference,
        "booking": seat.booking.reference,
        "seat": seat.reference,
        "attendee": seat.full_name,
        "attendee_kana": seat.full_name_kana,
        "organization": seat.booking.organization.name,
        "doors_open": _clock(run.starts_at - DOORS_OPEN_BEFORE) if run.venue else "",
        "meetings": [_meeting(meeting.starts_at, meeting.ends_at, meeting.title_ja) for meeting in run.meetings],
        "venue": _venue(run),
        **_joining(run, seat.booking.language),
        "bring": [],
        "notes": [],
        "qr_svg": papers.qr_svg(f"{current_app.config['SETTINGS'].base_url}/seats/{seat.reference}"),
    }


def _joining(run: CourseRun, language: str) -> OnlineFacts:
    """How to take part online, in the language of whoever is sent the ticket."""
    with force_locale(language):
        return {
            "online_note": local(run, "online_note"),
            "joining_address": run.joining_address,
            "joining_note": local(run, "joining_note").splitlines(),
        }


def _meeting(starts_at: datetime, ends_at: datetime, title: str) -> MeetingFacts:
    return {
        "on": day_of(starts_at).isoformat(),
        "starts": _clock(starts_at),
        "ends": _clock(ends_at),
        "subject": title,
    }


def _venue(run: CourseRun) -> VenueFacts | None:
    if run.venue is None:
        return None
    return {"name": run.venue.name_ja, "address": run.venue.address_ja, "access": run.venue.access_ja}


def _clock(at: datetime) -> str:
    return at.astimezone(JST).strftime("%H:%M")
