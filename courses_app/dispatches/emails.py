"""What both sides are told about a request."""

from __future__ import annotations

from datetime import datetime
from email.utils import parseaddr
from typing import Any

from flask import current_app

from courses_app.accounts.operations import reader_of
from courses_app.dispatches.models import Dispatch
from courses_app.foundation.clock import day_of
from courses_app.foundation.outbox import queue_mail
from courses_app.payments.queries import issuer_on


def to_them(name: str, dispatch: Dispatch, *, key: str, now: datetime, words: str = "") -> None:
    """To whoever asked, in their language."""
    reader = reader_of(dispatch.organization, asked=dispatch.asked_by_person_id, now=now)
    queue_mail(
        f"dispatches/{name}",
        to=reader.address,
        language=dispatch.mail_language,
        subject=("dispatch", dispatch.reference),
        facts={**_facts(dispatch, "/requests/", now=now, words=words), "reader": reader},
        dedupe_key=f"dispatch:{dispatch.reference}:{key}",
        now=now,
    )


def to_office(news: str, dispatch: Dispatch, *, key: str, now: datetime, words: str = "") -> None:
    """To our office: what has happened with a request."""
    queue_mail(
        "dispatches/office",
        to=parseaddr(current_app.config["SETTINGS"].mail_from)[1],
        subject=("dispatch", dispatch.reference),
        facts={**_facts(dispatch, "/office/requests/", now=now, words=words), "news": news},
        dedupe_key=f"dispatch:{dispatch.reference}:office:{key}",
        now=now,
    )


def _facts(dispatch: Dispatch, page: str, *, now: datetime, words: str) -> dict[str, Any]:
    base_url: str = current_app.config["SETTINGS"].base_url
    return {
        "dispatch": dispatch,
        "service": dispatch.service,
        "quote": dispatch.quote,
        "words": words,
        "issuer": issuer_on(day_of(now)),
        "url": f"{base_url}{page}{dispatch.reference}",
        "run_url": f"{base_url}{dispatch.run.path}" if dispatch.run else "",
    }
