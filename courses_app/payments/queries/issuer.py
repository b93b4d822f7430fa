"""The institution as it stands on its papers, and the tax rates, on a day."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from courses_app.foundation.db import session
from courses_app.foundation.papers.facts import InstitutionFacts
from courses_app.foundation.yen import TaxCategory
from courses_app.payments.models import Issuer, TaxRate


def issuer_on(day: date) -> Issuer:
    """Who issues papers on that day. Raises LookupError while none is loaded."""
    issuer = session.scalar(select(Issuer).where(Issuer.from_on <= day).order_by(Issuer.from_on.desc()).limit(1))
    if issuer is None:
        raise LookupError(f"no issuer is known on {day}: load the issuer's data first")
    return issuer


def institution_on(day: date) -> InstitutionFacts:
    """The same, as papers want it. Raises LookupError."""
    return issuer_on(day).on_paper


def tax_rates_on(day: date) -> dict[TaxCategory, int]:
    """The rate in percent of each category on that day."""
    rows = session.execute(
        select(TaxRate.category, TaxRate.percent).where(TaxRate.from_on <= day).order_by(TaxRate.from_on)
    )
    return {row.category: row.percent for row in rows}  # the latest of a category stays
