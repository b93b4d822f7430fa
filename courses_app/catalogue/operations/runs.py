"""Runs: planned, changed, published, called off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import IntegrityError

from courses_app.accounts.models import Organization
from courses_app.accounts.queries.office import organization as organization_by_reference
from courses_app.catalogue import queries
from courses_app.catalogue.models import CourseRun, FeeAudience, Meeting, RunStatus, Visibility
from courses_app.catalogue.rules import (
    RUN,
    ChangedMeanwhile,
    ClashFound,
    DraftNeeded,
    MeetingPlan,
    NoLink,
    PlanRefused,
    RunMove,
    RunPlan,
    check_begins_later,
    check_move,
    check_net_time,
    check_plan,
    fingerprint,
)
from courses_app.foundation.audit import Actor, record
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import session
from courses_app.foundation.references import new_reference, new_token


@dataclass(frozen=True)
class RunChange:
    """A changed run; `moved` says that its time or place is another, `joined_elsewhere` that one joins it otherwise.

    Either gives its calendar event a new sequence.
    """

    run: CourseRun
    moved: bool
    joined_elsewhere: bool
    starts_at_before: datetime
    ends_at_before: datetime


def plan_run(plan: RunPlan, *, by: Actor, now: datetime, clashes_seen: str = "") -> CourseRun:
    """A new run as a draft, seen by staff only.

    `clashes_seen` is the fingerprint of the clashes that staff were shown and accept.
    Raises PlanRefused, and ClashFound for clashes they have not seen.
    """
    check_plan(plan)
    check_begins_later(plan.starts_at, now=now)
    _refuse_unseen_clashes(plan, seen=clashes_seen, run=None)
    run = CourseRun(reference=new_reference("R"), status=RunStatus.DRAFT, sequence=0, created_at=now)
    run.course, run.capacity = queries.course_by_code(plan.course), plan.capacity
    run.visibility = Visibility.PUBLIC
    _apply(run, plan, now=now)
    _apply_meetings(run, plan.meetings)
    session.add(run)
    session.flush()
    record(by=by, now=now, action="run.planned", subject=("run", run.reference), after=run.status)
    return run


def change_run(
    run: CourseRun, plan: RunPlan, *, version: int, by: Actor, now: datetime, clashes_seen: str = ""
) -> RunChange:
    """A run as newly planned; `version` is the one its page showed.

    Raises ChangedMeanwhile, PlanRefused, RunHasBegun, NetTimeDiffers (once published), and ClashFound (unseen).
    The capacity of a published run is not touched here: it depends on the seats sold.
    """
    if run.version != version:
        raise ChangedMeanwhile()
    check_plan(plan)
    moved = would_move(run, plan)
    published = run.status is RunStatus.PUBLISHED
    if moved:
        check_move(
            starts_at=run.starts_at, planned_starts_at=plan.starts_at, published=published,
            elsewhere=plan.venue != _place(run), now=now,
        )  # fmt: skip
    if published:
        _check_net_time(run, [meeting.net_minutes for meeting in plan.meetings])
    _refuse_unseen_clashes(plan, seen=clashes_seen, run=run)
    shown = run.visibility
    change = RunChange(run, moved, _joining(run) != _joining(plan), run.starts_at, run.ends_at)
    _apply(run, plan, now=now)
    _apply_meetings(run, plan.meetings)
    if run.status is RunStatus.DRAFT:
        run.capacity = plan.capacity
    elif moved or change.joined_elsewhere:
        run.sequence += 1
    session.flush()
    _note_change(change, shown=shown, by=by, now=now)
    return change


def would_move(run: CourseRun, plan: RunPlan) -> bool:
    """Whether the plan has the run at another time or place."""
    return _place_and_times(run) != _planned_place_and_times(plan)


def _note_change(change: RunChange, *, shown: Visibility, by: Actor, now: datetime) -> None:
    run = change.run
    times = [change.starts_at_before.isoformat(), run.starts_at.isoformat()]
    detail: dict[str, object] = {"moved": change.moved, "starts_at": times}
    if run.visibility is not shown:
        detail["visibility"] = [shown.value, run.visibility.value]
    record(by=by, now=now, action="run.changed", subject=("run", run.reference), detail=detail)


def publish_run(run: CourseRun, *, by: Actor, now: datetime) -> CourseRun:
    """Put a draft before the public. Raises NetTimeDiffers, NoFee, PlanRefused, MoveNotAllowed."""
    _check_net_time(run, [meeting.net_minutes for meeting in run.meetings])
    queries.price_of(run, FeeAudience.GENERAL, booked_on=day_of(now))
    if run.booking_closes_at <= now:
        raise PlanRefused(_l("Booking would have ended already. Please correct its last day, then publish."))
    _move(run, RunMove.PUBLISH, by=by, now=now)
    session.flush()
    return run


def renew_link(run: CourseRun, *, by: Actor, now: datetime) -> CourseRun:
    """A private run gets another link; the old one leads nowhere from now on. Raises NoLink."""
    if not run.private:
        raise NoLink()
    run.link_token, run.changed_at = new_token(), now
    session.flush()
    record(by=by, now=now, action="run.link_renewed", subject=("run", run.reference))
    return run


def remove_draft(run: CourseRun, *, by: Actor, now: datetime) -> None:
    """Throw a draft away; nobody but staff has seen it. Raises MoveNotAllowed for anything else, and DraftNeeded."""
    RUN.after(run.status, RunMove.PUBLISH)
    try:
        with session.begin_nested():
            session.delete(run)
            session.flush()
    except IntegrityError:
        raise DraftNeeded() from None
    record(by=by, now=now, action="run.removed", subject=("run", run.reference), before=RunStatus.DRAFT)


def call_off(run: CourseRun, *, reason: str, by: Actor, now: datetime) -> CourseRun:
    """Call a published run off; those who have booked are the bookings room's to tell.

    Raises MoveNotAllowed, PlanRefused.
    """
    if not reason.strip():
        raise PlanRefused(_l("Give the reason: everyone who has booked will read it."), field="reason")
    run.called_off_at, run.called_off_reason = now, reason.strip()
    run.sequence += 1
    _move(run, RunMove.CALL_OFF, by=by, now=now)
    session.flush()
    return run


def _refuse_unseen_clashes(plan: RunPlan, *, seen: str, run: CourseRun | None) -> None:
    queries.keep_still(plan)
    clashes = queries.clashes_of(plan, except_run=run)
    if clashes and fingerprint(clashes) != seen:
        raise ClashFound(clashes)


def _apply(run: CourseRun, plan: RunPlan, *, now: datetime) -> None:
    run.delivery = plan.delivery
    run.venue = queries.find_venue(plan.venue) if plan.venue else None
    run.online_note_ja, run.online_note_en = plan.online_note_ja, plan.online_note_en
    run.joining_address, run.joining_note_ja, run.joining_note_en = _joining(plan)
    run.language = plan.language
    run.starts_at, run.ends_at = plan.starts_at, plan.ends_at
    run.booking_opens_at, run.booking_closes_at = plan.booking_opens_at, plan.booking_closes_at
    run.price_general, run.price_member = plan.price_general, plan.price_member
    _show(run, plan)
    run.changed_at = now


def _check_net_time(run: CourseRun, net_minutes: Sequence[int]) -> None:
    """A private run without a certificate lasts as long as was agreed; all others keep the time of their course."""
    if not run.private or run.course.issues_certificate:
        check_net_time(net_minutes, wanted=run.course.net_minutes)


def _show(run: CourseRun, plan: RunPlan) -> None:
    """Public, or private with a link of its own; the link stays until the run is public or staff renew it."""
    if run.course.on_request and not plan.private:
        raise PlanRefused(_l("This is held on request only: its runs are private."), field="visibility")
    run.organization = _bound(plan.organization)
    if plan.private and not run.private:
        run.visibility, run.link_token = Visibility.PRIVATE, new_token()
    elif not plan.private:
        run.visibility, run.link_token = Visibility.PUBLIC, None


def _bound(reference: str | None) -> Organization | None:
    found = organization_by_reference(reference) if reference else None
    if reference and found is None:
        raise PlanRefused(_l("There is no organization with this number. Please check it."), field="organization")
    return found


def _apply_meetings(run: CourseRun, plans: Sequence[MeetingPlan]) -> None:
    """Meetings keep their row where they are planned again: rosters point at them."""
    present = list(run.meetings)
    people = queries.people_by_reference(plan.instructor for plan in plans)
    subjects = {subject.id for subject in run.course.subjects}
    kept: list[Meeting] = []
    for plan in plans:
        known = plan.number is not None and 0 < plan.number <= len(present)
        meeting = present[(plan.number or 1) - 1] if known else Meeting()
        meeting.subject_id = plan.subject_id if plan.subject_id in subjects else None
        meeting.title_ja, meeting.title_en = plan.title_ja, plan.title_en
        meeting.starts_at, meeting.ends_at, meeting.net_minutes = plan.starts_at, plan.ends_at, plan.net_minutes
        meeting.instructor = people.get(plan.instructor or "")
        kept.append(meeting)
    run.meetings = sorted(kept, key=lambda meeting: meeting.starts_at)


def _place_and_times(run: CourseRun) -> tuple[object, ...]:
    """What a diary must notice: when it changes, `sequence` rises (RFC 5545, 3.8.7.4)."""
    times = sorted((meeting.starts_at, meeting.ends_at) for meeting in run.meetings)
    return (_place(run), *times)


def _joining(planned: CourseRun | RunPlan) -> tuple[str, str, str]:
    """What those who take part in a run online must know."""
    return planned.joining_address, planned.joining_note_ja, planned.joining_note_en


def _place(run: CourseRun) -> str | None:
    return run.venue.code if run.venue else None


def _planned_place_and_times(plan: RunPlan) -> tuple[object, ...]:
    return (plan.venue, *sorted((meeting.starts_at, meeting.ends_at) for meeting in plan.meetings))


def _move(run: CourseRun, move: RunMove, *, by: Actor, now: datetime) -> None:
    before = run.status
    run.status = RUN.after(before, move)
    run.changed_at = now
    record(
        by=by,
        now=now,
        action=f"run.{move}",
        subject=("run", run.reference),
        before=before,
        after=run.status,
        detail={"reason": run.called_off_reason} if run.called_off_reason else None,
    )
