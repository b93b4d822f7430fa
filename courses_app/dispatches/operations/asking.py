"""An organization asks for something, answers our question, or no longer wants it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from courses_app.accounts.models import Organization, Person
from courses_app.catalogue.models import Course
from courses_app.dispatches import emails
from courses_app.dispatches.models import Dispatch, DispatchWish, Service
from courses_app.dispatches.operations.moves import locked, move, note
from courses_app.dispatches.rules import (
    DispatchFacts,
    DispatchMove,
    DispatchState,
    NotOffered,
    Place,
    RequestSentBefore,
    check_dispatch,
)
from courses_app.foundation import audit
from courses_app.foundation.audit import Actor
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import session
from courses_app.foundation.references import new_reference


def ask_for(
    *,
    organization: Organization,
    service: Service,
    facts: DispatchFacts,
    form_token: str,
    asked_by: Person,
    mail_language: str,
    by: Actor,
    now: datetime,
) -> Dispatch:
    """A new request, mailed to both sides; the same form sent again gives the same one (R-42).

    Raises NotOffered, WishRefused, and RequestSentBefore where it says something else now.
    """
    session.scalar(select(Organization.id).where(Organization.id == organization.id).with_for_update())
    if (known := _same_form(organization.id, form_token)) is not None:
        return _same(known, service, facts)
    _check(service, facts, now=now)
    dispatch = Dispatch(
        reference=new_reference("D"), organization=organization, asked_by=asked_by, form_token=form_token,
        service=service, course=_course(facts.course), state=DispatchState.REQUESTED, mail_language=mail_language,
        requested_at=now, changed_at=now, **_told(facts),
    )  # fmt: skip
    dispatch.wishes = [
        DispatchWish(position=position, on=wish.on, time=wish.time) for position, wish in enumerate(facts.wishes, 1)
    ]
    session.add(dispatch)
    session.flush()
    audit.record(
        by=by, now=now, action="dispatch.request", subject=("dispatch", dispatch.reference),
        after=dispatch.state.value, detail={"service": service.code},
    )  # fmt: skip
    emails.to_them("requested", dispatch, key="requested", now=now)
    emails.to_office("new", dispatch, key="new", now=now)
    return dispatch


def answer(*, dispatch: Dispatch, words: str, by: Actor, now: datetime) -> None:
    """What we asked is answered. Raises WordsMissing, MoveNotAllowed."""
    dispatch = locked(dispatch.id)
    move(dispatch, DispatchMove.ANSWER, by=by, now=now)
    words = note(dispatch, words, by_office=False, field="words", by=by, now=now)
    emails.to_office("answered", dispatch, key=f"answered:{len(dispatch.notes)}", words=words, now=now)


def withdraw(*, dispatch: Dispatch, words: str = "", by: Actor, now: datetime) -> None:
    """The organization no longer wants it, or turns the quote down, with or without a reason. Raises MoveNotAllowed."""
    dispatch = locked(dispatch.id)
    move(dispatch, DispatchMove.WITHDRAW, by=by, now=now, detail={"reason": words.strip()} if words.strip() else None)
    if words.strip():
        note(dispatch, words, by_office=False, field="words", by=by, now=now)
    emails.to_office("withdrawn", dispatch, key="withdrawn", words=words.strip(), now=now)


def _same_form(organization_id: int, form_token: str) -> Dispatch | None:
    return session.scalar(
        select(Dispatch).where(Dispatch.organization_id == organization_id, Dispatch.form_token == form_token)
    )


def _same(known: Dispatch, service: Service, facts: DispatchFacts) -> Dispatch:
    course = _course(facts.course)
    told = {name: getattr(known, name) for name in _told(facts)}
    wishes = tuple((wish.on, wish.time) for wish in known.wishes)
    asked = (
        service.id,
        course.id if course else None,
        _told(facts),
        tuple((wish.on, wish.time) for wish in facts.wishes),
    )
    if (known.service_id, known.course_id, told, wishes) != asked:
        raise RequestSentBefore(known.reference)
    return known


def _check(service: Service, facts: DispatchFacts, *, now: datetime) -> None:
    today = day_of(now)
    if today < service.from_on or (service.until_on is not None and today > service.until_on):
        raise NotOffered(service.from_on, service.until_on, today=today)
    check_dispatch(
        facts,
        places=service.places,
        languages=service.languages,
        earliest=today + timedelta(days=service.notice_days),
        most_heads=service.most_heads,
    )


def _course(code: str | None) -> Course | None:
    return session.scalar(select(Course).where(Course.code == code, ~Course.issues_certificate)) if code else None


def _told(facts: DispatchFacts) -> dict[str, object]:
    """The columns of what was asked for; an address belongs to our coming only."""
    there = facts.place is Place.PREMISES
    return {
        "subject": facts.subject,
        "place": facts.place,
        "place_name": facts.place_name if there else "",
        "postal_code": facts.postal_code if there else "",
        "prefecture_code": facts.prefecture if there else None,
        "address": facts.address if there else "",
        "heads": facts.heads,
        "language": facts.language,
        "words": facts.words,
    }
