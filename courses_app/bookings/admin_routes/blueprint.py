"""The blueprint of the office's pages about bookings, and what its views share."""

from __future__ import annotations

from flask import Blueprint, abort
from werkzeug.wrappers import Response

from courses_app.bookings import queries
from courses_app.bookings.models import Booking
from courses_app.catalogue.models import CourseRun
from courses_app.catalogue.queries import run_by_reference

pages = Blueprint("bookings_admin", __name__)

Answer = str | Response | tuple[str, int]


def any_booking(reference: str) -> Booking:
    return queries.booking_for_office(reference) or abort(404)


def any_run(reference: str) -> CourseRun:
    return run_by_reference(reference) or abort(404)
