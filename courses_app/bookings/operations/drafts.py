"""Lists of attendees from spreadsheets: kept, mended by whoever of the organization has time, and booked as a whole."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from courses_app.accounts.models import Organization, Person
from courses_app.bookings.models import AttendeeDraft
from courses_app.bookings.operations.keeping import fit
from courses_app.bookings.queries.drafts import dates_of, draft_of_form, drafts_waiting, roles_of, room_for, rows_of
from courses_app.bookings.rules.drafts import DateUnknown, DraftEnded, ListChangedMeanwhile, check_drafts
from courses_app.bookings.rules.sheets import DraftRow, mended, spread
from courses_app.catalogue.models import CourseRun
from courses_app.foundation import audit
from courses_app.foundation.audit import Actor
from courses_app.foundation.db import session
from courses_app.foundation.references import new_reference

KEPT_FOR = timedelta(days=30)


def keep_draft(
    *,
    organization: Organization,
    run: CourseRun,
    rows: Sequence[DraftRow],
    filename: str,
    digest: str,
    form_token: str,
    created_by: Person,
    by: Actor,
    now: datetime,
) -> AttendeeDraft:
    """The list of a file; the same file sent again by the same form is the same list (R-48). Raises TooManyDrafts."""
    if found := draft_of_form(organization.id, form_token, digest):
        return found
    check_drafts(drafts_waiting(organization.id))
    draft = AttendeeDraft(
        reference=new_reference("L"), run_id=run.id, organization_id=organization.id, filename=filename, digest=digest,
        created_by_person_id=created_by.id, form_token=form_token, rows=[row.stored for row in rows],
        created_at=now, updated_at=now,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(draft)
    except IntegrityError:  # at the same moment a second time
        return draft_of_form(organization.id, form_token, digest) or draft
    detail = {"run": run.reference, "rows": len(rows)}
    audit.record(by=by, now=now, action="draft.kept", subject=("draft", draft.reference), detail=detail)
    return draft


def mend_draft(
    *,
    draft: AttendeeDraft,
    version: int,
    typed: Mapping[int, Mapping[str, str]],
    removed: Collection[int],
    by: Actor,
    now: datetime,
) -> None:
    """Rows by their numbers with what was typed into them, or taken out; the seats kept for the list follow.

    The draft is locked. Raises DraftEnded, and ListChangedMeanwhile where it isn't the `version` somebody looked at.
    """
    check_version(draft, version)
    roles = roles_of(draft.run)
    rows = [DraftRow.kept(stored) for stored in draft.rows if stored["number"] not in removed]
    draft.rows = [mended(row, typed.get(row.number, {}), roles).stored for row in rows]
    draft.updated_at = now
    session.flush()
    fit(draft, by=by, now=now)


def move_rows(*, draft: AttendeeDraft, to: str, only_excess: bool, by: Actor, now: datetime) -> int:
    """Let rows attend on another date of the course (its run's reference), all of them or only those who find no seat.

    Returns how many. The draft is locked. Raises DraftEnded and DateUnknown.
    """
    check_version(draft, draft.version)
    dates = dates_of(draft, now=now)
    if to not in {one.run.reference for one in dates}:
        raise DateUnknown()
    room = room_for(draft, dates, now=now)
    asked = [(one.number, one.run) for one in rows_of(draft, now=now)]
    typed = spread(asked, to=to, room=room, only_excess=only_excess)
    mend_draft(draft=draft, version=draft.version, typed=typed, removed=(), by=by, now=now)
    return len(typed)


def give_up_draft(*, draft: AttendeeDraft, by: Actor, now: datetime) -> None:
    """Nobody wants the list any more: its rows go at once, and the seats kept for them."""
    if draft.ended_at is None:
        draft.rows = []
        fit(draft, by=by, now=now)
        end_draft(draft, now=now)
        audit.record(by=by, now=now, action="draft.given_up", subject=("draft", draft.reference))


def forget_drafts(ids: Collection[int], *, before: datetime) -> int:
    """Lists that nobody has touched since; how many."""
    untouched = (AttendeeDraft.id.in_(ids), AttendeeDraft.updated_at < before)
    return len(session.scalars(delete(AttendeeDraft).where(*untouched).returning(AttendeeDraft.id)).all())


def check_version(draft: AttendeeDraft, version: int) -> None:
    """Whether it is the list somebody looked at. Raises DraftEnded and ListChangedMeanwhile."""
    if draft.ended_at is not None:
        raise DraftEnded()
    if draft.version != version:
        raise ListChangedMeanwhile()


def end_draft(draft: AttendeeDraft, *, now: datetime) -> None:
    """The list itself needs its rows no longer."""
    draft.rows, draft.ended_at, draft.updated_at = [], now, now
    session.flush()
