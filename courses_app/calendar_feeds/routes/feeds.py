"""The doors calendar programs knock at: no sign-in, no cookie, no Accept header is asked for."""

from __future__ import annotations

from urllib.parse import quote

from flask import abort, request
from werkzeug.wrappers import Response

from courses_app.bookings.guards import shown_run
from courses_app.calendar_feeds import documents, queries
from courses_app.calendar_feeds.routes.answers import answer
from courses_app.calendar_feeds.routes.blueprint import pages
from courses_app.catalogue.rules import run_filter
from courses_app.foundation import clock
from courses_app.foundation.catalogues import LANGUAGES
from courses_app.foundation.templating import local, locale
from courses_app.foundation.web import public


@pages.get("/feeds/runs.ics")
@public
def runs_feed() -> Response:
    """The timetable. Its language stands in the address (`lang`): one address is one feed, whoever asks."""
    asked = request.args.get("lang", "")
    language = asked if asked in LANGUAGES else LANGUAGES[0]
    return answer(documents.timetable_feed(run_filter(request.args), language=language, now=clock.now()))


@pages.get("/feeds/<token>.ics")
@public
def private(token: str) -> Response:
    """A private feed: whoever holds the address reads it, as long as its owner has the right."""
    found = queries.live_token(token)
    if found is None:
        abort(404)
    return answer(documents.private_feed(found, now=clock.now()), private=True)


@pages.get("/runs/<reference>.ics")
@public
def run_event(reference: str) -> Response:
    """One run as a file, in the reader's language."""
    listed = queries.one_run(shown_run(reference))
    asked = request.args.get("lang", "")
    feed = documents.run_download(listed, language=asked if asked in LANGUAGES else locale())
    response = answer(feed, private=listed.run.private)
    response.headers["Content-Disposition"] = _attachment(reference, local(listed.run.course, "name"))
    response.vary.add("Accept-Language")
    return response


def _attachment(reference: str, name: str) -> str:
    """RFC 6266: a plain name for old readers, the course's own name for the others."""
    return f"attachment; filename=\"{reference}.ics\"; filename*=UTF-8''{quote(name, safe='')}.ics"
