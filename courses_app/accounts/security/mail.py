"""The mail Flask-Security wants to send, put into our outbox."""

from __future__ import annotations

from typing import Any

from flask_security import MailUtil

from courses_app.accounts import emails
from courses_app.foundation import clock
from courses_app.foundation.outbox import queue_mail


class OutboxMail(MailUtil):
    """A row in the transaction of its cause; the configured template names are ours (`accounts/…`)."""

    def send_mail(
        self,
        template: str,
        subject: str,
        recipient: str | tuple[str, str],
        sender: str | tuple[str, str],
        body: str | None,
        html: str | None,
        **kwargs: Any,
    ) -> None:
        account = kwargs["user"]
        queue_mail(
            template,
            to=account.email,
            language=account.language,
            subject=("account", account.reference),
            facts={"account": account, "reset_link": emails.address("/password/reset")},
            now=clock.now(),
        )
