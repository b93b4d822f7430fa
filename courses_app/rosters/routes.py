"""The instructor's door: own runs, the roster on a phone, its closing, and the sheet for the door of the hall."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, abort, flash, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext

from courses_app.accounts.guards import current_account, current_actor, current_person, instructor, signed_in
from courses_app.catalogue.models import CourseRun
from courses_app.foundation import clock
from courses_app.foundation.paging import Page, page_number
from courses_app.foundation.web import see_other, writes
from courses_app.rosters import operations, queries
from courses_app.rosters.forms import WAS, RosterForm
from courses_app.rosters.operations import EntryChange
from courses_app.rosters.queries import ATTENDEES_A_PAGE, Attendee
from courses_app.rosters.rules import EntryChanged, Incomplete, Outcome, Record, RosterChanged, lack, verdict

pages = Blueprint("rosters", __name__)


@pages.get("/teaching")
@instructor
def teaching() -> str:
    """An instructor's own runs: today's and coming ones, or those held."""
    held = request.args.get("show") == "held"
    page = queries.taught_by(
        current_person().id, held=held, number=page_number(request.args.get("page")), now=clock.now()
    )
    return render_template("rosters/teaching.html", page=page, held=held, today=clock.today())


@pages.get("/teaching/runs/<reference>/roster")
@signed_in
def roster(reference: str) -> str:
    """Who is in the room; to be filled in, or closed."""
    run = _run(reference)
    kept = queries.roster_of(run)
    if kept is not None and kept.closed_at is not None:
        judged = _judged(run, queries.attendees(run), kept.pass_mark)
        return render_template("rosters/closed.html", run=run, roster=kept, judged=judged, **_viewer())
    page = queries.page_of_attendees(run, number=_number())
    return _sheet(run, page, RosterForm.of(_records(page.rows)))


@pages.post("/teaching/runs/<reference>/roster")
@writes
@signed_in
def save(reference: str) -> Any:
    """Save all rows that were sent; a single row comes alone where scripts run."""
    run = _run(reference)
    page = _page_sent(queries.attendees(run), _number())
    form = RosterForm.typed(_records(page.rows), request.form, len(queries.counted_meetings(run)))
    if not form.check(queries.net_minutes(run)):
        return _sheet(run, page, form), 422
    changes = [EntryChange(row.seat, row.form.base(), row.form.record()) for row in form]
    try:
        saved = operations.save_entries(run=run, changes=changes, by=current_actor(), now=clock.now())
    except EntryChanged as changed:
        form.show(changed)
        return _sheet(run, page, form), 409
    _say_saved(saved)
    return see_other("rosters.roster", reference=reference, page=request.args.get("page"))


@pages.get("/teaching/runs/<reference>/roster/closing")
@signed_in
def closing(reference: str) -> str:
    """What everybody's record comes to, before it is made final."""
    return _closing(_run(reference))


@pages.post("/teaching/runs/<reference>/roster/closing")
@writes
@signed_in
def close(reference: str) -> Any:
    """Make the outcomes final."""
    run, seen = _run(reference), request.form.get("seen", "")
    try:
        operations.close_roster(run=run, seen=seen, by=current_actor(), now=clock.now())
    except (RosterChanged, Incomplete) as refusal:
        return _closing(run, refusal), 409
    flash(_("The roster is closed."), "success")
    return see_other("rosters.roster", reference=reference)


@pages.get("/teaching/runs/<reference>/roster/sheet")
@signed_in
def sheet(reference: str) -> str:
    """The attendance sheet to print: names, and room for signatures."""
    run = _run(reference)
    days = sorted({clock.day_of(meeting.starts_at) for meeting in run.meetings})
    return render_template(
        "rosters/sheet.html",
        run=run,
        people=queries.attendees(run),
        days=days,
        unnamed=queries.unnamed(run, now=clock.now()),
    )


def _run(reference: str) -> CourseRun:
    account = current_account()
    if not (account.has_role("staff") or account.has_role("instructor")):
        abort(404)
    run = queries.run_of(reference, person_id=account.person_id, staff=account.has_role("staff"))
    return run or abort(404)


def _viewer() -> dict[str, bool]:
    """Staff see whole dates of birth and may reopen; instructors see the year (S-26)."""
    return {"is_staff": current_account().has_role("staff")}


def _number() -> int:
    return page_number(request.args.get("page"))


def _page_sent(everybody: list[Attendee], number: int) -> Page[Attendee]:
    """The page from which rows were sent, with those that are on another by now: people may have come or gone."""
    start = (number - 1) * ATTENDEES_A_PAGE
    here = {one.seat.reference for one in everybody[start : start + ATTENDEES_A_PAGE]}
    rows = [one for one in everybody if one.seat.reference in here or one.seat.reference + WAS in request.form]
    return Page(rows, number, ATTENDEES_A_PAGE, len(everybody))


def _sheet(run: CourseRun, page: Page[Attendee], form: RosterForm) -> str:
    return render_template(
        "rosters/roster.html",
        run=run,
        form=form,
        page=page,
        people={one.seat.reference: one for one in page.rows},
        meetings=queries.counted_meetings(run),
        counts=_counts(run, queries.records(run)),
        unnamed=queries.unnamed(run, now=clock.now()),
        begun=clock.now() >= clock.start_of(clock.day_of(run.starts_at)),
        **_viewer(),
    )


def _closing(run: CourseRun, refusal: RosterChanged | Incomplete | None = None) -> str:
    people = queries.attendees(run)
    judged = _judged(run, people, run.course.pass_mark)
    counts = {outcome: sum(line["verdict"].outcome is outcome for line in judged) for outcome in Outcome}
    last_begins = max(meeting.starts_at for meeting in run.meetings)
    return render_template(
        "rosters/closing.html", run=run, judged=judged, counts=counts, seen=queries.state_of(people), refusal=refusal,
        not_before=last_begins if clock.now() < last_begins else None,
    )  # fmt: skip


def _judged(run: CourseRun, people: list[Attendee], pass_mark: int | None) -> list[dict[str, Any]]:
    net = queries.net_minutes(run)
    return [
        {
            "person": one,
            "lack": lack(one.record, net=net, pass_mark=pass_mark),
            "verdict": verdict(one.record, net=net, pass_mark=pass_mark),
        }
        for one in people
    ]


def _records(people: Sequence[Attendee]) -> list[tuple[str, str, Any]]:
    return [(one.seat.reference, one.seat.full_name, one.record) for one in people]


def _counts(run: CourseRun, records: list[Record]) -> dict[str, int]:
    net, pass_mark = queries.net_minutes(run), run.course.pass_mark
    return {
        "all": len(records),
        "identity": sum(one.identity for one in records),
        "absent": sum(one.absent for one in records),
        "to_do": sum(lack(one, net=net, pass_mark=pass_mark) is not None for one in records),
    }


def _say_saved(saved: operations.Saved) -> None:
    if not saved.seats:
        flash(_("Nothing had been changed."), "info")
        return
    flash(ngettext("Saved: %(num)d attendee.", "Saved: %(num)d attendees.", len(saved.seats)), "success")
    if saved.merged:
        flash(_("What somebody else entered in the meantime has been kept as well."), "info")
