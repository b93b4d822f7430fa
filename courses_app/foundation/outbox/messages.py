"""Outbox rows: written in the transaction of their cause, read by the worker and the office."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import parseaddr
from enum import StrEnum
from typing import Any

from flask import current_app
from flask_babel import force_locale
from sqlalchemy import Index, select
from sqlalchemy.orm import Mapped, mapped_column

from courses_app.foundation import audit
from courses_app.foundation.db import Base, choice, session
from courses_app.foundation.documents import StoredDocument

EMPTY_LINES = re.compile(r"\n{3,}")  # between the parts of a mail one is enough, whichever parts it has


class OutboxState(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


class OutboxMessage(Base):
    """One mail owed. `message_id` never changes, however often it is tried."""

    __tablename__ = "outbox_messages"
    __table_args__ = (
        Index(None, "state", "next_attempt_at"),
        Index(None, "subject_kind", "subject_reference"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    dedupe_key: Mapped[str | None] = mapped_column(unique=True)
    kind: Mapped[str]
    subject_kind: Mapped[str]
    subject_reference: Mapped[str]
    recipient: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]
    document_ids: Mapped[list[Any]]
    message_id: Mapped[str] = mapped_column(unique=True)
    state: Mapped[OutboxState] = mapped_column(choice(OutboxState, "state"), default=OutboxState.QUEUED)
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    possible_duplicate: Mapped[bool] = mapped_column(default=False)
    last_error: Mapped[str] = mapped_column(default="")
    personal_link: Mapped[bool] = mapped_column(default=False)  # who reads it may act as the recipient (S-05)
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    request_id: Mapped[str]


def queue_mail(
    template: str,
    *,
    to: str,
    language: str = "ja",
    subject: tuple[str, str],
    facts: Mapping[str, Any],
    now: datetime,
    documents: Sequence[StoredDocument] = (),
    dedupe_key: str | None = None,
    personal_link: bool = False,
) -> OutboxMessage | None:
    """Owe somebody a mail: `templates/emails/<template>.<language>.txt`, its first line `Subject: …`.

    `subject` is the kind and reference of what the mail is about. With a `dedupe_key` the same mail is owed once only:
    the second call returns None. A mail with a `personal_link` is shown to nobody and forgotten once it is sent.
    """
    if dedupe_key and session.scalar(select(OutboxMessage.id).where(OutboxMessage.dedupe_key == dedupe_key)):
        return None
    title, body = _written(template, language, facts)
    host = parseaddr(current_app.config["SETTINGS"].mail_from)[1].rpartition("@")[2] or "localhost"
    message = OutboxMessage(
        dedupe_key=dedupe_key,
        kind=template,
        subject_kind=subject[0],
        subject_reference=subject[1],
        recipient=to,
        subject=title,
        body=body,
        document_ids=[document.id for document in documents],
        message_id=f"<{uuid.uuid4().hex}@{host}>",
        state=OutboxState.QUEUED,
        next_attempt_at=now,
        created_at=now,
        request_id=audit.request_id.get(),
        personal_link=personal_link,
    )
    session.add(message)
    return message


def retry(message: OutboxMessage, *, by: audit.Actor, now: datetime) -> None:
    """Put a failed message back into the queue, on a person's word."""
    subject = ("outbox", str(message.id))
    audit.record(by=by, now=now, action="outbox.retried", subject=subject, before=message.state.value)
    message.state = OutboxState.QUEUED
    message.attempts = 0
    message.possible_duplicate = False
    message.next_attempt_at = now


def _written(template: str, language: str, facts: Mapping[str, Any]) -> tuple[str, str]:
    with force_locale(language):
        # Not render_template: a mail knows only its facts, never who is signed in at this moment.
        text = current_app.jinja_env.get_template(f"emails/{template}.{language}.txt").render(**facts)
    head, _, body = text.partition("\n")
    title = " ".join(head.removeprefix("Subject:").split())
    return title, EMPTY_LINES.sub("\n\n", body.strip("\n")) + "\n"
