"""The office calls a run off: opened here, because the roster knows whether certificates rest on the run (R-44)."""

from __future__ import annotations

from flask import Blueprint, abort, flash, render_template
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from courses_app.accounts.guards import current_actor, staff
from courses_app.bookings.queries import consequences_of
from courses_app.catalogue.models import CourseRun
from courses_app.catalogue.queries import run_by_reference
from courses_app.foundation import clock
from courses_app.foundation.doors import refusals_on
from courses_app.foundation.forms import BaseForm
from courses_app.foundation.web import see_other, writes
from courses_app.rosters import operations, queries
from courses_app.rosters.forms import CallingOffForm

pages = Blueprint("rosters_admin", __name__)

Answer = str | Response | tuple[str, int]


@pages.get("/office/runs/<reference>/calling-off")
@staff
def calling_off(reference: str) -> Answer:
    """Whom and how much it concerns, before it is done."""
    return _page(reference, CallingOffForm(formdata=None))


def _page(reference: str, form: BaseForm) -> str:
    run, now = _run(reference), clock.now()
    consequences = consequences_of(run, now=now)
    assert isinstance(form, CallingOffForm)
    form.agreed.data = consequences.fingerprint
    return render_template(
        "rosters/calling_off.html",
        run=run,
        form=form,
        consequences=consequences,
        closed=queries.is_closed(run),
        entries=queries.entries_written(run),
        instructors=run.instructors,
        barred=queries.why_not_called_off(run, now=now),
    )


@pages.post("/office/runs/<reference>/calling-off")
@refusals_on(CallingOffForm, _page)
@writes
@staff
def call_off(reference: str) -> Answer:
    form = CallingOffForm()
    if not form.validate():
        return _page(reference, form), 422
    ended = operations.call_off(
        run=_run(reference), reason=form.reason.data or "", agreed=form.agreed.data or "", by=current_actor(),
        now=clock.now(),
    )  # fmt: skip
    flash(
        _("The run has been called off. %(bookings)d bookings were cancelled and told by e-mail.", bookings=ended),
        "success",
    )
    return see_other("catalogue_admin.run", reference=reference)


def _run(reference: str) -> CourseRun:
    return run_by_reference(reference) or abort(404)
