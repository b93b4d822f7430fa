"""What people are told: certificates, notices, absences; each mail owed with its cause.

"To the organization" is to whom it has booking its seats (`reader_of`): the papers name people.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import current_app

from courses_app.accounts.operations import Reader, reader_of
from courses_app.bookings.models import Absence, Seat
from courses_app.bookings.operations import TakenBack
from courses_app.bookings.queries import absence_key, absences_counted, refunds_of, unpaid_of
from courses_app.catalogue.rules.changes import WHOLE
from courses_app.certificates.models import Certificate, FailureNotice
from courses_app.certificates.queries import ABSENCE
from courses_app.foundation.clock import day_of
from courses_app.foundation.documents import StoredDocument
from courses_app.foundation.outbox import queue_mail
from courses_app.payments.models import Provider
from courses_app.payments.queries import issuer_on


def issued(certificate: Certificate, *, now: datetime) -> None:
    """The certificate, to the organization and to the attendee."""
    _of_certificate("issued", certificate, key="issued", documents=[certificate.document], now=now)


def reissued(certificate: Certificate, *, now: datetime) -> None:
    """The new copy; the older ones no longer count."""
    key = f"reissued:{certificate.revision}"
    _of_certificate("reissued", certificate, key=key, documents=[certificate.document], now=now)


def revoked(certificate: Certificate, *, now: datetime) -> None:
    """The certificate no longer counts, and why."""
    _of_certificate("revoked", certificate, key="revoked", documents=[], now=now)


def failed(notice: FailureNotice, *, now: datetime) -> None:
    """The notice of failure, to the organization."""
    _queue(
        "failed",
        notice.entry.seat,
        subject=("notice_of_failure", notice.number),
        documents=[notice.document],
        key=f"notice:{notice.number}",
        now=now,
    )


def absent(absence: Absence, *, now: datetime) -> None:
    """Nobody came to a seat: what is kept of its price, what goes back and how; to the organization.

    The same mail is owed once for a seat; where money goes back, once for each time it does.
    """
    seat, number = absence.seat, absences_counted(absence.seat)
    cause = absence_key(seat, number)
    key = cause if absence.refund else f"{ABSENCE}{seat.reference}"
    ways = {refund.provider for refund in refunds_of(cause)}
    terms = seat.booking.change_terms
    _queue(
        "absent", seat, subject=("seat", seat.reference), documents=[], key=key, now=now, absence=absence,
        percent=terms.no_show_percent if terms else WHOLE, by_card=Provider.STRIPE in ways,
        by_transfer=Provider.BANK_TRANSFER in ways, left_to_pay=unpaid_of(seat),
    )  # fmt: skip


def attended(taken_back: TakenBack, *, now: datetime) -> None:
    """Somebody came after all: what was to go back does not, and what had gone back is billed; to the organization."""
    seat = taken_back.absence.seat
    _queue(
        "attended", seat, subject=("seat", seat.reference), documents=[], now=now,
        key=f"attended:{seat.reference}:{absences_counted(seat)}", taken_back=taken_back, left_to_pay=unpaid_of(seat),
    )  # fmt: skip


def _of_certificate(
    name: str, certificate: Certificate, *, key: str, documents: Sequence[StoredDocument], now: datetime
) -> None:
    seat = certificate.entry.seat
    attendee_address = seat.email or seat.attendee.email
    told: dict[str, Any] = {
        "certificate": certificate,
        "facts": certificate.facts,
        "verify_url": certificate.facts["verify_url"],
    }
    subject = ("certificate", certificate.number)
    whole_key = f"certificate:{certificate.number}:{key}"
    _queue(name, seat, subject=subject, documents=documents, key=whole_key, now=now, **told)
    if attendee_address and attendee_address != _reader(seat, now).address:
        _queue(
            f"{name}_attendee", seat, to=attendee_address, subject=subject, documents=documents,
            key=f"{whole_key}:attendee", now=now, **told,
        )  # fmt: skip


def _queue(
    name: str,
    seat: Seat,
    *,
    subject: tuple[str, str],
    documents: Sequence[StoredDocument],
    key: str,
    now: datetime,
    to: str = "",
    **more: Any,
) -> None:
    reader = _reader(seat, now)
    base_url = current_app.config["SETTINGS"].base_url
    queue_mail(
        f"certificates/{name}",
        to=to or reader.address,
        language=seat.booking.language,
        subject=subject,
        facts={
            "seat": seat,
            "run": seat.run,
            "course": seat.run.course,
            "organization": seat.booking.organization,
            "reader": reader,
            "issuer": issuer_on(day_of(now)),
            "list_url": f"{base_url}/organization/certificates",
            "runs_url": f"{base_url}/runs?course={seat.run.course.slug}",
            **more,
        },
        documents=documents,
        dedupe_key=key,
        now=now,
    )


def _reader(seat: Seat, now: datetime) -> Reader:
    return reader_of(seat.booking.organization, asked=seat.booking.booked_by_person_id, now=now)
