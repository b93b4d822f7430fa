"""Pieces of pages kept by their facts: a line of a list that says the same as last time is not written again.

The facts are the key (a frozen value with everything the piece shows), so a piece can never be out of date.
"""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache

from flask import Flask, current_app
from markupsafe import Markup

from courses_app.foundation.templating import locale

KEPT = 4096  # pieces of about 1.5 KB: at most some 6 MB a process


def prepare(app: Flask) -> None:
    """`{{ fragment("room/_piece.html", facts) }}`: the piece, a template that knows only `facts`."""
    app.jinja_env.globals["fragment"] = fragment


def fragment(template: str, facts: Hashable) -> Markup:
    """The piece as `template` writes it (autoescaped) in the reader's language."""
    return _written(template, locale(), facts)


@lru_cache(maxsize=KEPT)
def _written(template: str, _language: str, facts: Hashable) -> Markup:
    return Markup(current_app.jinja_env.get_template(template).render(facts=facts))
