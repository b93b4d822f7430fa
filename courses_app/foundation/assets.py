"""One stylesheet and one script: the parts in static/ joined at start-up, served under their own hash for ever."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, current_app, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as BaseResponse

from courses_app.foundation import clock, showcase
from courses_app.foundation.catalogues import LANGUAGES
from courses_app.foundation.forms import safe_next
from courses_app.foundation.web import public

STATIC = Path(__file__).resolve().parent.parent.parent / "static"
STYLES = ("css/tokens.css", "css/base.css", "css/layout.css", "css/components/*.css", "css/print.css")
SCRIPTS = ("vendor/htmx/*.js", "js/*.js")
A_YEAR = 31_536_000

pages = Blueprint("foundation", __name__)


@dataclass(frozen=True)
class Asset:
    body: bytes
    media_type: str

    @cached_property
    def version(self) -> str:
        return hashlib.sha256(self.body).hexdigest()[:16]


def prepare(app: Flask) -> None:
    """Join the parts; `asset_url(name)` in templates gives the address."""
    assets = {
        "app.css": Asset(_without_comments(_joined(STYLES)).encode(), "text/css; charset=utf-8"),
        "app.js": Asset(_joined(SCRIPTS).encode(), "text/javascript; charset=utf-8"),
    }
    app.extensions["assets"] = assets
    app.register_blueprint(pages)
    app.jinja_env.globals["asset_url"] = lambda name: f"/assets/{assets[name].version}/{name}"


def _joined(patterns: tuple[str, ...]) -> str:
    return "\n".join(path.read_text() for pattern in patterns for path in sorted(STATIC.glob(pattern)))


def _without_comments(styles: str) -> str:
    """The same rules without comments and indentation; ours hold no string with either."""
    return re.sub(r"\s*\n\s*", "\n", re.sub(r"/\*.*?\*/", "", styles, flags=re.DOTALL))


@pages.get("/assets/<version>/<name>")
@public
def asset(version: str, name: str) -> Response:
    found: Asset | None = current_app.extensions["assets"].get(name)
    if found is None:
        abort(404)
    response = Response(found.body, content_type=found.media_type)
    fresh = version == found.version
    response.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable" if fresh else "no-cache"
    return response


@pages.get("/components")
@public
def components() -> str:
    """Every component in every state, for those who build pages; only in development."""
    if current_app.config["SETTINGS"].production:
        abort(404)
    return render_template("foundation/components.html", **showcase.demo(now=clock.now()))


@pages.post("/language")
@public
def language() -> BaseResponse:
    """The switch in the header; the choice stays in the cookie, nothing is written to the database."""
    chosen = request.form.get("language", "")
    if chosen in LANGUAGES:
        session["language"] = chosen
        session.permanent = True
    return redirect(safe_next(request.form.get("next")) or url_for("portal.home"), code=303)
