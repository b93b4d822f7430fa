"""The blueprint of the organization's pages, and the answers its views share."""

from __future__ import annotations

from flask import Blueprint, abort
from werkzeug.wrappers import Response as BaseResponse

from courses_app.accounts.guards import current_organization
from courses_app.bookings import queries
from courses_app.bookings.guards import carry_key
from courses_app.bookings.models import Booking

pages = Blueprint("bookings", __name__)
pages.app_url_defaults(carry_key)

Answer = str | BaseResponse | tuple[str, int]


def own_booking(reference: str) -> Booking:
    """The booking, if it is the signed-in organization's; else 404, as if it were not there (S-20)."""
    return queries.booking_of(current_organization(), reference) or abort(404)
