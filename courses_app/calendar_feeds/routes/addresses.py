"""The page where people get, replace and close the addresses of their own feeds."""

from __future__ import annotations

from urllib.parse import quote

from flask import abort, current_app, render_template
from werkzeug.wrappers import Response

from courses_app.accounts.guards import current_account, current_actor, signed_in
from courses_app.calendar_feeds import operations, queries
from courses_app.calendar_feeds.forms import LEADS, TITLES, AddressForm
from courses_app.calendar_feeds.models import FeedPurpose
from courses_app.calendar_feeds.routes.blueprint import pages
from courses_app.foundation import clock
from courses_app.foundation.templating import locale
from courses_app.foundation.web import see_other, writes


@pages.get("/organization/calendar")
@signed_in
def calendar() -> str:
    return _page()


@pages.post("/organization/calendar/<purpose>/address")
@writes
@signed_in
def open_address(purpose: str) -> str:
    """A new address, shown once: on this page, and never in a cookie or a log."""
    wanted = _purpose(purpose)
    form = AddressForm(prefix=wanted.value)
    language = form.language.data if form.validate_on_submit() else locale()
    token = operations.open_feed(current_account(), wanted, language=language, by=current_actor(), now=clock.now())
    return _page(opened=wanted, address=_address(f"/feeds/{token}.ics"))


@pages.post("/organization/calendar/<purpose>/revocation")
@writes
@signed_in
def close_address(purpose: str) -> Response:
    operations.close_feed(current_account(), _purpose(purpose), by=current_actor(), now=clock.now())
    return see_other("calendar_feeds.calendar")


def _page(*, opened: FeedPurpose | None = None, address: str = "") -> str:
    account = current_account()
    granted = queries.granted_purposes(account)
    return render_template(
        "calendar_feeds/calendar.html",
        forms={one: AddressForm(None, prefix=one.value, language=locale()) for one, _organization in granted},
        titles=TITLES,
        leads=LEADS,
        granted=granted,
        tokens=queries.own_tokens(account),
        opened=opened,
        address=address,
        timetable=_address("/feeds/runs.ics" if locale() == "ja" else f"/feeds/runs.ics?lang={locale()}"),
    )


def _purpose(word: str) -> FeedPurpose:
    if word not in set(FeedPurpose):
        abort(404)
    return FeedPurpose(word)


def _address(path: str) -> str:
    return str(current_app.config["SETTINGS"].base_url) + path


@pages.app_template_filter("webcal")
def webcal(address: str) -> str:
    """The address by which calendar programs subscribe at a click."""
    return f"webcal://{address.partition('://')[2]}"


@pages.app_template_filter("google_calendar")
def google_calendar(address: str) -> str:
    """Google Calendar's page for adding a calendar by its address."""
    return f"https://calendar.google.com/calendar/r?cid={quote(webcal(address), safe='')}"
