"""Certificates issued, printed once, reissued, revoked; notices and absences."""

from __future__ import annotations

import hashlib
import io
from datetime import date, timedelta

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select

from courses_app.catalogue.models import CourseRun
from courses_app.catalogue.rules import RunStatus
from courses_app.certificates import operations, queries
from courses_app.certificates.models import Certificate, FailureNotice
from courses_app.certificates.rules import (
    AlreadyRevoked,
    CertificateFilter,
    NewName,
    NewNameMissing,
    NotTheLatest,
    PapersIssued,
    ReissueReason,
    Status,
)
from courses_app.foundation.audit import SYSTEM, AuditEntry
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import session, transaction
from courses_app.foundation.matters import Matter
from courses_app.foundation.outbox import OutboxMessage
from courses_app.rosters.models import RosterEntry
from courses_app.rosters.queries import run_of
from courses_app.rosters.rules import Outcome
from tests.bookings.making import attendee
from tests.certificates.conftest import MakeHere
from tests.certificates.making import PAID_BEFORE


def closed(make: MakeHere, people: int, **how: int) -> CourseRun:
    """A run held last week with its roster closed."""
    run = make.run(days_ahead=-7)
    make.paid(run, people, now=run.starts_at - PAID_BEFORE)
    make.closed_roster(run, **how)
    return run


