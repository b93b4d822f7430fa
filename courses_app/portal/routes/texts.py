"""Legal pages, and the two texts that programs read."""

from __future__ import annotations

from datetime import timedelta

from flask import Response, current_app, render_template

from courses_app.foundation import clock
from courses_app.foundation.web import public
from courses_app.portal import queries
from courses_app.portal.routes.blueprint import pages

SECURITY_CONTACT_LASTS = timedelta(days=180)
CLOSED = ("organization", "office", "teaching", "me", "bookings", "runs/*/bookings", "password", "webhooks")


@pages.get("/legal/notice")
@public
def legal_notice() -> str:
    return render_template("portal/legal.html", page=queries.legal_page("notice"))


@pages.get("/legal/privacy")
@public
def privacy() -> str:
    return render_template("portal/legal.html", page=queries.legal_page("privacy"))


@pages.get("/legal/accessibility")
@public
def accessibility() -> str:
    return render_template("portal/legal.html", page=queries.legal_page("accessibility"))


@pages.get("/.well-known/security.txt")
@public
def security_txt() -> Response:
    settings = current_app.config["SETTINGS"]
    lines = (
        f"Contact: mailto:{settings.mail_from}",
        f"Expires: {clock.now() + SECURITY_CONTACT_LASTS:%Y-%m-%dT00:00:00Z}",
        "Preferred-Languages: ja, en",
        f"Canonical: {settings.base_url}/.well-known/security.txt",
    )
    return Response("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@pages.get("/robots.txt")
@public
def robots_txt() -> Response:
    """Everything public may be found; calendars are read by programs and must stay open to them."""
    lines = ("User-agent: *", "Allow: /feeds/", *(f"Disallow: /{path}" for path in CLOSED))
    return Response("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
