"""The audit as staff read it."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Select, or_, select

from courses_app.foundation.audit import AuditEntry
from courses_app.foundation.clock import end_of, start_of
from courses_app.foundation.db import streamed
from courses_app.foundation.paging import Page, paged
from courses_app.office.rules import WORDS, EntriesWanted

LENGTH_OF_AN_ID = 32


def entries(wanted: EntriesWanted, *, number: int) -> Page[AuditEntry]:
    """One page of the audit, the newest first."""
    return paged(_entries(wanted), number=number)


def every_entry(wanted: EntriesWanted) -> Iterator[AuditEntry]:
    """The whole list, read in pieces (for export)."""
    yield from streamed(_entries(wanted))


def _entries(wanted: EntriesWanted) -> Select[AuditEntry]:
    query = select(AuditEntry).order_by(AuditEntry.id.desc())
    if wanted.subject:
        query = query.where(AuditEntry.subject_reference.in_({wanted.subject, wanted.subject.upper()}))
    if wanted.action:
        named = [code for code, word in WORDS.actions.items() if wanted.action.lower() in str(word).lower()]
        begins = AuditEntry.action.startswith(wanted.action, autoescape=True)
        query = query.where(or_(begins, AuditEntry.action.in_(named)))
    if wanted.actor:
        query = query.where(AuditEntry.actor_label.icontains(wanted.actor, autoescape=True))
    if wanted.from_on:
        query = query.where(AuditEntry.at >= start_of(wanted.from_on))
    if wanted.until_on:
        query = query.where(AuditEntry.at < end_of(wanted.until_on))
    if wanted.request_id:
        whole = len(wanted.request_id) >= LENGTH_OF_AN_ID  # lists show its beginning only
        begins = AuditEntry.request_id.startswith(wanted.request_id, autoescape=True)
        query = query.where(AuditEntry.request_id == wanted.request_id if whole else begins)
    return query
