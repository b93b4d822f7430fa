"""Where the pages of this room are hung up."""

from __future__ import annotations

from flask import Blueprint, make_response
from werkzeug.wrappers import Response

from courses_app.accounts.forms.fields import prefecture_name
from courses_app.accounts.rules.labels import label

Answer = Response | str | tuple[str, int]

pages = Blueprint("accounts", __name__)
pages.add_app_template_filter(label, "choice_label")
pages.add_app_template_filter(prefecture_name)


def token_page(page: str, status: int = 200) -> Response:
    """A page whose address is a secret: told to nobody as a referrer, kept nowhere, indexed by nobody (S-05, S-16)."""
    response = make_response(page, status)
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
