"""Where the pages of this room are hung up."""

from __future__ import annotations

from flask import Blueprint, Response
from flask.blueprints import BlueprintSetupState
from werkzeug.wrappers import Response as BaseResponse

from courses_app.office.routes.places import place_of, shortened, subject_word
from courses_app.office.rules import WORDS

Answer = Response | BaseResponse | str | tuple[str, int]

pages = Blueprint("office", __name__)
for function in (place_of, shortened, subject_word):
    pages.app_template_global(function.__name__)(function)


@pages.record_once
def _tell(setup: BlueprintSetupState) -> None:
    setup.app.jinja_env.globals["told"] = WORDS
