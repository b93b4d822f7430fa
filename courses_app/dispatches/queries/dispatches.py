"""Requests, found through the organization that made them, or by staff."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import joinedload, selectinload

from courses_app.accounts.models import Organization
from courses_app.catalogue.models import CourseRun
from courses_app.dispatches.models import Dispatch, Quote
from courses_app.dispatches.rules import DispatchState, OfficeWanted
from courses_app.foundation.audit import AuditEntry
from courses_app.foundation.db import session
from courses_app.foundation.paging import Page, paged
from courses_app.foundation.text import search_key


def dispatch_of(organization: Organization, reference: str) -> Dispatch | None:
    """The organization's request, whole; None for all others, as if they were not there."""
    return session.scalar(_whole().where(Dispatch.organization_id == organization.id, Dispatch.reference == reference))


def dispatch_for_office(reference: str) -> Dispatch | None:
    """Anybody's request, for staff."""
    return session.scalar(_whole().where(Dispatch.reference == reference))


def dispatches_of(organization: Organization, *, number: int) -> Page[Dispatch]:
    """A page of an organization's requests, the latest first."""
    query = _lines().where(Dispatch.organization_id == organization.id)
    return paged(query.order_by(Dispatch.id.desc()), number=number)


def office_page(wanted: OfficeWanted, *, number: int) -> Page[Dispatch]:
    """A page of all requests: those that wait for us first, the oldest first; then the others, the latest first."""
    query = _lines()
    if wanted.state is not None:
        query = query.where(Dispatch.state == wanted.state)
    if wanted.search.strip():
        query = query.where(_found(wanted.search))
    waits = Dispatch.state.in_((DispatchState.REQUESTED, DispatchState.ACCEPTED))
    return paged(query.order_by(waits.desc(), Dispatch.id.desc()), number=number)


def trail_of(dispatch: Dispatch) -> Sequence[AuditEntry]:
    """Everything the audit trail says about a request, oldest first."""
    return session.scalars(
        select(AuditEntry)
        .where(AuditEntry.subject_kind == "dispatch", AuditEntry.subject_reference == dispatch.reference)
        .order_by(AuditEntry.id)
    ).all()


def _found(search: str) -> ColumnElement[bool]:
    named = select(Organization.id).where(Organization.search_key.contains(search_key(search), autoescape=True))
    return or_(
        Dispatch.organization_id.in_(named),
        Dispatch.reference == search.strip().upper(),
        Dispatch.subject.contains(search.strip(), autoescape=True),
    )


def _lines() -> Select[Dispatch]:
    return select(Dispatch).options(
        joinedload(Dispatch.organization), joinedload(Dispatch.service), selectinload(Dispatch.quotes)
    )


def _whole() -> Select[Dispatch]:
    return select(Dispatch).options(
        joinedload(Dispatch.organization),
        joinedload(Dispatch.asked_by),
        joinedload(Dispatch.service),
        joinedload(Dispatch.course),
        joinedload(Dispatch.invoice),
        joinedload(Dispatch.run).joinedload(CourseRun.course),
        selectinload(Dispatch.wishes),
        selectinload(Dispatch.notes),
        selectinload(Dispatch.quotes).options(
            selectinload(Quote.lines), selectinload(Quote.meetings), joinedload(Quote.instructor)
        ),
    )
