"""What counts for a person: asked by the rooms above."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select

from courses_app.certificates.models import Certificate
from courses_app.foundation.db import session


def valid_certificates_of(person_ids: Collection[int]) -> Sequence[Certificate]:
    """The latest completion of each person and course, among certificates neither revoked nor superseded.

    They may have expired: that depends on the day, and is the asking room's to say.
    """
    if not person_ids:
        return []
    newest_first = (
        select(Certificate)
        .where(
            Certificate.person_id.in_(person_ids),
            Certificate.revoked_at.is_(None),
            Certificate.superseded_at.is_(None),
        )
        .order_by(Certificate.completed_on.desc(), Certificate.id.desc())
    )
    latest: dict[tuple[int, int], Certificate] = {}
    for certificate in session.scalars(newest_first):
        latest.setdefault((certificate.person_id, certificate.course_id), certificate)
    return list(latest.values())
