"""The blueprint of the office's pages about bookings, and what its views share."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from flask import Blueprint, abort
from werkzeug.wrappers import Response

from courses_app.bookings import queries
from courses_app.bookings.models import Booking
from courses_app.catalogue.models import CourseRun
from courses_app.catalogue.queries import run_by_reference
from courses_app.foundation.forms import BaseForm
from courses_app.foundation.refusal import Refusal

pages = Blueprint("bookings_admin", __name__)

Answer = str | Response | tuple[str, int]
View = Callable[[str], Answer]


def refusals_on(form: type[BaseForm], page: Callable[[str, BaseForm], str]) -> Callable[[View], View]:
    """A refusal undoes everything, and stands on the form with what was typed."""

    def around(view: View) -> View:
        @wraps(view)
        def shown(reference: str) -> Answer:
            try:
                return view(reference)
            except Refusal as refusal:
                typed = form()
                typed.refuse(refusal)
                return page(reference, typed), refusal.status

        return shown

    return around


def any_booking(reference: str) -> Booking:
    return queries.booking_for_office(reference) or abort(404)


def any_run(reference: str) -> CourseRun:
    return run_by_reference(reference) or abort(404)
