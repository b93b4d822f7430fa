"""We answer a request: with a quote, a question, or a no."""

from __future__ import annotations

from datetime import datetime

from courses_app.catalogue.queries import people_by_reference
from courses_app.dispatches import emails
from courses_app.dispatches.models import Dispatch, Quote, QuoteLine, QuoteMeeting
from courses_app.dispatches.operations.moves import locked, move, note
from courses_app.dispatches.rules import DispatchMove, DispatchState, QuotedMeanwhile, QuoteFacts, check_quote
from courses_app.foundation.audit import SYSTEM, Actor
from courses_app.foundation.clock import day_of
from courses_app.foundation.db import session


def make_quote(*, dispatch: Dispatch, facts: QuoteFacts, seen: int | None = None, by: Actor, now: datetime) -> Quote:
    """What we offer from now on; an earlier quote no longer counts.

    `seen` is how many quotes there were on the page that was looked at: pressed twice, or by two of us at once, one
    quote is sent (R-42). Raises QuotedMeanwhile, QuoteRefused, MoveNotAllowed.
    """
    dispatch = locked(dispatch.id)
    if seen is not None and seen != len(dispatch.quotes):
        raise QuotedMeanwhile(len(dispatch.quotes))
    check_quote(facts, now=now)
    instructor = people_by_reference([facts.instructor]).get(facts.instructor) if facts.instructor else None
    quote = Quote(
        number=len(dispatch.quotes) + 1, made_at=now, made_by=by.label, valid_until=facts.valid_until,
        instructor=instructor, capacity=facts.capacity, words=facts.words.strip(), total=facts.total,
        lines=[QuoteLine(position=position, **vars(line)) for position, line in enumerate(facts.lines, start=1)],
        meetings=[QuoteMeeting(starts_at=one.starts_at, ends_at=one.ends_at) for one in facts.meetings],
    )  # fmt: skip
    dispatch.quotes.append(quote)
    detail = {"number": quote.number, "total": quote.total, "valid_until": quote.valid_until.isoformat()}
    move(dispatch, DispatchMove.QUOTE, by=by, now=now, detail=detail)
    emails.to_them("quoted", dispatch, key=f"quoted:{quote.number}", now=now)
    return quote


def ask_back(*, dispatch: Dispatch, words: str, by: Actor, now: datetime) -> None:
    """We need to know more. Raises WordsMissing, MoveNotAllowed."""
    dispatch = locked(dispatch.id)
    move(dispatch, DispatchMove.ASK, by=by, now=now)
    words = note(dispatch, words, by_office=True, field="question", by=by, now=now)
    emails.to_them("asked", dispatch, key=f"asked:{len(dispatch.notes)}", words=words, now=now)


def decline(*, dispatch: Dispatch, reason: str, by: Actor, now: datetime) -> None:
    """We can't, and say why. Raises WordsMissing, MoveNotAllowed."""
    dispatch = locked(dispatch.id)
    move(dispatch, DispatchMove.DECLINE, by=by, now=now, detail={"reason": reason.strip()})
    words = note(dispatch, reason, by_office=True, field="reason", by=by, now=now)
    emails.to_them("declined", dispatch, key="declined", words=words, now=now)


def expire(dispatch_id: int, *, now: datetime) -> bool:
    """Nobody accepted the quote by its last day; whether that was so now."""
    dispatch = locked(dispatch_id)
    quote = dispatch.quote
    if dispatch.state is not DispatchState.QUOTED or quote is None or quote.valid_until >= day_of(now):
        return False
    move(dispatch, DispatchMove.EXPIRE, by=SYSTEM, now=now)
    emails.to_them("expired", dispatch, key=f"expired:{quote.number}", now=now)
    session.flush()
    return True
