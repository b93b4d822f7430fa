"""What every request passes through: its id, its transaction, its headers, and the pages for what went wrong."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable
from functools import wraps
from io import BytesIO
from typing import Any, ParamSpec, TypeVar

import click
from flask import (
    Flask,
    Response,
    abort,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
    send_file,
    session,
    url_for,
)
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError, CSRFProtect
from sqlalchemy.exc import DataError, OperationalError
from werkzeug.exceptions import BadRequest, HTTPException, SecurityError, TooManyRequests
from werkzeug.routing import IntegerConverter
from werkzeug.wrappers import Response as BaseResponse

from courses_app.foundation import audit
from courses_app.foundation.db import in_transaction
from courses_app.foundation.db import session as database
from courses_app.foundation.documents import StoredDocument
from courses_app.foundation.refusal import Refusal

P = ParamSpec("P")
View = TypeVar("View", bound=Callable[..., Any])

INBOUND_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
CSP = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "object-src": "'none'",
    "frame-ancestors": "'none'",
}

csrf = CSRFProtect()


class ShortNumber(IntegerConverter):
    """A number in an address: as many digits as every column of ours can hold; a longer one names nothing (404)."""

    regex = r"[0-9]{1,9}"


def writes(view: Callable[P, Any]) -> Callable[P, Any]:
    """One transaction around a POST view: kept when it returns, undone when it raises, repeated on deadlock (R-03)."""

    @wraps(view)
    def transactional(*args: P.args, **kwargs: P.kwargs) -> Any:
        return in_transaction(lambda: view(*args, **kwargs))

    transactional.writes = True  # type: ignore[attr-defined]  # read by tests/house
    return transactional


def public(view: View) -> View:
    """Mark a view as open to everybody; tests/house refuses a route that is neither public nor guarded."""
    view.access = "public"  # type: ignore[attr-defined]
    return view


def see_other(endpoint: str, **values: Any) -> BaseResponse:
    """Post/Redirect/Get: 303 to a page of our own."""
    return redirect(url_for(endpoint, **values), code=303)


def paper(document: StoredDocument | None) -> Response:
    """A stored paper as a download; 404 while there is none."""
    if document is None:
        abort(404)
    return send_file(
        BytesIO(document.content), mimetype=document.media_type, as_attachment=True, download_name=document.filename
    )


def allow_form_action(origin: str) -> None:
    """Let this response's forms end at another origin (the payment page they are redirected to)."""
    g.form_action = origin


def prepare(app: Flask) -> None:
    """Attach request ids, headers, CSRF and error pages."""
    app.url_map.converters["int"] = ShortNumber
    app.before_request(_begin)  # first: a refused form, too, has its inquiry number
    csrf.init_app(app)
    app.after_request(_finish)
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(CSRFError, _form_expired)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(DataError, _value_unreadable)
    app.register_error_handler(OperationalError, _database_away)
    app.register_error_handler(Exception, _unexpected)
    app.cli.add_command(_routes_by_access)


def _begin() -> None:
    inbound = request.headers.get("X-Request-ID", "")
    trusted = current_app.config["SETTINGS"].proxy_hops > 0
    g.request_id = inbound if trusted and INBOUND_REQUEST_ID.fullmatch(inbound) else uuid.uuid4().hex
    g.started = time.monotonic()
    audit.request_id.set(g.request_id)


def _finish(response: Response) -> Response:
    headers = response.headers
    headers["X-Request-ID"] = g.get("request_id", "-")
    headers.setdefault("Content-Security-Policy", _policy())
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
    if current_app.config["SETTINGS"].production:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    if "_user_id" in session:
        headers["Cache-Control"] = "no-store"
    if request.endpoint != "foundation.asset":
        response.vary.add("Cookie")
    _log(response)
    return response


def _policy() -> str:
    form_action = f"'self' {g.form_action}" if "form_action" in g else CSP["form-action"]
    return "; ".join(f"{name} {value}" for name, value in {**CSP, "form-action": form_action}.items())


