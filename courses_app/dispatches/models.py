"""Services, requests with their date wishes and words, quotes with their lines and days."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courses_app.accounts.models import Organization, Person
from courses_app.catalogue.models import Course, CourseRun, Prefecture
from courses_app.dispatches.rules import DispatchState, Place, TimeOfDay
from courses_app.foundation.db import Base, choice
from courses_app.foundation.yen import TaxCategory, Yen
from courses_app.payments.models import Invoice


class Service(Base):
    """A kind of thing one can ask for. What the business may change (notice, validity, deadlines) is a column."""

    __tablename__ = "services"
    __table_args__ = (
        CheckConstraint("least_minutes > 0 AND most_minutes >= least_minutes", name="minutes"),
        CheckConstraint("most_heads > 0", name="most_heads"),
        CheckConstraint(
            "notice_days >= 0 AND quote_valid_days > 0 AND payment_due_business_days >= 0 "
            "AND payment_grace_business_days >= 0",
            name="deadlines",
        ),
        CheckConstraint("at_premises OR online", name="place"),
        CheckConstraint("until_on IS NULL OR until_on >= from_on", name="period"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"))  # its runs are runs of this course
    name_ja: Mapped[str]
    name_en: Mapped[str]
    summary_ja: Mapped[str] = mapped_column(Text)
    summary_en: Mapped[str] = mapped_column(Text)
    description_ja: Mapped[str] = mapped_column(Text)
    description_en: Mapped[str] = mapped_column(Text)
    fee_guide_ja: Mapped[str] = mapped_column(Text)
    fee_guide_en: Mapped[str] = mapped_column(Text)
    languages: Mapped[list[Any]]
    least_minutes: Mapped[int]
    most_minutes: Mapped[int]
    most_heads: Mapped[int]
    at_premises: Mapped[bool]
    online: Mapped[bool]
    notice_days: Mapped[int]  # a wish is at least so many days ahead
    quote_valid_days: Mapped[int]
    payment_due_business_days: Mapped[int]
    payment_grace_business_days: Mapped[int]
    position: Mapped[int]
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)

    course: Mapped[Course] = relationship()
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def places(self) -> list[Place]:
        return [place for place, held in ((Place.PREMISES, self.at_premises), (Place.ONLINE, self.online)) if held]


class Dispatch(Base):
    """One request of an organization, and what became of it."""

    __tablename__ = "dispatches"
    __table_args__ = (
        UniqueConstraint("organization_id", "form_token"),
        Index(None, "state", "id"),
        CheckConstraint("heads > 0", name="heads"),
        CheckConstraint(
            "state NOT IN ('accepted', 'planned', 'closed') OR (run_id IS NOT NULL AND invoice_id IS NOT NULL)",
            name="agreed",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    asked_by_person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    form_token: Mapped[str]  # of the form that was sent: the same form sent twice asks once
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id"), index=True)
    course_id: Mapped[int | None] = mapped_column(ForeignKey("courses.id"))  # of the catalogue, where one is wanted
    subject: Mapped[str]
    place: Mapped[Place] = mapped_column(choice(Place, "place"))
    place_name: Mapped[str]
    postal_code: Mapped[str]
    prefecture_code: Mapped[str | None] = mapped_column(ForeignKey("prefectures.code"))
    address: Mapped[str]
    heads: Mapped[int]
    language: Mapped[str]  # of what is held
    words: Mapped[str] = mapped_column(Text)
    mail_language: Mapped[str]
    state: Mapped[DispatchState] = mapped_column(choice(DispatchState, "state"))
    requested_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    run_id: Mapped[int | None] = mapped_column(ForeignKey("course_runs.id"), unique=True)
    invoice_id: Mapped[int | None] = mapped_column(ForeignKey("invoices.id"), unique=True)

    organization: Mapped[Organization] = relationship()
    asked_by: Mapped[Person] = relationship()
    service: Mapped[Service] = relationship()
    course: Mapped[Course | None] = relationship()
    prefecture: Mapped[Prefecture | None] = relationship()
    run: Mapped[CourseRun | None] = relationship()
    invoice: Mapped[Invoice | None] = relationship()
    wishes: Mapped[list[DispatchWish]] = relationship(order_by="DispatchWish.position")
    notes: Mapped[list[DispatchNote]] = relationship(order_by="DispatchNote.id")
    quotes: Mapped[list[Quote]] = relationship(order_by="Quote.number", back_populates="dispatch")

    @property
    def quote(self) -> Quote | None:
        """The one that counts: the latest."""
        return self.quotes[-1] if self.quotes else None

    @property
    def taught(self) -> Course:
        """The course its run is one of."""
        return self.course or self.service.course

    @property
    def mail_to(self) -> str:
        return self.asked_by.email or self.organization.contact_email


class DispatchWish(Base):
    """A day the organization would like, in its order of preference."""

    __tablename__ = "dispatch_wishes"
    __table_args__ = (UniqueConstraint("dispatch_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    dispatch_id: Mapped[int] = mapped_column(ForeignKey("dispatches.id"))
    position: Mapped[int]
    on: Mapped[date] = mapped_column("wished_on")
    time: Mapped[TimeOfDay] = mapped_column("wished_time", choice(TimeOfDay, "wished_time"))


class DispatchNote(Base):
    """Something one side wrote to the other: a question, its answer, a reason."""

    __tablename__ = "dispatch_notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    dispatch_id: Mapped[int] = mapped_column(ForeignKey("dispatches.id"), index=True)
    at: Mapped[datetime]
    by_office: Mapped[bool]
    actor_label: Mapped[str]
    words: Mapped[str] = mapped_column(Text)


class Quote(Base):
    """What we offer; never edited, a later one takes its place."""

    __tablename__ = "quotes"
    __table_args__ = (
        UniqueConstraint("dispatch_id", "number"),
        CheckConstraint("total >= 0", name="total"),
        CheckConstraint("capacity > 0", name="capacity"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    dispatch_id: Mapped[int] = mapped_column(ForeignKey("dispatches.id"))
    number: Mapped[int]
    made_at: Mapped[datetime]
    made_by: Mapped[str]
    valid_until: Mapped[date]  # that day included
    instructor_person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    capacity: Mapped[int]
    words: Mapped[str] = mapped_column(Text)
    total: Mapped[Yen]

    dispatch: Mapped[Dispatch] = relationship(back_populates="quotes")
    instructor: Mapped[Person | None] = relationship()
    lines: Mapped[list[QuoteLine]] = relationship(order_by="QuoteLine.position")
    meetings: Mapped[list[QuoteMeeting]] = relationship(order_by="QuoteMeeting.starts_at")


class QuoteLine(Base):
    """A line of a quote; amounts in yen, tax included."""

    __tablename__ = "quote_lines"
    __table_args__ = (
        UniqueConstraint("quote_id", "position"),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("unit_amount >= 0", name="unit_amount"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    quote_id: Mapped[int] = mapped_column(ForeignKey("quotes.id"))
    position: Mapped[int]
    description: Mapped[str]
    quantity: Mapped[int]
    unit_amount: Mapped[Yen]
    tax_category: Mapped[TaxCategory] = mapped_column(choice(TaxCategory, "tax_category"))

    @property
    def amount(self) -> Yen:
        return Yen(self.quantity * self.unit_amount)


class QuoteMeeting(Base):
    """A day of a quote."""

    __tablename__ = "quote_meetings"
    __table_args__ = (CheckConstraint("ends_at > starts_at", name="order"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    quote_id: Mapped[int] = mapped_column(ForeignKey("quotes.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
