"""The page of a plan. For a run that exists, the doors stand in the room above: whoever has booked hears of a move.

That room hands its own deed in, and how many it would tell; the form and its words stay here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from flask import abort, flash, render_template, request
from flask_babel import gettext as _

from courses_app.accounts.guards import current_actor
from courses_app.catalogue import queries
from courses_app.catalogue.admin_routes.blueprint import Answer
from courses_app.catalogue.forms import RunForm
from courses_app.catalogue.models import Course, CourseRun, RunStatus
from courses_app.catalogue.rules import Clash, ClashFound, fingerprint
from courses_app.foundation import clock
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.repeated import added_or_removed
from courses_app.foundation.web import see_other


@dataclass(frozen=True)
class Hearers:
    """Who would hear of a move: how many bookings have seats in the run, and how many mails that makes.

    `asked` of them, of so many `organizations` and for so many `seats`, would be asked for an answer, until the day
    `answer_on` unless staff name another.
    """

    bookings: int
    mails: int
    asked: int
    organizations: int
    seats: int
    answer_on: date


WhoHears = Callable[[CourseRun], Hearers]


def edit_page(reference: str, *, who_hears: WhoHears) -> str:
    """The plan of a run as it is, to be changed."""
    run = editable(queries.run_by_reference(reference))
    form, audience = RunForm.of(run), who_hears(run)
    form.answer_on.data = audience.answer_on
    return plan_page(form, run.course, run, audience=audience)


def changed_by(reference: str, *, deed: Callable[..., object], who_hears: WhoHears) -> Answer:
    """What was typed, carried out by `deed` (called like `operations.change_run`) under the run's lock."""
    run = editable(queries.run_for_update(reference))
    form, audience = RunForm(), who_hears(run)
    offer(form, run.course, run)
    if added_or_removed(form.meetings, request.form):
        return plan_page(form, run.course, run, audience=audience)
    if not form.validate():
        return plan_page(form, run.course, run, audience=audience), 422
    plan = form.plan(run.course, capacity=run.capacity if "capacity" not in form else None)
    seen = form.clashes_seen.data or ""
    try:
        deed(
            run, plan, version=form.seen_version, by=current_actor(), now=clock.now(), clashes_seen=seen,
            answer_on=form.answer_on.data,
        )  # fmt: skip
    except Refusal as refusal:
        return refused(form, run.course, refusal, run, audience=audience)
    flash(_("The changes have been saved."), "success")
    return see_other("catalogue_admin.run", reference=reference)


def editable(run: CourseRun | None) -> CourseRun:
    """The run, unless there is none, or it was called off: then 404."""
    if run is None or run.status is RunStatus.CALLED_OFF:
        abort(404)
    return run


def offer(form: RunForm, course: Course, run: CourseRun | None = None) -> None:
    """Fill in what can be chosen."""
    form.offer(course, venues=queries.venues(open_on=clock.today()), instructors=queries.instructors())
    if run is not None and run.status is RunStatus.PUBLISHED and "capacity" in form:
        del form.capacity  # it depends on the seats sold: a page of its own


def plan_page(
    form: RunForm,
    course: Course,
    run: CourseRun | None = None,
    clashes: Sequence[Clash] = (),
    *,
    audience: Hearers | None = None,
) -> str:
    """The form, with the clashes that were found and whom a move concerns."""
    offer(form, course, run)
    begun = run is not None and run.status is RunStatus.PUBLISHED and run.starts_at <= clock.now()
    return render_template(
        "catalogue/office/plan_run.html",
        form=form, course=course, run=run, clashes=clashes, audience=audience, begun=begun,
    )  # fmt: skip


def refused(
    form: RunForm, course: Course, refusal: Refusal, run: CourseRun | None = None, *, audience: Hearers | None = None
) -> Answer:
    """Clashes are shown once; sending the same plan again says that they are meant."""
    if isinstance(refusal, ClashFound):
        form.clashes_seen.data = fingerprint(refusal.clashes)
        return plan_page(form, course, run, refusal.clashes, audience=audience), 409
    form.refuse(refusal)
    return plan_page(form, course, run, audience=audience), 409
