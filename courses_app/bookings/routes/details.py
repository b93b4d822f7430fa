"""Who shall attend: the first page of a booking, which keeps the seats."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial, wraps
from typing import Any, ParamSpec

from flask import abort, render_template, request

from courses_app.accounts.guards import coordinator, current_actor, current_organization, current_person
from courses_app.accounts.models import MemberStatus, Organization
from courses_app.accounts.queries import person_of
from courses_app.accounts.rules.people import person_in
from courses_app.bookings import operations, queries
from courses_app.bookings.forms import KNOWN_FROM, AttendeesForm
from courses_app.bookings.routes.blueprint import Answer, pages
from courses_app.bookings.rules import MOST_ATTENDEES
from courses_app.catalogue.models import CourseRun, FeeAudience, RunStatus
from courses_app.catalogue.queries import duties_on, price_of, run_by_reference
from courses_app.catalogue.rules import Availability, availability, seats_left
from courses_app.foundation import clock
from courses_app.foundation.db import in_transaction
from courses_app.foundation.references import new_token
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.templating import local, locale
from courses_app.foundation.web import see_other

P = ParamSpec("P")


@pages.get("/runs/<reference>/bookings/new")
@coordinator
def new(reference: str) -> Answer:
    form = AttendeesForm(formdata=None, form_token=new_token(), attendees=_brought())
    return _page(reference, form)


def _brought() -> list[dict[str, str]]:
    """The person whom the address names (`?person=P-…`), if it is one of ours: already chosen."""
    named = person_in(request.args.get("person"))
    found = person_of(current_organization(), named) if named else None
    return [{"person": found.reference}] if found else []


def _shows_refusals(view: Callable[[str], Answer]) -> Callable[[str], Answer]:
    """A refusal undoes everything and stands above what was typed; nothing of it is lost (R-43)."""

    @wraps(view)
    def shown(reference: str) -> Answer:
        try:
            return view(reference)
        except Refusal as refusal:
            form = AttendeesForm()
            form.refuse(refusal)
            return _page(reference, form), refusal.status

    return shown


@pages.post("/runs/<reference>/bookings")
@coordinator
@_shows_refusals
def create(reference: str) -> Answer:
    """The busiest door: what can be said without the writers' queue is said before it is entered."""
    form = AttendeesForm()
    if form.changed_rows():
        return _page(reference, form)
    if not form.validate():
        return _page(reference, form), 422
    held = partial(operations.hold_seats, **_typed(reference, form))
    return see_other("bookings.booking", reference=in_transaction(lambda: held().reference))


@pages.post("/runs/<reference>/waiting")
@coordinator
@_shows_refusals
def wait(reference: str) -> Answer:
    """The same form, for the waiting list: nothing is typed twice."""
    form = AttendeesForm()
    if not form.validate():
        return _page(reference, form), 422
    joined = partial(operations.join_waiting_list, accepts_part=bool(form.accepts_part.data), **_typed(reference, form))
    return see_other("bookings.party", reference=in_transaction(lambda: joined().reference))


def _typed(reference: str, form: AttendeesForm) -> dict[str, Any]:
    """What was sent, as the operations take it."""
    return {
        "organization": current_organization(),
        "run_reference": reference,
        "attendees": form.facts(),
        "form_token": form.form_token.data or new_token(),
        "by": current_actor(),
        "booked_by": current_person(),
        "language": locale(),
        "now": clock.now(),
    }


def _page(reference: str, form: AttendeesForm) -> str:
    run = run_by_reference(reference)
    if run is None or run.status is RunStatus.DRAFT:
        abort(404)
    now, organization = clock.now(), current_organization()
    taken = queries.taken_by_run([run.id], now=now)[run.id]
    people = queries.people_to_choose(organization, first=form.chosen)
    form.prepare(_roles(run))
    return render_template(
        "bookings/details.html",
        run=run,
        form=form,
        state=_availability(run, taken, now),
        left=seats_left(run.capacity, taken),
        price=price_of(run, _audience(organization)),
        people=list(enumerate(people, start=KNOWN_FROM)),
        most=MOST_ATTENDEES,
        line=queries.line_of(run, now=now),
        seated=queries.people_in_run(run, [person.id for person in people], now=now),
    )


def _availability(run: CourseRun, taken: int, now: datetime) -> Availability:
    return availability(
        status=run.status,
        capacity=run.capacity,
        taken=taken,
        opens_at=run.booking_opens_at,
        closes_at=run.booking_closes_at,
        ends_at=run.ends_at,
        now=now,
    )


def _roles(run: CourseRun) -> list[tuple[str, str]]:
    duties = duties_on(run.course, clock.day_of(run.starts_at))
    return [(duty.role_code, local(duty, "role_name")) for duty in duties]


def _audience(organization: Organization) -> FeeAudience:
    verified = organization.member_status is MemberStatus.VERIFIED
    return FeeAudience.MEMBER if verified else FeeAudience.GENERAL
