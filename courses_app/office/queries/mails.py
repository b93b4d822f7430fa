"""The outbox as staff read it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Select, or_, select

from courses_app.foundation.db import session, streamed
from courses_app.foundation.documents import StoredDocument
from courses_app.foundation.matters import Matter
from courses_app.foundation.outbox import OutboxMessage, OutboxState
from courses_app.foundation.paging import Page, paged
from courses_app.office.rules import MailsWanted


def mails(wanted: MailsWanted, *, number: int) -> Page[OutboxMessage]:
    """One page of the outbox, the newest first."""
    return paged(_mails(wanted), number=number)


def every_mail(wanted: MailsWanted) -> Iterator[OutboxMessage]:
    """The whole list, read in pieces (for export)."""
    yield from streamed(_mails(wanted))


def mail(number: int) -> OutboxMessage | None:
    return session.get(OutboxMessage, number)


def attachments_of(message: OutboxMessage) -> Sequence[StoredDocument]:
    """The papers sent along, in their order; their bytes are not read."""
    if not message.document_ids:
        return []
    found = session.scalars(select(StoredDocument).where(StoredDocument.id.in_(message.document_ids)))
    return sorted(found, key=lambda document: message.document_ids.index(document.id))


def open_matter_of_mail(message: OutboxMessage) -> Matter | None:
    """The open matter that an undelivered mail has raised."""
    about = (Matter.subject_kind == "outbox", Matter.subject_reference == str(message.id))
    return session.scalar(select(Matter).where(*about, Matter.settled_at.is_(None)))


def _mails(wanted: MailsWanted) -> Select[OutboxMessage]:
    query = select(OutboxMessage).order_by(OutboxMessage.id.desc())
    if wanted.search:
        query = query.where(
            or_(
                OutboxMessage.recipient.icontains(wanted.search, autoescape=True),
                OutboxMessage.subject_reference == wanted.search.upper(),
            )
        )
    if wanted.state:
        query = query.where(OutboxMessage.state == OutboxState(wanted.state))
    if wanted.kind:
        query = query.where(OutboxMessage.kind == wanted.kind)
    return query
