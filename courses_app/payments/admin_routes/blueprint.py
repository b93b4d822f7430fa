"""Where the office's pages of this room are hung up."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.wrappers import Response

from courses_app.payments.rules.books import title_in
from courses_app.payments.rules.kinds import kind_word

Answer = Response | str | tuple[str, int]

pages = Blueprint("payments_admin", __name__)
pages.app_template_global("kind_word")(kind_word)
pages.app_template_global("title_in")(title_in)
