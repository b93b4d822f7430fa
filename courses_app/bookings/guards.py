"""Which runs a visitor comes to see: the public ones; a private one by the key in its link, or by taking part in it.

The key goes along with every address of the run that such a page leads to, so that signing in on the way loses nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, abort, after_this_request, g, request
from flask_login import current_user

from courses_app.accounts.guards import current_account, membership_of
from courses_app.bookings.queries import takes_part
from courses_app.catalogue.models import CourseRun, RunStatus
from courses_app.catalogue.queries import run_by_reference
from courses_app.catalogue.rules import opens

OF_A_RUN = {
    "portal.run", "calendar_feeds.run_event", "bookings.new", "bookings.create", "bookings.wait", "bookings.sheet",
    "bookings.send_sheet", "bookings.template_xlsx", "bookings.template_csv",
}  # fmt: skip


def shown_run(reference: str, *, find: Callable[[str], CourseRun | None] = run_by_reference) -> CourseRun:
    """The run, whole unless `find` brings less.

    404 for a draft, and for a private run that is none of the visitor's business (S-20).
    """
    run = find(reference)
    if run is None or run.status is RunStatus.DRAFT:
        abort(404)
    if run.private:
        if opens(run.link_token, run_key()):
            g.opened_run = (run.reference, run.link_token)
            after_this_request(_told_to_nobody)
        elif not _concerned(run):
            abort(404)
    return run


def _told_to_nobody(response: Response) -> Response:
    """The address of this page is a secret: no other site hears it as a referrer, no search engine keeps it (S-16)."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def run_key() -> str:
    """The key that the address brings along."""
    return request.args.get("key", "")


def carry_key(endpoint: str, values: dict[str, Any]) -> None:
    """Let the key go along with an address of the run that it opened (Flask's `url_defaults`)."""
    if "opened_run" in g and endpoint in OF_A_RUN and values.get("reference") == g.opened_run[0]:
        values.setdefault("key", g.opened_run[1])


def _concerned(run: CourseRun) -> bool:
    if not current_user.is_authenticated:
        return False
    account = current_account()
    membership = membership_of(account)
    organization_id = membership.organization_id if membership else None
    bound_to = run.organization_id is not None and run.organization_id == organization_id
    return bound_to or account.has_role("staff") or takes_part(run.id, account.person_id, organization_id)
