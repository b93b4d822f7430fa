"""A run's plan is changed: the catalogue's pages, opened here because whoever has booked is told of a move (rule 2)."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial

from flask import flash
from flask_babel import ngettext

from courses_app.accounts.guards import staff
from courses_app.bookings import operations, queries
from courses_app.bookings.admin_routes.blueprint import Answer, pages
from courses_app.bookings.rules import answer_day
from courses_app.catalogue.admin_routes.plans import Hearers, changed_by, edit_page
from courses_app.catalogue.models import CourseRun
from courses_app.catalogue.rules import RunPlan
from courses_app.foundation import clock
from courses_app.foundation.audit import Actor
from courses_app.foundation.doors import opens_for
from courses_app.foundation.web import writes

on_behalf = partial(opens_for, pages, "/office/runs/<reference>/edit")


@on_behalf("catalogue_admin.edit_run")
@staff
def edit_run(reference: str) -> Answer:
    return edit_page(reference, who_hears=_who_hears)


@on_behalf("catalogue_admin.change_run", methods=["POST"])
@writes
@staff
def change_run(reference: str) -> Answer:
    return changed_by(reference, deed=_change_and_say_so, who_hears=_who_hears)


def _who_hears(run: CourseRun) -> Hearers:
    now = clock.now()
    seats, asked = queries.seats_of_run(run, now=now), queries.to_be_asked(run, now=now)
    bookings = {seat.booking_id for seat in seats}
    mails = len(bookings) + sum(seat.hears_of_a_move for seat in seats) + len(run.instructors)
    on = answer_day(run.course.move_answer_days, closes_at=run.booking_closes_at, now=now)
    return Hearers(len(bookings), mails, asked.bookings, asked.organizations, asked.seats, on)


def _change_and_say_so(
    run: CourseRun,
    plan: RunPlan,
    *,
    version: int,
    by: Actor,
    now: datetime,
    clashes_seen: str,
    answer_on: date | None,
) -> None:
    told = operations.change_run(
        run, plan, version=version, by=by, now=now, clashes_seen=clashes_seen, answer_on=answer_on
    )
    if told:
        flash(
            ngettext(
                "Time or place have changed. %(num)d booking is told by e-mail; new admission tickets follow. "
                "The answers are listed on this page.",
                "Time or place have changed. %(num)d bookings are told by e-mail; new admission tickets follow. "
                "The answers are listed on this page.",
                told,
            ),
            "info",
        )
