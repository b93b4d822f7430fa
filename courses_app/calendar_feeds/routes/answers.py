"""How a feed is answered: the bytes, or 304 where the reader has them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from flask import Response, request
from werkzeug.datastructures import Headers
from werkzeug.http import http_date

from courses_app.calendar_feeds.documents import Feed

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


class FeedResponse(Response):
    """A 304 that keeps its Last-Modified: the library takes it off, but readers that know only dates need it (C-23)."""

    def get_wsgi_headers(self, environ: WSGIEnvironment) -> Headers:
        headers = super().get_wsgi_headers(environ)
        if self.status_code == 304 and "Last-Modified" in self.headers:
            headers["Last-Modified"] = self.headers["Last-Modified"]
        return headers


def answer(feed: Feed, *, private: bool = False) -> FeedResponse:
    """The feed under its conditions. `private`: no cache between us and the reader may keep it."""
    known = _is_known(feed.etag, feed.changed_at)
    response = FeedResponse(status=304) if known else FeedResponse(feed.content)
    response.content_type = "text/calendar; charset=utf-8"
    response.set_etag(feed.etag)
    response.headers["Last-Modified"] = http_date(feed.changed_at)
    response.headers["Cache-Control"] = "private, no-cache" if private else "no-cache"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _is_known(etag: str, changed_at: datetime) -> bool:
    """Whether the reader has these bytes: by their tag, else by the date (RFC 9110, 13.2.2).

    A tag that was sent decides alone, also where it can't be read; a date that can't be read is no date.
    """
    if "If-None-Match" in request.headers:
        return request.if_none_match.contains_weak(etag)
    since = request.if_modified_since
    return since is not None and changed_at.replace(microsecond=0) <= since
