"""Home, timetable, a run, a course, the course finder."""

from __future__ import annotations

from flask import abort, render_template, request

from courses_app.accounts.guards import reading_organization
from courses_app.accounts.rules.people import person_in
from courses_app.bookings.guards import shown_run
from courses_app.bookings.queries import OtherDate, line_of, other_dates, parties_for_run, places_of
from courses_app.catalogue import queries as catalogue
from courses_app.catalogue.models import CourseRun
from courses_app.catalogue.rules import Availability, cancellation_words, naming_words, run_filter
from courses_app.foundation import clock
from courses_app.foundation.paging import page_number
from courses_app.foundation.web import public
from courses_app.portal import queries
from courses_app.portal.forms import TimetableFilter
from courses_app.portal.routes.blueprint import on_behalf, pages

RUNS_AT_HOME = 5
RUNS_OF_COURSE = 5


@pages.get("/")
@public
def home() -> str:
    lines, courses = queries.next_runs(limit=RUNS_AT_HOME, now=clock.now())
    form = TimetableFilter()
    form.offer(courses=courses, regions=catalogue.regions(), today=clock.today())
    return render_template("portal/home.html", lines=lines, form=form)


@pages.get("/runs")
@public
def runs() -> str:
    number = page_number(request.args.get("page"))
    page, courses = queries.timetable(run_filter(request.args), number=number, now=clock.now())
    form = TimetableFilter(request.args)
    form.offer(courses=courses, regions=catalogue.regions(), today=clock.today())
    return render_template("portal/runs.html", page=page, form=form)


@pages.get("/runs/<reference>")
@public
def run(reference: str) -> str:
    found, organization = shown_run(reference), reading_organization()
    seats = queries.seats_of(found, now=clock.now())
    ours = parties_for_run(organization, found) if organization else []
    return render_template(
        "portal/run.html",
        run=found,
        ours=ours,
        places=places_of(ours),
        seats=seats,
        line=line_of(found, now=clock.now()),
        dates=_elsewhere(found, seats),
        cancellation=_cancellation(found, free=seats.price == 0),
        naming=_naming(found, free=seats.price == 0),
        person=person_in(request.args.get("person")),
    )


def _elsewhere(found: CourseRun, seats: queries.RunSeats) -> list[OtherDate]:
    """Other dates, where this one can't be booked any more."""
    if seats.bookable or seats.state is Availability.NOT_OPEN:
        return []
    return other_dates(found.reference, now=clock.now())


def _cancellation(found: CourseRun, *, free: bool) -> list[str]:
    """What an order placed today would have to pay for a seat it gives back, with the days of this run."""
    today = clock.today()
    terms = catalogue.change_terms_on(found.course_id, today)
    return cancellation_words(terms, free=free, run_day=clock.day_of(found.starts_at), on=today)


def _naming(found: CourseRun, *, free: bool) -> list[str]:
    """Until when the names of seats may follow, and what happens then; nothing where they may not, or no longer."""
    terms, run_day = found.course.naming, clock.day_of(found.starts_at)
    if terms is None or clock.today() > terms.until(run_day=run_day):
        return []
    return naming_words(terms, free=free, run_day=run_day)


@on_behalf("/courses/<slug>", "catalogue.course")
@public
def course(slug: str) -> str:
    found = catalogue.course_by_slug(slug)
    if found is None:
        abort(404)
    today = clock.today()
    return render_template(
        "portal/course.html",
        course=found,
        duties=catalogue.duties_on(found, today),
        prices=catalogue.fees_on(found, today),
        coming_fees=catalogue.fees_after(found, today),
        early_prices=catalogue.early_prices_after(found, today),
        today=today,
        withdrawn=found.withdrawn_on is not None and found.withdrawn_on <= today,
        lines=queries.next_runs_of(found, limit=RUNS_OF_COURSE, now=clock.now()),
    )


@pages.get("/which-course")
@public
def finder() -> str:
    sides = catalogue.needs_on(clock.today())
    role = request.args.get("role", "")
    found = [need for needs in sides.values() for need in needs if need.duty.role_code == role]
    return render_template("portal/finder.html", sides=sides, found=found)
