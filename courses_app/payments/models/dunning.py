"""Reminders of invoices: the steps staff set, what was sent, where it was stopped and why."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courses_app.accounts.models import Person
from courses_app.foundation.db import Base
from courses_app.foundation.yen import Yen
from courses_app.payments.models.invoices import Invoice
from courses_app.payments.rules.dunning import DebtKind, Reachable, StepFacts


class DunningStep(Base):
    """One step: so many days after the due day (before it, if negative) an invoice is asked for with this text."""

    __tablename__ = "dunning_steps"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    days: Mapped[int]
    kinds: Mapped[list[Any]]  # values of DebtKind
    subject_ja: Mapped[str]
    body_ja: Mapped[str] = mapped_column(Text)
    subject_en: Mapped[str]
    body_en: Mapped[str] = mapped_column(Text)
    automatic: Mapped[bool] = mapped_column(default=False)
    ended_at: Mapped[datetime | None]  # from then on it asks for nothing; its letters stay

    @property
    def facts(self) -> StepFacts:
        kinds = tuple(DebtKind(kind) for kind in self.kinds)
        return StepFacts(
            self.name, self.days, kinds, self.subject_ja, self.body_ja, self.subject_en, self.body_en, self.automatic
        )

    @property
    def reachable(self) -> Reachable:
        return Reachable(self.id, self.days, self.facts.kinds)


class DunningLetter(Base):
    """A reminder that was sent, once for each invoice and step. Triggers refuse UPDATE and DELETE."""

    __tablename__ = "dunning_letters"
    __table_args__ = (UniqueConstraint("invoice_id", "step_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoices.id"))
    step_id: Mapped[int] = mapped_column(ForeignKey("dunning_steps.id"), index=True)
    owed: Mapped[Yen]
    sent_at: Mapped[datetime]
    sent_by_person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))

    invoice: Mapped[Invoice] = relationship()
    step: Mapped[DunningStep] = relationship()
    sent_by: Mapped[Person | None] = relationship()


class DunningHold(Base):
    """Reminders of an invoice stopped, or resumed, with the reason; the latest counts. Triggers as above."""

    __tablename__ = "dunning_holds"

    id: Mapped[int] = mapped_column(primary_key=True)
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoices.id"), index=True)
    stopped: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    by_person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))

    by: Mapped[Person | None] = relationship()
