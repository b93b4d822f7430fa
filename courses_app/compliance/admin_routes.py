"""What the law asks of each role, as staff see and correct it."""

from __future__ import annotations

from flask import Blueprint, abort, flash, render_template
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from courses_app.accounts.guards import current_actor, staff
from courses_app.compliance import operations, queries
from courses_app.compliance.forms import RequirementForm, StepsForm
from courses_app.foundation import clock
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.web import see_other, writes

pages = Blueprint("compliance_admin", __name__)
Answer = Response | str | tuple[str, int]


@pages.get("/office/requirements")
@staff
def requirements() -> Answer:
    steps = queries.reminder_steps()
    return _page(StepsForm(data={"months": ", ".join(str(months) for months in steps)}))


@pages.post("/office/requirements/reminders")
@writes
@staff
def change_steps() -> Answer:
    form = StepsForm()
    if not form.validate_on_submit():
        return _page(form), 422
    operations.change_reminder_steps(form.steps(), by=current_actor(), now=clock.now())
    flash(_("The reminders have been changed."), "success")
    return see_other("compliance_admin.requirements")


@pages.get("/office/requirements/<reference>")
@staff
def requirement(reference: str) -> Answer:
    found = queries.requirement_by_reference(reference) or abort(404)
    return render_template("compliance/requirement.html", requirement=found, form=RequirementForm.of(found))


@pages.post("/office/requirements/<reference>")
@writes
@staff
def change(reference: str) -> Answer:
    found = queries.requirement_by_reference(reference) or abort(404)
    form, page = RequirementForm(), "compliance/requirement.html"
    if not form.validate_on_submit():
        return render_template(page, requirement=found, form=form), 422
    try:
        operations.change_requirement(
            found, form.facts(), version=form.seen_version, by=current_actor(), now=clock.now()
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return render_template(page, requirement=found, form=form), refusal.status
    flash(_("The requirement has been changed."), "success")
    return see_other("compliance_admin.requirements")


def _page(form: StepsForm) -> str:
    return render_template("compliance/requirements.html", roles=queries.roles_with_requirements(), form=form)
