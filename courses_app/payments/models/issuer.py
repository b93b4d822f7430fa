"""The institution as it stands on its papers, and the tax rates, each from a day on."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from courses_app.foundation.db import Base, choice
from courses_app.foundation.papers.facts import InstitutionFacts
from courses_app.foundation.yen import TaxCategory


class Issuer(Base):
    """The institution as it stands on its papers, from a day on."""

    __tablename__ = "issuers"
    __table_args__ = (CheckConstraint("business_year_ends_in BETWEEN 1 AND 12", name="business_year"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    from_on: Mapped[date] = mapped_column(unique=True)
    name_ja: Mapped[str]
    name_en: Mapped[str]
    postal_code: Mapped[str]
    address_ja: Mapped[str]
    address_en: Mapped[str]
    phone: Mapped[str]
    email: Mapped[str]
    registration_number: Mapped[str]  # T and 13 digits
    representative_title_ja: Mapped[str]
    representative_title_en: Mapped[str]
    representative_name: Mapped[str]
    # bank_ja, bank_en, bank_code, branch_…, branch_code, kind_…, number, holder_…, holder_kana
    bank_account: Mapped[dict[str, Any]]
    transfer_note_ja: Mapped[str] = mapped_column(Text)
    transfer_note_en: Mapped[str] = mapped_column(Text)
    business_year_ends_in: Mapped[int] = mapped_column(default=3)  # the month; papers are kept so long after it

    @property
    def on_paper(self) -> InstitutionFacts:
        """The institution as papers want it."""
        return {
            "name": self.name_ja,
            "name_en": self.name_en,
            "postal_code": self.postal_code,
            "address": self.address_ja,
            "phone": self.phone,
            "email": self.email,
            "registration_number": self.registration_number,
            "representative_title": self.representative_title_ja,
            "representative": self.representative_name,
        }


class TaxRate(Base):
    """The rate in percent of a tax category, from a day on."""

    __tablename__ = "tax_rates"
    __table_args__ = (UniqueConstraint("category", "from_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    category: Mapped[TaxCategory] = mapped_column(choice(TaxCategory, "category"))
    percent: Mapped[int]
    from_on: Mapped[date]
