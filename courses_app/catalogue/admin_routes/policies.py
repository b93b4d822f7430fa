"""What changing a seat costs: the rules of a course, and those of all courses without their own."""

from __future__ import annotations

from datetime import timedelta

from flask import abort, flash, render_template, request
from flask_babel import gettext as _

from courses_app.accounts.guards import current_actor, staff
from courses_app.catalogue import operations, queries
from courses_app.catalogue.admin_routes.blueprint import Answer, pages
from courses_app.catalogue.forms import COURSE, HOUSE, PolicyForm
from courses_app.catalogue.models import Course
from courses_app.catalogue.rules import ladder_words
from courses_app.foundation import clock
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.repeated import added_or_removed
from courses_app.foundation.web import see_other, writes

A_DAY = timedelta(days=1)
EXAMPLE = timedelta(days=30)  # the ladder is shown for a run so far ahead


@pages.get("/office/courses/<code>/changes")
@staff
def changes(code: str) -> Answer:
    found = _found(code)
    own = bool(queries.policies_of(found))
    terms = queries.change_terms_on(found.id, clock.today())
    form = PolicyForm.after(terms, from_on=clock.today() + A_DAY, scope=COURSE if own else HOUSE)
    return _page(form, found)


@pages.post("/office/courses/<code>/changes")
@writes
@staff
def set_changes(code: str) -> Answer:
    found, form = _found(code), PolicyForm()
    if added_or_removed(form.steps, request.form):
        return _page(form, found)
    if not form.validate():
        return _page(form, found), 422
    try:
        _set(form, found)
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(form, found), 409
    flash(_("The rules have been set."), "success")
    return see_other("catalogue_admin.changes", code=code)


def _set(form: PolicyForm, course: Course) -> None:
    today = clock.today()
    facts = form.facts()
    target = None if form.for_the_house else course
    operations.set_change_policy(target, facts, by=current_actor(), now=clock.now(), today=today)


def _found(code: str) -> Course:
    return queries.find_course(code) or abort(404)


def _page(form: PolicyForm, course: Course) -> str:
    today = clock.today()
    run_day = today + EXAMPLE
    standing = [
        (one, ladder_words(queries.terms_of(one), run_day=run_day, on=today))
        for one in (*queries.policies_of(course), *queries.policies_of(None))
    ]
    return render_template(
        "catalogue/office/changes.html", form=form, course=course, standing=standing, today=today, run_day=run_day
    )
