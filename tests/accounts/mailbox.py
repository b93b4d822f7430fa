"""Reading the mail that is owed."""

from __future__ import annotations

import re

from flask import Flask
from sqlalchemy import select

from courses_app.foundation.db import session
from courses_app.foundation.outbox import OutboxMessage

LINK = re.compile(r"https?://[^\s/]+(/\S+)")


def mails_to(app: Flask, email: str) -> list[OutboxMessage]:
    """Every mail owed to an address, oldest first."""
    with app.app_context():
        query = select(OutboxMessage).where(OutboxMessage.recipient == email).order_by(OutboxMessage.id)
        return list(session.scalars(query))


def link_to(app: Flask, email: str, path: str) -> str:
    """The path of the newest link under `path` mailed to the address."""
    for mail in reversed(mails_to(app, email)):
        for found in LINK.findall(mail.body):
            if found.startswith(path) and len(found) > len(path):
                return str(found)
    raise AssertionError(f"no mail to {email} with a link to {path}…")
