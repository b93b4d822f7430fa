"""A form that arrives after the sign-in has ended is not lost (R-43).

The answer is a page to sign in again, which carries what was typed as hidden fields: never stored here. A signed note
says whose form it was and where it was going; only when the same account signs in is it offered for sending again.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app, make_response, redirect, render_template, request, session, url_for
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from courses_app.accounts.forms.sign_in import SignInForm
from courses_app.foundation.forms import safe_next

LAST_ACCOUNT = "last_account"
NOTE_LASTS_SECONDS = 24 * 3600
PREFIX = "typed:"
NEVER_CARRIED = ("password", "csrf_token")
READING = {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True)
class LateForm:
    """What was typed, where it was going, and the signed `note` that says so."""

    action: str
    fields: list[tuple[str, str]]
    note: str
    account: str


def sign_in_first() -> Response:
    """The answer to somebody who isn't signed in: the sign-in page, and afterwards back to where they were going."""
    if request.method in READING:
        return redirect(url_for("accounts.sign_in", next=safe_next(request.full_path.rstrip("?"))))
    page = render_template("accounts/sign_in.html", form=SignInForm(formdata=None), late_form=_arrived(), expired=True)
    return make_response(page, 401, {"WWW-Authenticate": f'Cookie form-action="{url_for("accounts.sign_in")}"'})


def carried() -> LateForm | None:
    """The late form that a sign-in carries with it, if its note is genuine."""
    note = request.form.get("late_form", "")
    try:
        account, action = _notes().loads(note, max_age=NOTE_LASTS_SECONDS)
    except BadSignature:
        return None
    fields = [(name.removeprefix(PREFIX), value) for name, value in _posted() if name.startswith(PREFIX)]
    return LateForm(action=action, fields=fields, note=note, account=account)


def _arrived() -> LateForm | None:
    """The form that has just come too late; None when nobody knows whose it was (then the browser's Back helps)."""
    account, action = session.get(LAST_ACCOUNT), safe_next(request.full_path.rstrip("?"))
    if not account or not action:
        return None
    fields = [(name, value) for name, value in _posted() if not any(word in name for word in NEVER_CARRIED)]
    return LateForm(action=action, fields=fields, note=_notes().dumps([account, action]), account=account)


def _posted() -> list[tuple[str, str]]:
    return list(request.form.items(multi=True))


def _notes() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="accounts.late-form")
