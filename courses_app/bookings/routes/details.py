"""Who shall attend: the first page of a booking, which keeps the seats."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from flask import flash, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext

from courses_app.accounts.guards import coordinator, current_actor, current_organization, current_person
from courses_app.accounts.models import MemberStatus, Organization, Person
from courses_app.accounts.queries import person_of
from courses_app.accounts.rules.people import person_in
from courses_app.bookings import documents, operations, queries
from courses_app.bookings.forms import KNOWN_FROM, AttendeesForm, seat_quoted
from courses_app.bookings.guards import run_key, shown_run
from courses_app.bookings.models import Booking, Estimate, Seat
from courses_app.bookings.routes.blueprint import Answer, own_booking, pages
from courses_app.bookings.routes.sold_out import sold_out
from courses_app.bookings.rules import MOST_ATTENDEES, BookingStatus, RunFull
from courses_app.catalogue.models import CourseRun, FeeAudience
from courses_app.catalogue.queries import duties_on, price_of, run_with_fees
from courses_app.catalogue.rules import Availability, Price, availability, naming_words, seats_left
from courses_app.foundation import clock
from courses_app.foundation.db import in_transaction
from courses_app.foundation.forms import options
from courses_app.foundation.references import new_token
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.templating import local, locale
from courses_app.foundation.web import see_other

Where = tuple[str, dict[str, str]]  # an endpoint and what its address names


@pages.get("/runs/<reference>/bookings/new")
@coordinator
def new(reference: str) -> Answer:
    form = AttendeesForm(formdata=None, form_token=new_token(), attendees=_brought())
    quote = _quote()
    if quote is not None and (line := quote.line_of(shown_run(reference))) is not None:
        seat_quoted(form, line)
    return _page(reference, form)


def _quote() -> Estimate | None:
    """The quote that the address names (`?quote=C-…`), if it is one of ours."""
    quote = request.args.get("quote", "")
    return queries.estimate_of(current_organization(), quote) if quote else None


def _brought() -> list[dict[str, str]]:
    """The person whom the address names (`?person=P-…`), if it is one of ours: already chosen."""
    named = person_in(request.args.get("person"))
    found = person_of(current_organization(), named) if named else None
    return [{"person": found.reference}] if found else []


@pages.post("/runs/<reference>/bookings")
@coordinator
def create(reference: str) -> Answer:
    hold = partial(operations.hold_seats, organization=current_organization(), run_reference=reference, key=run_key())
    hold = partial(hold, quote=_quote())
    return _held(hold, partial(_page, reference), full=partial(sold_out, reference))


@pages.get("/bookings/<reference>/attendees")
@coordinator
def attendees(reference: str) -> Answer:
    """The first page again, with everybody who is kept a seat: to take somebody out, or to add somebody."""
    found = own_booking(reference)
    if found.status is not BookingStatus.HELD:
        return see_other("bookings.booking", reference=reference)
    first = found.first_run
    rows = [
        {
            "person": seat.person.reference, "role": seat.role_code, "email": seat.email,
            "run": "" if seat.run_id == first.id else seat.run.reference,
        }
        for seat in found.live_seats
        if seat.person is not None
    ]  # fmt: skip
    form = AttendeesForm(formdata=None, form_token=new_token(), attendees=rows, unnamed=len(found.unnamed))
    return _page(first.reference, form, held=found)


@pages.post("/bookings/<reference>/attendees")
@coordinator
def change(reference: str) -> Answer:
    found = own_booking(reference)
    page = partial(_page, found.first_run.reference, held=found)
    return _held(partial(operations.change_attendees, booking=found), page, to=partial(_of_changed, found))


@pages.post("/runs/<reference>/waiting")
@coordinator
def wait(reference: str) -> Answer:
    """The same form, for the waiting list: nothing is typed twice."""
    wait = partial(operations.wait_or_hold, organization=current_organization(), run_reference=reference, key=run_key())
    return _held(wait, partial(_page, reference), to=_of_placed, asks=("accepts_part",))


def _of_booking(booking: Booking) -> Where:
    return "bookings.booking", {"reference": booking.reference}


def _of_changed(before: Booking, booking: Booking) -> Where:
    """A voucher code that could not come along is not lost in silence."""
    code = queries.voucher_of(before)
    if code is not None and booking.id != before.id and queries.voucher_of(booking) is None:
        words = _("The voucher code %(code)s can't be used for these seats any more. Please check the new price.",
                  code=code.code)  # fmt: skip
        flash(words, "warning")
    return _of_booking(booking)


def _of_placed(placed: operations.Placed) -> Where:
    """Seats that are kept are ordered first; who waits is found under the bookings."""
    if placed.booking is None and len(placed.parties) == 1:
        return "bookings.party", {"reference": placed.parties[0].reference}
    people = placed.people
    words = ngettext("%(num)d person is on the waiting list.", "%(num)d people are on the waiting list.", people)
    flash(words, "success")
    return _of_booking(placed.booking) if placed.booking else ("bookings.bookings", {})


def _held(
    hold: Callable[..., Any],
    page: Callable[[AttendeesForm], str],
    *,
    full: Callable[[AttendeesForm], Answer | None] = lambda _form: None,
    to: Callable[[Any], Where] = _of_booking,
    asks: Sequence[str] = (),
) -> Answer:
    """The busiest door: what can be said without the writers' queue is said before it is entered.

    A refusal undoes everything and stands above what was typed; nothing of it is lost (R-43).
    """
    form = AttendeesForm()
    if form.changed_rows():
        return page(form)
    if not form.validate():
        return page(form), 422
    if (answer := full(form)) is not None:
        return answer
    told = {"attendees": form.facts(), "form_token": form.form_token.data or new_token(), "language": locale()}
    told |= {name: form[name].data for name in asks}
    who = {"by": current_actor(), "booked_by": current_person()}
    try:
        endpoint, values = in_transaction(lambda: to(hold(**told, **who, now=clock.now())))
    except Refusal as refusal:
        form = AttendeesForm()
        if isinstance(refusal, RunFull) and (answer := full(form)) is not None:
            return answer
        form.refuse(refusal)
        return page(form), refusal.status
    return see_other(endpoint, **values)


def _page(reference: str, form: AttendeesForm, *, held: Booking | None = None) -> str:
    return page_for(current_organization(), shown_run(reference, find=run_with_fees), form, held=held, quote=_quote())


def page_for(
    organization: Organization, run: CourseRun, form: AttendeesForm, *, held: Booking | None = None, **more: object
) -> str:
    """The page for an organization, whoever fills it in."""
    now = clock.now()
    kept = _held_in(run, held, now=now)
    ours = {seat.person_id for seat in kept if seat.person_id is not None}
    taken = queries.taken_by_run([run.id], now=now)[run.id] - len(kept)
    people = queries.people_to_choose(organization, first=form.chosen)
    line, left = queries.line_of(run, now=now), seats_left(run.capacity, taken)
    return render_template(
        "bookings/details.html",
        run=run,
        form=form,
        state=_availability(run, taken, now),
        left=left,
        price=price_of(run, _audience(organization), booked_on=clock.day_of(now)),
        member_price=_if_verified(run, organization, now),
        people=list(enumerate(people, start=KNOWN_FROM)),
        most=MOST_ATTENDEES,
        seated=queries.people_in_run(run, [person.id for person in people], now=now) - ours,
        line=line,
        held=held,
        naming=_naming(run, organization, now),
        now=now,
        today=clock.day_of(now),
        **_dates(run, form, left=0 if line.parties else left, people=people, now=now),
        **more,
    )


def _held_in(run: CourseRun, held: Booking | None, *, now: datetime) -> list[Seat]:
    """The seats that a hold that is being changed keeps in the run."""
    if held is None or held.hold_until <= now:
        return []
    return [seat for seat in held.live_seats if seat.run_id == run.id]


def _dates(
    run: CourseRun, form: AttendeesForm, *, left: int, people: Sequence[Person], now: datetime
) -> dict[str, object]:
    """The other dates to choose from, those chosen already, and who would fit where the seats are too few."""
    wanted = form.wanted_dates
    found = queries.other_dates(run.reference, also=wanted, now=now)
    chosen = [one for one in found if one.run.reference in wanted]
    here = (("", documents.date_choice(run, left)), *((one.run.reference, _choice(one)) for one in chosen))
    form.prepare(_roles(run), options(here) if chosen else [])
    seats = {"": left, run.reference: left} | {one.run.reference: one.left for one in chosen}
    names = {person.reference: person.full_name for person in people}
    lines = queries.lines_of([one.run for one in chosen] if form.found_no_room else [], now=now)
    may_wait = any(line.open for line in lines.values())
    return {
        "dates": found,
        "chosen_dates": chosen,
        "others_may_wait": may_wait,
        **(_fitting(form, seats, names) if form.found_no_room else {}),
    }


def _fitting(form: AttendeesForm, seats: Mapping[str, int], names: Mapping[str, str]) -> dict[str, object]:
    """Who would have one of the seats that are left: first those who are named, then seats without a name."""
    fitting = form.first_that_fit(seats)
    unnamed = form.unnamed_that_fit(seats[""], fitting)
    words = [ngettext("%(num)d without a name yet", "%(num)d without a name yet", unnamed)] if unnamed else []
    return {
        "fitting": " ".join([*(str(number) for number, _row in fitting), *([f"u{unnamed}"] if unnamed else [])]),
        "fitting_names": [names.get(row.person.data or "", row.full_name) for _number, row in fitting] + words,
        "fitting_seats": len(fitting) + unnamed,
    }


def _choice(one: queries.OtherDate) -> str:
    return documents.date_choice(one.run, one.left)


def _naming(run: CourseRun, organization: Organization, now: datetime) -> list[str]:
    """Until when seats without a name would be named, and what happens then; nothing where there are none."""
    terms = run.course.naming
    if terms is None or clock.day_of(now) > terms.until(run_day=clock.day_of(run.starts_at)):
        return []
    free = price_of(run, _audience(organization), booked_on=clock.day_of(now)).amount == 0
    return naming_words(terms, free=free, run_day=clock.day_of(run.starts_at))


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


def _if_verified(run: CourseRun, organization: Organization, now: datetime) -> Price | None:
    """What a seat will cost once a claimed membership is verified; None where no decision is awaited."""
    if organization.member_status is not MemberStatus.PENDING:
        return None
    return price_of(run, FeeAudience.MEMBER, booked_on=clock.day_of(now))


def _audience(organization: Organization) -> FeeAudience:
    verified = organization.member_status is MemberStatus.VERIFIED
    return FeeAudience.MEMBER if verified else FeeAudience.GENERAL
