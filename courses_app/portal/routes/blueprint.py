"""The blueprint of the front hall, and doors it opens for rooms below."""

from __future__ import annotations

from functools import partial

from flask import Blueprint
from werkzeug.wrappers import Response

from courses_app.foundation.doors import opens_for

pages = Blueprint("portal", __name__)

Answer = str | Response | tuple[str, int]

# A page of another room that shows seats too: address and endpoint stay there, the door stands here (rule 2).
on_behalf = partial(opens_for, pages)
