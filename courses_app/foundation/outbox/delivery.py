"""The worker's side of the outbox: claim under a lease, send, note the answer."""

from __future__ import annotations

import random
import smtplib
from collections.abc import Callable
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime

from flask import current_app
from sqlalchemy import and_, or_, select

from courses_app.foundation import audit, matters
from courses_app.foundation.db import session, transaction
from courses_app.foundation.documents import StoredDocument
from courses_app.foundation.outbox.messages import OutboxMessage, OutboxState
from courses_app.foundation.outbox.transports import Transport, Undeliverable, Unsure

LEASE = timedelta(minutes=5)
# Minutes until the next try; together a little over three days, then a person is asked.
BACK_OFF = (1, 5, 15, 60, 180, 360, 720, 720, 720, 720, 720, 720)
JITTER = 0.2


def deliver_due(transport: Transport, *, clock: Callable[[], datetime], limit: int = 200) -> int:
    """Send what is due, one message a transaction; returns how many were tried."""
    for count in range(limit):
        message = _claim(clock())
        if message is None:
            return count
        if not _send(message, transport, clock):
            return count + 1  # the server is away: the other tasks of the round shall not wait for it
    return limit


def _claim(now: datetime) -> OutboxMessage | None:
    """Take the oldest due message under a lease, or one whose lease ran out with a worker that died."""
    due = or_(
        and_(OutboxMessage.state == OutboxState.QUEUED, OutboxMessage.next_attempt_at <= now),
        and_(OutboxMessage.state == OutboxState.SENDING, OutboxMessage.leased_until < now),
    )
    oldest = select(OutboxMessage).where(due).order_by(OutboxMessage.id).limit(1).with_for_update(skip_locked=True)
    if session.scalar(select(OutboxMessage.id).where(due).limit(1)) is None:
        return None
    with transaction():
        message = session.scalar(oldest)
        if message is None:
            return None
        if message.state is OutboxState.SENDING and not _may_be_sent_again(message, now):
            return message  # given up just now; `_send` leaves it alone
        message.state = OutboxState.SENDING
        message.attempts += 1
        message.leased_until = now + LEASE
    return message


def _may_be_sent_again(message: OutboxMessage, now: datetime) -> bool:
    """After a crash in mid-send: once more, marked; after a second one a person decides (R-28: never more than two)."""
    if message.possible_duplicate:
        _give_up(message, "the worker died twice while sending", now)
        return False
    message.possible_duplicate = True
    current_app.logger.warning("outbox.possible_duplicate", extra={"outbox_id": message.id})
    return True


def _send(message: OutboxMessage, transport: Transport, clock: Callable[[], datetime]) -> bool:
    """Send one message and note the answer; False when the server could not be reached at all."""
    if message.state is OutboxState.FAILED:
        return True
    try:
        transport.send(_mail(message))
    except Undeliverable as error:
        with transaction():
            _give_up(_fresh(message), str(error), clock())
    except Unsure as error:
        with transaction():
            _doubt(_fresh(message), str(error), clock())
    except (OSError, smtplib.SMTPException) as error:
        with transaction():
            _put_off(_fresh(message), type(error).__name__, clock())
        return isinstance(error, smtplib.SMTPResponseException | smtplib.SMTPRecipientsRefused)
    else:
        with transaction():
            _note_sent(_fresh(message), clock())
    return True


def _fresh(message: OutboxMessage) -> OutboxMessage:
    return session.get_one(OutboxMessage, message.id)


def _mail(message: OutboxMessage) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = current_app.config["SETTINGS"].mail_from
    mail["To"] = message.recipient
    mail["Subject"] = message.subject
    mail["Message-ID"] = message.message_id
    mail["Date"] = format_datetime(message.created_at)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.body, cte="base64")
    for document in _attachments(message):
        kind, _, sort = document.media_type.partition("/")
        mail.add_attachment(document.content, maintype=kind, subtype=sort, filename=document.filename)
    return mail


def _attachments(message: OutboxMessage) -> list[StoredDocument]:
    if not message.document_ids:
        return []
    found = session.scalars(select(StoredDocument).where(StoredDocument.id.in_(message.document_ids)))
    return sorted(found, key=lambda document: message.document_ids.index(document.id))


def _note_sent(message: OutboxMessage, now: datetime) -> None:
    message.state = OutboxState.SENT
    if message.personal_link:
        message.body = ""
    message.sent_at = now
    message.leased_until = None
    message.last_error = ""


def _doubt(message: OutboxMessage, reason: str, now: datetime) -> None:
    """It may have arrived: once more, marked as a possible duplicate; a second doubt goes to a person."""
    if message.possible_duplicate:
        _give_up(message, reason, now)
        return
    message.possible_duplicate = True
    _put_off(message, reason, now)


def _put_off(message: OutboxMessage, reason: str, now: datetime) -> None:
    """For now it did not work: try again later, further and further apart, not all at the same second."""
    if message.attempts > len(BACK_OFF):
        _give_up(message, reason, now)
        return
    wait = BACK_OFF[message.attempts - 1] * (1 + random.uniform(0, JITTER))  # noqa: S311 - spreads load, keeps no secret
    message.state = OutboxState.QUEUED
    message.next_attempt_at = now + timedelta(minutes=wait)
    message.leased_until = None
    message.last_error = reason


def _give_up(message: OutboxMessage, reason: str, now: datetime) -> None:
    message.state = OutboxState.FAILED
    message.leased_until = None
    message.last_error = reason
    matters.open_matter(
        kind="mail_not_delivered",
        subject=("outbox", str(message.id)),
        now=now,
        by=audit.SYSTEM,
        detail={"about": f"{message.subject_kind} {message.subject_reference}", "reason": reason},
    )
