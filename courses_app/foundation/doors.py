"""What doors share: a refusal shown on the form it concerns, and an address opened for a room below."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Blueprint
from flask.blueprints import BlueprintSetupState

from courses_app.foundation.forms import BaseForm
from courses_app.foundation.refusal import Refusal

View = TypeVar("View", bound=Callable[..., Any])


def refusals_on(form: type[BaseForm], page: Callable[..., str]) -> Callable[[View], View]:
    """Around a POST view: a refusal undoes everything, and stands on the form with what was typed.

    `page` takes what the address names, as the view does, and the `form`. Put it outside `@writes`: caught inside, a
    refusal would keep what was written before it.
    """

    def around(view: View) -> View:
        @wraps(view)
        def shown(**named: Any) -> Any:
            try:
                return view(**named)
            except Refusal as refusal:
                typed = form()
                typed.refuse(refusal)
                return page(**named, form=typed), refusal.status

        return cast(View, shown)

    return around


def opens_for(pages: Blueprint, rule: str, endpoint: str, methods: Sequence[str] = ("GET",)) -> Callable[[View], View]:
    """A door of a room above for one below: address and endpoint stay there, what happens behind it spans both."""

    def opened(view: View) -> View:
        def register(setup: BlueprintSetupState) -> None:
            setup.app.add_url_rule(rule, endpoint, view, methods=methods)

        pages.record(register)
        return view

    return opened
