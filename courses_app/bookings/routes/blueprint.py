"""The blueprint of the organization's pages, and the answers its views share."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, Response, abort, send_file
from werkzeug.wrappers import Response as BaseResponse

from courses_app.accounts.guards import current_organization
from courses_app.bookings import queries
from courses_app.bookings.guards import carry_key
from courses_app.bookings.models import Booking
from courses_app.foundation.documents import StoredDocument

pages = Blueprint("bookings", __name__)
pages.app_url_defaults(carry_key)

Answer = str | BaseResponse | tuple[str, int]


def own_booking(reference: str) -> Booking:
    """The booking, if it is the signed-in organization's; else 404, as if it were not there (S-20)."""
    return queries.booking_of(current_organization(), reference) or abort(404)


def paper(document: StoredDocument | None) -> Response:
    """A stored paper as a download; 404 while there is none."""
    if document is None:
        abort(404)
    return send_file(
        BytesIO(document.content), mimetype=document.media_type, as_attachment=True, download_name=document.filename
    )
