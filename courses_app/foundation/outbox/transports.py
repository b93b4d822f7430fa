"""How a mail leaves: an SMTP server, or a folder of .eml files."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

TIMEOUT_SECONDS = 15


class Undeliverable(Exception):
    """The server refused this message for good (5xx): trying again would be a storm (R-30)."""


class Unsure(Exception):
    """The server fell silent while it had the message: it may have been accepted (R-28)."""


class Transport(Protocol):
    def send(self, message: EmailMessage) -> None:
        """Hand the message over. Raises Undeliverable for good, Unsure, OSError or smtplib.SMTPException for now."""


class Folder:
    """Each mail a file, written beside its name first, so that a reader never sees half a mail."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def send(self, message: EmailMessage) -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        name = "".join(char for char in str(message["Message-ID"]) if char.isalnum())[:32]
        target = self.path / f"{name}.eml"
        part = target.with_suffix(".part")
        part.write_bytes(bytes(message))
        part.replace(target)


class Smtp:
    """An SMTP server from `smtp://host:port` (STARTTLS where offered) or `smtps://user:password@host:port`."""

    def __init__(self, url: str) -> None:
        self.url = urlsplit(url)

    def send(self, message: EmailMessage) -> None:
        server = self._connection()
        try:
            server.send_message(message)
        except (smtplib.SMTPServerDisconnected, TimeoutError) as error:
            raise Unsure(type(error).__name__) from error
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            if all(code >= 500 for code in codes):
                raise Undeliverable(f"recipient refused ({codes[0]})") from error
            raise
        except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
            if error.smtp_code >= 500:
                raise Undeliverable(f"message refused ({error.smtp_code})") from error
            raise
        finally:
            _part(server)

    def _connection(self) -> smtplib.SMTP:
        host, port = self.url.hostname or "localhost", self.url.port
        if self.url.scheme == "smtps":
            context = ssl.create_default_context()
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, port or 465, timeout=TIMEOUT_SECONDS, context=context)
        else:
            server = smtplib.SMTP(host, port or 25, timeout=TIMEOUT_SECONDS)
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls(context=ssl.create_default_context())
        if self.url.username:
            server.login(unquote(self.url.username), unquote(self.url.password or ""))
        return server


def _part(server: smtplib.SMTP) -> None:
    """Say good-bye; whatever the answer, it says nothing about the message."""
    try:
        server.quit()
    except (OSError, smtplib.SMTPException):
        server.close()


def transport_for(mail_url: str, *, folder: Path) -> Transport:
    """The transport MAIL_URL names; without one, the folder."""
    return Smtp(mail_url) if mail_url else Folder(folder)
