"""The answer of a run without a free seat, given before anybody stands in line for its lock."""

from __future__ import annotations

from flask import render_template, request

from courses_app.accounts.guards import current_organization
from courses_app.bookings import queries
from courses_app.bookings.forms import AttendeesForm
from courses_app.bookings.rules import RunFull
from courses_app.foundation import clock


def sold_out(reference: str, form: AttendeesForm) -> tuple[str, int] | None:
    """The page with everything typed and the ways on; None unless it is certain that nobody of them can have a seat."""
    organization, now = current_organization(), clock.now()
    facts = form.facts()
    if any(one.run not in (None, reference) for one in facts):
        return None
    run = queries.sold_out(
        reference,
        organization_id=organization.id,
        attendees=facts,
        form_token=form.form_token.data or "",
        now=now,
    )
    if run is None or (form.seats_unnamed and not run.names_follow):
        return None
    form.refuse(RunFull(0))
    chosen = form.chosen
    people = queries.people_to_choose(organization, first=chosen, most=len(chosen)) if chosen else []
    names = [person.full_name for person in people] + form.new_names
    dates = queries.dates_elsewhere(reference, now=now)
    page = render_template("bookings/sold_out.html", run=run, form=form, names=names, typed=_typed(), dates=dates)
    return page, RunFull.status


def _typed() -> list[tuple[str, str]]:
    """The rows as they came, to be sent again."""
    return [pair for pair in request.form.items(multi=True) if pair[0].startswith("attendees-") or pair[0] == "unnamed"]
