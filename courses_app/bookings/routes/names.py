"""Names for seats that were booked without: some of them or all, typed or chosen."""

from __future__ import annotations

from flask import flash, render_template, request
from flask_babel import ngettext

from courses_app.accounts.guards import coordinator, current_actor
from courses_app.bookings import operations, queries
from courses_app.bookings.forms import KNOWN_FROM, AttendeesForm, SheetForm
from courses_app.bookings.queries import Waiting
from courses_app.bookings.routes.blueprint import Answer, own_booking, pages
from courses_app.bookings.rules import SeatHasName
from courses_app.catalogue.queries import duties_on
from courses_app.foundation import clock
from courses_app.foundation.doors import refusals_on
from courses_app.foundation.forms import BaseForm
from courses_app.foundation.templating import local
from courses_app.foundation.web import see_other, writes


@pages.get("/bookings/<reference>/names")
@coordinator
def names(reference: str) -> Answer:
    waiting = _waiting(reference)
    if waiting is None or waiting.against(now=clock.now(), office=False):
        return see_other("bookings.booking", reference=reference)
    return _page(reference, AttendeesForm(formdata=None))


def _page(reference: str, form: BaseForm) -> str:
    return names_page(reference, form, SheetForm(formdata=None))


def names_page(reference: str, form: BaseForm, sheet: SheetForm, *, elsewhere: int = 0) -> str:
    """The page, its rows perhaps filled in from a file that had `elsewhere` rows for other dates.

    Raises SeatHasName where no seat waits for a name any more.
    """
    waiting = still_waiting(reference)
    assert isinstance(form, AttendeesForm)
    run, now = waiting.run, clock.now()
    people = queries.people_to_choose(waiting.booking.organization, first=form.chosen)
    duties = duties_on(run.course, clock.day_of(run.starts_at))
    form.prepare([(duty.role_code, local(duty, "role_name")) for duty in duties], [])
    return render_template(
        "bookings/names.html",
        waiting=waiting,
        booking=waiting.booking,
        run=run,
        form=form,
        sheet=sheet,
        people=list(enumerate(people, start=KNOWN_FROM)),
        seated=queries.people_in_run(run, [person.id for person in people], now=now),
        most=len(waiting.seats),
        elsewhere=elsewhere,
        names_needed=waiting.needed_now(now=now),
    )


@pages.post("/bookings/<reference>/names")
@refusals_on(AttendeesForm, _page)
@writes
@coordinator
def enter_names(reference: str) -> Answer:
    form, waiting = AttendeesForm(), still_waiting(reference)
    if form.changed_rows():
        return _page(reference, form)
    if not form.validate():
        return _page(reference, form), 422
    named = operations.name_seats(
        booking=waiting.booking, run=waiting.run, attendees=form.facts(), by=current_actor(), now=clock.now()
    )
    words = ngettext("%(num)d name has been entered.", "%(num)d names have been entered.", len(named))
    flash(words, "success")
    return see_other("bookings.booking", reference=reference)


def _waiting(reference: str) -> Waiting | None:
    """The seats of the run that the address names, else of the first that has any."""
    waiting = queries.waiting_in(own_booking(reference))
    wanted = request.values.get("run")
    return next((one for one in waiting if one.run.reference == wanted), waiting[0] if waiting else None)


def still_waiting(reference: str) -> Waiting:
    """The same. Raises SeatHasName where no seat waits any more."""
    waiting = _waiting(reference)
    if waiting is None:
        raise SeatHasName()
    return waiting
