"""Words of a quote: its subject and what stands on the paper."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _

from courses_app.accounts.models import Organization
from courses_app.bookings.documents.orders import when_and_where
from courses_app.bookings.models import EstimateLine
from courses_app.bookings.rules import EstimateFacts
from courses_app.foundation.clock import day_of
from courses_app.foundation.templating import local
from courses_app.payments.documents import addressed
from courses_app.payments.queries import tax_rates_on
from courses_app.payments.rules.papers import by_category, tax_parts


def estimate_subject(lines: Sequence[EstimateLine]) -> str:
    """監理責任者等講習 ほか 受講料（5名分）: quotes are Japanese papers."""
    names = list(dict.fromkeys(line.run.course.name_ja for line in lines))
    people = sum(line.people for line in lines)
    return f"{names[0]}{' ほか' if len(names) > 1 else ''} 受講料（{people}名分）"


def estimate_content(facts: EstimateFacts, *, organization: Organization, addressee: str) -> dict[str, Any]:
    """What only a quote says; the taxes as they would be on an invoice for all of it."""
    name, honorific = addressed(addressee)
    rates = tax_rates_on(day_of(facts.lines[-1].run.ends_at))
    sums = by_category((line.tax_category, line.amount) for line in facts.lines)
    with force_locale("ja"):
        lines = [_line(line) for line in facts.lines]
    return {
        "recipient": {
            "name": name,
            "person": "",
            "honorific": honorific,
            "postal_code": organization.postal_code,
            "address": organization.address,
        },
        "lines": lines,
        "taxes": [part.as_data() for part in tax_parts(sums, rates)],
        "valid_until_on": facts.valid_until_on.isoformat(),
        "notes": [],
    }


def _line(line: EstimateLine) -> dict[str, Any]:
    return {
        "description": _("%(course)s, course fee", course=local(line.run.course, "name")),
        "details": [when_and_where(line.run)],
        "supplied_on": day_of(line.run.ends_at).isoformat(),
        "quantity": line.people,
        "unit": "名",
        "unit_price": line.price,
        "tax": line.tax_category.value,
        "amount": line.amount,
    }
