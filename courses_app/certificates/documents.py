"""Certificate and notice of failure: rows to facts, facts to a PDF made in a process of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypedDict

from flask import current_app
from flask_babel import gettext as _

from courses_app.catalogue.models import CourseRun
from courses_app.certificates.models import Certificate, FailureNotice
from courses_app.certificates.rules import STATUS_NAMES, BirthDateMissing, valid_through
from courses_app.foundation import papers
from courses_app.foundation.clock import day_of
from courses_app.foundation.papers.facts import CertificateFacts, FailureNoticeFacts
from courses_app.foundation.references import new_token
from courses_app.foundation.templating import local
from courses_app.payments.queries import institution_on
from courses_app.rosters.models import RosterEntry
from courses_app.rosters.queries import counted_meetings, net_minutes, record_of
from courses_app.rosters.rules import Reason, Verdict, verdict


class _Period(TypedDict):
    completed_on: str
    valid_through: str | None


@dataclass(frozen=True)
class Draft:
    """A paper printed under a number that is not given yet: `facts` as they will be kept, `paper` the PDF."""

    number: str
    code: str  # of a certificate; empty for a notice
    facts: dict[str, Any]
    paper: bytes


def certificate(entry: RosterEntry, *, number: str, today: date, now: datetime) -> Draft:
    """The certificate of a completed entry. Raises BirthDateMissing, papers.GlyphMissing and papers.PaperFailed."""
    seat, run, course = entry.seat, entry.seat.run, entry.seat.run.course
    born_on = seat.born_on or seat.attendee.born_on
    if born_on is None:
        raise BirthDateMissing
    code = new_token()
    facts: CertificateFacts = {
        "institution": institution_on(today),
        "number": number,
        "name": seat.full_name,
        "born_on": born_on.isoformat(),
        "course": course.name_ja,
        "course_en": course.name_en,
        "basis": course.legal_basis_ja,
        "basis_en": course.legal_basis_en,
        "days": _days(run),
        "place": _place(run),
        "net_minutes": sum(net_minutes(run)),
        **_period(entry),
        "issued_on": today.isoformat(),
        "verify_url": verify_url(code),
        "qr_svg": "",
        "revision": 1,
    }
    return _printed(facts, code=code, place_en=_place_en(run), now=now)


def _period(entry: RosterEntry) -> _Period:
    """Counted from completion, not from issue (domain §2)."""
    completed_on, months = entry.completed_on, entry.seat.run.course.validity_months
    assert completed_on is not None  # a completed entry has its day (CHECK)
    until = valid_through(completed_on, months) if months else None
    return {"completed_on": completed_on.isoformat(), "valid_through": until.isoformat() if until else None}


def next_revision(latest: Certificate, *, name: str, today: date, now: datetime) -> Draft:
    """The same certificate once more, on today's date: same number, completion and validity, a code of its own.

    Raises papers.GlyphMissing and papers.PaperFailed.
    """
    code = new_token()
    kept = {key: value for key, value in latest.facts.items() if key != "place_en"}
    facts = {
        **kept,
        "name": name,
        "institution": institution_on(today),
        "issued_on": today.isoformat(),
        "verify_url": verify_url(code),
        "revision": latest.revision + 1,
    }
    return _printed(facts, code=code, place_en=latest.facts["place_en"], now=now)


def verify_url(code: str) -> str:
    """Where anybody can check the certificate; the origin comes from the settings, never from a request (S-06)."""
    return f"{current_app.config['SETTINGS'].base_url}/certificates/{code}"


def _printed(facts: Mapping[str, Any], *, code: str, place_en: str | None, now: datetime) -> Draft:
    """The drawing of the QR code follows from its address and is not kept."""
    drawn = {**facts, "qr_svg": papers.qr_svg(facts["verify_url"])}
    paper = papers.render_apart("certificate", drawn, at=now)
    kept = {key: value for key, value in facts.items() if key != "qr_svg"}
    return Draft(facts["number"], code, {**kept, "place_en": place_en}, paper)


def notice_of_failure(entry: RosterEntry, *, number: str, today: date, now: datetime) -> Draft:
    """The notice of failure of a failed entry. Raises papers.GlyphMissing and papers.PaperFailed."""
    seat, run = entry.seat, entry.seat.run
    judged = verdict_of(entry)
    facts: FailureNoticeFacts = {
        "institution": institution_on(today),
        "number": number,
        "issued_on": today.isoformat(),
        "name": seat.full_name,
        "organization": seat.booking.organization.name,
        "course": run.course.name_ja,
        "course_en": run.course.name_en,
        "run": run.reference,
        "days": _days(run),
        "place": _place(run),
        "identity_met": Reason.IDENTITY not in judged.reasons,
        "minutes_met": Reason.MINUTES not in judged.reasons,
        "net_minutes": sum(net_minutes(run)),
        "missed_minutes": judged.missed,
        "made_up_minutes": judged.made_up,
        "test_met": Reason.TEST not in judged.reasons,
        "score": judged.score,
        "pass_mark": judged.pass_mark or 0,
        "next_steps": _next_steps(run),
    }
    return Draft(number, "", dict(facts), papers.render_apart("notice_of_failure", facts, at=now))


def verdict_of(entry: RosterEntry) -> Verdict:
    """Why an entry of a closed roster came to its outcome."""
    run = entry.seat.run
    record = record_of(entry, counted_meetings(run))
    return verdict(record, net=net_minutes(run), pass_mark=entry.roster.pass_mark)


def _days(run: CourseRun) -> list[str]:
    return sorted({day_of(meeting.starts_at).isoformat() for meeting in run.meetings})


def _place(run: CourseRun) -> str | None:
    return f"{run.venue.prefecture.name_ja} {run.venue.name_ja}" if run.venue else None


def _place_en(run: CourseRun) -> str | None:
    return f"{run.venue.name_en}, {run.venue.prefecture.name_en}" if run.venue else None


def _next_steps(run: CourseRun) -> list[str]:
    """Papers are Japanese; what people expect after failing is to take and pay the whole course again (domain §5)."""
    runs_url = f"{current_app.config['SETTINGS'].base_url}/runs?course={run.course.slug}"
    return [
        "修了を希望される場合は、改めて講習を申し込み、全課程を受講してください。",
        f"今後の開催日程は、次のページでご覧いただけます。{runs_url}",
        "判定の内容についてのお問い合わせは、上記の連絡先で承ります。",
    ]


def list_header() -> list[str]:
    """The titles of a list's columns in the reader's language."""
    return [
        _("Certificate number"), _("Version"), _("Full name"), _("Course"), _("Completed on"), _("Valid through"),
        _("State"), _("Organization"),
    ]  # fmt: skip


def list_rows(certificates: Iterable[Certificate], *, today: date) -> Iterator[list[object]]:
    """The rows of a list to download; days as ISO dates, which spreadsheets understand."""
    for one in certificates:
        yield [
            one.number,
            one.revision,
            one.facts["name"],
            local(one.course, "name"),
            one.completed_on.isoformat(),
            one.valid_through.isoformat() if one.valid_through else "",
            str(STATUS_NAMES[one.status_on(today)]),
            one.entry.seat.booking.organization.name,
        ]


def notices_header() -> list[str]:
    """The titles of the columns of notices of failure."""
    return [
        _("Notice number"), _("Full name"), _("Course"), _("Course run"), _("Organization"), _("Issued on"),
        _("Notice withdrawn"),
    ]  # fmt: skip


def notices_rows(notices: Iterable[FailureNotice]) -> Iterator[list[object]]:
    """The rows of notices of failure to download."""
    for one in notices:
        seat = one.entry.seat
        yield [
            one.number,
            one.facts["name"],
            local(seat.run.course, "name"),
            seat.run.reference,
            seat.booking.organization.name,
            day_of(one.issued_at).isoformat(),
            day_of(one.withdrawn_at).isoformat() if one.withdrawn_at else "",
        ]
