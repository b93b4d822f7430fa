"""Planning runs: a new one, published, thrown away. The lists with seats stand in the front hall's doors."""

from __future__ import annotations

from flask import abort, flash, render_template, request
from flask_babel import gettext as _

from courses_app.accounts.guards import current_actor, staff
from courses_app.catalogue import operations, queries
from courses_app.catalogue.admin_routes.blueprint import Answer, pages
from courses_app.catalogue.admin_routes.plans import editable, offer, plan_page, refused
from courses_app.catalogue.forms import BeginForm, RunForm
from courses_app.foundation import clock
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.repeated import added_or_removed
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
    return plan_page(form, whole)


@pages.post("/office/runs/new")
@writes
@staff
def plan_run() -> Answer:
    form = RunForm()
    course = queries.find_course(form.course.data or "") or abort(404)
    offer(form, course)
    if added_or_removed(form.meetings, request.form):
        return plan_page(form, course)
    if not form.validate():
        return plan_page(form, course), 422
    try:
        run = operations.plan_run(
            form.plan(course), by=current_actor(), now=clock.now(), clashes_seen=form.clashes_seen.data or ""
        )
    except Refusal as refusal:
        return refused(form, course, refusal)
    flash(_("The run has been saved as a draft. Publish it when everything is right."), "success")
    return see_other("catalogue_admin.run", reference=run.reference)


@pages.post("/office/runs/<reference>/publication")
@writes
@staff
def publish_run(reference: str) -> Answer:
    run = editable(queries.run_for_update(reference))
    operations.publish_run(run, by=current_actor(), now=clock.now())
    flash(_("The run is published and can be booked."), "success")
    return see_other("catalogue_admin.run", reference=reference)


@pages.post("/office/runs/<reference>/link")
@writes
@staff
def renew_link(reference: str) -> Answer:
    operations.renew_link(editable(queries.run_for_update(reference)), by=current_actor(), now=clock.now())
    flash(_("The run has a new link. The old one no longer opens it."), "success")
    return see_other("catalogue_admin.run", reference=reference)


@pages.post("/office/runs/<reference>/removal")
@writes
@staff
def remove_draft(reference: str) -> Answer:
    operations.remove_draft(editable(queries.run_for_update(reference)), by=current_actor(), now=clock.now())
    flash(_("The draft has been removed."), "success")
    return see_other("catalogue_admin.runs")
