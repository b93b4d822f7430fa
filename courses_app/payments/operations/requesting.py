"""Papers are asked for here; the worker gives their numbers later (`issuing`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from courses_app.accounts.models import Organization
from courses_app.foundation import audit
from courses_app.foundation.audit import Actor
from courses_app.foundation.db import session
from courses_app.foundation.references import new_reference
from courses_app.foundation.yen import Yen
from courses_app.payments import queries
from courses_app.payments.models import Invoice, PaperKind, PaperRequest, Refund


@dataclass(frozen=True)
class PaperWanted:
    """A paper as it shall be; `number` is that of one to be printed once more, `content` what only its kind says."""

    kind: PaperKind
    addressee: str
    subject: str
    amount: Yen
    content: Mapping[str, Any]
    edition: int = 1
    number: str | None = None


def request_paper(
    wanted: PaperWanted,
    *,
    key: str,
    organization: Organization,
    language: str,
    by: Actor,
    now: datetime,
    invoice: Invoice | None = None,
    refund: Refund | None = None,
) -> PaperRequest:
    """A paper that the worker will issue in a moment; the same key again is the same request, unchanged."""
    if (known := queries.request_of(key)) is not None:
        return known
    facts = {**vars(wanted), "content": dict(wanted.content)}
    request = PaperRequest(
        **facts, reference=new_reference("Y"), key=key, organization_id=organization.id, language=language,
        invoice_id=invoice.id if invoice else None, refund_id=refund.id if refund else None,
        order_reference=invoice.order_reference if invoice else "", asked_at=now, asked_by_person_id=by.person_id,
    )  # fmt: skip
    session.add(request)
    session.flush()
    audit.record(
        by=by,
        now=now,
        action="paper.requested",
        subject=("paper_request", request.reference),
        after=wanted.kind.value,
        detail={"amount": wanted.amount, **({"number": wanted.number} if wanted.number else {})},
    )
    return request