def _log(response: Response) -> None:
    rule = request.url_rule
    current_app.logger.info(
        "request",
        extra={
            "event": "request",
            "route": rule.rule if rule else None,
            "method": request.method,
            "status": response.status_code,
            "duration_ms": round((time.monotonic() - g.get("started", time.monotonic())) * 1000, 1),
        },
    )


def _refused(refusal: Refusal) -> BaseResponse:
    body = render_template(
        "errors/409.html",
        title=_("This can't be done"),
        message=refusal.message,
        back_href=_same_origin_referrer(),
        inquiry_number=g.request_id,
    )
    return make_response(body, refusal.status)


def _same_origin_referrer() -> str | None:
    referrer = request.referrer or ""
    return referrer if referrer.startswith(request.host_url) else None


def _form_expired(error: CSRFError) -> BaseResponse:
    """The form's token is old: everything typed is shown again with a fresh one, ready to be sent (R-43)."""
    database.rollback()
    kept = (pair for pair in request.form.items(multi=True) if pair[0] != "csrf_token" and "password" not in pair[0])
    body = render_template("errors/422.html", typed=list(kept), action=request.full_path, inquiry_number=g.request_id)
    return make_response(body, 422)


def _http_error(error: HTTPException) -> BaseResponse:
    code = error.code or 500
    template = f"errors/{code}.html" if code in {400, 403, 404, 405, 413, 429, 503} else "errors/400.html"
    if code < 400 or isinstance(error, SecurityError):
        return error.get_response()  # a redirect; or a host that isn't ours, for which no address can be built
    retry_after = getattr(error, "retry_after", None) if isinstance(error, TooManyRequests) else None
    facts = {"inquiry_number": g.get("request_id", "-"), "retry_after": retry_after, "typed": [], "action": ""}
    response = make_response(render_template(template, **facts), code)
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    if code == 405 and (allowed := getattr(error, "valid_methods", None)):
        response.headers["Allow"] = ", ".join(allowed)
    return response


def _value_unreadable(error: DataError) -> BaseResponse:
    """Something no text or number of ours can hold was sent (a NUL, a number of twenty digits): not a fault of ours."""
    current_app.logger.warning("database.value_refused", exc_info=error)
    database.rollback()  # PostgreSQL answers nothing more in the transaction that failed
    return _http_error(BadRequest())


def _database_away(error: OperationalError) -> BaseResponse:
    """The database restarts or is busy: nothing is half-done, and what was typed can be sent again (R-06, R-32)."""
    current_app.logger.exception("database.unavailable")
    page = _bare_page("errors/503.html", typed=_to_be_sent_again(), action=request.full_path)
    return make_response(page, 503, {"Retry-After": "5"})


def _to_be_sent_again() -> list[tuple[str, str]]:
    """The fields of the form as they came; none if it holds what no page shows: a password, a file."""
    fields = list(request.form.items(multi=True))
    return [] if request.files or any("password" in name for name, _value in fields) else fields


def _unexpected(error: Exception) -> BaseResponse:
    current_app.logger.exception("unexpected")
    if current_app.config.get("PROPAGATE_EXCEPTIONS"):
        raise error
    return make_response(_bare_page("errors/500.html"), 500)


def _bare_page(template: str, **facts: object) -> str:
    """A page that asks neither the database nor who is signed in: those may be what is broken."""
    page: str = current_app.jinja_env.get_template(template).render(inquiry_number=g.get("request_id", "-"), **facts)
    return page


@click.command("access")
def _routes_by_access() -> None:
    """List every route with who may use it."""
    for rule in sorted(current_app.url_map.iter_rules(), key=str):
        view = current_app.view_functions[rule.endpoint]
        click.echo(f"{getattr(view, 'access', 'UNGUARDED'):<24} {','.join(sorted(rule.methods or ())):<24} {rule}")
