"""Planning runs: a new one, a changed one, published. The lists with seats stand in the front hall's doors."""

from __future__ import annotations

from collections.abc import Sequence

from flask import abort, flash, render_template, request
from flask_babel import gettext as _

from courses_app.accounts.guards import current_actor, staff
from courses_app.catalogue import operations, queries
from courses_app.catalogue.admin_routes.blueprint import Answer, pages
from courses_app.catalogue.admin_routes.rows import added_or_removed
from courses_app.catalogue.forms import BeginForm, RunForm
from courses_app.catalogue.models import Course, CourseRun, RunStatus
from courses_app.catalogue.operations import RunChange
from courses_app.catalogue.rules import Clash, ClashFound, fingerprint
from courses_app.foundation import clock
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.web import see_other, writes


@pages.get("/office/runs/new")
@staff
def new_run() -> Answer:
    """First which course, when and where; then the whole plan, proposed."""
    begin = BeginForm(request.args)
    begin.offer(queries.courses_to_plan(clock.today()))
    if not request.args or not begin.validate():
        return render_template("catalogue/office/begin_run.html", form=begin), 422 if begin.errors else 200
    course, on, begins, delivery = begin.wishes()
    whole = queries.course_by_code(course)
    form = RunForm.proposed(whole, on=on, begins=begins, delivery=delivery, today=clock.today())
    return _page(form, whole, None)


@pages.post("/office/runs/new")
@writes
@staff
def plan_run() -> Answer:
    form = RunForm()
    course = queries.find_course(form.course.data or "") or abort(404)
    _offer(form, course)
    if added_or_removed(form.meetings, request.form):
        return _page(form, course, None)
    if not form.validate():
        return _page(form, course, None), 422
    try:
        run = operations.plan_run(
            form.plan(course), by=current_actor(), now=clock.now(), clashes_seen=form.clashes_seen.data or ""
        )
    except Refusal as refusal:
        return _refused(form, course, None, refusal)
    flash(_("The run has been saved as a draft. Publish it when everything is right."), "success")
    return see_other("catalogue_admin.run", reference=run.reference)


@pages.get("/office/runs/<reference>/edit")
@staff
def edit_run(reference: str) -> Answer:
    run = _editable(queries.run_by_reference(reference))
    return _page(RunForm.of(run), run.course, run)


@pages.post("/office/runs/<reference>/edit")
@writes
@staff
def change_run(reference: str) -> Answer:
    run = _editable(queries.run_for_update(reference))
    form = RunForm()
    _offer(form, run.course, run)
    if added_or_removed(form.meetings, request.form):
        return _page(form, run.course, run)
    if not form.validate():
        return _page(form, run.course, run), 422
    plan = form.plan(run.course, capacity=run.capacity if "capacity" not in form else None)
    seen = form.clashes_seen.data or ""
    try:
        change = operations.change_run(
            run, plan, version=form.seen_version, by=current_actor(), now=clock.now(), clashes_seen=seen
        )
    except Refusal as refusal:
        return _refused(form, run.course, run, refusal)
    _say_what_was_saved(change)
    return see_other("catalogue_admin.run", reference=reference)


@pages.post("/office/runs/<reference>/publication")
@writes
@staff
def publish_run(reference: str) -> Answer:
    run = _editable(queries.run_for_update(reference))
    operations.publish_run(run, by=current_actor(), now=clock.now())
    flash(_("The run is published and can be booked."), "success")
    return see_other("catalogue_admin.run", reference=reference)


@pages.post("/office/runs/<reference>/removal")
@writes
@staff
def remove_draft(reference: str) -> Answer:
    operations.remove_draft(_editable(queries.run_for_update(reference)), by=current_actor(), now=clock.now())
    flash(_("The draft has been removed."), "success")
    return see_other("catalogue_admin.runs")


def _editable(run: CourseRun | None) -> CourseRun:
    if run is None or run.status is RunStatus.CALLED_OFF:
        abort(404)
    return run


def _offer(form: RunForm, course: Course, run: CourseRun | None = None) -> None:
    form.offer(course, venues=queries.venues(open_on=clock.today()), instructors=queries.instructors())
    if run is not None and run.status is RunStatus.PUBLISHED and "capacity" in form:
        del form.capacity  # it depends on the seats sold: a page of its own


def _page(form: RunForm, course: Course, run: CourseRun | None, clashes: Sequence[Clash] = ()) -> str:
    _offer(form, course, run)
    return render_template("catalogue/office/plan_run.html", form=form, course=course, run=run, clashes=clashes)


def _refused(form: RunForm, course: Course, run: CourseRun | None, refusal: Refusal) -> Answer:
    """Clashes are shown once; sending the same plan again says that they are meant."""
    if isinstance(refusal, ClashFound):
        form.clashes_seen.data = fingerprint(refusal.clashes)
        return _page(form, course, run, refusal.clashes), 409
    form.refuse(refusal)
    return _page(form, course, run), 409


def _say_what_was_saved(change: RunChange) -> None:
    flash(_("The changes have been saved."), "success")
    if change.moved and change.run.status is RunStatus.PUBLISHED:
        flash(
            _("Time or place have changed. Please tell the people who have booked; calendars follow by themselves."),
            "warning",
        )
