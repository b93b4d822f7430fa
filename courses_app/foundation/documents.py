"""Papers as they left the house: the bytes, once, with their SHA-256; nobody changes or removes them afterwards."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, deferred, mapped_column

from courses_app.foundation.db import Base, session


class StoredDocument(Base):
    """One paper. Triggers on both databases refuse UPDATE and DELETE."""

    __tablename__ = "stored_documents"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    filename: Mapped[str]
    media_type: Mapped[str]
    sha256: Mapped[str]
    content: Mapped[bytes] = deferred(mapped_column(LargeBinary))
    stored_at: Mapped[datetime]


def store(
    *, kind: str, filename: str, content: bytes, media_type: str = "application/pdf", now: datetime
) -> StoredDocument:
    """Keep a paper for good; flushed, so that its id is known."""
    document = StoredDocument(
        kind=kind,
        filename=filename,
        media_type=media_type,
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
        stored_at=now,
    )
    session.add(document)
    session.flush()
    return document
