"""The blueprint of the front hall, and doors it opens for rooms below."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint
from flask.blueprints import BlueprintSetupState
from werkzeug.wrappers import Response

pages = Blueprint("portal", __name__)

Answer = str | Response | tuple[str, int]


def on_behalf(rule: str, endpoint: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A page of another room that shows seats too: address and endpoint stay there, the door stands here (rule 2)."""

    def opened(view: Callable[..., Any]) -> Callable[..., Any]:
        def register(setup: BlueprintSetupState) -> None:
            setup.app.add_url_rule(rule, endpoint, view)

        pages.record(register)
        return view

    return opened
