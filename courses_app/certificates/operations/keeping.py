"""What staff do with certificates that are out: print them again, revoke them, keep the roster under them closed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import exists, select, update

from courses_app.catalogue.models import CourseRun
from courses_app.certificates import documents, emails, queries
from courses_app.certificates.documents import Draft
from courses_app.certificates.models import Certificate, FailureNotice
from courses_app.certificates.rules import (
    AlreadyRevoked,
    NewName,
    NewNameMissing,
    NotTheLatest,
    PapersIssued,
    ReissueReason,
)
from courses_app.foundation import audit
from courses_app.foundation.audit import Actor
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import session
from courses_app.foundation.documents import store
from courses_app.foundation.text import search_key
from courses_app.rosters import operations as rosters
from courses_app.rosters.models import Roster, RosterEntry


def reissue_certificate(
    *,
    number: str,
    revision: int,
    reason: ReissueReason,
    new_name: NewName | None = None,
    by: Actor,
    now: datetime,
) -> Certificate:
    """Print a certificate again: same number, next revision, original completion day and validity, a code of its own.

    `revision` is the one staff looked at; the copies before verify as superseded. A `new_name` counts for the reason
    NAME_CHANGED only. Raises NotTheLatest, AlreadyRevoked, NewNameMissing, GlyphMissing, PaperFailed.
    """
    latest = _latest(number)
    if latest.revision != revision:
        raise NotTheLatest
    named = _changed_name(reason, new_name)
    name = named.full if named else latest.facts["name"]
    draft = documents.next_revision(latest, name=name, today=day_of(now), now=now)
    latest.superseded_at = now
    session.flush()  # one current copy at a time
    again = _next_copy(latest, draft, now=now)
    again.reissue_reason, again.search_key = reason.value, _search_key(latest, named)
    session.add(again)
    _note("certificate.reissued", again, before=latest.revision, detail={"reason": reason.value}, by=by, now=now)
    emails.reissued(again, now=now)
    session.flush()
    return again


def _changed_name(reason: ReissueReason, new_name: NewName | None) -> NewName | None:
    if reason is not ReissueReason.NAME_CHANGED:
        return None
    if new_name is None or not new_name.family_name:
        raise NewNameMissing
    return new_name


def _next_copy(latest: Certificate, draft: Draft, *, now: datetime) -> Certificate:
    revision = latest.revision + 1
    filename = f"certificate-{latest.number}-{revision}.pdf"
    return Certificate(
        number=latest.number,
        revision=revision,
        code=draft.code,
        person=latest.person,
        course=latest.course,
        entry=latest.entry,
        facts=draft.facts,
        completed_on=latest.completed_on,
        valid_through=latest.valid_through,
        issued_at=now,
        document=store(kind="certificate", filename=filename, content=draft.paper, now=now),
    )


def _search_key(latest: Certificate, named: NewName | None) -> str:
    if named is None:
        return latest.search_key
    return search_key(named.full, named.family_name_kana, named.given_name_kana)


def revoke_certificate(*, number: str, reason: str, by: Actor, now: datetime) -> Certificate:
    """Take a certificate back: all its copies verify as revoked from now on (INV-12). Raises AlreadyRevoked."""
    latest = _latest(number)
    for copy in queries.copies_of(number):
        copy.revoked_at, copy.revoked_reason, copy.revoked_by_person_id = now, reason, by.person_id
    _note("certificate.revoked", latest, before="issued", detail={"reason": reason}, by=by, now=now)
    emails.revoked(latest, now=now)
    session.flush()
    return latest


def _latest(number: str) -> Certificate:
    """The latest copy, ours until the transaction ends. Raises AlreadyRevoked."""
    session.execute(
        select(Certificate.id).where(Certificate.number == number).order_by(Certificate.id).with_for_update()
    )
    latest = queries.copies_of(number)[0]
    if latest.revoked_at is not None:
        raise AlreadyRevoked
    return latest


def reopen_roster(*, run: CourseRun, reason: str, by: Actor, now: datetime) -> Roster:
    """Open a closed roster for correction, as long as no certificate rests on it; notices of failure are withdrawn.

    Raises PapersIssued, and NotClosed.
    """
    rosters.open_roster(run=run, by=by, now=now)  # takes the run's lock, as everybody who writes the roster does
    entries = select(RosterEntry.id).join(RosterEntry.roster).where(Roster.run_id == run.id)
    session.execute(entries.order_by(RosterEntry.id).with_for_update())  # the worker issues under these locks
    if session.scalar(select(exists().where(Certificate.entry_id.in_(entries)))):
        raise PapersIssued
    session.execute(
        update(FailureNotice)
        .where(FailureNotice.entry_id.in_(entries), FailureNotice.withdrawn_at.is_(None))
        .values(withdrawn_at=now)
    )
    return rosters.reopen_roster(run=run, reason=reason, by=by, now=now)


def _note(
    action: str, certificate: Certificate, *, before: int | str, detail: dict[str, Any], by: Actor, now: datetime
) -> None:
    audit.record(
        by=by,
        now=now,
        action=action,
        subject=("certificate", certificate.number),
        before=str(before),
        after=str(certificate.revision) if certificate.revoked_at is None else "revoked",
        detail=detail,
    )