def text_of(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def mails(kind: str) -> list[OutboxMessage]:
    query = select(OutboxMessage).where(OutboxMessage.kind == f"certificates/{kind}").order_by(OutboxMessage.id)
    return list(session.scalars(query))


def all_certificates() -> list[Certificate]:
    session.expire_all()
    return list(session.scalars(select(Certificate).order_by(Certificate.id)))


def test_each_outcome_gets_what_it_is_owed_and_gets_it_once(inside: Flask, make: MakeHere) -> None:
    run = closed(make, 4, failed=1, absent=1)
    assert make.papers(run) == 4
    assert make.papers(run) == 0
    year = day_of(run.ends_at).year
    assert [one.number for one in all_certificates()] == [f"SUP-{year}-000001", f"SUP-{year}-000002"]
    assert session.scalars(select(FailureNotice.number)).all() == [f"SUP-{year}-F000001"]
    counts = {kind: len(mails(kind)) for kind in ("issued", "issued_attendee", "failed", "absent")}
    assert counts == {"issued": 2, "issued_attendee": 2, "failed": 1, "absent": 1}
    assert list(queries.violations(now=run.ends_at)) == []


def test_the_paper_says_what_was_decided_and_hangs_at_both_mails(inside: Flask, make: MakeHere) -> None:
    certificate = make.certificate(
        attendees=[attendee(family_name="渡邉󠄁", given_name="𠮷郎", born_on=date(1985, 4, 9))]
    )
    run = certificate.entry.seat.run
    facts, words = certificate.facts, text_of(certificate.document.content)
    assert facts["name"] == "渡邉󠄁 𠮷郎"
    assert certificate.completed_on == day_of(run.ends_at)
    assert certificate.valid_through is not None
    assert (certificate.valid_through.year, certificate.valid_through.day) == (
        certificate.completed_on.year + 3,
        certificate.completed_on.day,
    )
    assert facts["net_minutes"] == 360
    assert facts["verify_url"].endswith(f"/certificates/{certificate.code}")
    assert "qr_svg" not in facts
    assert len(certificate.code) >= 43
    for expected in (certificate.number, "監理責任者等講習", "𠮷郎", facts["institution"]["name"], facts["place"]):
        assert expected.replace(" ", "") in words.replace(" ", "").replace("\n", ""), words
    assert hashlib.sha256(certificate.document.content).hexdigest() == certificate.document.sha256
    for mail in (*mails("issued"), *mails("issued_attendee")):
        assert mail.document_ids == [certificate.document_id]
        assert facts["verify_url"] in mail.body


def test_the_notice_of_failure_says_why(inside: Flask, make: MakeHere) -> None:
    run = closed(make, 1, failed=1)
    make.papers(run)
    notice = session.scalars(select(FailureNotice)).one()
    assert (notice.facts["test_met"], notice.facts["identity_met"], notice.facts["minutes_met"]) == (False, True, True)
    assert (notice.facts["score"], notice.facts["pass_mark"]) == (0, 80)
    assert "不合格通知書" in text_of(notice.document.content)
    assert mails("failed")[0].document_ids == [notice.document_id]


def test_nothing_is_issued_for_courses_without_certificate(inside: Flask, make: MakeHere) -> None:
    run = make.run("EJS", days_ahead=-7)
    make.paid(run, 2, now=run.starts_at - PAID_BEFORE)
    make.closed_roster(run, absent=1)
    assert make.papers(run) == 1  # the absence is settled
    assert (all_certificates(), mails("absent")) == ([], [])


def test_nothing_is_issued_for_a_run_called_off(inside: Flask, make: MakeHere) -> None:
    run = closed(make, 1)
    with transaction():
        here = session.get_one(CourseRun, run.id)
        here.status, here.called_off_at, here.called_off_reason = RunStatus.CALLED_OFF, run.ends_at, "x"
    assert make.papers(run) == 0


def test_what_can_not_be_printed_consumes_no_number_and_is_shown_once(inside: Flask, make: MakeHere) -> None:
    run = closed(make, 2)
    first = session.scalars(select(RosterEntry).order_by(RosterEntry.id)).first()
    assert first is not None
    with transaction():
        entry = session.get_one(RosterEntry, first.id)
        entry.seat.family_name = "\ue000"  # a private character no font has
    assert make.papers(run) == 1
    assert make.papers(run) == 0
    year = day_of(run.ends_at).year
    assert [one.number for one in all_certificates()] == [f"SUP-{year}-000001"]
    matter = session.scalars(select(Matter).where(Matter.kind == queries.PAPER_FAILED)).one()
    assert matter.detail is not None
    assert "U+E000" in matter.detail["reason"]
    with transaction():
        session.get_one(RosterEntry, first.id).seat.family_name = "山田"
    later = run.ends_at + timedelta(days=1)
    assert make.papers(run, now=later) == 1
    assert [one.number for one in all_certificates()] == [f"SUP-{year}-000001", f"SUP-{year}-000002"]
    session.expire_all()
    assert session.scalars(select(Matter)).one().settled_at == later
    assert list(queries.violations(now=later)) == []


def test_r45_a_reissue_keeps_number_and_dates_and_supersedes_the_older_copy(inside: Flask, make: MakeHere) -> None:
    first = make.certificate()
    later = first.issued_at + timedelta(days=100)
    with transaction():
        again = operations.reissue_certificate(
            number=first.number, revision=1, reason=ReissueReason.LOST, by=SYSTEM, now=later
        )
    second, old = queries.copies_of(first.number)
    assert (second.revision, second.number, second.reissue_reason) == (2, old.number, "lost")
    assert (second.completed_on, second.valid_through) == (old.completed_on, old.valid_through)
    assert second.code != old.code
    assert second.facts["issued_on"] == day_of(later).isoformat()
    assert second.facts["name"] == old.facts["name"]
    today = day_of(later)
    assert (second.status_on(today), old.status_on(today)) == (Status.GENUINE, Status.SUPERSEDED)
    assert "再発行" in text_of(again.document.content)
    assert len(mails("reissued")) == len(mails("reissued_attendee")) == 1
    assert list(queries.violations(now=later)) == []
    with pytest.raises(NotTheLatest), transaction():
        operations.reissue_certificate(
            number=first.number, revision=1, reason=ReissueReason.DAMAGED, by=SYSTEM, now=later
        )


def test_r45_a_changed_name_is_printed_and_found(inside: Flask, make: MakeHere) -> None:
    first = make.certificate(attendees=[attendee(family_name="山田", given_name="花子")])
    with pytest.raises(NewNameMissing), transaction():
        operations.reissue_certificate(
            number=first.number, revision=1, reason=ReissueReason.NAME_CHANGED, by=SYSTEM, now=first.issued_at
        )
    with transaction():
        operations.reissue_certificate(
            number=first.number,
            revision=1,
            reason=ReissueReason.NAME_CHANGED,
            new_name=NewName("髙﨑", "花子", "タカサキ", "ハナコ"),
            by=SYSTEM,
            now=first.issued_at,
        )
    second, old = queries.copies_of(first.number)
    assert (second.facts["name"], old.facts["name"]) == ("髙﨑 花子", "山田 花子")
    page = queries.for_office(CertificateFilter(word="たかさき"), number=1, today=second.completed_on)
    assert [one.id for one in page.rows] == [second.id]


def test_inv12_a_revoked_certificate_is_revoked_in_all_its_copies(inside: Flask, make: MakeHere) -> None:
    first = make.certificate()
    with transaction():
        operations.reissue_certificate(
            number=first.number, revision=1, reason=ReissueReason.MISPRINT, by=SYSTEM, now=first.issued_at
        )
    later = first.issued_at + timedelta(days=1)
    with transaction():
        operations.revoke_certificate(number=first.number, reason="替え玉受講", by=SYSTEM, now=later)
    copies = queries.copies_of(first.number)
    assert {copy.status_on(day_of(later)) for copy in copies} == {Status.REVOKED}
    assert "替え玉受講" in mails("revoked")[0].body
    assert queries.valid_certificates_of([first.person_id]) == []
    assert list(queries.violations(now=later)) == []
    for deed in (
        lambda: operations.revoke_certificate(number=first.number, reason="x", by=SYSTEM, now=later),
        lambda: operations.reissue_certificate(
            number=first.number, revision=2, reason=ReissueReason.LOST, by=SYSTEM, now=later
        ),
    ):
        with pytest.raises(AlreadyRevoked), transaction():
            deed()
    actions = set(session.scalars(select(AuditEntry.action).where(AuditEntry.subject_kind == "certificate")))
    assert actions == {"certificate.issued", "certificate.reissued", "certificate.revoked"}


def test_a_roster_on_which_certificates_rest_stays_closed(inside: Flask, make: MakeHere) -> None:
    run = closed(make, 2, failed=1)
    make.papers(run)
    whole = run_of(run.reference, person_id=None, staff=True)
    assert whole is not None
    with pytest.raises(PapersIssued), transaction():
        operations.reopen_roster(run=whole, reason="採点の誤り", by=SYSTEM, now=run.ends_at)


def test_reopening_withdraws_notices_and_the_corrected_roster_is_certified(inside: Flask, make: MakeHere) -> None:
    run = closed(make, 1, failed=1)
    make.papers(run)
    whole = run_of(run.reference, person_id=None, staff=True)
    assert whole is not None
    with transaction():
        operations.reopen_roster(run=whole, reason="採点の誤り", by=SYSTEM, now=run.ends_at)
    make.closed_roster(run)
    make.papers(run)
    assert session.scalars(select(FailureNotice)).one().withdrawn_at == run.ends_at
    assert len(all_certificates()) == 1


def test_inv11_gaps_and_certificates_without_completion_are_found(inside: Flask, make: MakeHere) -> None:
    run = closed(make, 3)
    make.papers(run)
    with transaction():
        entry = session.scalars(select(RosterEntry)).first()
        assert entry is not None
        entry.outcome, entry.completed_on = Outcome.FAILED, None
        middle = session.scalars(select(Certificate).where(Certificate.number.endswith("2"))).one()
        session.delete(middle)
    found = list(queries.violations(now=run.ends_at))
    assert len(found) == 2
    assert all(line.startswith("INV-11") for line in found)


def test_the_latest_completion_of_each_course_counts(inside: Flask, make: MakeHere) -> None:
    first = make.certificate(days_ago=30)
    person = first.entry.seat.person
    who = [attendee(person=person.reference)]
    booked_by = first.entry.seat.booking.booked_by
    again = make.certificate(days_ago=7, attendees=who, booked_by=booked_by)
    other = make.certificate("TIM", days_ago=14, attendees=who, booked_by=booked_by)
    found = {one.id for one in queries.valid_certificates_of([person.id])}
    assert found == {again.id, other.id}
    assert queries.valid_certificates_of([]) == []
